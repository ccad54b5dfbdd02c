//! Text in so many columns: nothing that a terminal would obey, and never a column more.

use ratatui::buffer::Buffer;

use ratatui::style::Style;

use crate::output::text::{clean, cut, width};

/// Writes a text, cut to so many columns; the column behind it.
pub(crate) fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    text: &str,
    style: Style,
) -> u16 {
    if y >= buffer.area.bottom() || x >= buffer.area.right() {
        return x;
    }
    let columns = columns.min(buffer.area.right() - x);
    let text = clean(text);
    let text = cut(&text, usize::from(columns));
    buffer
        .set_stringn(x, y, &text, usize::from(columns), style)
        .0
}

/// Writes a text so that it ends before the column `x`.
pub(crate) fn put_right(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    text: &str,
    style: Style,
) {
    let text = clean(text);
    let text = cut(&text, usize::from(columns));
    let wide = u16::try_from(width(&text)).unwrap_or(columns).min(columns);
    put(buffer, (x.saturating_sub(wide), y), wide, &text, style);
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn shown(text: &str, columns: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        put(&mut buffer, (0, 0), columns, text, Style::new());
        buffer.set_string(columns, 0, "|", Style::new());
        let cells = (0..12).map(|x| buffer[(x, 0)].symbol().to_owned());
        cells.collect()
    }

    #[test]
    fn a_text_never_leaves_its_columns() {
        for text in [
            "plain text that is long",
            "日本語のタイトル",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "שלום עולם שלום",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "\u{1b}[2J\u{7}\u{202e}evil",
            "\u{200b}\u{200d}\u{feff}x",
        ] {
            for columns in 0..9 {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
                let end = put(&mut buffer, (0, 0), columns, text, Style::new());
                assert!(end <= columns, "{text:?} in {columns}: {end}");
                let beyond = (columns..12).all(|x| buffer[(x, 0)].symbol() == " ");
                assert!(beyond, "{text:?} in {columns}: {}", shown(text, columns));
                let obeyed = (0..12).any(|x| buffer[(x, 0)].symbol().chars().any(char::is_control));
                assert!(!obeyed, "{text:?}");
            }
        }
    }
}
