//! The real daemon: one process a home, its socket, its signals, its log.

mod instance;
mod logs;
mod socket;
mod stopping;
mod versions;
