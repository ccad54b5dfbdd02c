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
    let args = ServerArgs::parse();
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    let environment = std::env::vars_os().collect();
    let status = commands::run(&args, environment);
    ExitCode::from(status as u8)
}
