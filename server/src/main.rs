//! `heimdex-server`: parses, runs, and ends with an exit code.

use std::process::ExitCode;

use clap::Parser;
use heimdex_server::args::ServerArgs;
use heimdex_server::commands;
use heimdex_server::jobs::cage::inside;

fn main() -> ExitCode {
    if let Some(ended) = inside::enter() {
        return ended;
    }
    let args = match ServerArgs::try_parse() {
        Ok(args) => args,
        Err(error) => return heimdex_process::usage::answer(&error),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    let environment = std::env::vars_os().collect();
    let status = commands::run(&args, environment);
    ExitCode::from(status as u8)
}
