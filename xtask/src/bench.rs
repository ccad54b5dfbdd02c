//! `cargo xtask bench NAME`: measures release builds of the real programs, and prints tables for the documentation.
//!
//! Machines differ and are noisy: what is compared is measured in one run, turn by turn, and read as a ratio.

mod catalog;
mod daemon;
mod events;
mod measure;
mod store;
mod table;
mod transfer;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

/// What can be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bench {
    /// Uploads and downloads over loopback.
    Transfer(transfer::Plan),
    /// Lists of a large library.
    Catalog(catalog::Plan),
    /// Completing an upload of many parts.
    Store,
    /// A large folder under watch.
    Daemon(daemon::Plan),
    /// Listeners on which nothing happens.
    Events,
}

pub(crate) use catalog::Plan as CatalogPlan;
pub(crate) use daemon::Plan as DaemonPlan;
pub(crate) use transfer::Plan as TransferPlan;

pub(crate) fn run(workspace: &Workspace, bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Transfer(plan) => transfer::run(&release(workspace)?, plan)?,
        Bench::Catalog(plan) => catalog::run(&release(workspace)?, plan)?,
        Bench::Store => store::run(workspace)?,
        Bench::Events => events::run(&release(workspace)?)?,
        Bench::Daemon(plan) => {
            let binaries = match &plan.binaries {
                Some(binaries) => fs_err::canonicalize(binaries)?,
                None => release(workspace)?,
            };
            daemon::run(&binaries, plan)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the programs as people run them: optimised, and without the lines that tests kill them at.
fn release(workspace: &Workspace) -> Result<PathBuf> {
    steps::run(workspace.cargo().args([
        "build",
        "--release",
        "--package",
        "heimdex",
        "--package",
        "heimdex-server",
        "--package",
        "heimdexd",
        "--bins",
    ]))?;
    Ok(workspace.release_binaries())
}
