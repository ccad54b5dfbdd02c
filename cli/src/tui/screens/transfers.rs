//! What is on its way: each file with its four stages, and how fast all of it goes.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::queued;
use crate::output::size;
use crate::output::text::count;
use crate::tui::model::{Model, SECONDS, Standing, Transfer, Way};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{bar, graph, put, put_right};

/// Rows of the graph.
const GRAPH: u16 = 3;
/// Rows that a transfer takes.
const ROWS: u16 = 2;

/// Where the graph is, and where the list.
fn areas(area: Rect) -> (Rect, Rect) {
    let rows = if area.height >= 14 { GRAPH + 1 } else { 0 };
    let above = Rect {
        height: rows,
        ..area
    };
    let below = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    (above, below)
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let transfers = &model.transfers;
    let rows = transfers.list.len() + transfers.beyond;
    if rows == 0 {
        let style = model.theme.style(Role::Dim);
        let upload = model.keymap.shown(crate::tui::actions::Action::UploadPath);
        let y = area.y + area.height / 3;
        put(
            buffer,
            (area.x + 2, y),
            area.width,
            "Nothing is on its way.",
            style,
        );
        let text = format!("{upload} uploads a file or a folder");
        put(buffer, (area.x + 2, y + 1), area.width, &text, style);
        return;
    }
    let (above, below) = areas(area);
    if above.height > 0 {
        let room = u16::try_from(SECONDS)
            .unwrap_or(u16::MAX)
            .min(area.width.saturating_sub(16));
        let rates: Vec<u64> = transfers.rates.iter().copied().collect();
        graph(
            buffer,
            &model.theme,
            Rect {
                width: room,
                height: GRAPH,
                ..above
            },
            &rates,
        );
        let now = format!("{}/s", size::bytes(transfers.rate()));
        let at = (above.right(), above.y);
        put_right(buffer, at, 15, &now, model.theme.style(Role::Accent));
        let most = rates.iter().copied().max().unwrap_or(0);
        let most = format!("most {}/s", size::bytes(most));
        put_right(
            buffer,
            (above.right(), above.y + 1),
            15,
            &most,
            model.theme.style(Role::Dim),
        );
    }
    let height = usize::from(below.height / ROWS).max(1);
    let top = (transfers.cursor + 1).saturating_sub(height);
    for index in top..rows.min(top + height) {
        let row = u16::try_from(index - top).unwrap_or(0) * ROWS;
        let place = Rect {
            y: below.y + row,
            height: ROWS.min(below.height),
            ..below
        };
        if index == transfers.cursor {
            let line = Rect { height: 1, ..place };
            buffer.set_style(line, model.theme.style(Role::Cursor));
        }
        match transfers.list.get(index) {
            Some(transfer) => one(model, buffer, place, transfer),
            None => queued::one(model, buffer, place, index - transfers.list.len()),
        }
    }
}

/// Puts the cursor on the transfer at a row of the view, below its first one.
pub(crate) fn click(model: &mut Model, row: usize) {
    let body = Rect::new(0, 1, model.size.0, model.size.1.saturating_sub(3));
    let (above, below) = areas(body);
    let height = usize::from(below.height / ROWS).max(1);
    let top = (model.transfers.cursor + 1).saturating_sub(height);
    // The row is counted from below the headings of a list.
    let Some(row) = (row + 1).checked_sub(usize::from(above.height)) else {
        return;
    };
    let at = top + row / usize::from(ROWS);
    if at < model.transfers.list.len() + model.transfers.beyond {
        model.transfers.cursor = at;
    }
}

fn one(model: &Model, buffer: &mut Buffer, area: Rect, transfer: &Transfer) {
    let theme = &model.theme;
    let arrow = match transfer.way {
        Way::Up { .. } => theme.glyph("↑", "^"),
        Way::Down { .. } => theme.glyph("↓", "v"),
        Way::ByDaemon { .. } => theme.glyph("⇡", "^"),
    };
    let (word, role) = standing(transfer, model.transfers.is_away);
    let at = put(
        buffer,
        (area.x, area.y),
        2,
        arrow,
        theme.style(Role::Accent),
    );
    let room = area.width.saturating_sub(26);
    put(
        buffer,
        (at + 1, area.y),
        room,
        &transfer.name,
        ratatui::style::Style::new(),
    );
    put_right(
        buffer,
        (area.right(), area.y),
        24,
        &word,
        ratatui::style::Style {
            bg: None,
            ..theme.style(role)
        },
    );
    if area.height < 2 {
        return;
    }
    let y = area.y + 1;
    let mut x = area.x + 2;
    if transfer.is_open() {
        let wide = (area.width / 4).clamp(6, 30);
        let numbers = (transfer.safe, transfer.under_way, transfer.size);
        bar(buffer, theme, (x, y), wide, numbers);
        x += wide + 1;
    } else {
        x = stages(theme, buffer, (x, y), transfer) + 1;
    }
    let room = area.right().saturating_sub(x);
    put(
        buffer,
        (x, y),
        room,
        &detail(transfer),
        theme.style(Role::Dim),
    );
}

/// Where it stands, in a word.
fn standing(transfer: &Transfer, is_away: bool) -> (String, Role) {
    let percent = u128::from(transfer.safe.min(transfer.size)) * 100;
    let percent = percent.checked_div(u128::from(transfer.size)).unwrap_or(0);
    let moved = match transfer.way {
        Way::Up { .. } | Way::ByDaemon { .. } => "sent",
        Way::Down { .. } => "here",
    };
    match &transfer.standing {
        Standing::Waiting if is_away => ("waits for the server".into(), Role::Warning),
        Standing::Waiting => ("waiting".into(), Role::Dim),
        Standing::Running => (format!("{moved} {percent}%"), Role::Busy),
        Standing::Stopping { .. } => ("stopping".into(), Role::Warning),
        Standing::Paused => (format!("paused, {moved} {percent}%"), Role::Warning),
        Standing::Stored => ("stored".into(), Role::Busy),
        Standing::Verified => ("verified".into(), Role::Busy),
        Standing::Ready => ("ready".into(), Role::Good),
        Standing::Here(_) => ("here".into(), Role::Good),
        Standing::Failed(_) => ("failed".into(), Role::Bad),
    }
}

/// The four stages of an upload, those that are behind it bright.
fn stages(theme: &Theme, buffer: &mut Buffer, (mut x, y): (u16, u16), transfer: &Transfer) -> u16 {
    let reached = match transfer.standing {
        Standing::Stored => 2,
        Standing::Verified => 3,
        Standing::Ready => 4,
        _ => return x,
    };
    for (stage, word) in (1..).zip(["sent", "stored", "verified", "ready"]) {
        let is_there = stage <= reached;
        let role = if is_there { Role::Good } else { Role::Dim };
        let mark = if is_there {
            theme.glyph("✓", "+")
        } else {
            theme.glyph("·", "-")
        };
        x = put(buffer, (x, y), 1, mark, theme.style(role));
        x = put(buffer, (x, y), 10, word, theme.style(role)) + 1;
    }
    x
}

/// Numbers, and why.
fn detail(transfer: &Transfer) -> String {
    let mut words = Vec::new();
    match &transfer.standing {
        Standing::Failed(trouble) => {
            words.push(trouble.text.clone());
            words.extend(trouble.hint.clone());
        }
        Standing::Here(path) => words.push(path.display().to_string()),
        Standing::Running | Standing::Stopping { .. } | Standing::Waiting | Standing::Paused => {
            words.push(size::part_of(transfer.safe, transfer.size));
            let rate = transfer.rate();
            if rate > 0 && transfer.standing == Standing::Running {
                let left = transfer.size.saturating_sub(transfer.safe) / rate;
                words.push(format!("{}/s", size::bytes(rate)));
                words.push(format!(
                    "{} left",
                    size::duration(Duration::from_secs(left))
                ));
            }
            if transfer.under_way > 0 {
                words.push(format!("+{} under way", size::bytes(transfer.under_way)));
            }
        }
        Standing::Stored | Standing::Verified | Standing::Ready => {
            words.push(size::bytes(transfer.size));
        }
    }
    words.extend(transfer.why.clone());
    words.join("  ")
}

pub(super) fn status(model: &Model) -> String {
    let transfers = &model.transfers;
    let open = transfers.open();
    let over = transfers.list.len() - open;
    let mut words = vec![format!("{open} on their way, {over} over")];
    let daemon = model.daemon.status();
    let daemon = daemon.map_or_else(Vec::new, |status| queued::pace(model, status));
    let (left, rate) = (transfers.left(), transfers.rate());
    if left > 0 {
        words.push(format!("{} left", size::bytes(left)));
    }
    if left > 0 && rate > 0 {
        words.push(size::duration(Duration::from_secs(left / rate)));
    }
    if let Some(limit) = &transfers.limit {
        words.push(format!("at most {limit}"));
    }
    if transfers.list.is_empty() {
        words.clear();
    }
    words.extend(daemon);
    if words.is_empty() {
        words.push(count(0, "transfer", "transfers"));
    }
    words.join(", ")
}
