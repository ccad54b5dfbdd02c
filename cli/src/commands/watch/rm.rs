//! `heimdex watch rm`: folders are watched no more.

use std::path::Path;

use heimdex_client::journal::Watch;

use super::{FIELDS, tell_daemon, value};
use crate::args::WatchRmArgs;
use crate::clock;
use crate::commands::{Context, ask, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::{clean, count};

pub(super) async fn run(context: &Context<'_>, args: &WatchRmArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let journal = control::journal(context)?;
    let mut meant: Vec<Watch> = Vec::new();
    for given in &args.watches {
        let watch = control::watch(&journal, given)?;
        if meant.iter().all(|known| known.id != watch.id) {
            meant.push(watch);
        }
    }
    if !args.yes {
        let what = match meant.as_slice() {
            [watch] => clean(&watch.root.display().to_string()).into_owned(),
            several => count(several.len() as u64, "folder", "folders"),
        };
        let question = question(&what);
        ask::confirm(context, &question, "--yes")?;
    }
    for watch in &meant {
        journal.remove_watch(watch.id, clock::now())?;
        context.printer.talk(&done(&watch.root));
    }
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "watches")?;
        for watch in &meant {
            list.push(&selection.pick(&value(watch)))?;
        }
        list.end(&[])?;
    }
    tell_daemon(context, false).await?;
    Ok(ExitStatus::Done)
}

/// What is asked before.
pub(crate) fn question(what: &str) -> String {
    format!("Watch {what} no more? What is stored stays.")
}

/// What is said after.
pub(crate) fn done(root: &Path) -> String {
    let shown = root.display().to_string();
    format!("{} is watched no more.", clean(&shown))
}
