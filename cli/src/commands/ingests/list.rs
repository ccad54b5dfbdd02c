//! `heimdex ingests`: one line a run over a card or folder.

use heimdex_api::ingest::IngestResponse;
use serde_json::Value;

use super::Pages;
use crate::args::IngestsArgs;
use crate::clock::Moment;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::{Colour, grouped};
use crate::output::{size, time};
use crate::printer::Stream;

/// The fields of an ingest in a list.
const FIELDS: [&str; 8] = [
    "ingest_id",
    "source",
    "root_name",
    "host",
    "started_at",
    "finished_at",
    "files",
    "bytes",
];

const COLUMNS: [Column; 6] = [
    Column {
        name: "SOURCE",
        side: Side::Left,
        rank: 0,
        least: Some(12),
    },
    Column {
        name: "STATE",
        side: Side::Left,
        rank: 0,
        least: None,
    },
    Column {
        name: "FILES",
        side: Side::Right,
        rank: 2,
        least: None,
    },
    Column {
        name: "SIZE",
        side: Side::Right,
        rank: 1,
        least: None,
    },
    Column {
        name: "BEGAN",
        side: Side::Left,
        rank: 3,
        least: None,
    },
    Column {
        name: "ID",
        side: Side::Left,
        rank: 0,
        least: None,
    },
];

pub(super) async fn run(context: &Context<'_>, args: &IngestsArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = context.settings.client()?;
    let mut pages = Pages::new(&client, args.source.clone());
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "ingests")?;
        while let Some(page) = pages.next().await? {
            for ingest in &page {
                list.push(&selection.pick(ingest))?;
            }
        }
        list.end(&[("next_cursor", Value::Null)])?;
        return Ok(ExitStatus::Done);
    }
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        rows.extend(page.iter().map(|ingest| row(ingest, &context.moment)));
        if context.printer.stdout() == Stream::Pipe {
            table::print(context.printer, &COLUMNS, &rows)?;
            rows.clear();
        }
    }
    if let Stream::Terminal(_) = context.printer.stdout() {
        table::print(context.printer, &COLUMNS, &rows)?;
        match (&args.source, rows.is_empty()) {
            (Some(_), true) => context
                .printer
                .talk("Nothing was taken in under this label."),
            (None, true) => context
                .printer
                .talk("Nothing was taken in yet. `heimdex upload FOLDER` takes one in."),
            (_, false) => {}
        }
    }
    Ok(ExitStatus::Done)
}

fn row(ingest: &IngestResponse, moment: &Moment) -> Vec<Cell> {
    let (shown, word, colour) = state(ingest);
    let began = ingest.started_at;
    let files = match ingest.files.expected {
        Some(expected) => Cell::new(grouped(expected), expected.to_string()),
        None => Cell::none(),
    };
    vec![
        Cell::text(&ingest.source),
        Cell::new(shown, word).coloured(colour),
        files,
        Cell::new(size::bytes(ingest.bytes), ingest.bytes.to_string()),
        Cell::new(time::calendar(began, moment), began.to_string()),
        Cell::new(ingest.ingest_id.short(), ingest.ingest_id.to_string()),
    ]
}

/// For a person, for a program, and in which colour.
fn state(ingest: &IngestResponse) -> (String, &'static str, Colour) {
    let counts = &ingest.files;
    let (Some(_), Some(expected)) = (ingest.finished_at, counts.expected) else {
        return ("not finished".into(), "not_finished", Colour::Cyan);
    };
    let lacking = expected.saturating_sub(counts.verified).max(counts.failed);
    if lacking == 0 {
        return ("whole".into(), "whole", Colour::Green);
    }
    let stored = expected.saturating_sub(counts.stored).max(counts.failed);
    if stored == 0 {
        let shown = format!("{} not verified", grouped(lacking));
        return (shown, "not_verified", Colour::Cyan);
    }
    (
        format!("{} missing", grouped(stored)),
        "missing",
        Colour::Red,
    )
}
