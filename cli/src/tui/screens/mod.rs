//! The screen, drawn from the model alone: tabs, a view, what happened, which keys there are, and what lies over it.

mod account;
mod browser;
mod grid;
mod help;
mod library;
mod log;
mod overlays;
mod own;
mod poster;
mod queued;
mod row;
#[cfg(test)]
pub(crate) mod tests;
mod transfers;
mod watches;
mod whole;
mod wiping;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

use super::actions::Action;
use super::model::{Link, Model, Overlay, Tone, View};
use super::theme::Role;
use super::widgets::{broken, put, put_right};
use crate::output::text::width;

pub(crate) use account::scroll as scroll_account;
pub(crate) use browser::click as click_file;
pub(crate) use help::most as help_most;
pub(crate) use library::{grid_shape, pictures, poster_at, poster_spots, scroll_whole};
pub(crate) use overlays::read_most;
pub(crate) use transfers::click as click_transfer;
pub(crate) use watches::{click as click_watch, scroll as scroll_watch};

/// Lines of what happened last, at most.
const NOTICE_MOST: u16 = 4;

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
    let texts = [whole, short, model.theme.glyph("●", "*").to_owned()];
    let text = texts
        .into_iter()
        .find(|text| width(text) <= usize::from(room))
        .unwrap_or_default();
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

/// What happened last, from the foot of the screen upwards: an answer that is cut tells nothing.
fn notice(model: &Model, buffer: &mut Buffer, tone: Tone, text: &str) {
    let screen = buffer.area;
    let mut lines = broken(text, screen.width);
    let most = usize::from(screen.bottom() - 1 - notice_top(model));
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    let role = match tone {
        Tone::Good => Role::Good,
        Tone::Bad => Role::Bad,
    };
    for (y, line) in (notice_top(model)..screen.bottom() - 1).zip(lines) {
        let row = Rect {
            y,
            height: 1,
            ..screen
        };
        Clear.render(row, buffer);
        buffer.set_style(row, model.theme.style(Role::Text));
        put(
            buffer,
            (row.x, y),
            row.width,
            &line,
            model.theme.style(role),
        );
    }
}

/// The first row of what happened last: all above it is the view's.
fn notice_top(model: &Model) -> u16 {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let lines = model.notice.as_ref();
    let lines = lines.map_or(1, |(_, text)| broken(text, screen.width).len());
    let most = NOTICE_MOST.min(body(screen).height);
    let lines = u16::try_from(lines).unwrap_or(most).min(most);
    screen.bottom() - 1 - lines
}

/// What happened last, else where one is.
fn status(model: &Model, buffer: &mut Buffer, area: Rect) {
    if let Some((tone, text)) = &model.notice {
        return notice(model, buffer, *tone, text);
    }
    let text = match model.view {
        View::Library => library::status(model),
        View::Transfers => transfers::status(model),
        View::Upload => browser::status(model),
        View::Watches => watches::status(model),
        View::Account | View::Log => String::new(),
    };
    let search = model.library.search.as_ref();
    let search = search.filter(|_| model.view == View::Library);
    let wanted = match search {
        Some(_) => library::SEARCH,
        None => u16::try_from(width(&text)).unwrap_or(area.width),
    };
    let area = offline(model, buffer, area, wanted.min(area.width / 2));
    if let Some(input) = search {
        library::search(model, buffer, area, input);
        return;
    }
    let style = model.theme.style(Role::Dim);
    put(buffer, (area.x, area.y), area.width, &text, style);
}

/// That the server is away, at the right of what takes so many columns; what is left beside it.
fn offline(model: &Model, buffer: &mut Buffer, area: Rect, wanted: u16) -> Rect {
    let room = usize::from(area.width.saturating_sub(wanted + 2));
    let Some(words) = model.age().into_iter().find(|words| width(words) <= room) else {
        return area;
    };
    let style = model.theme.style(Role::Bad);
    put_right(buffer, (area.right(), area.y), area.width, &words, style);
    let taken = u16::try_from(width(&words) + 2).unwrap_or(area.width);
    Rect {
        width: area.width.saturating_sub(taken),
        ..area
    }
}

/// The keys that matter most here, as many as there is room for.
fn hints(model: &Model, buffer: &mut Buffer, area: Rect) {
    let mut x = area.x;
    for (key, label) in keys(model) {
        let wide = u16::try_from(width(&key) + width(label) + 1).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > area.right() {
            break;
        }
        let (accent, dim) = (
            model.theme.style(Role::Accent),
            model.theme.style(Role::Dim),
        );
        x = put(buffer, (x, area.y), area.width, &key, accent) + 1;
        x = put(buffer, (x, area.y), area.width, label, dim) + 2;
    }
}

/// Keys, and in a word what each does.
fn keys(model: &Model) -> Vec<(String, &'static str)> {
    let typed = |keys: &[(&str, &'static str)]| {
        let keys = keys.iter();
        keys.map(|(key, label)| ((*key).to_owned(), *label))
            .collect()
    };
    let is_searching = match model.view {
        View::Library => model.library.search.is_some(),
        View::Upload => model.browser.search.is_some(),
        View::Account if model.account.form.is_some() => {
            return typed(&[
                ("tab", "next field"),
                ("enter", "log in"),
                ("ctrl-c", "quit"),
            ]);
        }
        View::Account | View::Transfers | View::Watches | View::Log => false,
    };
    if is_searching && model.overlay.is_none() {
        return typed(&[("enter", "keep"), ("esc", "clear"), ("up/down", "move")]);
    }
    let has_pictures = model.pictures.canvas.is_some();
    let everywhere = [Action::Help, Action::Palette];
    let actions = everywhere.iter().chain(of_view(model.view));
    let actions = actions.filter(|action| has_pictures || **action != Action::Grid);
    let bound = actions.filter_map(|action| {
        let key = model.keymap.keys_of(*action).first()?;
        let label = match action {
            Action::Grid if model.pictures.is_grid => "list",
            Action::Open if model.library.is_open => "close",
            action => action.entry().label,
        };
        Some((key.to_string(), label))
    });
    bound.collect()
}

/// The actions of a view, those that matter most first.
fn of_view(view: View) -> &'static [Action] {
    match view {
        View::Library => &[
            Action::Open,
            Action::Search,
            Action::Play,
            Action::Download,
            Action::Delete,
            Action::UploadPath,
            Action::Mark,
            Action::Edit,
            Action::Grid,
            Action::Sort,
            Action::FilterState,
            Action::FilterTag,
            Action::FilterSource,
            Action::FilterSince,
            Action::CopyUrl,
        ],
        View::Transfers => &[
            Action::UploadPath,
            Action::Pause,
            Action::Cancel,
            Action::Retry,
            Action::Limit,
            Action::Earlier,
            Action::Later,
        ],
        View::Upload => &[
            Action::EnterFolder,
            Action::ParentFolder,
            Action::MarkFile,
            Action::Send,
            Action::FilterFiles,
            Action::WatchFolder,
            Action::MarkAll,
            Action::HiddenFiles,
            Action::HomeFolder,
        ],
        View::Watches => &[
            Action::WatchAdd,
            Action::Wipe,
            Action::WatchPause,
            Action::Rescan,
            Action::WatchRemove,
            Action::PauseAll,
            Action::WatchLimit,
        ],
        View::Account => &[Action::Profile, Action::Logout],
        View::Log => &[Action::Up, Action::Down],
    }
}
