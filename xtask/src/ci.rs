//! `cargo xtask ci`: what continuous integration runs, here.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let mut script = Command::new(workspace.root().join(".ci/run"));
    let status = steps::status(script.current_dir(workspace.root()))?;
    Ok(steps::exit_code(status))
}
