//! The screen, drawn from the model alone: tabs, a view, what happened, which keys there are, and what lies over it.

mod account;
mod browser;
mod grid;
mod help;
mod library;
mod log;
mod overlays;
mod poster;
mod queued;
#[cfg(test)]
pub(crate) mod tests;
mod transfers;
mod watches;
mod whole;
mod wiping;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::actions::Action;
use super::model::{Link, Model, Overlay, Tone, View};
use super::theme::Role;
use super::widgets::{put, put_right};
use crate::output::text::width;

pub(crate) use browser::click as click_file;
pub(crate) use help::lines as help_lines;
pub(crate) use library::{grid_shape, pictures, poster_at, poster_spots};
pub(crate) use transfers::click as click_transfer;
pub(crate) use watches::{click as click_watch, scroll as scroll_watch};

/// Draws all of it.
pub(crate) fn draw(model: &Model, buffer: &mut Buffer) {
    let screen = buffer.area;
    buffer.set_style(screen, model.theme.style(Role::Text));
    if !has_room(screen) {
        put(
            buffer,
            (0, 0),
            screen.width,
            "too small",
            model.theme.style(Role::Bad),
        );
        return;
    }
    tabs(model, buffer, screen);
    let body = body(screen);
    match model.view {
        View::Library => library::draw(model, buffer, body),
        View::Transfers => transfers::draw(model, buffer, body),
        View::Upload => browser::draw(model, buffer, body),
        View::Watches => watches::draw(model, buffer, body),
        View::Account => account::draw(model, buffer, body),
        View::Log => log::draw(model, buffer, body),
    }
    status(
        model,
        buffer,
        Rect {
            y: screen.bottom() - 2,
            height: 1,
            ..screen
        },
    );
    hints(
        model,
        buffer,
        Rect {
            y: screen.bottom() - 1,
            height: 1,
            ..screen
        },
    );
    match &model.overlay {
        None => {}
        Some(Overlay::Help(top)) => help::draw(model, buffer, body, *top),
        Some(overlay) => overlays::draw(model, buffer, body, overlay),
    }
}

/// Whether anything can be shown.
fn has_room(screen: Rect) -> bool {
    screen.height >= 5 && screen.width >= 20
}

/// What a view has: between the tabs, and what happened and the keys.
fn body(screen: Rect) -> Rect {
    Rect {
        y: screen.y + 1,
        height: screen.height.saturating_sub(3),
        ..screen
    }
}

/// Where each tab begins and ends.
fn tab_places(model: &Model) -> Vec<(View, u16, u16)> {
    let mut x = 0;
    let mut places = Vec::new();
    for (number, view) in (1..).zip(View::ALL) {
        let text = tab_text(model, number, view);
        let end = x + u16::try_from(width(&text)).unwrap_or(0);
        places.push((view, x, end));
        x = end + 1;
    }
    places
}

fn tab_text(model: &Model, number: usize, view: View) -> String {
    // Where there is little room the views not in use are numbers.
    let is_short = model.size.0 < 60 && view != model.view;
    let running = model.transfers.open();
    match view {
        _ if is_short => format!(" {number} "),
        View::Transfers if running > 0 => format!(" {number} {} {running} ", view.title()),
        view => format!(" {number} {} ", view.title()),
    }
}

/// The view whose tab is at a column.
pub(crate) fn tab_at(model: &Model, column: u16) -> Option<View> {
    let places = tab_places(model);
    let found = places
        .iter()
        .find(|(_, start, end)| (*start..*end).contains(&column));
    found.map(|(view, _, _)| *view)
}

fn tabs(model: &Model, buffer: &mut Buffer, screen: Rect) {
    let mut end = 0;
    for (number, (view, start, until)) in (1..).zip(tab_places(model)) {
        let role = if view == model.view {
            Role::Cursor
        } else {
            Role::Dim
        };
        let text = tab_text(model, number, view);
        put(
            buffer,
            (start, screen.y),
            until - start,
            &text,
            model.theme.style(role),
        );
        end = until;
    }
    let (whole, short, role) = link(model);
    let room = screen.width.saturating_sub(end + 2);
    // A name that is cut says less than none.
    let text = if width(&whole) <= usize::from(room) {
        whole
    } else {
        short
    };
    put_right(
        buffer,
        (screen.right(), screen.y),
        room,
        &text,
        model.theme.style(role),
    );
}

/// Whether the server answers: with its name, and without.
fn link(model: &Model) -> (String, String, Role) {
    let server = model.account.place.server.as_deref().unwrap_or("no server");
    let server = server.trim_start_matches("https://").trim_end_matches('/');
    let dot = model.theme.glyph("●", "*");
    match &model.link {
        Link::Connecting => (format!("{server} {dot}"), dot.to_owned(), Role::Dim),
        Link::Online => (format!("{server} {dot}"), dot.to_owned(), Role::Good),
        Link::Offline(_) => (
            format!("offline: {server} {dot}"),
            format!("offline {dot}"),
            Role::Bad,
        ),
        Link::LoggedOut => (
            format!("not logged in: {server} {dot}"),
            format!("login? {dot}"),
            Role::Warning,
        ),
    }
}

/// What happened last, else where one is.
fn status(model: &Model, buffer: &mut Buffer, area: Rect) {
    let offline = model.age().map(|age| (Tone::Bad, age));
    let notice = model.notice.clone().or(offline);
    let (text, role) = match (&notice, model.view) {
        (Some((Tone::Good, text)), _) => (text.clone(), Role::Good),
        (Some((Tone::Bad, text)), _) => (text.clone(), Role::Bad),
        (None, View::Library) => {
            library::status(model, buffer, area);
            return;
        }
        (None, View::Transfers) => (transfers::status(model), Role::Dim),
        (None, View::Upload) => (browser::status(model), Role::Dim),
        (None, View::Watches) => (watches::status(model), Role::Dim),
        (None, View::Account | View::Log) => (String::new(), Role::Dim),
    };
    put(
        buffer,
        (area.x, area.y),
        area.width,
        &text,
        model.theme.style(role),
    );
}

/// The keys that matter most here.
fn hints(model: &Model, buffer: &mut Buffer, area: Rect) {
    let of_view: &[Action] = match model.view {
        View::Library => &[
            Action::Open,
            Action::Grid,
            Action::Search,
            Action::Play,
            Action::Download,
            Action::Mark,
            Action::Delete,
            Action::Edit,
            Action::UploadPath,
        ],
        View::Transfers => &[Action::Pause, Action::Cancel, Action::Retry, Action::Limit],
        View::Account if model.account.form.is_some() => {
            let text = "tab next field   enter log in   ctrl-c quit";
            put(
                buffer,
                (area.x, area.y),
                area.width,
                text,
                model.theme.style(Role::Dim),
            );
            return;
        }
        View::Upload => &[
            Action::EnterFolder,
            Action::ParentFolder,
            Action::MarkFile,
            Action::Send,
            Action::FilterFiles,
            Action::WatchFolder,
        ],
        View::Watches => &[
            Action::WatchAdd,
            Action::Wipe,
            Action::WatchPause,
            Action::Rescan,
            Action::WatchRemove,
        ],
        View::Account => &[Action::Profile, Action::Logout],
        View::Log => &[Action::Up, Action::Down],
    };
    let everywhere = [Action::Help, Action::Palette];
    let mut x = area.x;
    let has_pictures = model.pictures.canvas.is_some();
    let actions = everywhere.iter().chain(of_view);
    for action in actions.filter(|action| has_pictures || **action != Action::Grid) {
        let Some(key) = model.keymap.keys_of(*action).first() else {
            continue;
        };
        let (key, name) = (key.to_string(), action.entry().name);
        let wide = u16::try_from(width(&key) + width(name) + 1).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > area.right() {
            break;
        }
        x = put(
            buffer,
            (x, area.y),
            area.width,
            &key,
            model.theme.style(Role::Accent),
        );
        x = put(
            buffer,
            (x + 1, area.y),
            area.width,
            name,
            model.theme.style(Role::Dim),
        ) + 2;
    }
}
