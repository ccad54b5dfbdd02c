//! `heimdex queue list`: what is unfinished, how far it is, and where it can go on.

use heimdex_api::Timestamp;
use serde_json::json;

use super::waiting::Waiting;
use super::{Entry, entries};
use crate::args::JsonArgs;
use crate::clock::Moment;
use crate::commands::upload::shown;
use crate::commands::{Context, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::{size, time};

const FIELDS: [&str; 10] = [
    "video_id",
    "upload_id",
    "filename",
    "path",
    "size_bytes",
    "bytes_received",
    "epoch",
    "last_progress_at",
    "expires_at",
    "is_on_server",
];

const COLUMNS: [Column; 7] = [
    Column {
        name: "FILE",
        side: Side::Left,
        rank: 0,
        least: Some(12),
    },
    Column {
        name: "SENT",
        side: Side::Right,
        rank: 0,
        least: None,
    },
    Column {
        name: "SIZE",
        side: Side::Right,
        rank: 2,
        least: None,
    },
    Column {
        name: "LAST",
        side: Side::Left,
        rank: 3,
        least: None,
    },
    Column {
        name: "EXPIRES",
        side: Side::Left,
        rank: 4,
        least: None,
    },
    Column {
        name: "FROM",
        side: Side::Left,
        rank: 1,
        least: None,
    },
    Column {
        name: "ID",
        side: Side::Left,
        rank: 0,
        least: None,
    },
];

pub(super) async fn run(context: &Context<'_>, json: &JsonArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&json.mode(), &FIELDS)?;
    let waiting = Waiting::find(context).await?;
    if let Some(selection) = selection {
        let entries = known(context, &waiting).await?;
        let mut list = json::List::begin(context.printer, "uploads")?;
        for entry in &entries {
            list.push(&selection.pick(&value(entry)))?;
        }
        list.end(&[("queue", waiting.value())])?;
        return Ok(ExitStatus::Done);
    }
    // Before the server is asked: the queue is known without it.
    waiting.print(context)?;
    let entries = known(context, &waiting).await?;
    if entries.is_empty() && waiting.is_empty() {
        context.printer.talk("No upload is unfinished.");
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| row(entry, &context.moment))
        .collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    if entries.iter().any(|entry| entry.here.is_some()) {
        context
            .printer
            .talk("`heimdex queue resume` goes on with those of this machine.");
    }
    Ok(ExitStatus::Done)
}

/// Unfinished uploads. Where the daemon's queue was shown, a server that cannot be asked is no failure of the list.
async fn known(context: &Context<'_>, waiting: &Waiting) -> Result<Vec<Entry>, CliError> {
    let asked = async {
        let transfers = transfer::context(context, context.settings.client()?)?;
        entries(&transfers).await
    };
    match asked.await {
        Ok(entries) => Ok(entries),
        Err(error) if waiting.is_empty() => Err(error),
        Err(error) => {
            let text = format!("uploads that the server knows of are not shown: {error}");
            context.printer.warn(&text);
            Ok(Vec::new())
        }
    }
}

fn value(entry: &Entry) -> serde_json::Value {
    let there = entry.there.as_ref();
    json!({
        "video_id": entry.video_id,
        "upload_id": there.map(|there| there.upload_id),
        "filename": filename(entry),
        "path": entry.here.as_ref().map(|here| shown(&here.shown_path)),
        "size_bytes": size(entry),
        "bytes_received": there.map(|there| there.bytes_received),
        "epoch": there.map(|there| there.epoch),
        "last_progress_at": last(entry),
        "expires_at": there.map(|there| there.expires_at),
        "is_on_server": there.is_some(),
    })
}

fn row(entry: &Entry, moment: &Moment) -> Vec<Cell> {
    let there = entry.there.as_ref();
    let name = match &entry.here {
        Some(here) => shown(&here.shown_path),
        None => filename(entry),
    };
    let sent = there.map(|there| {
        let percent = there.size_bytes.filter(|size| *size > 0).and_then(|size| {
            u64::try_from(u128::from(there.bytes_received) * 100 / u128::from(size)).ok()
        });
        let shown = percent.map_or_else(|| size::bytes(there.bytes_received), |p| format!("{p}%"));
        Cell::new(shown, there.bytes_received.to_string())
    });
    vec![
        Cell::text(&name),
        sent.unwrap_or_else(|| Cell::new("gone", "")),
        size(entry).map_or_else(Cell::none, |bytes| {
            Cell::new(size::bytes(bytes), bytes.to_string())
        }),
        last(entry).map_or_else(Cell::none, |at| {
            Cell::new(time::relative(at, moment), at.to_string())
        }),
        there.map_or_else(Cell::none, |there| {
            Cell::new(
                time::until(there.expires_at, moment),
                there.expires_at.to_string(),
            )
        }),
        if entry.here.is_some() {
            Cell::new("this machine", "here")
        } else {
            Cell::new("another", "elsewhere")
        },
        Cell::new(entry.video_id.short(), entry.video_id.to_string()),
    ]
}

pub(super) fn filename(entry: &Entry) -> String {
    let here = entry
        .here
        .as_ref()
        .and_then(|here| here.shown_path.file_name());
    match (&entry.there, here) {
        (Some(there), _) => there.filename.clone(),
        (None, Some(name)) => shown(name.as_ref()),
        (None, None) => String::new(),
    }
}

fn size(entry: &Entry) -> Option<u64> {
    let there = entry.there.as_ref().and_then(|there| there.size_bytes);
    there.or_else(|| entry.here.as_ref().map(|here| here.stamp.size))
}

fn last(entry: &Entry) -> Option<Timestamp> {
    let there = entry.there.as_ref().map(|there| there.last_progress_at);
    there.or_else(|| entry.here.as_ref().map(|here| here.seen_at))
}
