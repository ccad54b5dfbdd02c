//! `heimdex watch list`: one line a folder, from the journal.

use heimdex_client::journal::{Pause, Watch};

use super::{FIELDS, value};
use crate::args::WatchListArgs;
use crate::clock::Moment;
use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::{Colour, clean};
use crate::output::{size, time};
use crate::printer::Stream;

const fn column(name: &'static str, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side: Side::Left,
        rank,
        least,
    }
}

const COLUMNS: [Column; 6] = [
    column("FOLDER", 0, Some(16)),
    column("SOURCE", 2, Some(8)),
    column("PROFILE", 4, None),
    column("STATE", 1, None),
    column("TAKES", 3, Some(12)),
    column("ID", 0, None),
];

pub(super) fn run(context: &Context<'_>, args: &WatchListArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let watches = control::journal(context)?.watches()?;
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "watches")?;
        for watch in &watches {
            list.push(&selection.pick(&value(watch)))?;
        }
        list.end(&[])?;
        return Ok(ExitStatus::Done);
    }
    let rows: Vec<_> = watches
        .iter()
        .map(|watch| row(watch, &context.moment))
        .collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    if let (true, Stream::Terminal(_)) = (watches.is_empty(), context.printer.stdout()) {
        context
            .printer
            .talk("No folder is watched yet. `heimdex watch add FOLDER` watches one.");
    }
    Ok(ExitStatus::Done)
}

fn row(watch: &Watch, moment: &Moment) -> Vec<Cell> {
    let (state, word, colour) = match (watch.pause, fs_err::metadata(&watch.root).is_ok()) {
        (Some(Pause::Until(until)), _) => (
            format!("paused until {}", time::calendar(until, moment)),
            "paused",
            Colour::Yellow,
        ),
        (Some(Pause::UntilResumed), _) => ("paused".into(), "paused", Colour::Yellow),
        (None, true) => ("watched".into(), "watched", Colour::Green),
        (None, false) => ("away".into(), "away", Colour::Yellow),
    };
    vec![
        Cell::name(&watch.root.display().to_string()),
        Cell::text(&watch.source),
        Cell::text(&watch.profile),
        Cell::new(state, word).coloured(colour),
        Cell::text(&takes(watch)),
        Cell::text(&watch.id.to_string()),
    ]
}

/// What it takes, as far as that was said by hand.
fn takes(watch: &Watch) -> String {
    let rules = &watch.rules;
    let mut parts = Vec::new();
    match rules.include.as_slice() {
        [] => parts.push("everything".to_owned()),
        globs => parts.push(clean(&globs.join(", ")).into_owned()),
    }
    if !rules.exclude.is_empty() {
        parts.push(format!("not {}", clean(&rules.exclude.join(", "))));
    }
    if rules.min_size > 0 {
        parts.push(format!("from {}", size::bytes(rules.min_size)));
    }
    if let Some(parallel) = rules.parallel {
        parts.push(format!("{parallel} at once"));
    }
    if let Some(every) = rules.rescan_seconds {
        parts.push(format!("looked through every {every}"));
    }
    if watch.declared_in.is_some() {
        parts.push("declared by a file".into());
    }
    parts.join("; ")
}
