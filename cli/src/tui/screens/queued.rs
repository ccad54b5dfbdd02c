//! A file of the daemon's queue among the transfers: where it stands and why, in the daemon's words.

use std::time::Duration;

use heimdex_client::control::{QueueItem, Reason, Status, words};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::output::size;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::{bar, put, put_right};

/// Draws the file at a place of the queue.
pub(super) fn one(model: &Model, buffer: &mut Buffer, area: Rect, place: usize) {
    let theme = &model.theme;
    let Some(item) = model.daemon.queue.get(place) else {
        let text = "asking the daemon";
        put(
            buffer,
            (area.x + 2, area.y),
            area.width,
            text,
            theme.style(Role::Dim),
        );
        return;
    };
    let arrow = theme.glyph("⇡", "^");
    let at = put(buffer, (area.x, area.y), 2, arrow, theme.style(Role::Dim));
    let path = item.path.as_path();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = crate::commands::upload::shown(name.as_ref());
    let room = area.width.saturating_sub(26);
    put(buffer, (at + 1, area.y), room, &name, Style::new());
    let style = Style {
        bg: None,
        ..theme.style(role(&item.state.because))
    };
    let word = words::word(&item.state.because);
    put_right(buffer, (area.right(), area.y), 24, &word, style);
    if area.height < 2 {
        return;
    }
    let (mut x, y) = (area.x + 2, area.y + 1);
    if is_moving(&item.state.because) {
        let wide = (area.width / 4).clamp(6, 30);
        let numbers = (item.acknowledged_bytes, 0, item.size_bytes);
        bar(buffer, theme, (x, y), wide, numbers);
        x += wide + 1;
    }
    let room = area.right().saturating_sub(x);
    let text = detail(model, item);
    put(buffer, (x, y), room, &text, theme.style(Role::Dim));
}

fn is_moving(because: &Reason) -> bool {
    matches!(
        because,
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing
    )
}

fn role(because: &Reason) -> Role {
    match because {
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
fn detail(model: &Model, item: &QueueItem) -> String {
    let mut parts = Vec::new();
    if let Reason::Sending { .. } = &item.state.because {
        parts.push(size::part_of(item.acknowledged_bytes, item.size_bytes));
        if item.attempts > 1 {
            parts.push(format!("try {}", item.attempts));
        }
    } else {
        parts.push(size::bytes(item.size_bytes));
        parts.push(item.state.text(&model.moment));
    }
    parts.join("  ")
}

/// How fast the daemon sends, and when all of it is there.
pub(super) fn pace(model: &Model, status: &Status) -> Vec<String> {
    let queue = &status.queue;
    let files = queue.waiting.files + queue.sending.files + queue.delayed.files;
    let mut parts = Vec::new();
    if status.paused.is_some() {
        parts.push("daemon paused".to_owned());
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
