//! `cargo xtask bench NAME`: measures release builds of the real programs, and prints tables for the documentation.
//!
//! Machines differ and are noisy: what is compared is measured in one run, turn by turn, and read as a ratio.

mod catalog;
mod daemon;
mod events;
mod measure;
mod process;
mod store;
mod table;
mod transfer;
mod tui;

use std::path::{Path, PathBuf};
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
    /// The terminal interface in a terminal.
    Tui(tui::Plan),
}

pub(crate) use catalog::Plan as CatalogPlan;
pub(crate) use daemon::Plan as DaemonPlan;
pub(crate) use transfer::Plan as TransferPlan;
pub(crate) use tui::Plan as TuiPlan;

pub(crate) fn run(workspace: &Workspace, bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Transfer(plan) => transfer::run(&release(workspace)?, plan)?,
        Bench::Catalog(plan) => catalog::run(&release(workspace)?, plan)?,
        Bench::Store => store::run(workspace)?,
        Bench::Events => events::run(&release(workspace)?)?,
        Bench::Daemon(plan) => daemon::run(&named(workspace, plan.binaries.as_deref())?, plan)?,
        Bench::Tui(plan) => tui::run(&named(workspace, plan.binaries.as_deref())?, plan)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The programs in the directory that was named, else those that are built now.
fn named(workspace: &Workspace, binaries: Option<&Path>) -> Result<PathBuf> {
    match binaries {
        Some(binaries) => Ok(fs_err::canonicalize(binaries)?),
        None => release(workspace),
    }
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
