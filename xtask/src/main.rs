//! Builds, checks and demonstrates Heimdex: `cargo xtask VERB`.
//!
//! It depends on none of our crates, so that it is there within seconds of a fresh clone. One verb, one file.

mod build;
mod ci;
mod demo;
mod environment;
mod generate;
mod keeper;
mod packages;
mod pg;
mod say;
mod steps;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::workspace::Workspace;

/// Builds, checks and demonstrates Heimdex.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
enum Verb {
    Demo(demo::DemoArgs),
    Test(test::TestArgs),
    Generate(generate::GenerateArgs),
    Tidy(tidy::TidyArgs),
    Ci(ci::CiArgs),
    Pg(pg::PgArgs),
}

fn main() -> ExitCode {
    let verb = Verb::parse();
    let done = Workspace::find().and_then(|workspace| match verb {
        Verb::Demo(args) => demo::run(&workspace, &args),
        Verb::Test(args) => test::run(&workspace, &args),
        Verb::Generate(args) => generate::run(&workspace, &args),
        Verb::Tidy(args) => tidy::run(&workspace, &args),
        Verb::Ci(args) => ci::run(&workspace, &args),
        Verb::Pg(args) => pg::run(&workspace, &args),
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            say::error(&error);
            ExitCode::FAILURE
        }
    }
}
