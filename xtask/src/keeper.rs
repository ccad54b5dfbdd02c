//! Keeps a process and its directory for as long as we live, and not longer.
//!
//! A small shell starts the process and reads a pipe from us. However we end (Ctrl-C, `kill -9`, a panic), the pipe
//! closes, and the shell ends the process and removes the directory: nothing is left behind, and no signal is handled.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use crate::environment;

/// `$1` the directory, `$2` the signal that ends the process, the rest is the command.
const SCRIPT: &str = r#"
directory=$1; signal=$2; shift 2
exec 3<&0
"$@" >"$directory/stdout" 2>"$directory/stderr" </dev/null 3<&- &
process=$!
(read -r _ <&3; kill "-$signal" "$process") 2>/dev/null &
watcher=$!
wait "$process"
status=$?
[ "$status" -eq 0 ] || tail -n 40 "$directory/stderr" >&2
kill "$watcher" 2>/dev/null
cd / && rm -rf "$directory"
exit "$status"
"#;

/// Who runs the process and owns its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Whoever runs us.
    Us,
    /// The user `postgres` where we are root, else us: PostgreSQL refuses root.
    Postgres,
}

impl Owner {
    /// A command that this owner runs.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        if self == Self::Us || !environment::is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command
            .args([
                "--reuid=postgres",
                "--regid=postgres",
                "--init-groups",
                "--",
            ])
            .arg(program)
            .env("HOME", "/nonexistent");
        command
    }
}

/// A throw-away directory that has no process yet.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    owner: Owner,
    handed_on: bool,
}

impl Directory {
    /// A new one, made by its owner itself: who may not write in a directory of root's may not remove it either.
    pub(crate) fn new(name: &str, owner: Owner) -> Result<Self> {
        let output = owner
            .command("mktemp")
            .args(["-d", "-t", &format!("{name}-XXXXXXXX")])
            .stdin(Stdio::null())
            .output()
            .context("cannot start mktemp")?;
        if !output.status.success() {
            bail!("mktemp: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let path = String::from_utf8(output.stdout).context("the temporary directory's name")?;
        Ok(Self {
            path: path.trim_end().into(),
            owner,
            handed_on: false,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a process in it; process and directory end together. `signal` is what ends it: `TERM`, `INT`.
    pub(crate) fn keep(mut self, signal: &str, command: &Command) -> Result<Kept> {
        let mut shell = self.owner.command("sh");
        shell
            .args(["-c", SCRIPT, "keeper"])
            .arg(&self.path)
            .arg(signal)
            .arg(command.get_program())
            .args(command.get_args())
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .current_dir(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Its own group: Ctrl-C in a terminal is for us, and the shell sees that we are gone.
            .process_group(0);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let shell = shell.spawn().context("cannot start a shell")?;
        self.handed_on = true;
        Ok(Kept {
            shell,
            directory: self.path.clone(),
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.handed_on {
            // What cannot be removed is in the directory for temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A process and its directory, gone with this value.
#[derive(Debug)]
pub(crate) struct Kept {
    shell: Child,
    directory: PathBuf,
}

impl Kept {
    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.directory
    }

    /// What the process wrote to standard output so far.
    pub(crate) fn stdout(&self) -> String {
        // The shell makes the file a moment after we started it.
        fs::read_to_string(self.directory.join("stdout")).unwrap_or_default()
    }

    /// The id of the process that was started, by the name of its program: the shell's own id says nothing of it.
    pub(crate) fn process(&self, program: &str) -> Result<u32> {
        let shell = self.shell.id();
        let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"))?;
        let named = |id: &u32| {
            let executable = fs::read_link(format!("/proc/{id}/exe")).ok();
            executable.is_some_and(|path| path.file_name() == Some(OsStr::new(program)))
        };
        children
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .find(named)
            .with_context(|| format!("`{program}` does not run"))
    }

    /// Looks until `look` finds something; an error after `limit`, or where the process ended.
    pub(crate) fn wait_for<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.shell.try_wait()? {
                bail!("waited for {what}, and the process ended ({status})");
            }
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if started.elapsed() > limit {
                bail!("waited {} s for {what}", limit.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the process, waits for that, and removes the directory.
    pub(crate) fn end(mut self) -> Result<()> {
        let status = self.close()?;
        if !status.success() {
            bail!("the process did not end well ({status})");
        }
        Ok(())
    }

    fn close(&mut self) -> std::io::Result<std::process::ExitStatus> {
        drop(self.shell.stdin.take());
        self.shell.wait()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // A shell that cannot be waited for ends by itself.
        let _ = self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Directory, Owner};

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn process_and_directory_end_together() {
        let directory = Directory::new("heimdex-keeper-test", Owner::Us).unwrap();
        let path = directory.path().to_owned();
        // A shell acts on a signal after its child has ended: the child must be one that reads.
        let command = shell("trap 'exit 0' TERM; echo $$; mkfifo wait; read -r _ <>wait");
        let mut kept = directory.keep("TERM", &command).unwrap();
        let id = kept
            .wait_for("a line", LIMIT, |kept| {
                Ok(kept.stdout().trim().parse::<i32>().ok())
            })
            .unwrap();
        assert!(path.is_dir());
        kept.end().unwrap();
        assert!(!path.exists());
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn a_process_that_ends_by_itself_is_an_error_at_once() {
        let directory = Directory::new("heimdex-keeper-test", Owner::Us).unwrap();
        let path = directory.path().to_owned();
        let mut kept = directory.keep("TERM", &shell("exit 3")).unwrap();
        let waited = kept.wait_for("nothing", LIMIT, |_| Ok(None::<()>));
        assert!(waited.unwrap_err().to_string().contains("ended"));
        assert!(!path.exists());
    }

    #[test]
    fn a_directory_without_a_process_is_removed_as_well() {
        let directory = Directory::new("heimdex-keeper-test", Owner::Us).unwrap();
        let path = directory.path().to_owned();
        drop(directory);
        assert!(!path.exists());
    }
}
