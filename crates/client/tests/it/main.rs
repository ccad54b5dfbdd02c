//! The transfer engine against the real server, over real sockets and real files.

#![expect(clippy::unwrap_used, reason = "test support")]

mod download;
mod faults;
mod many;
mod resume;
mod stopping;
mod support;
mod upload;
mod wipe;
mod wipe_trials;
