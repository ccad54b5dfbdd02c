//! The daemon's queue, as verbs print it; without the daemon what the journal has of it.

use heimdex_client::control::{Because, Changed, QueueItem, QueueQuery, Reason, words};
use serde_json::Value;

use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::size;
use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::{Colour, count};

/// The fields of what a verb changed.
pub(super) const CHANGED: [&str; 1] = ["items"];

const fn column(name: &'static str, side: Side, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side,
        rank,
        least,
    }
}

const COLUMNS: [Column; 5] = [
    column("FILE", Side::Left, 0, Some(12)),
    column("STATE", Side::Left, 0, None),
    column("SENT", Side::Right, 2, None),
    column("SIZE", Side::Right, 1, None),
    column("ID", Side::Left, 0, None),
];

/// The queue, the next first.
pub(super) struct Waiting {
    items: Vec<QueueItem>,
    is_running: bool,
}

impl Waiting {
    /// Asks the daemon, or reads the journal.
    pub(super) async fn find(context: &Context<'_>) -> Result<Self, CliError> {
        let Some(client) = control::daemon(context).await? else {
            return Self::of_journal(context);
        };
        let list = client.queue(&QueueQuery::default()).await?;
        Ok(Self {
            items: list.items,
            is_running: true,
        })
    }

    fn of_journal(context: &Context<'_>) -> Result<Self, CliError> {
        let Some(paths) = &context.settings.paths else {
            return Ok(Self::nothing());
        };
        // What was never made is not made to be looked at.
        if !paths.journal().is_file() {
            return Ok(Self::nothing());
        }
        let files = control::journal(context)?.queued(None)?;
        let items = files.iter().enumerate().map(|(ahead, file)| {
            let because = Reason::Queued {
                lane: file.lane,
                ahead: ahead as u64,
            };
            let mut state = Because::from(because);
            state.say(&context.moment);
            QueueItem {
                id: file.id,
                path: file.path.as_path().into(),
                watch: file.watch,
                profile: file.profile.clone(),
                lane: file.lane,
                size_bytes: file.stamp.size,
                acknowledged_bytes: 0,
                added_at: file.added_at,
                attempts: file.attempts,
                video_id: None,
                state,
            }
        });
        Ok(Self {
            items: items.collect(),
            is_running: false,
        })
    }

    fn nothing() -> Self {
        Self {
            items: Vec::new(),
            is_running: false,
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// As JSON.
    pub(super) fn value(&self) -> Value {
        serde_json::to_value(&self.items).unwrap_or_default()
    }

    /// Prints it; says where nobody works on it.
    pub(super) fn print(&self, context: &Context<'_>) -> Result<(), CliError> {
        if !self.is_running && !self.items.is_empty() {
            control::say_not_running(context, ", so these wait");
        }
        let rows: Vec<_> = self.items.iter().map(row).collect();
        table::print(context.printer, &COLUMNS, &rows)
    }
}

fn row(item: &QueueItem) -> Vec<Cell> {
    let word = words::word(&item.state.because);
    let colour = match item.state.because {
        Reason::Failed { .. } => Colour::Red,
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing => Colour::Cyan,
        _ => Colour::Dim,
    };
    let (sent, size) = (item.acknowledged_bytes, item.size_bytes);
    vec![
        Cell::text(&item.path.to_string()),
        Cell::new(word.clone(), word).coloured(colour),
        Cell::new(size::bytes(sent), sent.to_string()),
        Cell::new(size::bytes(size), size.to_string()),
        Cell::text(&item.id.to_string()),
    ]
}

/// Says what a verb changed.
pub(super) fn tell(
    context: &Context<'_>,
    selection: Option<&Selection>,
    changed: &Changed,
    words: impl FnOnce(String) -> String,
) -> Result<ExitStatus, CliError> {
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(changed))?;
        return Ok(ExitStatus::Done);
    }
    let files = match changed.items.len() {
        0 => "no file".to_owned(),
        number => count(number as u64, "file", "files"),
    };
    context.printer.talk(&words(files));
    Ok(ExitStatus::Done)
}
