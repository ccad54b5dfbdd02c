//! `heimdex watch add`: a folder from now on, with the usual rules, which are shown.

use std::path::Path;

use heimdex_client::journal::{NewWatch, WatchId};
use heimdex_client::watch::{Existing, Rules};

use super::{FIELDS, rules, tell_daemon, value};
use crate::args::{ExistingChoice, WatchAddArgs};
use crate::clock;
use crate::commands::{Context, control, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;

pub(super) async fn run(
    context: &Context<'_>,
    args: &WatchAddArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let mut written = rules::changed(Rules::new(), &args.rules)?;
    written.existing = match args.existing {
        ExistingChoice::Upload => Existing::Upload,
        ExistingChoice::Skip => Existing::Skip,
    };
    let source = args.rules.source.clone();
    let profile = &context.settings.profile_name;
    let new = meant(&args.directory, profile, source, written)?;
    let journal = control::journal(context)?;
    let id = journal.add_watch(&new, clock::now())?;
    if let Some(selection) = selection {
        if let Some(watch) = journal.watch(id)? {
            json::print(context.printer, &selection.pick(&value(&watch)))?;
        }
        return tell_daemon(context, false).await.map(|()| ExitStatus::Done);
    }
    context.printer.data(&headline(id, &new))?;
    context.printer.talk(&about_rules(id));
    context.printer.talk(&rule_lines(&new.rules).join("\n"));
    if context.settings.server().is_err() {
        context
            .printer
            .warn("no server is known yet: run `heimdex login`, or nothing is sent");
    }
    tell_daemon(context, true).await?;
    Ok(ExitStatus::Done)
}

/// What is to be watched: a folder that is there.
pub(crate) fn meant(
    directory: &Path,
    profile: &str,
    source: Option<String>,
    rules: Rules,
) -> Result<NewWatch, CliError> {
    let root = transfer::absolute(directory)?;
    let found = fs_err::metadata(&root).map_err(|source| CliError::Path {
        path: root.clone(),
        source,
    })?;
    if !found.is_dir() {
        return Err(CliError::usage(
            format!("`{}` is not a folder", root.display()),
            "`heimdex upload` sends a single file",
        ));
    }
    Ok(NewWatch {
        profile: profile.to_owned(),
        source: source.unwrap_or_else(|| NewWatch::source_of(&root)),
        root,
        rules,
    })
}

/// That it is watched.
pub(crate) fn headline(id: WatchId, new: &NewWatch) -> String {
    let shown = new.root.display().to_string();
    format!("Watching {} ({id}).", clean(&shown))
}

/// What stands before the rules.
pub(crate) fn about_rules(id: WatchId) -> String {
    format!(
        "These rules were written into it, and are yours from now on (`heimdex watch edit {id}`):"
    )
}

/// What its rules leave out, a line each.
pub(crate) fn rule_lines(rules: &Rules) -> Vec<String> {
    let lines = rules.ignore.lines().filter(|line| !line.trim().is_empty());
    let all = lines.chain(rules.exclude.iter().map(String::as_str));
    all.map(|line| format!("  {line}")).collect()
}
