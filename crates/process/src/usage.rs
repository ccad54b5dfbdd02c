//! What was typed in a wrong way, as every other error is told: one sentence of what, and at most one of what to do.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Why a command line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageError {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl UsageError {
    /// `None` where nothing is wrong: a help text was asked for, or is all the answer there is.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => None,
            kind => Some(Self {
                what: clean(&what(error, kind)),
                hint: hint(error).map(|hint| clean(&hint)),
            }),
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Prints what parsing answered instead of arguments, and answers the exit code.
#[must_use]
pub fn answer(error: &Error) -> ExitCode {
    // Who closed the pipe has read enough.
    match UsageError::of(error) {
        Some(usage) => drop(writeln!(std::io::stderr().lock(), "{usage}")),
        None => drop(error.print()),
    }
    exit_code(error)
}

/// The exit code of a help text or a wrong command line.
#[must_use]
pub fn exit_code(error: &Error) -> ExitCode {
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn what(error: &Error, kind: ErrorKind) -> String {
    let argument = list(&words(error, ContextKind::InvalidArg), "and");
    let value = words(error, ContextKind::InvalidValue).concat();
    match kind {
        ErrorKind::UnknownArgument => format!("unexpected argument {argument}"),
        ErrorKind::InvalidSubcommand => {
            let command = words(error, ContextKind::InvalidSubcommand);
            format!("there is no command {}", list(&command, "and"))
        }
        ErrorKind::InvalidValue | ErrorKind::TooFewValues if value.is_empty() => {
            format!("{argument} needs a value")
        }
        ErrorKind::InvalidValue | ErrorKind::TooManyValues => {
            format!("{argument} does not take `{value}`")
        }
        ErrorKind::ValueValidation => {
            let mut what = format!("{argument} does not take `{value}`");
            if let Some(source) = std::error::Error::source(error) {
                // Writing to a string cannot fail.
                let _ = write!(what, ": {source}");
            }
            what
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = words(error, ContextKind::InvalidArg);
            let are = if missing.len() == 1 { "is" } else { "are" };
            format!("{argument} {are} missing")
        }
        ErrorKind::ArgumentConflict => {
            let other = list(&words(error, ContextKind::PriorArg), "and");
            if other.is_empty() || other == argument {
                format!("{argument} is given more than once")
            } else {
                format!("{argument} does not go with {other}")
            }
        }
        _ => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    }
}

fn hint(error: &Error) -> Option<String> {
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    // The nearest comes last.
    let nearest = suggested.iter().find_map(|kind| words(error, *kind).pop());
    if let Some(nearest) = nearest {
        return Some(format!("did you mean `{nearest}`?"));
    }
    let valid = words(error, ContextKind::ValidValue);
    if !valid.is_empty() {
        return Some(format!("it takes {}", list(&valid, "or")));
    }
    let usage = words(error, ContextKind::Usage).concat();
    let usage = usage.lines().next()?.trim_start_matches("Usage: ");
    Some(format!("the form is `{}`", usage.trim()))
}

/// What clap tells of a thing, as words.
fn words(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// `a`, `b` and `c`.
fn list(words: &[String], last: &str) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        text.push_str(match place {
            0 => "",
            _ if place + 1 == words.len() => " ",
            _ => ", ",
        });
        if place > 0 && place + 1 == words.len() {
            text.push_str(last);
            text.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "`{word}`");
    }
    text
}

/// On one line, and nothing in it that a terminal obeys: what was typed is repeated.
fn clean(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            letter
        }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use clap::builder::PossibleValuesParser;
    use clap::{Arg, ArgAction, Command, value_parser};

    use super::*;

    fn command() -> Command {
        let list = Command::new("list")
            .visible_alias("ls")
            .arg(Arg::new("text").value_name("TEXT"))
            .arg(Arg::new("source").long("source").value_name("LABEL"))
            .arg(
                Arg::new("limit")
                    .long("limit")
                    .value_name("N")
                    .value_parser(value_parser!(u32)),
            )
            .arg(
                Arg::new("order")
                    .long("order")
                    .value_name("ORDER")
                    .value_parser(PossibleValuesParser::new(["asc", "desc"])),
            )
            .arg(
                Arg::new("all")
                    .long("all")
                    .action(ArgAction::SetTrue)
                    .conflicts_with("limit"),
            );
        let create = Command::new("create")
            .arg(Arg::new("name").value_name("NAME").required(true))
            .arg(
                Arg::new("scope")
                    .long("scope")
                    .value_name("SCOPE")
                    .required(true),
            );
        Command::new("heimdex")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands([list, create])
    }

    fn told(words: &[&str]) -> String {
        let typed = std::iter::once("heimdex").chain(words.iter().copied());
        let error = command().try_get_matches_from(typed).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{words:?}");
        UsageError::of(&error).unwrap().to_string()
    }

    #[test]
    fn what_was_typed_wrong_is_one_sentence_and_one_hint() {
        for (typed, expected) in [
            (
                "list --souce x",
                "error: unexpected argument `--souce`\nhint: did you mean `--source`?",
            ),
            (
                "list a b",
                "error: unexpected argument `b`\nhint: the form is `heimdex list [OPTIONS] [TEXT]`",
            ),
            (
                "lst",
                "error: there is no command `lst`\nhint: did you mean `list`?",
            ),
            (
                "list --order up",
                "error: `--order <ORDER>` does not take `up`\nhint: it takes `asc` or `desc`",
            ),
            (
                "list --order ascc",
                "error: `--order <ORDER>` does not take `ascc`\nhint: did you mean `asc`?",
            ),
            (
                "list --limit x",
                "error: `--limit <N>` does not take `x`: invalid digit found in string",
            ),
            ("list --limit", "error: `--limit <N>` needs a value"),
            (
                "list --limit 1 --limit 2",
                "error: `--limit <N>` is given more than once\n\
                 hint: the form is `heimdex list [OPTIONS] [TEXT]`",
            ),
            (
                "list --limit 1 --all",
                "error: `--limit <N>` does not go with `--all`\n\
                 hint: the form is `heimdex list --limit <N> [TEXT]`",
            ),
            (
                "list --all=yes",
                "error: `--all` does not take `yes`\nhint: the form is `heimdex list --all [TEXT]`",
            ),
            (
                "create",
                "error: `--scope <SCOPE>` and `<NAME>` are missing\n\
                 hint: the form is `heimdex create --scope <SCOPE> <NAME>`",
            ),
            (
                "create --scope read",
                "error: `<NAME>` is missing\nhint: the form is `heimdex create --scope <SCOPE> <NAME>`",
            ),
        ] {
            let words: Vec<&str> = typed.split(' ').collect();
            assert_eq!(told(&words), expected, "{typed}");
        }
        assert_eq!(
            told(&["list", "--order", "\u{1b}[2J\nx"]),
            "error: `--order <ORDER>` does not take `\u{fffd}[2J\u{fffd}x`\nhint: it takes `asc` or `desc`"
        );
    }

    #[test]
    fn a_help_text_is_no_error() {
        for typed in [
            &["heimdex"][..],
            &["heimdex", "--help"],
            &["heimdex", "list", "-h"],
        ] {
            let error = command().try_get_matches_from(typed).unwrap_err();
            assert_eq!(UsageError::of(&error), None, "{typed:?}");
        }
    }
}
