//! What lies between a socket and a handler: errors, extractors, the request's context and its log line.

pub mod context;
pub mod error;
pub mod extract;
pub mod network;
mod origin;
mod outages;

pub use error::ApiError;
pub use extract::{Body, IdempotencyKey, PathId, Query};
pub use origin::ClientOrigin;
