//! One call of a program, as a person would type it, and what came of it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Running, text_tail};

/// Long enough for a loaded machine; a test that needs more says so with [`Invocation::limit`].
const LIMIT: Duration = Duration::from_mins(2);

/// A command that is about to be run.
#[derive(Debug)]
pub struct Invocation {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
    input: Option<Vec<u8>>,
    limit: Duration,
}

impl Invocation {
    /// `program` with no argument and exactly this environment, in `directory`.
    pub(crate) fn new(
        program: PathBuf,
        environment: Vec<(OsString, OsString)>,
        directory: PathBuf,
    ) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            environment,
            directory,
            input: None,
            limit: LIMIT,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(
            arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self
    }

    /// Sets a variable; the last one of a name holds.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Forgets every variable set so far, as `env -i` does.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.environment.clear();
        self
    }

    /// Runs it there.
    #[must_use]
    pub fn dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// Gives it a standard input; without one it is empty and no terminal.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// How long it may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Starts it and goes on.
    pub fn spawn(self) -> Running {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory);
        Running::start(command, &self.typed(), self.input.as_deref())
    }

    /// Runs it to its end, however that is.
    pub fn run(self) -> Output {
        let (typed, directory, limit) = (self.typed(), self.directory.clone(), self.limit);
        let mut running = self.spawn();
        let status = running.wait(limit);
        Output {
            typed,
            directory,
            code: status.code(),
            stdout: running.stdout(),
            stderr: running.stderr(),
        }
    }

    /// Runs it and panics, telling all, unless it exits with 0.
    pub fn ok(self) -> Output {
        self.run().exits(0)
    }

    fn typed(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str());
        let mut typed = program.to_string_lossy().into_owned();
        for argument in &self.arguments {
            let argument = argument.to_string_lossy();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+%".contains(c);
            if !argument.is_empty() && argument.chars().all(plain) {
                typed.push(' ');
                typed.push_str(&argument);
            } else {
                typed.push_str(" '");
                typed.push_str(&argument.replace('\'', r"'\''"));
                typed.push('\'');
            }
        }
        typed
    }
}

/// What a call left behind. Its `Display` is the whole story, for a failing test.
#[derive(Debug, Clone)]
pub struct Output {
    typed: String,
    directory: PathBuf,
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Panics, telling all, unless it ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == Some(code), "expected exit code {code}\n{self}");
        self
    }

    /// Standard output as text.
    #[track_caller]
    pub fn stdout(&self) -> &str {
        str::from_utf8(&self.stdout).unwrap_or_else(|_| panic!("stdout is not UTF-8\n{self}"))
    }

    /// Standard error as text.
    #[track_caller]
    pub fn stderr(&self) -> &str {
        str::from_utf8(&self.stderr).unwrap_or_else(|_| panic!("stderr is not UTF-8\n{self}"))
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not JSON: {error}\n{self}"))
    }

    /// Standard output as one JSON value a line.
    #[track_caller]
    pub fn ndjson(&self) -> Vec<serde_json::Value> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("`{line}` is not JSON: {error}\n{self}"))
        };
        self.stdout().lines().map(parse).collect()
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "--- `{}` exited with {code}", self.typed)?,
            None => writeln!(f, "--- `{}` was ended by a signal", self.typed)?,
        }
        writeln!(f, "--- in {}", self.directory.display())?;
        for entry in listing(&self.directory) {
            writeln!(f, "{entry}")?;
        }
        writeln!(f, "--- stdout\n{}", text_tail(&self.stdout))?;
        writeln!(f, "--- stderr\n{}", text_tail(&self.stderr))
    }
}

fn listing(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(directory) else {
        return vec!["(unreadable)".into()];
    };
    let mut lines: Vec<String> = entries
        .flatten()
        .map(|entry| {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            format!("{size:>12} {}", entry.file_name().display())
        })
        .collect();
    lines.sort_unstable();
    lines
}
