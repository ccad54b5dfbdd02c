//! Questions: only in a terminal; elsewhere the flag that answers them is named.

use std::io::{self, BufRead as _, Read as _};

use heimdex_api::Secret;
use heimdex_api::limits::{PASSWORD_MAX, PASSWORD_MIN};

use super::Context;
use crate::error::CliError;

const PASSWORD: &str = "the password";

/// Whether a password is typed once or, where a typing error would lock its owner out, twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    Once,
    Twice,
}

/// The password: the first line of standard input, or typed unseen.
pub(super) fn password(
    context: &Context<'_>,
    from_stdin: bool,
    typed: Typed,
) -> Result<Secret, CliError> {
    let fail = |source| CliError::Input {
        what: PASSWORD,
        source,
    };
    let password = if from_stdin {
        first_line().map_err(fail)?
    } else if context.settings.can_ask {
        let first = rpassword::prompt_password("Password: ").map_err(fail)?;
        if typed == Typed::Twice && rpassword::prompt_password("Again: ").map_err(fail)? != first {
            return Err(CliError::usage("the two passwords differ", "type it again"));
        }
        first
    } else {
        return Err(CliError::NoTerminal {
            what: PASSWORD,
            flag: "--password-stdin",
        });
    };
    if password.is_empty() {
        return Err(CliError::usage(
            "the password is empty",
            "type it, or give it as the first line of standard input with --password-stdin",
        ));
    }
    if typed == Typed::Twice && password.chars().count() < PASSWORD_MIN {
        let message = format!("a password has at least {PASSWORD_MIN} characters");
        return Err(CliError::usage(
            message,
            "choose a longer one; several words are easy to keep",
        ));
    }
    Ok(Secret::new(password))
}

fn first_line() -> io::Result<String> {
    // A little more than the longest password, so that a longer one is refused and not cut.
    let limit = PASSWORD_MAX as u64 + 8;
    let mut line = String::new();
    io::BufReader::new(io::stdin().lock().take(limit)).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Asks for a yes; `flag` answers where nobody can be asked.
pub(super) fn confirm(
    context: &Context<'_>,
    question: &str,
    flag: &'static str,
) -> Result<(), CliError> {
    let what = "a confirmation";
    if !context.settings.can_ask {
        return Err(CliError::NoTerminal { what, flag });
    }
    context.printer.ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|source| CliError::Input { what, source })?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(CliError::Declined)
    }
}
