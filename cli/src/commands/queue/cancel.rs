//! `heimdex queue cancel`: gives uploads up and frees what was sent.

use heimdex_client::control::{CancelRequest, ItemId};
use serde_json::json;

use super::{Entry, chosen, entries, item, waiting};
use crate::args::QueueCancelArgs;
use crate::clock;
use crate::commands::{Context, ask, control, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::size;
use crate::output::text::{clean, count};

const FIELDS: [&str; 2] = ["video_id", "filename"];

pub(super) async fn run(
    context: &Context<'_>,
    args: &QueueCancelArgs,
) -> Result<ExitStatus, CliError> {
    let (items, ids): (Vec<_>, Vec<_>) = args
        .ids
        .iter()
        .partition(|given| given.parse::<ItemId>().is_ok());
    if !items.is_empty() && !ids.is_empty() {
        return Err(CliError::usage(
            "ids of the queue and of uploads do not go together",
            "cancel the ones, then the others",
        ));
    }
    if !items.is_empty() {
        return of_queue(context, args, &items).await;
    }
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let transfers = transfer::context(context, context.settings.client()?)?;
    let entries = entries(&transfers).await?;
    let mut meant: Vec<&Entry> = Vec::new();
    for given in &args.ids {
        let entry = chosen(&entries, given)?;
        if meant.iter().all(|known| known.video_id != entry.video_id) {
            meant.push(entry);
        }
    }
    if !args.yes {
        let sent = meant
            .iter()
            .filter_map(|entry| entry.there.as_ref())
            .map(|o| o.bytes_received)
            .sum();
        let question = format!(
            "Give up {}, {} sent so far?",
            count(meant.len() as u64, "upload", "uploads"),
            size::bytes(sent)
        );
        ask::confirm(context, &question, "--yes")?;
    }
    let mut cancelled = Vec::new();
    for entry in meant {
        match transfers.api().abort_upload(entry.video_id).await {
            // Not open any more is what was wanted.
            Err(error) if !matches!(error.status(), Some(404 | 409 | 410)) => {
                return Err(error.into());
            }
            _ => {}
        }
        if let Some(here) = &entry.here {
            transfers.journal().end_upload(here.row, clock::now())?;
        }
        let name = super::list::filename(entry);
        context.printer.talk(&format!("Gave up {}.", clean(&name)));
        cancelled.push(json!({ "video_id": entry.video_id, "filename": name }));
    }
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "uploads")?;
        for upload in &cancelled {
            list.push(&selection.pick(upload))?;
        }
        list.end(&[])?;
    }
    Ok(ExitStatus::Done)
}

/// Takes files out of the daemon's queue.
async fn of_queue(
    context: &Context<'_>,
    args: &QueueCancelArgs,
    given: &[&String],
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &waiting::CHANGED)?;
    let items = given.iter().map(|given| item(given));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let client = control::needed(context).await?;
    if !args.yes {
        let files = count(items.len() as u64, "file", "files");
        let question = format!("Take {files} out of the queue? What was sent of them is freed.");
        ask::confirm(context, &question, "--yes")?;
    }
    let changed = client.cancel(&CancelRequest { items }).await?;
    waiting::tell(context, selection.as_ref(), &changed, |files| {
        format!("Took {files} out of the queue.")
    })
}
