//! A store that is not ours: any S3-compatible service, reached over the network through `aws-sdk-s3`.
//!
//! It is talked to at one address and its URLs are signed for another, which clients reach and this machine need not.

mod credentials;
mod moving;
mod probe;

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use heimdex_api::Secret;

use super::endpoint::{Addressing, Endpoint};
pub use credentials::{CredentialsError, StoreCredentials};
pub(super) use moving::move_object;
pub use probe::{ChecksumUse, part_checksum};

/// A connection that is not there by then will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a reply may take to begin; copies and completions of large objects have longer.
const REPLY_TIMEOUT: Duration = Duration::from_mins(1);
/// The same, where the store may have to move every byte before it answers.
const LONG_REPLY_TIMEOUT: Duration = Duration::from_mins(30);
/// A body that stands still for so long is given up.
const STALLED: Duration = Duration::from_mins(1);

/// Where an external store is and who may sign for it.
#[derive(Debug, Clone)]
pub struct ExternalSettings {
    /// Where this server reaches it.
    pub endpoint: Endpoint,
    /// Where clients reach it: what URLs are signed for.
    pub public_endpoint: Endpoint,
    /// How the bucket is named in URLs.
    pub addressing: Addressing,
    /// The region that signatures name.
    pub region: String,
    /// The one bucket.
    pub bucket: String,
    /// Who signs.
    pub keys: StoreKeys,
}

/// Where the keys of a store come from.
#[derive(Debug, Clone)]
pub enum StoreKeys {
    /// The configuration.
    Given {
        /// The access key's id.
        access_key: String,
        /// Its secret.
        secret_key: Secret,
    },
    /// Wherever AWS's own programs look: environment, profile, web identity, container, instance.
    AwsChain,
}

/// The client of an external store.
pub(super) fn client(settings: &ExternalSettings, credentials: &StoreCredentials) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(REPLY_TIMEOUT)
        .build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials.provider())
        .endpoint_url(settings.endpoint.to_string())
        .force_path_style(settings.addressing == Addressing::Path)
        .http_client(http_client())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
        // The checksums that matter are ours; the newer defaults break other stores.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(STALLED)
                .build(),
        )
        .build();
    Client::from_conf(config)
}

/// For a request whose reply may take long.
pub(super) fn patient() -> aws_sdk_s3::config::Builder {
    let patience = TimeoutConfig::builder()
        .read_timeout(LONG_REPLY_TIMEOUT)
        .build();
    aws_sdk_s3::config::Builder::new().timeout_config(patience)
}

/// HTTP with TLS by rustls and the system's certificates.
fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https()
}
