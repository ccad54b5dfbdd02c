//! The command line of Heimdex: parse what was typed, resolve it against environment and files, run one verb.

mod args;
mod clock;
mod commands;
mod completing;
mod error;
mod exit;
mod interrupt;
mod logging;
mod output;
mod printer;
mod settings;
mod tui;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use heimdex_process::usage::{UsageError, exit_code};

use args::{Cli, GlobalArgs};
use exit::ExitStatus;
use printer::Printer;
use settings::Environment;

pub use args::ENVIRONMENT;
pub use exit::EXIT_CODES;

/// The whole command line as clap knows it, for man pages and completions.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs what was typed and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let environment = Environment::capture();
    if let Some(answered) = completing::answer(&environment) {
        return answered;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error, &environment),
    };
    if cli.command.is_none() && !environment.is_interactive() {
        // Who writes a script meant a verb.
        let _ = write!(std::io::stderr(), "{}", Cli::command().render_help());
        return ExitStatus::Usage.into();
    }
    let printer = Printer::new(&cli.global, &environment);
    logging::start(&cli.global, &environment, &printer);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            printer.error(&error::CliError::Runtime(error));
            return ExitStatus::Failed.into();
        }
    };
    let status = runtime.block_on(commands::run(cli, environment, &printer));
    // A blocking read of a file or a terminal must not hold up the end.
    runtime.shutdown_background();
    match status {
        Ok(status) => status.into(),
        Err(error) => {
            printer.error(&error);
            error.exit_status().into()
        }
    }
}

/// Says what parsing answered instead of arguments: a help text, or what is wrong with what was typed.
fn refused(error: &clap::Error, environment: &Environment) -> ExitCode {
    match UsageError::of(error) {
        Some(usage) => {
            let printer = Printer::new(&GlobalArgs::with_profile(None), environment);
            printer.item_error(&usage.what, usage.hint.as_deref());
        }
        // Who closed the pipe has read enough.
        None => drop(error.print()),
    }
    exit_code(error)
}
