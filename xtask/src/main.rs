//! Builds, checks and demonstrates Heimdex: `cargo xtask VERB`.
//!
//! It depends on none of our crates and on little else, so that it is there within seconds of a fresh clone. One verb,
//! one file.

mod arguments;
mod bench;
mod build;
mod ci;
mod crash;
mod demo;
mod environment;
mod generate;
mod keeper;
mod packages;
mod pg;
mod pictures;
mod s3;
mod say;
mod seed;
mod steps;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use crate::arguments::Verb;
use crate::workspace::Workspace;

/// Wrong usage, as of our other programs.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let verb = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(verb) => verb,
        Err(error) => {
            say::error(&error.into());
            say::talk("hint: `cargo xtask --help` names the verbs");
            return ExitCode::from(USAGE);
        }
    };
    let done = run(verb);
    done.unwrap_or_else(|error| {
        say::error(&error);
        ExitCode::FAILURE
    })
}

fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Help(text) => {
            say::out(text);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Demo { file } => demo::run(&Workspace::find()?, file.as_deref()),
        Verb::Test { arguments } => test::run(&Workspace::find()?, &arguments),
        Verb::Bench(bench) => bench::run(&Workspace::find()?, &bench),
        Verb::Crash(plan) => crash::run(&Workspace::find()?, &plan),
        Verb::CrashWipe(plan) => crash::wipe::run(&Workspace::find()?, plan),
        Verb::Seed(arguments) => seed::run(&Workspace::find()?, &arguments),
        Verb::Generate(purpose) => generate::run(&Workspace::find()?, purpose),
        Verb::Pictures(plan) => pictures::run(&Workspace::find()?, &plan),
        Verb::Tidy => tidy::run(&Workspace::find()?),
        Verb::Ci => ci::run(&Workspace::find()?),
        Verb::Pg { command } => pg::run(&command),
        Verb::S3 { command } => s3::run(&Workspace::find()?, &command),
    }
}
