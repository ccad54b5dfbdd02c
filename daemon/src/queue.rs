//! What runs next, and when something that failed is tried again. Pure: time and randomness are parameters.
//!
//! `choice` orders the files, `backoff` spaces the tries of one file, `circuit` those of a whole server.

pub mod backoff;
pub mod choice;
pub mod circuit;

pub use choice::{Limits, Load, Turn, Waiting, choose};
pub use circuit::{Away, Circuit, Kind};
