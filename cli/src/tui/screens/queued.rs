//! A file of the daemon's queue among the transfers: where it stands and why, in the daemon's words.

use std::time::Duration;

use super::row::{Lead, Row};
use crate::output::size;
use crate::output::text::count;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use heimdex_client::control::{QueueItem, Reason, Status, words};

/// The file at a place of the queue.
pub(super) fn row(model: &Model, place: usize) -> Row {
    let Some(item) = model.daemon.queue.get(place) else {
        return Row {
            arrow: ("", Role::Dim),
            name: "asking the daemon".into(),
            standing: (String::new(), Role::Dim),
            lead: Lead::Nothing,
            words: Vec::new(),
        };
    };
    let path = item.path.as_path();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let lead = if is_moving(&item.state.because) {
        Lead::Bar {
            safe: item.acknowledged_bytes,
            under_way: under_way(item),
            size: item.size_bytes,
        }
    } else {
        Lead::Nothing
    };
    Row {
        arrow: (model.theme.glyph("⇡", "^"), Role::Dim),
        name: crate::commands::upload::shown(name.as_ref()),
        standing: (standing(model, item), role(model, item)),
        lead,
        words: detail(model, item),
    }
}

fn is_moving(because: &Reason) -> bool {
    matches!(
        because,
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing
    )
}

/// Bytes of it that are on their way.
fn under_way(item: &QueueItem) -> u64 {
    match item.state.because {
        Reason::Sending {
            under_way_bytes, ..
        } => under_way_bytes,
        _ => 0,
    }
}

/// Where it stands, in a word. What was begun says that it is being sent though it is held back.
fn standing(model: &Model, item: &QueueItem) -> String {
    let word = words::word(&item.state.because);
    if !is_moving(&item.state.because) {
        return word;
    }
    let is_paused = model.daemon.is_paused(item);
    let is_leaving = model.daemon.leaving.contains(&item.id);
    if is_leaving || is_paused && under_way(item) > 0 {
        "stopping".into()
    } else if is_paused {
        format!("paused, {word}")
    } else {
        word
    }
}

fn role(model: &Model, item: &QueueItem) -> Role {
    let daemon = &model.daemon;
    let is_held = daemon.leaving.contains(&item.id) || daemon.is_paused(item);
    match &item.state.because {
        because if is_held && is_moving(because) => Role::Warning,
        Reason::Failed { .. } | Reason::NoSuchProfile { .. } => Role::Bad,
        Reason::Delayed { .. }
        | Reason::Paused { .. }
        | Reason::HeldUp { .. }
        | Reason::RootGone { .. } => Role::Warning,
        because if is_moving(because) => Role::Busy,
        _ => Role::Dim,
    }
}

/// Numbers where it moves, else why it does not.
fn detail(model: &Model, item: &QueueItem) -> Vec<String> {
    let mut parts = Vec::new();
    if let Reason::Sending {
        under_way_bytes, ..
    } = &item.state.because
    {
        parts.push(size::part_of(item.acknowledged_bytes, item.size_bytes));
        let rate = model.daemon.paces.rate(item.id);
        let left = item.size_bytes.saturating_sub(item.acknowledged_bytes);
        if let Some(seconds) = left.checked_div(rate) {
            parts.push(format!("{}/s", size::bytes(rate)));
            let left = size::duration(Duration::from_secs(seconds));
            parts.push(format!("{left} left"));
        }
        if *under_way_bytes > 0 {
            parts.push(format!("+{} under way", size::bytes(*under_way_bytes)));
        }
        if item.attempts > 1 {
            parts.push(format!("try {}", item.attempts));
        }
    } else {
        parts.push(size::bytes(item.size_bytes));
        parts.push(item.state.text(&model.moment));
    }
    parts
}

/// How fast the daemon sends, and when all of it is there.
pub(super) fn pace(model: &Model, status: &Status) -> Vec<String> {
    let queue = &status.queue;
    let files = queue.waiting.files + queue.sending.files + queue.delayed.files;
    let mut parts = Vec::new();
    if status.paused.is_some() {
        parts.push("daemon paused".to_owned());
    }
    let paused = status.watches.iter().filter(|watch| watch.paused.is_some());
    match paused.count() as u64 {
        0 => {}
        watches => parts.push(format!("{} paused", count(watches, "watch", "watches"))),
    }
    if files == 0 && queue.failed.files == 0 {
        return parts;
    }
    parts.push(format!("daemon {files} to go"));
    if queue.failed.files > 0 {
        parts.push(format!("{} failed", queue.failed.files));
    }
    if queue.left_bytes > 0 {
        parts.push(format!("{} left", size::bytes(queue.left_bytes)));
    }
    if status.pace.bytes_per_second > 0 {
        parts.push(format!("{}/s", size::bytes(status.pace.bytes_per_second)));
    }
    if let Some(done_at) = status.pace.done_at {
        let left = done_at.since(model.moment.now);
        if left > Duration::ZERO {
            parts.push(format!("done in {}", size::duration(left)));
        }
    }
    if let Some(limit) = status.pace.limit {
        parts.push(format!("at most {}/s", size::bytes(limit)));
    }
    parts
}
