//! The only place of xtask that prints: results to standard output, talk to standard error.

use std::io::{self, IsTerminal, Write};

/// Writes a line to standard output. A reader that went away is no failure of ours.
pub(crate) fn out(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes a line to standard error.
pub(crate) fn talk(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes the command that comes next to standard error, as a person would type it.
pub(crate) fn command(line: &str) {
    let (bold, plain) = if io::stderr().is_terminal() {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    talk(&format!("{bold}$ {line}{plain}"));
}

/// Writes an error with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    talk(&format!("error: {error}"));
    for cause in error.chain().skip(1) {
        talk(&format!("  because: {cause}"));
    }
}
