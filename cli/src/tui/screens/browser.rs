//! A folder of this machine: names, sizes, lengths, dates, and which files were sent before.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::output::text::{count, grouped, width};
use crate::output::{size, time};
use crate::tui::actions::Action;
use crate::tui::model::{Before, Entry, Model};
use crate::tui::theme::Role;
use crate::tui::widgets::{field, instead, put, put_name, put_right};

/// How wide the columns behind the name are: whether it was sent, length, size, date.
const BADGE: u16 = 11;
const LENGTH: u16 = 9;
const SIZE: u16 = 9;
const DATE: u16 = 13;
/// The least that is left to names before a column gives way.
const NAME_LEAST: u16 = 18;

/// The columns that have room, from the right.
struct Columns {
    badge: bool,
    length: bool,
    date: bool,
    name: u16,
}

impl Columns {
    fn of(room: u16) -> Self {
        let mut name = room.saturating_sub(2 + SIZE + 1);
        let mut fits = |wide: u16| {
            let is_there = name > NAME_LEAST + wide;
            name -= if is_there { wide + 1 } else { 0 };
            is_there
        };
        let (badge, length, date) = (fits(BADGE), fits(LENGTH), fits(DATE));
        Self {
            badge,
            length,
            date,
            name,
        }
    }
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let browser = &model.browser;
    heading(model, buffer, area);
    let rows = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    if browser.shown.is_empty() {
        nothing(model, buffer, rows);
        return;
    }
    let columns = Columns::of(area.width);
    let (top, visible) = browser.visible(usize::from(rows.height));
    for (index, (y, entry)) in (rows.top()..rows.bottom()).zip(visible).enumerate() {
        let line = Rect {
            y,
            height: 1,
            ..rows
        };
        let is_selected = top + index == browser.cursor;
        if is_selected {
            buffer.set_style(line, model.theme.style(Role::Cursor));
        }
        one(model, buffer, line, &columns, entry, is_selected);
    }
}

/// Puts the cursor on a row, below the heading.
pub(crate) fn click(model: &mut Model, row: usize) {
    let (top, _) = model.browser.visible(model.list_height());
    let at = top + row;
    if at < model.browser.shown.len() {
        model.browser.cursor = at;
    }
}

/// The folder, or the name that is looked for.
fn heading(model: &Model, buffer: &mut Buffer, area: Rect) {
    let (browser, theme) = (&model.browser, &model.theme);
    let dim = theme.style(Role::Dim);
    if let Some(input) = &browser.search {
        let x = put(
            buffer,
            (area.x, area.y),
            area.width,
            "/ ",
            theme.style(Role::Accent),
        );
        field(
            buffer,
            theme,
            (x, area.y),
            area.right().saturating_sub(x),
            input,
            true,
        );
        return;
    }
    let path = crate::commands::upload::shown(&browser.listing.folder);
    let path = if path.is_empty() {
        "Reading the folder.".to_owned()
    } else {
        path
    };
    // The end of a path says where one is.
    let room = usize::from(area.width);
    let mut start = path.as_str();
    while width(start) > room {
        let mut rest = start.chars();
        rest.next();
        start = rest.as_str();
    }
    put(buffer, (area.x, area.y), area.width, start, dim);
}

fn nothing(model: &Model, buffer: &mut Buffer, area: Rect) {
    let browser = &model.browser;
    let (first, second) = match &browser.trouble {
        Some(trouble) => (
            trouble.text.clone(),
            trouble.hint.clone().unwrap_or_default(),
        ),
        None if browser.is_loading => ("Reading the folder.".into(), String::new()),
        None if !browser.filter.is_empty() => (
            "No name is like that.".into(),
            if browser.search.is_some() {
                "esc clears the filter".into()
            } else {
                format!("{} clears the filter", model.keymap.shown(Action::Back))
            },
        ),
        None => ("Nothing is in this folder.".into(), String::new()),
    };
    let style = model.theme.style(Role::Dim);
    instead(buffer, area, &[(first, style), (second, style)]);
}

fn one(
    model: &Model,
    buffer: &mut Buffer,
    line: Rect,
    columns: &Columns,
    entry: &Entry,
    is_selected: bool,
) {
    let theme = &model.theme;
    mark(model, buffer, line, entry, is_selected);
    let style = |role| Style {
        bg: None,
        ..theme.style(role)
    };
    let (name, name_style) = if entry.is_folder {
        (format!("{}/", entry.name), style(Role::Accent))
    } else {
        (entry.name.clone(), Style::new())
    };
    let at = (line.x + 2, line.y);
    put_name(buffer, at, columns.name, &name, name_style);
    let mut x = line.x + 2 + columns.name + 1;
    let dim = style(Role::Dim);
    let facts = model
        .browser
        .facts(&entry.path)
        .copied()
        .unwrap_or_default();
    if columns.badge {
        let (text, role) = badge(facts.before);
        put(buffer, (x, line.y), BADGE, text, style(role));
        x += BADGE + 1;
    }
    if columns.length {
        let text = facts.length_s.map(size::length).unwrap_or_default();
        put_right(buffer, (x + LENGTH, line.y), LENGTH, &text, dim);
        x += LENGTH + 1;
    }
    let bytes = if entry.is_folder {
        String::new()
    } else {
        size::bytes(entry.size)
    };
    put_right(buffer, (x + SIZE, line.y), SIZE, &bytes, dim);
    x += SIZE + 1;
    if columns.date {
        let text = entry.modified.map(|at| time::calendar(at, &model.moment));
        put(buffer, (x, line.y), DATE, &text.unwrap_or_default(), dim);
    }
}

/// Whether it is marked, or under the cursor.
fn mark(model: &Model, buffer: &mut Buffer, line: Rect, entry: &Entry, is_selected: bool) {
    let theme = &model.theme;
    let is_marked = model.browser.marks.contains_key(&entry.path);
    let (mark, role) = match (is_marked, is_selected) {
        (true, _) => (theme.glyph("●", "*"), Role::Marked),
        (false, true) => (theme.glyph("▌", ">"), Role::Accent),
        (false, false) => (" ", Role::Accent),
    };
    put(buffer, (line.x, line.y), 1, mark, theme.style(role));
}

fn badge(before: Before) -> (&'static str, Role) {
    match before {
        Before::Unknown => ("", Role::Dim),
        Before::Begun => ("begun", Role::Busy),
        Before::Sent => ("uploaded", Role::Good),
        Before::There => ("on server", Role::Good),
    }
}

pub(super) fn status(model: &Model) -> String {
    let browser = &model.browser;
    if let (Some(trouble), false) = (&browser.trouble, browser.shown.is_empty()) {
        return trouble.text.clone();
    }
    let shown = browser.shown.len() as u64;
    let place = (browser.cursor as u64 + 1).min(shown);
    let mut words = vec![format!("{} of {}", grouped(place), grouped(shown))];
    let hidden = browser.listing.entries.len() as u64 - shown;
    if hidden > 0 && browser.filter.is_empty() {
        words.push(count(hidden, "hidden name", "hidden names"));
    }
    if browser.listing.more > 0 {
        words.push(format!(
            "{} more are not shown",
            grouped(browser.listing.more as u64)
        ));
    }
    if !browser.filter.is_empty() {
        words.push(format!("with `{}`", browser.filter));
    }
    if !browser.marks.is_empty() {
        let bytes: u64 = browser.marks.values().flatten().sum();
        let marked = count(browser.marks.len() as u64, "marked", "marked");
        words.push(format!("{marked} ({})", size::bytes(bytes)));
    }
    words.join(", ")
}
