//! `heimdex watch edit`: what is named changes, the rest stays.

use std::io::Read as _;
use std::path::Path;

use heimdex_client::journal::WatchEdit;

use super::{FIELDS, rules, tell_daemon, value};
use crate::args::WatchEditArgs;
use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;

pub(super) async fn run(
    context: &Context<'_>,
    args: &WatchEditArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let journal = control::journal(context)?;
    let watch = control::watch(&journal, &args.watch)?;
    let mut before = watch.rules.clone();
    if args.no_tags {
        before.tags.clear();
    }
    if args.no_include {
        before.include.clear();
    }
    if args.no_exclude {
        before.exclude.clear();
    }
    if args.no_bwlimit {
        before.bwlimit = None;
    }
    if args.no_parallel {
        before.parallel = None;
    }
    if args.no_rescan {
        before.rescan_seconds = None;
    }
    if args.no_poll {
        before.poll = false;
    }
    if let Some(file) = &args.ignore_file {
        before.ignore = read(file)?;
    }
    let edit = WatchEdit {
        source: args
            .rules
            .source
            .clone()
            .unwrap_or_else(|| watch.source.clone()),
        rules: rules::changed(before, &args.rules)?,
    };
    let is_new = edit.rules != watch.rules || edit.source != watch.source;
    if is_new && !journal.edit_watch(watch.id, &edit)? {
        return Err(CliError::NoSuchWatch(args.watch.clone()));
    }
    if let Some(selection) = selection {
        if let Some(watch) = journal.watch(watch.id)? {
            json::print(context.printer, &selection.pick(&value(&watch)))?;
        }
    } else {
        let shown = watch.root.display().to_string();
        let said = if is_new {
            "Changed"
        } else {
            "Nothing changed of"
        };
        context.printer.talk(&format!(
            "{said} the watch of {} ({}).",
            clean(&shown),
            watch.id
        ));
    }
    if is_new {
        tell_daemon(context, false).await?;
    }
    Ok(ExitStatus::Done)
}

/// The rules of a file.
fn read(file: &Path) -> Result<String, CliError> {
    let fail = |source| CliError::Path {
        path: file.to_owned(),
        source,
    };
    if file != Path::new("-") {
        return fs_err::read_to_string(file).map_err(fail);
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(fail)?;
    Ok(text)
}
