//! A process under test: its output goes to files, it can be killed, and it never outlives its test.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::wait::wait_until;

/// A started process whose standard output and standard error are kept.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
    output: TempDir,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts `command`, with `input` on its standard input.
    pub(crate) fn start(mut command: Command, name: &str, input: Option<&[u8]>) -> Self {
        let output = tempfile::tempdir().expect("a temporary directory");
        let open = |file: &str| {
            let (file, _) = fs::File::create(output.path().join(file))
                .expect("a file")
                .into_parts();
            Stdio::from(file)
        };
        let stdin = match input {
            None => Stdio::null(),
            Some(bytes) => {
                let path = output.path().join("stdin");
                fs::write(&path, bytes).expect("the input can be written");
                let (file, _) = fs::File::open(path)
                    .expect("the input can be read")
                    .into_parts();
                Stdio::from(file)
            }
        };
        command
            .stdin(stdin)
            .stdout(open("stdout"))
            .stderr(open("stderr"));
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("cannot start {}: {error}", command.get_program().display())
        });
        Self {
            child,
            name: name.to_owned(),
            output,
            ended: None,
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard output so far.
    pub fn stdout(&self) -> Vec<u8> {
        read(&self.output.path().join("stdout"))
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> Vec<u8> {
        read(&self.output.path().join("stderr"))
    }

    /// The file that standard error goes to.
    pub fn stderr_path(&self) -> PathBuf {
        self.output.path().join("stderr")
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("a child can be waited for");
        }
        self.ended
    }

    /// Sends a signal; nothing happens where the process has ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.ended().is_none() {
            kill_process(Pid::from_child(&self.child), signal).expect("a child takes signals");
        }
    }

    /// Interrupts it as Ctrl-C does.
    pub fn interrupt(&mut self) {
        self.signal(Signal::INT);
    }

    /// Asks it to end with SIGTERM, and waits until it did.
    pub fn terminate(&mut self, limit: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait(limit)
    }

    /// Kills it as `kill -9` does: it gets no chance to say or save anything.
    pub fn kill9(&mut self) -> ExitStatus {
        self.signal(Signal::KILL);
        self.wait(Duration::from_secs(30))
    }

    /// Waits until it ended; panics after `limit` with what it wrote.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("the end of `{}`", self.name);
        wait_until(&what, limit, || {
            let ended = self.ended();
            ended.ok_or_else(|| Seen(text_tail(&self.stdout()), text_tail(&self.stderr())))
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Errors mean that it has ended already, which is all that is wanted here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Seen(String, String);

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n--- stdout\n{}\n--- stderr\n{}", self.0, self.1)
    }
}

/// The last lines of an output, for a message.
pub(crate) fn text_tail(bytes: &[u8]) -> String {
    const LINES: usize = 60;
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LINES);
    let mut tail = lines[from..].join("\n");
    if from > 0 {
        tail.insert_str(0, &format!("[{from} lines before]\n"));
    }
    tail
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .expect("the output can be read");
    bytes
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::Running;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str, input: Option<&[u8]>) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Running::start(command, "sh", input)
    }

    #[test]
    fn what_a_process_reads_and_writes_is_kept() {
        let mut running = shell("cat; echo talk >&2; exit 3", Some(b"data"));
        assert_eq!(running.wait(LIMIT).code(), Some(3));
        assert_eq!(
            (running.stdout(), running.stderr()),
            (b"data".to_vec(), b"talk\n".to_vec())
        );
    }

    #[test]
    fn killing_leaves_no_chance_to_say_goodbye() {
        let mut running = shell(
            "trap 'echo goodbye' TERM EXIT; echo up; while :; do read x; done",
            None,
        );
        crate::wait_until("a line", LIMIT, || !running.stdout().is_empty());
        assert!(running.kill9().code().is_none());
        assert_eq!(running.stdout(), b"up\n");
    }
}
