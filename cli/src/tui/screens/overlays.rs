//! What lies over a view: the palette, a line to type, a question, the texts of a video.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::text::{clean, count};
use crate::tui::model::{
    EDIT_FIELDS, Edit, Input, Model, Overlay, Palette, Prompt, Question, RETAG_FIELDS, Retag,
    SEND_FIELDS, SendForm,
};
use crate::tui::theme::Role;
use crate::tui::widgets::{field, popup, put};

/// Paths that are shown below one that is typed.
const COMPLETIONS: u16 = 8;

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
        put(buffer, (x, y), room, entry.words, plain);
    }
}

fn prompt(model: &Model, buffer: &mut Buffer, area: Rect, prompt: Prompt, input: &Input) {
    let theme = &model.theme;
    let found = &model.completions;
    let rows = u16::try_from(found.len())
        .unwrap_or(COMPLETIONS)
        .min(COMPLETIONS);
    let inside = popup(buffer, theme, area, prompt.title(), (64, 2 + rows));
    if inside.height < 2 {
        return;
    }
    field(
        buffer,
        theme,
        (inside.x, inside.y),
        inside.width,
        input,
        true,
    );
    let at = (inside.x, inside.y + 1);
    put(
        buffer,
        at,
        inside.width,
        prompt.hint(),
        theme.style(Role::Dim),
    );
    for (y, path) in (inside.y + 2..inside.bottom()).zip(found) {
        put(
            buffer,
            (inside.x, y),
            inside.width,
            path,
            theme.style(Role::Busy),
        );
    }
}

/// What is to be sent, and what it is to be called.
fn send(model: &Model, buffer: &mut Buffer, area: Rect, form: &SendForm) {
    let theme = &model.theme;
    let fields = form.shown();
    let rows = u16::try_from(fields.len()).unwrap_or(0);
    let inside = popup(buffer, theme, area, "Upload", (70, rows + 3));
    if inside.height == 0 {
        return;
    }
    let at = (inside.x, inside.y);
    put(
        buffer,
        at,
        inside.width,
        &form.what,
        theme.style(Role::Text),
    );
    for (y, at) in (inside.y + 1..inside.bottom()).zip(fields) {
        let has_cursor = at == form.focus;
        let role = if has_cursor { Role::Accent } else { Role::Dim };
        put(
            buffer,
            (inside.x, y),
            12,
            SEND_FIELDS[at],
            theme.style(role),
        );
        let room = inside.width.saturating_sub(13);
        let input = &form.fields[at];
        field(buffer, theme, (inside.x + 13, y), room, input, has_cursor);
    }
    if inside.height >= rows + 3 {
        let at = (inside.x, inside.y + rows + 2);
        let text = "enter upload, tab next field, esc leave; commas between tags";
        put(buffer, at, inside.width, text, theme.style(Role::Dim));
    }
}

/// Lines to read.
fn read(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    (title, lines, top): (&str, &[String], usize),
) {
    let theme = &model.theme;
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inside = popup(buffer, theme, area, title, (74, rows));
    for (y, line) in (inside.top()..inside.bottom()).zip(lines.iter().skip(top)) {
        put(
            buffer,
            (inside.x, y),
            inside.width,
            line,
            theme.style(Role::Text),
        );
    }
}

fn question(model: &Model, buffer: &mut Buffer, area: Rect, question: Question) {
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
    let inside = popup(buffer, theme, area, title, (62, 2));
    if inside.height < 2 {
        return;
    }
    put(
        buffer,
        (inside.x, inside.y),
        inside.width,
        &first,
        theme.style(Role::Text),
    );
    put(
        buffer,
        (inside.x, inside.y + 1),
        inside.width,
        second,
        theme.style(Role::Accent),
    );
}

fn edit(model: &Model, buffer: &mut Buffer, area: Rect, edit: &Edit) {
    let inside = popup(buffer, &model.theme, area, "Edit", (70, 5));
    let fields = EDIT_FIELDS.iter().zip(&edit.fields);
    texts(model, buffer, inside, fields, edit.focus);
    ways(model, buffer, inside, 4);
}

/// The tags of all that is marked.
fn retag(model: &Model, buffer: &mut Buffer, area: Rect, form: &Retag) {
    let theme = &model.theme;
    let inside = popup(buffer, theme, area, "Edit", (70, 5));
    if inside.height == 0 {
        return;
    }
    let videos = count(form.videos.len() as u64, "marked video", "marked videos");
    let text = format!("{videos}: title and description are those of one");
    let at = (inside.x, inside.y);
    put(buffer, at, inside.width, &text, theme.style(Role::Text));
    let below = Rect {
        y: inside.y + 1,
        height: inside.height - 1,
        ..inside
    };
    let fields = RETAG_FIELDS.iter().zip(&form.fields);
    texts(model, buffer, below, fields, form.focus);
    ways(model, buffer, inside, 4);
}

/// Fields with their names, one below the other.
fn texts<'a>(
    model: &Model,
    buffer: &mut Buffer,
    area: Rect,
    fields: impl Iterator<Item = (&'a &'a str, &'a Input)>,
    focus: usize,
) {
    let theme = &model.theme;
    for (y, (at, (name, input))) in (area.top()..area.bottom()).zip(fields.enumerate()) {
        let has_cursor = at == focus;
        let role = if has_cursor { Role::Accent } else { Role::Dim };
        put(buffer, (area.x, y), 12, name, theme.style(role));
        let room = area.width.saturating_sub(13);
        field(buffer, theme, (area.x + 13, y), room, input, has_cursor);
    }
}

/// What may be done with a form, in this row of it.
fn ways(model: &Model, buffer: &mut Buffer, inside: Rect, row: u16) {
    if inside.height > row {
        let at = (inside.x, inside.y + row);
        let text = "enter save, tab next field, esc leave; commas between tags";
        let style = model.theme.style(Role::Dim);
        put(buffer, at, inside.width, text, style);
    }
}
