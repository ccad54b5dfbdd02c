//! The server's integration tests, one binary.
#![expect(clippy::unwrap_used, reason = "test support")]

mod backends;
mod catalog;
mod jobs;
mod objects;
mod uploads;
