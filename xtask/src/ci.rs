//! `cargo xtask ci`: what continuous integration runs, here.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

/// Runs `.ci/run`: format, lints, documentation, tidy, generated files, tests, demonstration.
#[derive(Debug, clap::Args)]
pub(crate) struct CiArgs {}

pub(crate) fn run(workspace: &Workspace, _: &CiArgs) -> Result<ExitCode> {
    let status = steps::status(
        Command::new(workspace.root().join(".ci/run")).current_dir(workspace.root()),
    )?;
    Ok(steps::exit_code(status))
}
