//! The server's integration tests, one binary.
#![expect(clippy::unwrap_used, reason = "test support")]

mod auth;
mod backends;
mod catalog;
mod doctor;
mod events;
mod jobs;
mod objects;
mod process;
mod uploads;
mod videos;
mod web;
