//! The handlers, one file an endpoint.

pub mod auth;
pub mod health;
pub mod ingests;
pub mod lookup;
pub mod ready;
pub mod reread;
pub mod tags;
mod texts;
pub mod uploads;
pub mod usage;
pub mod videos;
