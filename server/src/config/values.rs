//! What a setting's value may be, and how it is read and shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use heimdex_api::Secret;
use serde_json::Value;
use url::Url;

use super::units::{ByteCount, Span};
use crate::objects::Endpoint;
use crate::web::network::IpNetwork;

/// What stands for a value that is not shown.
const REDACTED: &str = "[redacted]";

/// A type that a setting can have.
pub(super) trait SettingValue: Sized {
    /// Reads it as it stands in the environment or in a flag.
    fn parse(text: &str) -> Result<Self, String>;

    /// Reads it as it stands in the file: text, numbers and booleans alike.
    fn from_toml(value: &toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::String(text) => Self::parse(text),
            toml::Value::Integer(number) => Self::parse(&number.to_string()),
            toml::Value::Boolean(truth) => Self::parse(&truth.to_string()),
            other => Err(format!("a {} is not expected here", other.type_str())),
        }
    }

    /// How it is shown; secrets are not.
    fn show(&self) -> Value;

    /// A relative path in a file counts from the file's directory.
    fn relative_to(self, _directory: &Path) -> Self {
        self
    }
}

macro_rules! by_from_str {
    ($($type:ty),*) => { $(
        impl SettingValue for $type {
            fn parse(text: &str) -> Result<Self, String> {
                <Self as FromStr>::from_str(text).map_err(|error| error.to_string())
            }
            fn show(&self) -> Value {
                self.to_string().into()
            }
        }
    )* };
}
by_from_str!(ByteCount, Span, IpNetwork, PublicUrl, WebOrigin, Endpoint);

impl SettingValue for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("write true or false".to_owned()),
        }
    }
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl SettingValue for u32 {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "write a whole number".to_owned())
    }
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl SettingValue for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| "write an address and a port as 127.0.0.1:8000".to_owned())
    }
    fn show(&self) -> Value {
        self.to_string().into()
    }
}

impl SettingValue for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a path cannot be empty".to_owned());
        }
        Ok(text.into())
    }
    fn show(&self) -> Value {
        self.display().to_string().into()
    }
    fn relative_to(self, directory: &Path) -> Self {
        directory.join(self)
    }
}

impl SettingValue for Secret {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::new(text))
    }
    fn show(&self) -> Value {
        REDACTED.into()
    }
}

/// Unset is an empty text, or no key at all.
impl<T: SettingValue> SettingValue for Option<T> {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(None);
        }
        T::parse(text).map(Some)
    }
    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, SettingValue::show)
    }
    fn relative_to(self, directory: &Path) -> Self {
        self.map(|value| value.relative_to(directory))
    }
}

/// A list in the file, separated by commas elsewhere.
impl<T: SettingValue> SettingValue for Vec<T> {
    fn parse(text: &str) -> Result<Self, String> {
        let items = text.split(',').map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(T::parse)
            .collect()
    }
    fn from_toml(value: &toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::Array(items) => items.iter().map(T::from_toml).collect(),
            other => {
                let text = other.as_str().ok_or("write a list: [\"a\", \"b\"]")?;
                Self::parse(text)
            }
        }
    }
    fn show(&self) -> Value {
        self.iter().map(SettingValue::show).collect()
    }
}

/// Where a database is. It may hold a password, so neither `Debug` nor [`shown`](Self::shown) tells all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl(Url);

impl ConnectionUrl {
    /// All of it, for the driver.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// Scheme, host and database; nothing that opens it.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut url = self.0.clone();
        if url.password().is_some() && url.set_password(Some("redacted")).is_err() {
            return REDACTED.to_owned();
        }
        // libpq's parameters may hold a password too.
        url.set_query(None);
        url.to_string()
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionUrl({})", self.shown())
    }
}

impl SettingValue for ConnectionUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|_| "write it as postgres://user@host:5432/database".to_owned())?;
        if !["postgres", "postgresql"].contains(&url.scheme()) {
            return Err("only postgres:// is known; leave it out for SQLite".to_owned());
        }
        Ok(Self(url))
    }
    fn show(&self) -> Value {
        self.shown().into()
    }
}

/// Where clients reach the server: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: String,
    authority: String,
}

impl PublicUrl {
    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host, and the port where it is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as https://heimdex.example.org".to_owned();
        let url = Url::parse(text).map_err(|_| wrong())?;
        if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
            return Err(wrong());
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(
                "it cannot have a path: signed URLs hold for a whole host; give Heimdex a host name of its own"
                    .to_owned(),
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it cannot hold a user name or a password".to_owned());
        }
        let authority = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        Ok(Self {
            scheme: url.scheme().to_owned(),
            authority,
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// A web page's origin as browsers send it, or `*` for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebOrigin {
    /// Every page.
    Any,
    /// This one.
    One(String),
}

impl FromStr for WebOrigin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let url: PublicUrl = text
            .parse()
            .map_err(|_| "write an origin as https://app.example.org, or * for any".to_owned())?;
        Ok(Self::One(url.to_string()))
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::One(origin) => f.write_str(origin),
        }
    }
}
