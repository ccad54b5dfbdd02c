//! `heimdex queue cancel`: gives uploads up and frees what was sent.

use serde_json::json;

use super::{Entry, chosen, entries};
use crate::args::QueueCancelArgs;
use crate::clock;
use crate::commands::{Context, ask, transfer};
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
