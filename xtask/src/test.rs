//! `cargo xtask test`: gets what the tests need, builds the binaries, and runs everything.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};
use std::thread::available_parallelism;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{build, environment, packages, pg, s3, say, steps};

pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode> {
    packages::ensure(packages::FOR_TESTS)?;
    let seaweedfs = packages::seaweedfs(workspace)?;
    let ascmhl = packages::ascmhl(workspace)?;
    build::binaries(workspace)?;
    let cluster = pg::Cluster::start()?;
    say::talk(&format!("PostgreSQL answers at {}", cluster.url()));
    let store = s3::Store::start(&seaweedfs)?;
    say::talk("SeaweedFS answers too");
    let prepare = |command: &mut Command| {
        command
            .env("HEIMDEX_TEST_PG_URL", cluster.url())
            .env(s3::VARIABLE, store.url())
            .env("HEIMDEX_TEST_ASCMHL", &ascmhl)
            .env("HEIMDEX_BIN_DIR", workspace.binaries());
        for variable in ["RUST_TEST_THREADS", "NEXTEST_TEST_THREADS"] {
            if environment::variable(variable).is_none() {
                command.env(variable, threads().to_string());
            }
        }
        if environment::is_ci() {
            command.env("INSTA_UPDATE", "no");
        }
    };
    let nextest = has_nextest(workspace);
    if nextest && arguments.is_empty() {
        // First, so that the runner's own closing lines are the last of the output.
        let mut doctests = workspace.cargo();
        doctests
            .arg("test")
            .args(build::SELECTION)
            .args(["--doc", "--quiet"]);
        prepare(&mut doctests);
        steps::run(&mut doctests)?;
    }
    let mut tests = workspace.cargo();
    if nextest {
        tests.args(["nextest", "run"]).args(build::SELECTION);
        if environment::is_ci() {
            tests.args(["--profile", "ci"]);
        }
    } else {
        tests
            .arg("test")
            .args(build::SELECTION)
            .arg("--no-fail-fast");
    }
    tests.args(arguments);
    prepare(&mut tests);
    let status = steps::status(&mut tests)?;
    drop(store);
    drop(cluster);
    Ok(steps::exit_code(status))
}

/// Tests at a time: half as many again as there are cores, because most wait for a process, a socket or a disk.
fn threads() -> usize {
    let cores = available_parallelism().map_or(1, usize::from);
    cores + cores.div_ceil(2)
}

fn has_nextest(workspace: &Workspace) -> bool {
    let asked = workspace
        .cargo()
        .args(["nextest", "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}
