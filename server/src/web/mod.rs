//! What lies between a socket and a handler: errors, extractors, the request's context and its log line.

pub mod context;
pub mod cors;
pub mod error;
pub mod extract;
pub mod fallback;
mod if_match;
pub mod io;
mod json;
pub mod network;
mod origin;
mod outages;
pub mod places;
pub mod timeout;

pub use context::RequestId;
pub use error::ApiError;
pub use extract::{Body, IdempotencyKey, PathId, Query};
pub use if_match::IfMatch;
pub use origin::ClientOrigin;
