//! Runs one command and says what it took: time, processor time and memory of the client and of the server behind it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fs_err as fs;

/// How often a running process is looked at. Its last moments are lost: at most this much of its processor time.
const LOOK: Duration = Duration::from_millis(5);

/// The unit of processor times in `/proc`: every Linux answers `sysconf(_SC_CLK_TCK)` with 100.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    /// User and system time, in seconds.
    pub(super) cpu_s: f64,
    /// The most memory it had at once, in MiB.
    pub(super) peak_mib: f64,
}

/// What one command took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// From start to end, in seconds.
    pub(super) wall_s: f64,
    /// Its own.
    pub(super) client: Usage,
    /// The server's: processor time spent meanwhile, and its peak since it started.
    pub(super) server: Usage,
}

/// Runs a command to its end; an error unless it succeeds.
pub(super) fn measure(command: &mut Command, server: u32) -> Result<Measured> {
    let typed = crate::steps::typed(command);
    let before = usage(server)?;
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{typed}`"))?;
    let mut client = Usage::default();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // It may end between the two looks; what has ended has no memory any more, but its processor time.
        if let Ok(seen) = usage(child.id()) {
            client.cpu_s = seen.cpu_s;
            client.peak_mib = client.peak_mib.max(seen.peak_mib);
        }
        std::thread::sleep(LOOK);
    };
    let wall_s = started.elapsed().as_secs_f64();
    if !status.success() {
        bail!("`{typed}` failed ({status})");
    }
    let after = usage(server)?;
    Ok(Measured {
        wall_s,
        client,
        server: Usage {
            cpu_s: after.cpu_s - before.cpu_s,
            peak_mib: after.peak_mib,
        },
    })
}

/// Reads `/proc/PID/stat` (fields 14 and 15) and the high-water mark of `/proc/PID/status`; see proc(5).
fn usage(process: u32) -> Result<Usage> {
    let directory = Path::new("/proc").join(process.to_string());
    let stat = fs::read_to_string(directory.join("stat"))?;
    // The name, in parentheses, may hold anything: fields are counted behind it, from the third on.
    let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |number: usize| {
        let field = fields.get(number - 3).and_then(|text| text.parse().ok());
        field.unwrap_or(0.0)
    };
    let status = fs::read_to_string(directory.join("status"))?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .unwrap_or(0.0);
    Ok(Usage {
        cpu_s: (ticks(14) + ticks(15)) / TICKS_PER_SECOND,
        peak_mib: kib / 1024.0,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::measure;

    #[test]
    fn what_a_command_takes_is_seen() {
        let mut command = Command::new("sh");
        // Works until it has used a third of a second: less could pass between two looks.
        command.args([
            "-c",
            "while [ \"$(($(cut -d' ' -f14 /proc/$$/stat) + $(cut -d' ' -f16 /proc/$$/stat)))\" -lt 30 ]; do :; done",
        ]);
        let measured = measure(&mut command, std::process::id()).unwrap();
        assert!(measured.wall_s > 0.1, "{measured:?}");
        assert!(measured.client.peak_mib > 0.1, "{measured:?}");
    }

    #[test]
    fn a_command_that_fails_is_no_measurement() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 7"]);
        assert!(measure(&mut command, std::process::id()).is_err());
    }
}
