//! What may happen to accounts, videos, uploads and jobs. Pure.

pub mod edit;
pub mod job;
pub mod listing;
pub mod part;
pub mod session;
pub mod upload;
pub mod video;

pub use heimdex_api::fold;
