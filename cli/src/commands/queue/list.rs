//! `heimdex queue list`: what the daemon is to send, and every other upload that is unfinished; each file once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::control::{QueueItem, Reason, words};
use heimdex_client::transfer::TransferContext;
use serde_json::{Value, json};

use super::waiting::Waiting;
use super::{Entry, entries, journaled};
use crate::args::JsonArgs;
use crate::clock::Moment;
use crate::commands::upload::shown;
use crate::commands::{Context, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::{Colour, clean};
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

const fn column(name: &'static str, side: Side, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side,
        rank,
        least,
    }
}

const COLUMNS: [Column; 7] = [
    column("FILE", Side::Left, 0, Some(12)),
    column("STATE", Side::Left, 0, None),
    column("SENT", Side::Right, 1, None),
    column("SIZE", Side::Right, 2, None),
    column("LAST", Side::Left, 3, None),
    column("EXPIRES", Side::Left, 4, None),
    column("ID", Side::Left, 0, None),
];

/// So long the server is waited for where the queue can be shown without it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context<'_>, json: &JsonArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&json.mode(), &FIELDS)?;
    let waiting = Waiting::find(context).await?;
    let known = Known::find(context, &waiting).await?;
    // Each file once: what the daemon is to send, with the upload that it began of it, and then all other uploads.
    let queued: Vec<(&QueueItem, Option<&Entry>)> = waiting
        .items()
        .iter()
        .map(|item| (item, known.of(item, &context.settings.profile_name)))
        .collect();
    let is_queued = |entry: &&Entry| {
        let ids = queued.iter().filter_map(|(_, upload)| *upload);
        ids.into_iter()
            .any(|upload| upload.video_id == entry.video_id)
    };
    let others: Vec<&Entry> = known
        .entries
        .iter()
        .filter(|entry| !is_queued(entry))
        .collect();
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "uploads")?;
        for entry in &others {
            list.push(&selection.pick(&value(entry, known.is_asked)))?;
        }
        let queue = queued.iter().map(|(item, upload)| {
            let mut item = serde_json::to_value(item).unwrap_or_default();
            item["upload"] = upload.map_or(Value::Null, |upload| value(upload, known.is_asked));
            item
        });
        list.end(&[("queue", queue.collect())])?;
        return Ok(ExitStatus::Done);
    }
    waiting.say_whether_it_runs(context);
    if others.is_empty() && queued.is_empty() {
        let text = "Nothing waits to be sent, and no upload is unfinished.";
        context.printer.talk(text);
    }
    let of_items = queued.iter().map(|(item, _)| item.path.as_path());
    let of_uploads = others
        .iter()
        .filter_map(|entry| Some(&*entry.here.as_ref()?.shown_path));
    let shown = Shown {
        moment: &context.moment,
        folder: common_folder(of_items.chain(of_uploads)),
        is_asked: known.is_asked,
    };
    let queued = queued
        .iter()
        .map(|(item, upload)| of_queue(item, *upload, &shown));
    let uploads = others.iter().map(|entry| of_upload(entry, &shown));
    let rows: Vec<_> = queued.chain(uploads).collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    if others.iter().any(|entry| entry.here.is_some()) {
        context
            .printer
            .talk("`heimdex queue resume` goes on with the unfinished ones.");
    }
    Ok(ExitStatus::Done)
}

/// Unfinished uploads.
struct Known {
    entries: Vec<Entry>,
    /// Whether the server said what it has of them.
    is_asked: bool,
}

impl Known {
    /// Asks the server. Where the daemon's queue can be shown, one that cannot be asked is no failure of the list.
    async fn find(context: &Context<'_>, waiting: &Waiting) -> Result<Self, CliError> {
        let transfers = context.settings.client();
        let transfers = transfers.and_then(|client| transfer::context(context, client));
        if waiting.is_empty() {
            return Ok(Self {
                entries: entries(&transfers?).await?,
                is_asked: true,
            });
        }
        let warn = |why: &str| {
            let text = format!("what the server has of unfinished uploads is not shown: {why}");
            context.printer.warn(&text);
        };
        let mut entries_here = Vec::new();
        match transfers {
            Err(error) => warn(&error.to_string()),
            Ok(transfers) => {
                match tokio::time::timeout(PATIENCE, entries(&transfers)).await {
                    Ok(Ok(entries)) => {
                        return Ok(Self {
                            entries,
                            is_asked: true,
                        });
                    }
                    Ok(Err(error)) => warn(&error.to_string()),
                    Err(_) => warn("it did not answer in time"),
                }
                entries_here = of_this_machine(&transfers)?;
            }
        }
        Ok(Self {
            entries: entries_here,
            is_asked: false,
        })
    }

    /// The upload that was begun of a file of the queue.
    fn of(&self, item: &QueueItem, profile: &str) -> Option<&Entry> {
        let mut all = self.entries.iter();
        all.find(|entry| {
            let here = entry.here.as_ref();
            item.profile == profile
                && here.is_some_and(|here| here.shown_path == item.path.as_path())
        })
    }
}

/// What this machine remembers of its own, without the server.
fn of_this_machine(transfers: &TransferContext) -> Result<Vec<Entry>, CliError> {
    let uploads = journaled(transfers)?.into_iter();
    let entries = uploads.filter_map(|upload| {
        Some(Entry {
            video_id: upload.answered.as_ref()?.video_id,
            here: Some(upload),
            there: None,
        })
    });
    Ok(entries.collect())
}

fn value(entry: &Entry, is_asked: bool) -> Value {
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
        "is_on_server": is_asked.then_some(there.is_some()),
    })
}

/// What rows are shown by.
struct Shown<'a> {
    moment: &'a Moment,
    /// The folder that all files lie in: a person need not read it in each row.
    folder: PathBuf,
    is_asked: bool,
}

impl Shown<'_> {
    fn file(&self, path: &Path) -> Cell {
        let whole = shown(path);
        // What all paths have in common is no folder: a person would take the rest for a path of its own.
        let is_folder = self.folder != Path::new("/");
        let below = path.strip_prefix(&self.folder).ok().filter(|_| is_folder);
        let below = below.map_or_else(|| whole.clone(), shown);
        Cell::new(clean(&below), clean(&whole)).that_is_a_name()
    }
}

/// The innermost folder that all of these lie in.
fn common_folder<'p>(paths: impl Iterator<Item = &'p Path>) -> PathBuf {
    let common = paths.fold(None, |common: Option<&Path>, path| {
        let folder = path.parent().unwrap_or(path);
        match common {
            None => Some(folder),
            Some(common) => common.ancestors().find(|above| folder.starts_with(above)),
        }
    });
    common.unwrap_or(Path::new("")).to_owned()
}

/// A row of the daemon's queue.
fn of_queue(item: &QueueItem, upload: Option<&Entry>, rows: &Shown<'_>) -> Vec<Cell> {
    let word = words::word(&item.state.because);
    let colour = match item.state.because {
        Reason::Failed { .. } => Colour::Red,
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing => Colour::Cyan,
        _ => Colour::Dim,
    };
    let there = upload.and_then(|upload| upload.there.as_ref());
    let received = there.map_or(0, |there| there.bytes_received);
    row(
        rows.file(item.path.as_path()),
        Cell::new(word.clone(), word).coloured(colour),
        Some((item.acknowledged_bytes.max(received), Some(item.size_bytes))),
        upload,
        (Cell::text(&item.id.to_string()), rows.moment),
    )
}

/// A row of an upload that no daemon works on.
fn of_upload(entry: &Entry, rows: &Shown<'_>) -> Vec<Cell> {
    let name = match &entry.here {
        Some(here) => rows.file(&here.shown_path),
        None => Cell::name(&filename(entry)),
    };
    let state = match (&entry.here, &entry.there) {
        (Some(_), None) if rows.is_asked => Cell::new("gone", "gone").coloured(Colour::Red),
        (Some(_), _) => Cell::new("unfinished", "unfinished"),
        (None, _) => Cell::new("elsewhere", "elsewhere").coloured(Colour::Dim),
    };
    let sent = entry.there.as_ref();
    row(
        name,
        state,
        sent.map(|there| (there.bytes_received, size(entry))),
        Some(entry),
        (
            Cell::new(entry.video_id.short(), entry.video_id.to_string()),
            rows.moment,
        ),
    )
}

fn row(
    name: Cell,
    state: Cell,
    sent: Option<(u64, Option<u64>)>,
    upload: Option<&Entry>,
    (id, moment): (Cell, &Moment),
) -> Vec<Cell> {
    let bytes = sent.and_then(|(_, bytes)| bytes);
    let bytes = bytes.or_else(|| upload.and_then(size));
    let expires = upload.and_then(|upload| Some(upload.there.as_ref()?.expires_at));
    vec![
        name,
        state,
        sent.map_or_else(Cell::none, |(sent, of)| {
            Cell::new(part(sent, of), sent.to_string())
        }),
        bytes.map_or_else(Cell::none, |bytes| {
            Cell::new(size::bytes(bytes), bytes.to_string())
        }),
        upload.and_then(last).map_or_else(Cell::none, |at| {
            Cell::new(time::relative(at, moment), at.to_string())
        }),
        expires.map_or_else(Cell::none, |at| {
            Cell::new(time::until(at, moment), at.to_string())
        }),
        id,
    ]
}

/// How much of it is there.
fn part(sent: u64, of: Option<u64>) -> String {
    let percent = of.filter(|of| *of > 0);
    let percent = percent.map(|of| u128::from(sent.min(of)) * 100 / u128::from(of));
    percent.map_or_else(|| size::bytes(sent), |percent| format!("{percent}%"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_all_files_lie_in_is_not_said_of_each() {
        let of = |paths: &[&str]| common_folder(paths.iter().map(Path::new));
        assert_eq!(of(&[]), Path::new(""));
        assert_eq!(
            of(&["/home/ana/Videos/a.mp4"]),
            Path::new("/home/ana/Videos")
        );
        let two = ["/home/ana/Videos/a.mp4", "/home/ana/Videos/day 2/a.mp4"];
        assert_eq!(of(&two), Path::new("/home/ana/Videos"));
        let two = ["/home/ana/Videos/a.mp4", "/home/ana/Videos2/a.mp4"];
        assert_eq!(of(&two), Path::new("/home/ana"));
        assert_eq!(of(&["/home/a.mp4", "/media/b.mp4"]), Path::new("/"));
    }
}
