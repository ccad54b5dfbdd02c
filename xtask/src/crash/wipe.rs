//! `cargo xtask crash wipe`: tries to get a wrong yes of `safe-to-wipe`, by an example of the client that does so.

use std::process::{Command, ExitCode};

use anyhow::Result;

use super::Plan;
use crate::workspace::Workspace;
use crate::{build, steps};

/// So many tries are minutes.
pub(crate) const PLAN: Plan = Plan {
    seeds: 5000,
    from: 1,
};

pub(crate) fn run(workspace: &Workspace, plan: Plan) -> Result<ExitCode> {
    build::binaries(workspace)?;
    let mut tries = Command::new(workspace.binaries().join("examples/wipe_trials"));
    tries.args([plan.seeds.to_string(), plan.from.to_string()]);
    tries.env("HEIMDEX_BIN_DIR", workspace.binaries());
    Ok(steps::exit_code(steps::status(&mut tries)?))
}
