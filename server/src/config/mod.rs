//! What the server is set to: defaults, a TOML file, the environment and flags, in that order.
//!
//! Each concern has one small struct. They are built once, in `main`, and passed down; nothing else looks outside.

mod bounds;
mod error;
mod s3;
mod section;
mod settings;
mod show;
mod sources;
mod units;
mod values;

pub use bounds::{AccessTokenTtl, AtLeastOne, LongSecret, Registration, StreamPartSize};
pub use error::ConfigError;
pub use s3::{BucketName, PartChecksumChoice, S3Settings, VerifyStore};
pub use settings::{
    AuthSettings, Config, CorsSettings, DatabaseSettings, HttpSettings, JobsSettings, Limits,
    ServerSettings, StoreSettings,
};
pub use show::{Shown, reference};
pub use sources::{ENVIRONMENT_PREFIX, Flag, Origin, Sources};
pub use units::{ByteCount, Span};
pub use values::{ConnectionUrl, PublicUrl, WebOrigin};

#[cfg(test)]
mod tests;
