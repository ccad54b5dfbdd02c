//! The Heimdex server: accounts, catalog, presigned uploads, background jobs, an embedded object store.
//!
//! A library so that its tests and `main` run the same server.

pub mod app;
pub mod auth;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod lifecycle;
pub mod objects;
pub mod random;
pub mod router;
pub mod routes;
mod sqlite;
pub mod web;
