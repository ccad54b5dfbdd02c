//! What lies over a view: the palette, a line to type, a question, the texts of a video.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::text::{clean, count};
use crate::tui::actions::Place;
use crate::tui::model::{
    EDIT_FIELDS, Edit, Input, Model, Overlay, Palette, Prompt, Question, RETAG_FIELDS, Retag,
    SEND_FIELDS, SendForm,
};
use crate::tui::theme::Role;
use crate::tui::widgets::{broken, field, popup, put};

/// Paths that are shown below one that is typed.
const COMPLETIONS: u16 = 8;
/// Columns of a form.
const FORM: u16 = 70;
/// What may be done with a form.
const WAYS: &str = "enter save, tab next field, esc leave; commas between tags";
/// Columns of lines to read.
const READ: u16 = 74;

/// What is inside of a box of so many columns.
fn room(area: Rect, columns: u16) -> u16 {
    columns.min(area.width.saturating_sub(4))
}

/// Writes lines below each other, as far as there is room; the row behind them.
fn lines_at(
    buffer: &mut Buffer,
    inside: Rect,
    y: u16,
    lines: &[String],
    style: ratatui::style::Style,
) -> u16 {
    let rows = (y..inside.bottom()).zip(lines);
    rows.fold(y, |_, (y, line)| {
        put(buffer, (inside.x, y), inside.width, line, style);
        y + 1
    })
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect, overlay: &Overlay) {
    match overlay {
        Overlay::Help(_) => {}
        Overlay::Send(form) => send(model, buffer, area, form),
        Overlay::Lines(title, lines, top) => read(model, buffer, area, (title, lines, *top)),
        Overlay::Palette(found) => palette(model, buffer, area, found),
        Overlay::Prompt(which, input) => prompt(model, buffer, area, *which, input),
        Overlay::Ask(which) => question(model, buffer, area, *which),
        Overlay::Edit(form) => edit(model, buffer, area, form),
        Overlay::Retag(form) => retag(model, buffer, area, form),
    }
}

fn palette(model: &Model, buffer: &mut Buffer, area: Rect, palette: &Palette) {
    let theme = &model.theme;
    let inside = popup(buffer, theme, area, "Do", (68, 12));
    if inside.height == 0 {
        return;
    }
    let x = put(
        buffer,
        (inside.x, inside.y),
        inside.width,
        ": ",
        theme.style(Role::Accent),
    );
    let room = inside.right().saturating_sub(x);
    field(buffer, theme, (x, inside.y), room, &palette.input, true);
    let found = palette.found(model.view);
    let height = usize::from(inside.height - 1);
    let top = (palette.cursor + 1).saturating_sub(height);
    let rows = (inside.y + 1..inside.bottom()).zip(found.iter().enumerate().skip(top));
    for (y, (index, entry)) in rows {
        if index == palette.cursor {
            let line = Rect {
                y,
                height: 1,
                ..inside
            };
            buffer.set_style(line, theme.style(Role::Cursor));
        }
        let plain = ratatui::style::Style::new();
        let x = put(buffer, (inside.x, y), 15, entry.name, plain).max(inside.x + 16);
        let keys = model.keymap.shown(entry.action);
        let room = inside.right().saturating_sub(x);
        put(
            buffer,
            (x, y),
            room.min(11),
            &keys,
            ratatui::style::Style {
                bg: None,
                ..theme.style(Role::Busy)
            },
        );
        let x = x + 12;
        let room = inside.right().saturating_sub(x);
        let words = match entry.place {
            Place::In(view) if view != model.view => format!("{}: {}", view.title(), entry.words),
            Place::In(_) | Place::Everywhere => entry.words.to_owned(),
        };
        put(buffer, (x, y), room, &words, plain);
    }
}

fn prompt(model: &Model, buffer: &mut Buffer, area: Rect, prompt: Prompt, input: &Input) {
    const COLUMNS: u16 = 64;
    let theme = &model.theme;
    let hint = broken(prompt.hint(), room(area, COLUMNS));
    let found = &model.completions[..model.completions.len().min(COMPLETIONS.into())];
    let rows = u16::try_from(1 + hint.len() + found.len()).unwrap_or(u16::MAX);
    let inside = popup(buffer, theme, area, prompt.title(), (COLUMNS, rows));
    if inside.height < 2 {
        return;
    }
    let at = (inside.x, inside.y);
    field(buffer, theme, at, inside.width, input, true);
    let y = lines_at(buffer, inside, at.1 + 1, &hint, theme.style(Role::Dim));
    lines_at(buffer, inside, y, found, theme.style(Role::Busy));
}

/// What is to be sent, and what it is to be called.
fn send(model: &Model, buffer: &mut Buffer, area: Rect, form: &SendForm) {
    let theme = &model.theme;
    let fields = form.shown();
    let rows = u16::try_from(fields.len()).unwrap_or(0);
    let ways = broken(
        "enter upload, tab next field, esc leave; commas between tags",
        room(area, FORM),
    );
    let below = u16::try_from(ways.len()).unwrap_or(1);
    let inside = popup(buffer, theme, area, "Upload", (FORM, rows + 2 + below));
    if inside.height == 0 {
        return;
    }
    let (at, text) = ((inside.x, inside.y), theme.style(Role::Text));
    put(buffer, at, inside.width, &form.what, text);
    for (y, at) in (inside.y + 1..inside.bottom()).zip(fields) {
        let (name, input) = (SEND_FIELDS[at], &form.fields[at]);
        text_field(
            model,
            buffer,
            Rect { y, ..inside },
            (name, input, at == form.focus),
        );
    }
    let y = inside.y + rows + 2;
    lines_at(buffer, inside, y, &ways, theme.style(Role::Dim));
}

/// Lines to read, as they have room.
fn to_read(area: Rect, lines: &[String]) -> Vec<String> {
    let room = room(area, READ);
    lines.iter().flat_map(|line| broken(line, room)).collect()
}

/// How far lines to read can be scrolled here.
pub(crate) fn read_most(model: &Model, lines: &[String]) -> usize {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let body = super::body(screen);
    let inside = usize::from(body.height.saturating_sub(2));
    to_read(body, lines).len().saturating_sub(inside)
}

fn read(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    (title, lines, top): (&str, &[String], usize),
) {
    let lines = to_read(area, lines);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inside = popup(buffer, &model.theme, area, title, (READ, rows));
    let style = model.theme.style(Role::Text);
    let from = &lines[top.min(lines.len())..];
    lines_at(buffer, inside, inside.y, from, style);
    super::help::ways_on(model, buffer, inside, lines.len());
}

fn question(model: &Model, buffer: &mut Buffer, area: Rect, question: Question) {
    const COLUMNS: u16 = 62;
    let theme = &model.theme;
    let (title, first, second) = match question {
        Question::Quit => {
            let open = count(model.transfers.open() as u64, "transfer", "transfers");
            let can_go_on = !model.transfers.open_uploads().is_empty() && model.daemon.is_here();
            let answers = if can_go_on {
                "y quit, n stay, d give the uploads to the daemon and quit"
            } else {
                "y quit, n stay"
            };
            (
                "Quit?",
                format!("{open} would stop, and go on when asked for again."),
                answers,
            )
        }
        Question::Unwatch(id) => {
            let folder = model.daemon.folder(id);
            let folder = folder.map_or_else(|| id.to_string(), |path| path.display().to_string());
            let ask = crate::commands::watch::rm::question(&clean(&folder));
            ("Watch it no more?", ask, "y watch it no more, n leave it")
        }
        Question::Logout => (
            "Log out?",
            "The session ends, here and on the server.".into(),
            "y log out, n stay",
        ),
    };
    let room = room(area, COLUMNS);
    let (first, second) = (broken(&first, room), broken(second, room));
    let rows = u16::try_from(first.len() + second.len()).unwrap_or(u16::MAX);
    let inside = popup(buffer, theme, area, title, (COLUMNS, rows));
    let y = lines_at(buffer, inside, inside.y, &first, theme.style(Role::Text));
    lines_at(buffer, inside, y, &second, theme.style(Role::Accent));
}

fn edit(model: &Model, buffer: &mut Buffer, area: Rect, edit: &Edit) {
    let ways = match (edit.is_saving, &edit.trouble) {
        (true, _) => ("saving", Role::Busy),
        (false, Some(trouble)) => (trouble.as_str(), Role::Bad),
        (false, None) => (WAYS, Role::Dim),
    };
    let (inside, _) = form(model, buffer, area, (None, ways));
    let fields = EDIT_FIELDS.iter().zip(&edit.fields);
    texts(model, buffer, inside, fields, edit.focus);
}

/// The tags of all that is marked.
fn retag(model: &Model, buffer: &mut Buffer, area: Rect, retag: &Retag) {
    let videos = count(retag.videos.len() as u64, "marked video", "marked videos");
    let text = format!("{videos}: title and description are those of one");
    let ways = (WAYS, Role::Dim);
    let (inside, y) = form(model, buffer, area, (Some(&text), ways));
    let below = Rect {
        y,
        height: inside.bottom().saturating_sub(y),
        ..inside
    };
    let fields = RETAG_FIELDS.iter().zip(&retag.fields);
    texts(model, buffer, below, fields, retag.focus);
}

/// The box of a form, with what it is about, and what may be done with it or became of it; what is inside of it, and where
/// fields begin.
fn form(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    (about, (ways, role)): (Option<&str>, (&str, Role)),
) -> (Rect, u16) {
    let (theme, room) = (&model.theme, room(area, FORM));
    let about = about.map_or_else(Vec::new, |text| broken(text, room));
    let ways = broken(ways, room);
    let rows = |lines: &[String]| u16::try_from(lines.len()).unwrap_or(u16::MAX);
    // The fields, or some of them and what they are about, and a line of air.
    let above = 4.max(rows(&about) + 3);
    let inside = popup(buffer, theme, area, "Edit", (FORM, above + rows(&ways)));
    let y = lines_at(buffer, inside, inside.y, &about, theme.style(Role::Text));
    let at = inside.y + above;
    lines_at(buffer, inside, at, &ways, theme.style(role));
    (inside, y)
}

/// Fields with their names, one below the other.
fn texts<'a>(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    fields: impl Iterator<Item = (&'a &'a str, &'a Input)>,
    focus: usize,
) {
    for (y, (at, (name, input))) in (area.top()..area.bottom()).zip(fields.enumerate()) {
        text_field(
            model,
            buffer,
            Rect { y, ..area },
            (name, input, at == focus),
        );
    }
}

/// A field with its name.
fn text_field(
    model: &Model,
    buffer: &mut Buffer,
    line: Rect,
    (name, input, has_cursor): (&str, &Input, bool),
) {
    let theme = &model.theme;
    let role = if has_cursor { Role::Accent } else { Role::Dim };
    put(buffer, (line.x, line.y), 12, name, theme.style(role));
    let at = (line.x + 13, line.y);
    field(
        buffer,
        theme,
        at,
        line.width.saturating_sub(13),
        input,
        has_cursor,
    );
}
