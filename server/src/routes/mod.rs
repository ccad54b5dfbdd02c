//! The handlers, one file an endpoint.

pub mod health;
pub mod uploads;
