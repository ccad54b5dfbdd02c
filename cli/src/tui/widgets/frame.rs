//! A box over the view.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::put;
use crate::output::text::width;
use crate::tui::theme::{Role, Theme};

/// Draws an empty box in the middle of the screen, as far as there is room; what is inside of it.
pub(crate) fn popup(
    buffer: &mut Buffer,
    theme: &Theme,
    screen: Rect,
    title: &str,
    (columns, rows): (u16, u16),
) -> Rect {
    let columns = columns.saturating_add(4).min(screen.width);
    let rows = rows.saturating_add(2).min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - columns) / 2,
        y: screen.y + (screen.height - rows) / 3,
        width: columns,
        height: rows,
    };
    for y in area.top()..area.bottom() {
        cut_before(buffer, y, area.left());
        for x in area.left()..area.right() {
            let cell = &mut buffer[(x, y)];
            cell.reset();
            cell.set_style(theme.style(Role::Text));
        }
    }
    if columns < 4 || rows < 2 {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    border(buffer, theme, area);
    let room = columns - 4;
    let wide = u16::try_from(width(title)).unwrap_or(room).min(room);
    if wide > 0 {
        put(
            buffer,
            (area.x + 2, area.y),
            room,
            &format!(" {title} "),
            theme.style(Role::Accent),
        );
    }
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: columns - 4,
        height: rows - 2,
    }
}

/// Takes away a character that begins before a column and reaches into it: its other half would cover what is drawn there.
fn cut_before(buffer: &mut Buffer, y: u16, column: u16) {
    let mut x = buffer.area.left();
    while x < column {
        let wide = u16::try_from(width(buffer[(x, y)].symbol()))
            .unwrap_or(1)
            .max(1);
        if x.saturating_add(wide) > column {
            buffer[(x, y)].set_symbol(" ");
        }
        x = x.saturating_add(wide);
    }
}

fn border(buffer: &mut Buffer, theme: &Theme, area: Rect) {
    let style = theme.style(Role::Dim);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.left()..=right {
        put(buffer, (x, area.y), 1, theme.glyph("─", "-"), style);
        put(buffer, (x, bottom), 1, theme.glyph("─", "-"), style);
    }
    for y in area.top()..=bottom {
        put(buffer, (area.x, y), 1, theme.glyph("│", "|"), style);
        put(buffer, (right, y), 1, theme.glyph("│", "|"), style);
    }
    for (corner, unicode) in [
        ((area.x, area.y), "╭"),
        ((right, area.y), "╮"),
        ((area.x, bottom), "╰"),
        ((right, bottom), "╯"),
    ] {
        put(buffer, corner, 1, theme.glyph(unicode, "+"), style);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::tui::theme::{Glyphs, Named};

    #[test]
    fn no_character_reaches_into_a_box() {
        let theme = Theme::new(Named::Mono, Glyphs::Unicode);
        let screen = Rect::new(0, 0, 20, 3);
        for indent in ["", " "] {
            let mut buffer = Buffer::empty(screen);
            for y in 0..3 {
                let text = format!("{indent}{}", "\u{65e5}".repeat(9));
                put(&mut buffer, (0, y), 20, &text, Style::new());
            }
            let inside = popup(&mut buffer, &theme, screen, "", (8, 1));
            assert_eq!(inside, Rect::new(6, 1, 8, 1));
            for (y, corner) in ["\u{256d}", "\u{2502}", "\u{2570}"].into_iter().enumerate() {
                let y = u16::try_from(y).unwrap();
                let mut x = 0;
                while x < 4 {
                    x += u16::try_from(width(buffer[(x, y)].symbol()))
                        .unwrap()
                        .max(1);
                }
                assert_eq!((x, buffer[(x, y)].symbol()), (4, corner), "{indent:?}");
            }
        }
    }
}
