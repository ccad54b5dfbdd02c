//! A line that is typed into: its end is in sight, and so is the cursor.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::put;
use crate::output::text::{clean, width};
use crate::tui::model::Input;
use crate::tui::theme::{Role, Theme};

/// Draws what is typed, with the cursor if it is in this field.
pub(crate) fn field(
    buffer: &mut Buffer,
    theme: &Theme,
    (x, y): (u16, u16),
    columns: u16,
    input: &Input,
    has_cursor: bool,
) {
    let (before, after) = input.parts();
    let (before, after) = (clean(&before).into_owned(), clean(&after).into_owned());
    let style = theme.style(Role::Text);
    // Room for the cursor itself.
    let room = usize::from(columns.saturating_sub(1));
    let mut start = before.as_str();
    while width(start) > room {
        let mut rest = start.chars();
        rest.next();
        start = rest.as_str();
    }
    let at = put(buffer, (x, y), columns, start, style);
    let left = (x + columns).saturating_sub(at);
    put(buffer, (at, y), left, &after, style);
    if has_cursor && left > 0 {
        let cell = &mut buffer[(at, y)];
        cell.modifier |= Modifier::REVERSED;
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::theme::{Glyphs, Named};

    #[test]
    fn the_end_of_a_long_text_is_in_sight() {
        let theme = Theme::new(Named::Mono, Glyphs::Unicode);
        for (text, shown) in [
            ("abc", "abc   "),
            ("abcdefgh", "defgh "),
            ("日本語日本", "日  本  "),
        ] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
            field(&mut buffer, &theme, (0, 0), 6, &Input::of(text), true);
            let cells: Vec<&str> = (0..6).map(|x| buffer[(x, 0)].symbol()).collect();
            assert_eq!(
                cells.concat().trim_end(),
                shown.replace("  ", " ").trim_end(),
                "{text}"
            );
        }
    }
}
