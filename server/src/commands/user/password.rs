//! A new password: typed twice without being seen, or the first line of standard input. Never an argument.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use heimdex_api::Secret;
use heimdex_api::limits::PASSWORD_MAX;

use super::UserError;
use crate::auth::password;

/// More than the longest password and its line end.
const LINE_MAX: u64 = PASSWORD_MAX as u64 + 2;

/// Reads a new password and checks it.
pub(super) fn read(from_stdin: bool) -> Result<Secret, UserError> {
    let text = if from_stdin {
        first_line().map_err(UserError::Password)?
    } else {
        typed_twice()?
    };
    let password = Secret::new(text);
    password::check_new(&password, "password")?;
    Ok(password)
}

fn typed_twice() -> Result<String, UserError> {
    if !io::stdin().is_terminal() {
        return Err(UserError::NoTerminal);
    }
    let first = rpassword::prompt_password("New password: ").map_err(UserError::Password)?;
    let again = rpassword::prompt_password("Again: ").map_err(UserError::Password)?;
    if first == again {
        Ok(first)
    } else {
        Err(UserError::PasswordsDiffer)
    }
}

fn first_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().take(LINE_MAX).read_line(&mut line)?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}
