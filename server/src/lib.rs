//! The Heimdex server: accounts, catalog, presigned uploads, background jobs, an embedded object store.
//!
//! A library so that its tests and `main` run the same server.

pub mod app;
pub mod args;
pub mod auth;
pub mod catalog;
pub mod commands;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod events;
pub mod jobs;
pub mod logging;
pub mod objects;
pub mod random;
pub mod router;
pub mod routes;
pub mod serve;
mod sqlite;
pub mod start;
pub mod web;
