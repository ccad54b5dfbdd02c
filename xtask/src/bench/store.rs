//! What the embedded store takes to complete an upload of very many parts, in process.
//!
//! The program that measures it is an example of the server, built as the tests are and not for release: another build of
//! everything for one figure is not worth its time, and the figure is an upper bound.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::table;
use crate::workspace::Workspace;
use crate::{build, say, steps};

const EXAMPLE: &str = "complete_parts";

pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let mut program = Command::new(build(workspace)?);
    say::command(&steps::typed(&program));
    let output = program.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "`{EXAMPLE}` failed");
    let answer = String::from_utf8_lossy(&output.stdout);
    let rounds = answer
        .lines()
        .map(str::parse)
        .collect::<Result<Vec<f64>, _>>()
        .with_context(|| format!("`{EXAMPLE}` printed `{answer}`"))?;
    say::out("\nAn upload of 6,400 parts of one byte, in process; median (smallest to largest).\n");
    table::print(
        &["", "ms"],
        &[vec!["complete".to_owned(), table::spread(&rounds)]],
    );
    Ok(())
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.arg("build").args(build::SELECTION);
    steps::run(cargo.args(["--example", EXAMPLE]))?;
    Ok(workspace.binaries().join("examples").join(EXAMPLE))
}
