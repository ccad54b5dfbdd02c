//! What a running process has used so far, as the kernel tells it.

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::{Context, Result};
use fs_err as fs;

/// The unit of processor times in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

/// A figure of `/proc/PID/status`, in MiB.
pub(super) fn mib(process: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib: f64 = line
        .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .with_context(|| format!("no {name} of the process"))?;
    Ok(kib / 1024.0)
}

/// What a process has used so far.
pub(super) struct Spent {
    /// User and system time, in seconds; of threads that have ended too.
    cpu: f64,
    /// How often each thread that lives has gone to sleep by itself.
    sleeps: BTreeMap<OsString, f64>,
}

impl Spent {
    /// Reads `/proc/PID/stat` (fields 14 and 15) and the threads' `status`; see proc(5).
    pub(super) fn by(process: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
        let mut ticks = 0.0;
        // The third field comes first here.
        for field in fields.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<f64>()?;
        }
        let mut sleeps = BTreeMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            let thread = thread?;
            // It may end meanwhile.
            let Ok(status) = fs::read_to_string(thread.path().join("status")) else {
                continue;
            };
            let slept = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            let slept = slept.context("a thread sleeps")?.trim().parse::<f64>()?;
            sleeps.insert(thread.file_name(), slept);
        }
        Ok(Self {
            cpu: ticks / TICKS_PER_SECOND,
            sleeps,
        })
    }

    /// Seconds of processor time, and how often the threads that live now went to sleep.
    pub(super) fn since(&self, before: &Self) -> (f64, f64) {
        let sleeps = self
            .sleeps
            .iter()
            .map(|(thread, slept)| slept - before.sleeps.get(thread).unwrap_or(&0.0));
        (self.cpu - before.cpu, sleeps.sum())
    }
}
