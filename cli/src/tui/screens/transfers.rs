//! What is on its way: each file with its four stages, and how fast all of it goes. The one under the cursor tells all
//! that it has to say.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::row::{LINES, Row};
use super::{own, queued};
use crate::output::size;
use crate::output::text::count;
use crate::tui::actions::Action;
use crate::tui::model::{Model, SECONDS};
use crate::tui::theme::Role;
use crate::tui::widgets::{graph, instead, put_right};

/// Rows of the graph.
const GRAPH: u16 = 3;
/// Columns for how fast it goes.
const RATES: u16 = 15;

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

/// All transfers: those of this program, and behind them the daemon's queue.
fn count_of(model: &Model) -> usize {
    model.transfers.list.len() + model.transfers.beyond
}

fn row(model: &Model, index: usize) -> Row {
    let transfers = &model.transfers;
    match transfers.list.get(index) {
        Some(transfer) => own::row(&model.theme, transfer, transfers.is_away),
        None => queued::row(model, index - transfers.list.len()),
    }
}

/// The rows that are in sight, and where.
fn places(model: &Model, area: Rect) -> Vec<(usize, Rect)> {
    let cursor = model.transfers.cursor;
    let told = row(model, cursor).told(area.width).len();
    let own = u16::try_from(1 + told).unwrap_or(u16::MAX);
    let own = own.max(LINES).min(area.height);
    let before = usize::from((area.height - own) / LINES);
    let mut y = area.y;
    let mut places = Vec::new();
    for index in cursor.saturating_sub(before)..count_of(model) {
        let height = if index == cursor { own } else { LINES };
        if y + height > area.bottom() {
            break;
        }
        places.push((index, Rect { y, height, ..area }));
        y += height;
    }
    places
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    if count_of(model) == 0 {
        return nothing(model, buffer, area);
    }
    let (above, below) = areas(area);
    if above.height > 0 {
        rates(model, buffer, above);
    }
    for (index, place) in places(model, below) {
        if index == model.transfers.cursor {
            let line = Rect { height: 1, ..place };
            buffer.set_style(line, model.theme.style(Role::Cursor));
        }
        row(model, index).draw(&model.theme, buffer, place);
    }
}

fn nothing(model: &Model, buffer: &mut Buffer, area: Rect) {
    let style = model.theme.style(Role::Dim);
    let upload = model.keymap.shown(Action::UploadPath);
    let lines = [
        "Nothing is on its way.".to_owned(),
        format!("{upload} uploads a file or a folder"),
    ];
    instead(buffer, area, &lines.map(|line| (line, style)));
}

/// How fast all of it goes, and went.
fn rates(model: &Model, buffer: &mut Buffer, area: Rect) {
    let transfers = &model.transfers;
    let room = u16::try_from(SECONDS)
        .unwrap_or(u16::MAX)
        .min(area.width.saturating_sub(RATES + 1));
    let rates: Vec<u64> = transfers.rates.iter().copied().collect();
    let place = Rect {
        width: room,
        height: GRAPH,
        ..area
    };
    graph(buffer, &model.theme, place, &rates);
    let most = rates.iter().copied().max().unwrap_or(0);
    let lines = [
        (format!("{}/s", size::bytes(transfers.rate())), Role::Accent),
        (format!("most {}/s", size::bytes(most)), Role::Dim),
    ];
    for (y, (text, role)) in (area.y..).zip(lines) {
        let at = (area.right(), y);
        put_right(buffer, at, RATES, &text, model.theme.style(role));
    }
}

/// Puts the cursor on the transfer at a row of the screen.
pub(crate) fn click(model: &mut Model, row: u16) {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let (_, below) = areas(super::body(screen));
    let places = places(model, below);
    let mut hit = places
        .into_iter()
        .filter(|(_, place)| place.rows().any(|line| line.y == row));
    if let Some((index, _)) = hit.next() {
        model.transfers.cursor = index;
    }
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
