//! What the command line and the daemon share: typed HTTP calls, credentials, profiles, and where files lie.
//!
//! Nothing here prints or reads the environment: the binaries do that and pass on what they found.

mod atomic_file;
pub mod beneath;
pub mod bwlimit;
mod class;
pub mod control;
pub mod credentials;
pub mod http;
pub mod ingest;
pub mod journal;
pub mod litter;
pub mod manifest;
pub mod names_cache;
pub mod paths;
pub mod platform;
pub mod poster_cache;
pub mod profile;
mod reason;
pub mod shown;
pub mod transfer;
pub mod trash;
pub mod watch;
mod whose;
pub mod wipe;

pub use class::ErrorClass;
pub use http::{ApiClient, HttpError, ServerUrl, events};
pub use reason::reason;
