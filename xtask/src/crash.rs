//! `cargo xtask crash`: runs a simulation of everything that goes wrong, with many numbers, in several processes at once.
//!
//! The simulation is a test of the package that it belongs to; tests run three numbers of it. A number says all that
//! happens in a run: one that fails is named, and comes again.

pub(crate) mod wipe;

use std::path::PathBuf;
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{build, say, steps};

/// Runs of one process.
const SLICE: u64 = 50;
/// Processes for each core: they wait for the kernel most of the time.
const A_CORE: usize = 4;
/// What is shown of the slices that fail.
const SHOWN: usize = 3;

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Numbers.
    pub(crate) seeds: u64,
    /// The first of them.
    pub(crate) from: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seeds: 10_000,
            from: 1,
        }
    }
}

/// The test that runs the numbers from here to there, as `FROM..TO`.
const TEST: &str = "watch::tests::crash::at_the_end_every_file_is_stored_once_and_equal";
const LIBRARY: &str = "heimdex_daemon";
const VARIABLE: &str = "HEIMDEX_CRASH_SEEDS";

pub(crate) fn run(workspace: &Workspace, plan: &Plan) -> Result<ExitCode> {
    let program = build(workspace)?;
    let end = plan.from.saturating_add(plan.seeds);
    let (next, done) = (AtomicU64::new(plan.from), AtomicU64::new(0));
    let failures = Mutex::new(Vec::new());
    let began = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || -> Result<()> {
        loop {
            let from = next.fetch_add(SLICE, Ordering::Relaxed);
            if from >= end {
                return Ok(());
            }
            let to = from.saturating_add(SLICE).min(end);
            let output = slice(&program, from, to)?;
            if !output.status.success()
                && let Ok(mut failures) = failures.lock()
            {
                failures.push((from, to, output));
            }
            let done = done.fetch_add(to - from, Ordering::Relaxed) + to - from;
            say::talk(&format!("{done} of {} runs", plan.seeds));
        }
    };
    let worked: Result<()> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores * A_CORE).map(|_| scope.spawn(work)).collect();
        let mut worked = workers.into_iter().map(|worker| match worker.join() {
            Ok(worked) => worked,
            Err(_) => bail!("a worker panicked"),
        });
        worked.find(Result::is_err).unwrap_or(Ok(()))
    });
    worked?;
    let mut failures = failures.into_inner().unwrap_or_default();
    failures.sort_by_key(|(from, ..)| *from);
    for (from, to, output) in failures.iter().take(SHOWN) {
        say::talk(&format!("\n{VARIABLE}={from}..{to}"));
        say::talk(&String::from_utf8_lossy(&output.stderr));
        say::talk(&String::from_utf8_lossy(&output.stdout));
    }
    let took = began.elapsed().as_secs();
    if failures.is_empty() {
        say::out(&format!(
            "{} runs in {took} s: at the end of each every file was stored once, and equal",
            plan.seeds
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let slices: Vec<String> = failures
        .iter()
        .map(|(from, to, _)| format!("{from}..{to}"))
        .collect();
    bail!("runs failed among these: {}", slices.join(", "));
}

fn slice(program: &PathBuf, from: u64, to: u64) -> Result<Output> {
    Command::new(program)
        .args(["--exact", TEST])
        .env(VARIABLE, format!("{from}..{to}"))
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", program.display()))
}

/// Builds the tests of the libraries; where that of the daemon is.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.arg("test").args(build::SELECTION);
    cargo.args(["--lib", "--no-run", "--message-format", "json"]);
    say::command(&steps::typed(&cargo));
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the tests cannot be built");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut built = text.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == LIBRARY && message["profile"]["test"] == true;
        let program = message["executable"].as_str()?;
        is_it.then(|| PathBuf::from(program))
    });
    built
        .next_back()
        .with_context(|| format!("cargo names no test of `{LIBRARY}`"))
}
