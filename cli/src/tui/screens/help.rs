//! All keys, made of the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::text::width;
use crate::tui::actions::{ACTIONS, Action, Entry, Place};
use crate::tui::keymap::Keymap;
use crate::tui::model::{Model, View};
use crate::tui::theme::Role;
use crate::tui::widgets::{broken, popup, put};

/// Columns between two columns.
const GAP: u16 = 2;
/// The most that the words are given.
const WORDS: u16 = 60;

/// A line of the help.
enum Line {
    Heading(&'static str),
    Action {
        keys: String,
        name: &'static str,
        words: String,
    },
}

/// Where the columns begin, and how wide the whole is.
struct Columns {
    name: u16,
    words: u16,
    end: u16,
}

/// How far the help can be scrolled here.
pub(crate) fn most(model: &Model) -> usize {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let inside = usize::from(super::body(screen).height.saturating_sub(2));
    let lines = all(model, &columns(model)).len();
    lines.saturating_sub(inside)
}

/// The view's own actions first, then those of everywhere, then those of the other views.
fn places(view: View) -> impl Iterator<Item = Place> {
    let others = View::ALL.into_iter().filter(move |other| *other != view);
    let own = [Place::In(view), Place::Everywhere];
    own.into_iter().chain(others.map(Place::In))
}

/// As wide as what is in them; where there is little room, the names give way.
fn columns(model: &Model) -> Columns {
    let most = |wide: usize, other: usize| wide.max(other);
    let keys = ACTIONS
        .iter()
        .map(|entry| width(&shown(&model.keymap, entry.action)));
    let keys = u16::try_from(keys.fold(0, most)).unwrap_or(u16::MAX);
    let names = ACTIONS.iter().map(|entry| entry.name.len());
    let names = u16::try_from(names.fold(0, most)).unwrap_or(u16::MAX);
    // A box has a line and a blank at each side.
    let room = model.size.0.saturating_sub(4);
    let name = 1 + keys.min(room / 3) + GAP;
    let words = if room < 60 { name } else { name + names + GAP };
    let end = room.min(words + WORDS);
    Columns { name, words, end }
}

fn all(model: &Model, columns: &Columns) -> Vec<Line> {
    let mut lines = Vec::new();
    for place in places(model.view) {
        let of_place = |entry: &&Entry| entry.place == place;
        let mut entries = ACTIONS.iter().filter(of_place).peekable();
        if entries.peek().is_none() {
            continue;
        }
        lines.push(Line::Heading(match place {
            Place::Everywhere => "Everywhere",
            Place::In(view) => view.title(),
        }));
        for entry in entries {
            let mut keys = shown(&model.keymap, entry.action);
            let mut name = entry.name;
            for words in broken(entry.words, columns.end.saturating_sub(columns.words)) {
                let keys = std::mem::take(&mut keys);
                let name = std::mem::take(&mut name);
                lines.push(Line::Action { keys, name, words });
            }
        }
    }
    lines
}

fn shown(keymap: &Keymap, action: Action) -> String {
    let keys = keymap.shown(action);
    if keys.is_empty() { "-".into() } else { keys }
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect, top: usize) {
    let columns = columns(model);
    let lines = all(model, &columns);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let title = "Keys; : finds an action by its name";
    let inside = popup(buffer, &model.theme, area, title, (columns.end, rows));
    for (y, line) in (inside.top()..inside.bottom()).zip(lines.iter().skip(top)) {
        one(model, buffer, Rect { y, ..inside }, (&columns, line));
    }
    ways_on(model, buffer, inside, lines.len());
}

/// On the lower edge of a box that holds so many lines to read: which keys go on in it, and which closes it.
pub(super) fn ways_on(model: &Model, buffer: &mut Buffer, inside: Rect, lines: usize) {
    let closes = (Action::Back, "closes");
    let ways = if lines <= usize::from(inside.height) {
        ways(model, &[closes])
    } else {
        ways(model, &[(Action::Down, "on"), (Action::Up, "back"), closes])
    };
    if inside.height > 0 {
        let at = (inside.x, inside.bottom());
        let style = model.theme.style(Role::Accent);
        put(buffer, at, inside.width, &ways, style);
    }
}

/// What keys do, in a line.
fn ways(model: &Model, keys: &[(Action, &str)]) -> String {
    let words = keys.iter().map(|(action, word)| {
        let key = model.keymap.keys_of(*action).first();
        let key = key.map_or_else(|| "-".to_owned(), ToString::to_string);
        format!("{key} {word}")
    });
    format!(" {} ", words.collect::<Vec<_>>().join(", "))
}

fn one(model: &Model, buffer: &mut Buffer, place: Rect, (columns, line): (&Columns, &Line)) {
    let theme = &model.theme;
    let (x, y) = (place.x, place.y);
    let (keys, name, words) = match line {
        Line::Heading(text) => {
            put(buffer, (x, y), place.width, text, theme.style(Role::Accent));
            return;
        }
        Line::Action { keys, name, words } => (keys, name, words),
    };
    let room = columns.name.saturating_sub(1 + GAP);
    put(buffer, (x + 1, y), room, keys, theme.style(Role::Busy));
    let has_names = columns.words > columns.name;
    if has_names {
        let room = columns.words - columns.name;
        let style = theme.style(Role::Text);
        put(buffer, (x + columns.name, y), room, name, style);
    }
    let role = if has_names { Role::Dim } else { Role::Text };
    let room = place.width.saturating_sub(columns.words);
    put(
        buffer,
        (x + columns.words, y),
        room,
        words,
        theme.style(role),
    );
}
