//! Who is logged in where, and what is stored; or the form for those who are not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::size;
use crate::output::text::grouped;
use crate::settings::quoted;
use crate::tui::actions::Action;
use crate::tui::model::{FORM_FIELDS, Form, Input, Model, PASSWORD, Who};
use crate::tui::theme::Role;
use crate::tui::widgets::{broken, field, put};

/// Room for the names of fields.
const NAMES: u16 = 12;

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    if model.account.form.is_some() {
        form(model, buffer, area);
        return;
    }
    let lines = lines(model, area.width);
    let most = lines.len().saturating_sub(height(area));
    let top = model.account.scroll.min(most);
    let has_more = top < most;
    let end = area.bottom() - u16::from(has_more);
    let dim = model.theme.style(Role::Dim);
    for (y, (name, text)) in (area.y + 1..end).zip(lines.iter().skip(top)) {
        put(buffer, (area.x + 2, y), NAMES - 1, name, dim);
        let at = (area.x + 2 + NAMES, y);
        put(buffer, at, area.width, text, model.theme.style(Role::Text));
    }
    if has_more {
        let key = model.keymap.keys_of(Action::Down).first();
        let key = key.map_or_else(|| "-".to_owned(), ToString::to_string);
        let text = format!("{} {key} shows more", model.theme.glyph("↓", "v"));
        let style = model.theme.style(Role::Accent);
        put(buffer, (area.x + 2, end), area.width, &text, style);
    }
}

/// Rows for what is told.
fn height(area: Rect) -> usize {
    area.height.saturating_sub(1).into()
}

/// Scrolls what is told, as far as there is more of it.
pub(crate) fn scroll(model: &mut Model, rows: isize) {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let body = super::body(screen);
    let most = lines(model, body.width).len().saturating_sub(height(body));
    let scroll = model.account.scroll.saturating_add_signed(rows);
    model.account.scroll = scroll.min(most);
}

/// What is told, line by line, the first one of each with its name.
fn lines(model: &Model, columns: u16) -> Vec<(&'static str, String)> {
    let room = columns.saturating_sub(NAMES + 2).max(1);
    let mut lines = Vec::new();
    for (name, text) in told(model) {
        let names = std::iter::once(name).chain(std::iter::repeat(""));
        lines.extend(names.zip(broken(&text, room)));
    }
    lines
}

fn told(model: &Model) -> Vec<(&'static str, String)> {
    let place = &model.account.place;
    let login = if place.is_token {
        "a token, from HEIMDEX_TOKEN".to_owned()
    } else {
        format!("profile {}", place.profile)
    };
    let mut rows = vec![
        (
            "Server",
            place
                .server
                .clone()
                .unwrap_or_else(|| "none is known".into()),
        ),
        ("Login", login),
    ];
    if place.profiles.len() > 1 {
        rows.push(("Profiles", place.profiles.join(", ")));
    }
    match (&model.account.who, &model.account.trouble) {
        (Some(who), _) => rows.extend(known(who)),
        (None, Some(trouble)) => rows.push(("Account", trouble.text.clone())),
        (None, None) => rows.push(("Account", "asking the server".into())),
    }
    rows
}

fn known(who: &Who) -> Vec<(&'static str, String)> {
    let mut rows = vec![("E-mail", who.user.email.clone())];
    if let Some(name) = &who.user.display_name {
        rows.push(("Name", name.clone()));
    }
    if let Some(usage) = &who.usage {
        rows.push(("Videos", grouped(usage.videos)));
        rows.push(("Stored", size::bytes(usage.bytes)));
        rows.push(("Trash", size::bytes(usage.bytes_deleted)));
        rows.push(("Under way", size::bytes(usage.bytes_uploading)));
        let quota = usage.quota_bytes.map_or_else(|| "none".into(), size::bytes);
        rows.push(("Quota", quota));
    }
    let tokens = if who.tokens.is_empty() {
        "none".into()
    } else {
        who.tokens.join(", ")
    };
    rows.push(("Tokens", tokens));
    rows
}

fn form(model: &Model, buffer: &mut Buffer, area: Rect) {
    let Some(form) = &model.account.form else {
        return;
    };
    let theme = &model.theme;
    let y = area.y + 1;
    put(
        buffer,
        (area.x + 2, y),
        area.width,
        "Log in",
        theme.style(Role::Accent),
    );
    let room = area.width.saturating_sub(NAMES + 4).min(60);
    for (row, (at, name)) in (y + 2..).zip(FORM_FIELDS.iter().enumerate()) {
        if row >= area.bottom() {
            return;
        }
        let has_cursor = at == form.focus && !form.is_busy;
        let role = if has_cursor { Role::Accent } else { Role::Dim };
        put(
            buffer,
            (area.x + 2, row),
            NAMES - 1,
            name,
            theme.style(role),
        );
        let unseen;
        let input = if at == PASSWORD {
            unseen = Input::of(&theme.glyph("•", "*").repeat(form.fields[at].len()));
            &unseen
        } else {
            &form.fields[at]
        };
        field(
            buffer,
            theme,
            (area.x + 2 + NAMES, row),
            room,
            input,
            has_cursor,
        );
    }
    let y = y + 5;
    let height = area.bottom().saturating_sub(y);
    below(model, buffer, Rect { y, height, ..area }, form);
}

/// What stands below the fields: what goes on, what went wrong, or how one gets an account.
fn below(model: &Model, buffer: &mut Buffer, area: Rect, form: &Form) {
    let told = match (&form.trouble, form.is_busy) {
        (_, true) => vec![("logging in".to_owned(), Role::Busy)],
        (Some(trouble), false) => {
            let hint = trouble.hint.clone().map(|hint| (hint, Role::Dim));
            let text = (trouble.text.clone(), Role::Bad);
            std::iter::once(text).chain(hint).collect()
        }
        (None, false) => vec![
            ("No account yet? In a shell:".to_owned(), Role::Dim),
            (registering(form), Role::Text),
        ],
    };
    let room = area.width.saturating_sub(4);
    let lines: Vec<(String, Role)> = told
        .into_iter()
        .flat_map(|(text, role)| {
            broken(&text, room)
                .into_iter()
                .map(move |line| (line, role))
        })
        .collect();
    // Air above it, where it has room beside that.
    let is_roomy = usize::from(area.height) > lines.len();
    let from = area.y + u16::from(is_roomy);
    for (y, (line, role)) in (from..area.bottom()).zip(lines) {
        put(
            buffer,
            (area.x + 2, y),
            room,
            &line,
            model.theme.style(role),
        );
    }
}

/// What makes an account on the server that is typed.
fn registering(form: &Form) -> String {
    let [server, email, _] = &form.fields;
    let typed = |input: &Input, instead: &str| {
        let text = input.text().trim().to_owned();
        if text.is_empty() {
            instead.to_owned()
        } else {
            quoted(&text)
        }
    };
    let (server, email) = (typed(server, "URL"), typed(email, "you@example.org"));
    format!("heimdex register {email} --server {server}")
}
