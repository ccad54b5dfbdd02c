//! Completion by the program itself: a shell asks `heimdex` what may stand at the cursor.
//!
//! `heimdex completions SHELL` prints what makes it ask; from then on it runs the program with a variable set and the
//! words so far behind `--`. What an argument takes is told from its name, so that a new verb completes by itself.

mod offer;
mod quoting;

use std::ffi::OsStr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};
use clap_complete::env::{CompleteEnv, Shells};

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::Environment;

use offer::Asker;
pub(crate) use offer::ask;
use quoting::Quoting;

/// Set to a shell's name where a shell asks.
const VARIABLE: &str = "HEIMDEX_COMPLETE";
/// The first character of the word at the cursor, from bash, which takes a quote away that begins it.
const QUOTE: &str = "_HEIMDEX_QUOTE";
const NAME: &str = "heimdex";

/// What an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Profile,
    Video,
    Upload,
    Tag,
    Source,
}

/// What the argument of this name takes, where that can be looked up. `verb` is the way to it, as `queue cancel`.
fn kind(verb: &str, argument: &str) -> Option<Kind> {
    match (verb, argument) {
        (_, "profile") | ("profile use" | "profile rm", "name") => Some(Kind::Profile),
        ("queue resume" | "queue cancel", "files") => Some(Kind::Upload),
        ("show" | "rm" | "download" | "edit" | "reprocess", "id" | "ids") => Some(Kind::Video),
        (_, "tag" | "tags" | "add_tags" | "remove_tags") => Some(Kind::Tag),
        (_, "source") => Some(Kind::Source),
        _ => None,
    }
}

/// Answers a shell that asks, and says so; nothing happens where none does.
pub(crate) fn answer(environment: &Environment) -> Option<ExitCode> {
    let shell = environment.text(VARIABLE).filter(|shell| shell != "0")?;
    let asker = Arc::new(Asker::new(environment.clone()));
    let quoting = Quoting::of(&shell, &environment.text(QUOTE).unwrap_or_default());
    let answered = CompleteEnv::with_factory(|| completing(Cli::command(), &asker, quoting))
        .var(VARIABLE)
        .bin(NAME)
        .completer(environment.program())
        .try_complete(environment.all_arguments(), environment.directory());
    Some(match answered {
        Ok(_) => ExitCode::SUCCESS,
        // A shell that is not known, or one that does not read on: it shows nothing of this.
        Err(_) => ExitStatus::Failed.into(),
    })
}

/// Prints what makes a shell ask.
pub(crate) fn register(
    shell: clap_complete::Shell,
    program: &str,
    printer: &Printer,
) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    if let Some(completer) = shells.completer(&shell.to_string()) {
        completer
            .write_registration(VARIABLE, NAME, NAME, program, &mut script)
            .map_err(CliError::Output)?;
    }
    // One line more for bash, beside the one that says which shell asks.
    let asks = format!("{VARIABLE}=\"bash\"");
    let quote = format!("{QUOTE}=\"${{COMP_WORDS[COMP_CWORD]:0:1}}\" {asks}");
    let script = String::from_utf8_lossy(&script).replace(&asks, &quote);
    printer.script(script.as_bytes())?;
    Ok(ExitStatus::Done)
}

/// The command line, each argument with what it takes.
fn completing(command: Command, asker: &Arc<Asker>, quoting: Quoting) -> Command {
    below(command, "", asker, quoting)
}

fn below(command: Command, way: &str, asker: &Arc<Asker>, quoting: Quoting) -> Command {
    let command = command.mut_args(|argument| match kind(way, argument.get_id().as_str()) {
        Some(kind) => with_completer(argument, kind, Arc::clone(asker), quoting),
        None => argument,
    });
    command.mut_subcommands(|verb| {
        let way = format!("{way} {}", verb.get_name());
        below(verb, way.trim_start(), asker, quoting)
    })
}

fn with_completer(argument: Arg, kind: Kind, asker: Arc<Asker>, quoting: Quoting) -> Arg {
    argument.add(ArgValueCompleter::new(move |given: &OsStr| {
        // What is named by an id may be named by its file, too.
        let files = match kind {
            Kind::Upload => PathCompleter::any().complete(given),
            Kind::Profile | Kind::Video | Kind::Tag | Kind::Source => Vec::new(),
        };
        let Some(typed) = given.to_str() else {
            return files;
        };
        let typed = quoting.read(typed);
        let offers = asker.offers(kind, &typed);
        let candidate = |(value, help): (String, Option<String>)| {
            CompletionCandidate::new(quoting.write(&value)).help(help.map(Into::into))
        };
        offers.into_iter().map(candidate).chain(files).collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verbs and their arguments of which something can be looked up.
    fn completed(command: &Command, way: &str) -> Vec<String> {
        let own = command.get_arguments().filter_map(|argument| {
            let name = argument.get_id().as_str();
            kind(way, name).map(|kind| format!("{way} {name}: {kind:?}"))
        });
        let mut all: Vec<String> = own.collect();
        for verb in command.get_subcommands() {
            let way = format!("{way} {}", verb.get_name());
            all.extend(completed(verb, way.trim_start()));
        }
        all
    }

    #[test]
    fn what_can_be_looked_up_is() {
        let all = completed(&Cli::command(), "");
        for expected in [
            " profile: Profile",
            "profile use name: Profile",
            "profile rm name: Profile",
            "show id: Video",
            "rm ids: Video",
            "download ids: Video",
            "queue resume files: Upload",
            "queue cancel files: Upload",
            "upload tags: Tag",
            "upload source: Source",
            "list tag: Tag",
            "list source: Source",
        ] {
            assert!(
                all.iter().any(|known| known == expected),
                "{expected}: {all:#?}"
            );
        }
    }
}
