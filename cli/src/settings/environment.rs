//! The world around the process, looked at once: variables, arguments, streams.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use crate::printer::Stream;

const WIDTH_DEFAULT: usize = 80;

/// The world around the process, looked at once.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    variables: BTreeMap<OsString, OsString>,
    /// The program as it was called, then what was typed behind it.
    arguments: Vec<OsString>,
    directory: Option<PathBuf>,
    /// Whether a question can be asked.
    pub(crate) stdin_is_terminal: bool,
    /// What standard output is.
    pub(crate) stdout: Stream,
    /// What standard error is.
    pub(crate) stderr: Stream,
}

impl Environment {
    /// Looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn capture() -> Self {
        let stream =
            |is_terminal: bool, width: Option<(terminal_size::Width, terminal_size::Height)>| {
                if is_terminal {
                    Stream::Terminal(width.map_or(WIDTH_DEFAULT, |(width, _)| usize::from(width.0)))
                } else {
                    Stream::Pipe
                }
            };
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        Self {
            variables: std::env::vars_os().collect(),
            arguments: std::env::args_os().collect(),
            directory: std::env::current_dir().ok(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout: stream(
                stdout.is_terminal(),
                terminal_size::terminal_size_of(&stdout),
            ),
            stderr: stream(
                stderr.is_terminal(),
                terminal_size::terminal_size_of(&stderr),
            ),
        }
    }

    /// Whether somebody sits there: both keys and screen are a terminal's.
    pub(crate) fn is_interactive(&self) -> bool {
        self.stdin_is_terminal && self.can_draw()
    }

    /// Whether standard output is a terminal that says what it is, and that it is more than paper.
    pub(crate) fn can_draw(&self) -> bool {
        let is_dumb = self.text("TERM").is_none_or(|term| term == "dumb");
        self.stdout != Stream::Pipe && !is_dumb
    }

    /// One that was never looked at: these variables, no terminal.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            variables: variables.collect(),
            arguments: Vec::new(),
            directory: None,
            stdin_is_terminal: false,
            stdout: Stream::Pipe,
            stderr: Stream::Pipe,
        }
    }

    /// What was typed, as a person would type it again.
    pub(crate) fn typed(&self) -> String {
        let mut typed = String::from("heimdex");
        for argument in self.arguments.iter().skip(1) {
            typed.push(' ');
            typed.push_str(&quoted(&argument.to_string_lossy()));
        }
        typed
    }

    /// The program, as a shell that runs elsewhere calls it: by its name where it was, else by its whole path.
    pub(crate) fn program(&self) -> String {
        let called = self
            .arguments
            .first()
            .map(PathBuf::from)
            .unwrap_or_default();
        let is_path = called.components().count() > 1;
        let whole = self.directory.as_ref().filter(|_| is_path);
        let program = whole.map_or_else(|| called.clone(), |directory| directory.join(&called));
        program.to_string_lossy().into_owned()
    }

    /// The program and all that was typed behind it.
    pub(crate) fn all_arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The working directory, where there is one.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// The value of an option, wherever it stands, before the command line was read.
    pub(crate) fn option(&self, name: &str) -> Option<String> {
        let mut words = self.arguments.iter().filter_map(|word| word.to_str());
        while let Some(word) = words.next() {
            let Some(rest) = word.strip_prefix(name) else {
                continue;
            };
            if rest.is_empty() {
                return words.next().map(str::to_owned);
            }
            if let Some(value) = rest.strip_prefix('=') {
                return Some(value.to_owned());
            }
        }
        None
    }

    /// Where programs are looked for.
    pub(crate) fn search_path(&self) -> Vec<PathBuf> {
        let directories = self.value("PATH").map(std::env::split_paths);
        directories.into_iter().flatten().collect()
    }

    /// A variable that is set to something.
    pub(super) fn value(&self, name: &str) -> Option<&OsString> {
        self.variables
            .get(std::ffi::OsStr::new(name))
            .filter(|value| !value.is_empty())
    }

    /// Whether a variable is set to nothing.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        let value = self.variables.get(std::ffi::OsStr::new(name));
        value.is_some_and(|value| value.is_empty())
    }

    /// The same as text; what is not UTF-8 counts as not set.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.to_str().map(str::to_owned)
    }

    /// A switch: set to anything but `0`, `false` or `no`.
    pub(super) fn switch(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value != "0" && value != "false" && value != "no")
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
