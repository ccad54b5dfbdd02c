//! All keys, made of the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::actions::{ACTIONS, Place};
use crate::tui::keymap::Keymap;
use crate::tui::model::{Model, View};
use crate::tui::theme::Role;
use crate::tui::widgets::{popup, put};

/// Room for keys, and for names.
const KEYS: u16 = 12;
const NAMES: u16 = 15;

/// A line of the help.
enum Line {
    Heading(&'static str),
    Action {
        keys: String,
        name: &'static str,
        words: &'static str,
    },
}

/// How many lines the help has here.
pub(crate) fn lines(model: &Model) -> usize {
    all(model).len()
}

/// The view's own actions first, then those of everywhere, then those of the other views.
fn all(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut places = vec![Place::In(model.view), Place::Everywhere];
    places.extend(
        View::ALL
            .into_iter()
            .filter(|view| *view != model.view)
            .map(Place::In),
    );
    for place in places {
        let entries: Vec<_> = ACTIONS
            .iter()
            .filter(|entry| entry.place == place)
            .collect();
        if entries.is_empty() {
            continue;
        }
        lines.push(Line::Heading(match place {
            Place::Everywhere => "Everywhere",
            Place::In(view) => view.title(),
        }));
        lines.extend(entries.into_iter().map(|entry| Line::Action {
            keys: shown(&model.keymap, entry.action),
            name: entry.name,
            words: entry.words,
        }));
    }
    lines
}

fn shown(keymap: &Keymap, action: crate::tui::actions::Action) -> String {
    let keys = keymap.shown(action);
    if keys.is_empty() { "-".into() } else { keys }
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect, top: usize) {
    let lines = all(model);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let title = "Keys; : finds an action by its name";
    let inside = popup(buffer, &model.theme, area, title, (76, rows));
    for (y, line) in (inside.top()..inside.bottom()).zip(lines.iter().skip(top)) {
        match line {
            Line::Heading(text) => {
                put(
                    buffer,
                    (inside.x, y),
                    inside.width,
                    text,
                    model.theme.style(Role::Accent),
                );
            }
            Line::Action { keys, name, words } => {
                put(
                    buffer,
                    (inside.x + 1, y),
                    KEYS,
                    keys,
                    model.theme.style(Role::Busy),
                );
                let x = inside.x + 1 + KEYS + 1;
                let is_narrow = inside.width < 50;
                let text = if is_narrow { words } else { name };
                let room = if is_narrow {
                    inside.right().saturating_sub(x)
                } else {
                    NAMES
                };
                put(buffer, (x, y), room, text, model.theme.style(Role::Text));
                if !is_narrow {
                    let x = x + NAMES + 1;
                    let room = inside.right().saturating_sub(x);
                    put(buffer, (x, y), room, words, model.theme.style(Role::Dim));
                }
            }
        }
    }
}
