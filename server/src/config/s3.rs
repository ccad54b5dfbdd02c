//! The settings of an external object store, and what of them must hold together.

use heimdex_api::{PartChecksum, Secret};
use serde_json::Value;

use super::error::ConfigError;
use super::section::section;
use super::settings::Config;
use super::show::Shown;
use super::sources::Origin;
use super::values::SettingValue;
use crate::objects::{Addressing, Endpoint, ExternalSettings, StoreKeys};

/// The most bytes that S3 takes in one PUT or copies in one request.
const ONE_REQUEST_MAX: u64 = 5 << 30;

section! {
    /// An S3-compatible object store in the place of the embedded one.
    pub struct S3Settings in "s3" {
        /// Where this server reaches the store, as `https://s3.example.org`; unset for the embedded one.
        /// `HEIMDEX_SERVER_S3_ENDPOINT`, default: unset.
        pub endpoint: Option<Endpoint> = "",
        /// Where clients reach it, if that is elsewhere: URLs are signed for it. It need not resolve on this machine.
        /// `HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT`, default: `s3.endpoint`.
        pub public_endpoint: Option<Endpoint> = "",
        /// The region that signatures name.
        /// `HEIMDEX_SERVER_S3_REGION`, default `us-east-1`.
        pub region: String = "us-east-1",
        /// The bucket; it must be there, and nothing else should lie in it.
        /// `HEIMDEX_SERVER_S3_BUCKET`, default `uploads`.
        pub bucket: BucketName = "uploads",
        /// The id of the access key. Without it the keys are looked for as AWS's own programs do: environment, profile, web
        /// identity, container, instance.
        /// `HEIMDEX_SERVER_S3_ACCESS_KEY`, default: unset.
        pub access_key: Option<Secret> = "",
        /// Its secret.
        /// `HEIMDEX_SERVER_S3_SECRET_KEY`, default: unset.
        pub secret_key: Option<Secret> = "",
        /// Whether URLs name the bucket in the path (`https://store/bucket/…`) or in the host (`https://bucket.store/…`).
        /// `HEIMDEX_SERVER_S3_PATH_STYLE`, default `true`.
        pub path_style: bool = "true",
        /// The checksum that each part carries and the store checks: `crc32c`, `md5`, or `auto`, which tries them out with
        /// a part of an upload that it then aborts, at each start.
        /// `HEIMDEX_SERVER_S3_PART_CHECKSUM`, default `auto`.
        pub part_checksum: PartChecksumChoice = "auto",
    }
}

impl S3Settings {
    /// The external store that is configured; `None` where it is the embedded one.
    #[must_use]
    pub fn external(&self) -> Option<ExternalSettings> {
        let endpoint = self.endpoint.clone()?;
        let keys = match (&self.access_key, &self.secret_key) {
            (Some(access_key), Some(secret_key)) => StoreKeys::Given {
                access_key: access_key.expose().to_owned(),
                secret_key: secret_key.clone(),
            },
            _ => StoreKeys::AwsChain,
        };
        Some(ExternalSettings {
            public_endpoint: self
                .public_endpoint
                .clone()
                .unwrap_or_else(|| endpoint.clone()),
            endpoint,
            addressing: if self.path_style {
                Addressing::Path
            } else {
                Addressing::VirtualHost
            },
            region: self.region.clone(),
            bucket: self.bucket.as_str().to_owned(),
            keys,
        })
    }
}

impl Config {
    /// Whether what is said of the store is said of one store, and is all that it needs.
    pub(super) fn check_store(&self, shown: &[Shown]) -> Result<(), ConfigError> {
        let set = |key: &str| {
            let is_set = |shown: &&Shown| shown.key == key && shown.origin != Origin::Default;
            shown.iter().find(is_set)
        };
        let invalid = |name: &str, message: &str| {
            let origin = set(name).map_or_else(String::new, |shown| shown.origin.to_string());
            Err(ConfigError::Invalid {
                name: name.to_owned(),
                origin,
                message: message.to_owned(),
            })
        };
        if self.s3.endpoint.is_none() {
            let others = shown.iter().find(|shown| {
                shown.key.starts_with("s3.")
                    && shown.origin != Origin::Default
                    && shown.key != "s3.endpoint"
            });
            if let Some(other) = others {
                return invalid(
                    &other.key,
                    "it speaks of an external store: set `s3.endpoint` too",
                );
            }
            if self.jobs.verify_store == VerifyStore::Never {
                return invalid(
                    "jobs.verify_store",
                    "the embedded store is always read back; `never` is for external ones",
                );
            }
            return Ok(());
        }
        if set("objects.dir").is_some() {
            return invalid(
                "objects.dir",
                "it speaks of the embedded store, but `s3.endpoint` names an external one",
            );
        }
        match (&self.s3.access_key, &self.s3.secret_key) {
            (Some(_), None) => return invalid("s3.access_key", "its `s3.secret_key` is missing"),
            (None, Some(_)) => return invalid("s3.secret_key", "its `s3.access_key` is missing"),
            _ => {}
        }
        if self.limits.max_single_put_size.get() > ONE_REQUEST_MAX {
            return invalid(
                "limits.max_single_put_size",
                "external stores take at most 5 GiB in one PUT",
            );
        }
        Ok(())
    }
}

/// The name of a bucket: 3 to 63 letters, digits, dots, hyphens and underscores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketName(String);

impl BucketName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SettingValue for BucketName {
    fn parse(text: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if (3..=63).contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a bucket has 3 to 63 letters, digits, dots and hyphens".to_owned())
        }
    }
    fn show(&self) -> Value {
        self.0.as_str().into()
    }
}

/// Which checksum parts carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartChecksumChoice {
    /// The best one that the store checks.
    Auto,
    /// This one.
    Fixed(PartChecksum),
}

impl SettingValue for PartChecksumChoice {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let known = PartChecksum::from_name(text).map(Self::Fixed);
        known.ok_or_else(|| "write auto, crc32c or md5".to_owned())
    }
    fn show(&self) -> Value {
        match self {
            Self::Auto => "auto".into(),
            Self::Fixed(algorithm) => algorithm.as_str().into(),
        }
    }
}

/// Whether what is stored is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyStore {
    /// All of it.
    Always,
    /// Only where nobody told its hash.
    Never,
}

impl SettingValue for VerifyStore {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err("write always or never".to_owned()),
        }
    }
    fn show(&self) -> Value {
        match self {
            Self::Always => "always".into(),
            Self::Never => "never".into(),
        }
    }
}
