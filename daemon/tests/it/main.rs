//! The real daemon: one process a home, its socket, its signals, its log.

#![expect(clippy::unwrap_used, reason = "tests say what went wrong by panicking")]

mod crowd;
mod desktop;
mod first_use;
mod instance;
mod logs;
mod socket;
mod stopping;
mod versions;
