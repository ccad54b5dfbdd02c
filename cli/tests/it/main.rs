//! The binary as people and scripts meet it: help, messages, exit codes.

mod errors;
mod help;
mod snapshot;
