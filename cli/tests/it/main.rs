//! The binary as people and scripts meet it: help, messages, exit codes.

#![expect(clippy::unwrap_used, reason = "tests say what went wrong by panicking")]

mod cards;
mod changes;
mod daemon;
mod errors;
mod events;
mod help;
mod keyring;
mod profiles;
mod secured;
mod served;
mod shells;
mod snapshot;
mod terminal;
mod watches;
