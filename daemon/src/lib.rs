//! The Heimdex daemon: watches folders, and gets every finished video off the machine.
//!
//! One process a person: it holds the lock of its home, answers on a Unix socket, and ends in two stages.

pub mod accounts;
pub mod args;
pub mod awake;
pub mod control;
mod desktop;
pub mod engine;
mod environment;
mod error;
mod instance;
mod logging;
pub mod logins;
pub mod manners;
mod notify;
pub mod queue;
mod run;
mod signals;
pub mod watch;
pub mod worker;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::DaemonArgs;
use environment::Environment;

/// The command line as clap knows it, for the manual.
#[must_use]
pub fn command() -> clap::Command {
    DaemonArgs::command()
}

/// Runs the daemon to its end and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let args = match DaemonArgs::try_parse() {
        Ok(args) => args,
        Err(error) => return heimdex_process::usage::answer(&error),
    };
    match run::run(&args, &Environment::capture()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            ExitCode::from(error.status())
        }
    }
}
