//! The daemon's status in words and tables.

use std::fmt::Write as _;

use heimdex_api::Timestamp;
use heimdex_client::control::{
    Eyes, Notice, QueueItem, Reason, RecentError, Root, Status, WaitingFile, WatchStatus, words,
};
use heimdex_client::shown::Moment;

use crate::output::table::{self, Cell, Column, Side};
use crate::output::text::{Colour, clean, count, grouped, wrapped};
use crate::output::{size, time};
use crate::printer::Printer;

/// How many files, errors and rules are named.
const NAMED: usize = 8;

const WATCHES: [Column; 7] = [
    column("FOLDER", Side::Left, 0, Some(14)),
    column("STATE", Side::Left, 0, None),
    column("WAIT", Side::Right, 1, None),
    column("STORED", Side::Right, 2, None),
    column("FAILED", Side::Right, 3, None),
    column("LEFT OUT", Side::Right, 4, None),
    column("ID", Side::Left, 0, None),
];

const FILES: [Column; 4] = [
    column("FILE", Side::Left, 0, Some(12)),
    column("STATE", Side::Left, 0, None),
    column("SIZE", Side::Right, 1, None),
    column("ID", Side::Left, 0, None),
];

const fn column(name: &'static str, side: Side, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side,
        rank,
        least,
    }
}

/// For a terminal of so many columns.
pub(super) fn for_people(
    printer: &Printer,
    status: &Status,
    moment: &Moment,
    room: usize,
) -> String {
    let mut blocks = vec![heading(status, moment)];
    let watches: Vec<_> = status.watches.iter().map(watch).collect();
    blocks.push(table::text(printer, &WATCHES, &watches, room));
    blocks.push(of_watches(status, moment));
    let mut files: Vec<_> = status.current.iter().take(NAMED).map(file).collect();
    files.extend(unfinished(status).take(NAMED).map(unfinished_file));
    blocks.push(table::text(printer, &FILES, &files, room));
    blocks.push(unnamed(status));
    blocks.push(stuck(status, moment));
    blocks.push(queue(status, moment));
    blocks.push(kept(status));
    blocks.push(troubles(status, moment));
    blocks.retain(|block| !block.is_empty());
    let wrap = |block: &String| {
        // A table fits already.
        if block.starts_with("FOLDER") || block.starts_with("FILE") {
            block.clone()
        } else {
            wrapped(block, room).into_owned()
        }
    };
    blocks.iter().map(wrap).collect::<Vec<_>>().join("\n\n")
}

fn heading(status: &Status, moment: &Moment) -> String {
    let daemon = &status.daemon;
    let mut text = format!(
        "heimdexd {} runs since {} (process {}).",
        daemon.version,
        time::calendar(daemon.started_at, moment),
        daemon.pid
    );
    if let Some(paused) = status.paused {
        let reason = Reason::Paused {
            watch: None,
            until: paused.until,
        };
        text.push('\n');
        text.push_str(&words::sentence(&reason, moment));
    }
    for account in &status.accounts {
        let (Some(outage), Some(since)) = (&account.outage, account.since) else {
            continue;
        };
        let reason = Reason::HeldUp {
            outage: outage.clone(),
            since,
            next_try_at: account.next_try_at,
        };
        let sentence = words::sentence(&reason, moment);
        let _ = write!(text, "\n{}: {sentence}", clean(&account.profile));
    }
    if status.watches.is_empty() {
        text.push_str("\nNo folder is watched yet. `heimdex watch add FOLDER` watches one.");
    }
    text
}

fn watch(watch: &WatchStatus) -> Vec<Cell> {
    let (word, colour) = state(watch);
    let counts = &watch.counts;
    let waiting = [
        counts.settling,
        counts.cut_off,
        counts.queued,
        counts.sending,
    ];
    let number = |files: u64| Cell::new(grouped(files), files.to_string());
    let failed = counts.failed.files + counts.unreadable.files;
    vec![
        Cell::name(&watch.path.to_string()),
        Cell::new(word, word).coloured(colour),
        number(waiting.iter().map(|count| count.files).sum()),
        number(counts.stored.files),
        match failed {
            0 => number(0),
            failed => number(failed).coloured(Colour::Red),
        },
        number(counts.excluded.files + counts.skipped.files),
        Cell::text(&watch.id.to_string()),
    ]
}

pub(super) fn state(watch: &WatchStatus) -> (&'static str, Colour) {
    match (&watch.root, &watch.eyes) {
        (Root::Gone { .. }, _) => ("away", Colour::Yellow),
        (Root::Unreadable { .. }, _) => ("unreadable", Colour::Red),
        (Root::Here | Root::Unknown, _) if watch.paused.is_some() => ("paused", Colour::Yellow),
        (Root::Here | Root::Unknown, Eyes::Starting) => ("looking", Colour::Cyan),
        (Root::Here | Root::Unknown, Eyes::Polling { .. }) => ("polled", Colour::Green),
        (Root::Here | Root::Unknown, Eyes::Events | Eyes::Unknown) => ("watched", Colour::Green),
    }
}

/// Until when a watch is paused, which rules leave out how much, and why a folder is polled.
fn of_watches(status: &Status, moment: &Moment) -> String {
    let mut lines = Vec::new();
    for watch in &status.watches {
        match &watch.root {
            Root::Gone { since } => {
                let (root, since) = (watch.path.clone(), *since);
                lines.push(words::sentence(&Reason::RootGone { root, since }, moment));
            }
            Root::Unreadable { error } => {
                let path = watch.path.to_string();
                lines.push(format!(
                    "{} cannot be read: {}.",
                    clean(&path),
                    clean(error)
                ));
            }
            Root::Here | Root::Unknown => {}
        }
        if let Some(paused) = watch.paused {
            let reason = Reason::Paused {
                watch: Some(watch.id),
                until: paused.until,
            };
            lines.push(words::sentence(&reason, moment));
        }
        let named = watch.rules.iter().take(NAMED).map(|rule| {
            let files = grouped(rule.left_out.files);
            format!("{files} by `{}`", clean(&rule.rule))
        });
        let mut named: Vec<String> = named.collect();
        if watch.rules.len() > NAMED {
            named.push(format!("and {} rules more", watch.rules.len() - NAMED));
        }
        if !named.is_empty() {
            lines.push(format!("{} leaves out {}.", watch.id, named.join(", ")));
        }
        if let Eyes::Polling { why, every_ms } = &watch.eyes {
            let every = size::duration(std::time::Duration::from_millis(*every_ms));
            lines.push(format!(
                "{} is looked at every {every}: {}.",
                watch.id,
                clean(why)
            ));
        }
    }
    lines.join("\n")
}

fn file(item: &QueueItem) -> Vec<Cell> {
    let path = item.path.as_path();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let word = words::word(&item.state.because);
    let shown = match item.state.because {
        Reason::Sending {
            under_way_bytes, ..
        } if under_way_bytes > 0 => format!("{word} +{}", size::bytes(under_way_bytes)),
        _ => word.clone(),
    };
    let colour = match item.state.because {
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing => Colour::Cyan,
        Reason::Failed { .. } => Colour::Red,
        _ => Colour::Dim,
    };
    vec![
        Cell::name(&name.display().to_string()),
        Cell::new(shown, word).coloured(colour),
        Cell::new(size::bytes(item.size_bytes), item.size_bytes.to_string()),
        Cell::text(&item.id.to_string()),
    ]
}

/// Files under watch that are not finished.
/// How many files the table leaves out.
fn unnamed(status: &Status) -> String {
    let beyond = |files: usize| files.saturating_sub(NAMED);
    let left_out = beyond(status.current.len()) + beyond(unfinished(status).count());
    if left_out == 0 {
        return String::new();
    }
    let files = count(left_out as u64, "more file", "more files");
    format!("And {files}: `heimdex queue` and `heimdex status --json` have all.")
}

pub(super) fn unfinished(status: &Status) -> impl Iterator<Item = &WaitingFile> {
    status.watches.iter().flat_map(|watch| &watch.waiting)
}

fn unfinished_file(file: &WaitingFile) -> Vec<Cell> {
    let path = file.path.as_path();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let word = words::word(&file.state.because);
    let colour = if is_stuck(&file.state.because) {
        Colour::Red
    } else {
        Colour::Dim
    };
    vec![
        Cell::name(&name.display().to_string()),
        Cell::new(word.clone(), word).coloured(colour),
        Cell::text("-"),
        Cell::text("-"),
    ]
}

/// Whether a person is waited for.
fn is_stuck(because: &Reason) -> bool {
    matches!(
        because,
        Reason::LooksCutOff { .. } | Reason::Unreadable { .. }
    )
}

/// Why files wait for a person.
fn stuck(status: &Status, moment: &Moment) -> String {
    let stuck = unfinished(status).filter(|file| is_stuck(&file.state.because));
    let lines = stuck.take(NAMED).map(|file| {
        let path = file.path.to_string();
        format!("{}: {}", clean(&path), file.state.text(moment))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn queue(status: &Status, moment: &Moment) -> String {
    let queue = &status.queue;
    let files = queue.waiting.files + queue.sending.files + queue.delayed.files;
    if files == 0 {
        let counts = status.watches.iter().map(|watch| &watch.counts);
        let unfinished = counts.map(|counts| counts.settling.files + counts.cut_off.files);
        return match unfinished.sum::<u64>() {
            0 => "Nothing waits to be sent.".into(),
            files => format!(
                "{} not finished yet; no other waits to be sent.",
                count(files, "file is", "files are")
            ),
        };
    }
    let mut parts = vec![
        format!("{} to go", count(files, "file", "files")),
        format!("{} left", size::bytes(queue.left_bytes)),
    ];
    if status.pace.bytes_per_second > 0 {
        parts.push(format!("{}/s", size::bytes(status.pace.bytes_per_second)));
    }
    if let Some(limit) = status.pace.limit {
        parts.push(format!("limited to {}/s", size::bytes(limit)));
    }
    if let Some(done_at) = status.pace.done_at {
        parts.push(format!("done {}", time::until(done_at, moment)));
    }
    parts.join(", ") + "."
}

/// Files that would be in the trash, had they been proven.
fn kept(status: &Status) -> String {
    let kept = status.awaiting_proof;
    if kept.files == 0 {
        return String::new();
    }
    let (is, goes) = if kept.files == 1 {
        ("is", "it goes")
    } else {
        ("are", "they go")
    };
    format!(
        "{} ({}) {is} stored and not proven yet, kept until then; {goes} in the trash after. \
         `heimdex why FILE` says what is missing.",
        count(kept.files, "file", "files"),
        size::bytes(kept.bytes)
    )
}

fn troubles(status: &Status, moment: &Moment) -> String {
    let mut lines: Vec<String> = status
        .notices
        .iter()
        // Named beside all that needs a person.
        .filter(|notice| !matches!(notice, Notice::LooksCutOff { .. }))
        .map(words::notice)
        .map(|(head, body)| format!("{}: {}", clean(&head), clean(&body)))
        .collect();
    // What a notice says need not be said twice.
    let is_news = |error: &&RecentError| {
        !status.notices.iter().any(|notice| {
            matches!(notice, Notice::CannotSend { path, .. } if error.path.as_ref() == Some(path))
        })
    };
    for error in status.errors.iter().filter(is_news).take(NAMED) {
        let name = error.path.as_ref().map(|path| format!("{path}: "));
        let text = format!("{}{}", name.unwrap_or_default(), error.message);
        lines.push(format!("{}  {}", when(error.at, moment), clean(&text)));
    }
    lines.join("\n")
}

fn when(at: Timestamp, moment: &Moment) -> String {
    time::calendar(at, moment)
}
