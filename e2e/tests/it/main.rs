//! The real binaries together: a server, homes with the command line in them, and what goes wrong between.

#![expect(clippy::unwrap_used, reason = "tests say what went wrong by panicking")]

mod arrivals;
mod cards;
mod disk;
mod doctor;
mod edits;
mod events;
mod faults;
mod hardships;
mod kill_matrix;
mod main_job;
mod manifests;
mod moments;
mod nightly;
mod odd_files;
mod original_client;
mod original_server;
mod pictures;
mod power_loss;
mod proxies;
mod queue;
mod receipts;
mod resume;
mod safe_to_wipe;
mod secrets;
mod small_files;
mod stores;
mod support;
mod sweeps;
mod takeovers;
mod terminal;
mod tokens;
mod trash;
mod tui;
mod tui_daemon;
mod tui_posters;
mod unattended;
mod users;
mod wipe_rules;
