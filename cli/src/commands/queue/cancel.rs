//! `heimdex queue cancel`: gives uploads up and frees what was sent.

use heimdex_client::control::{CancelRequest, ItemId};
use serde_json::json;

use super::named::Named;
use super::waiting::{self, Waiting};
use super::{entries, meant};
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
    let items = queued(context, args).await?;
    if !items.is_empty() {
        return of_queue(context, args, items).await;
    }
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let transfers = transfer::context(context, context.settings.client()?)?;
    let entries = entries(&transfers).await?;
    let meant = meant(&entries, &args.files)?;
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

/// The files of the daemon's queue among what was named; none of what was named, where it names uploads.
async fn queued(context: &Context<'_>, args: &QueueCancelArgs) -> Result<Vec<ItemId>, CliError> {
    let mut items = Vec::new();
    let mut others = 0;
    let waiting = Waiting::find(context).await?;
    for typed in &args.files {
        let found = match Named::of(typed)? {
            Named::Item(item) => vec![item],
            Named::Digits(_) => Vec::new(),
            Named::File(path) => waiting.at(&path, &context.settings.profile_name),
        };
        others += usize::from(found.is_empty());
        items.extend(
            found
                .into_iter()
                .filter(|item| !items.contains(item))
                .collect::<Vec<_>>(),
        );
    }
    if !items.is_empty() && others > 0 {
        return Err(CliError::usage(
            "files of the queue and other uploads do not go together",
            "cancel the ones, then the others; `heimdex queue` shows which are which",
        ));
    }
    Ok(items)
}

/// Takes files out of the daemon's queue.
async fn of_queue(
    context: &Context<'_>,
    args: &QueueCancelArgs,
    items: Vec<ItemId>,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &waiting::CHANGED)?;
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
