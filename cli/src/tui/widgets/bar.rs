//! How much of a whole: full, half and empty cells.

use ratatui::buffer::Buffer;

use super::put;
use crate::tui::theme::{Role, Theme};

/// Draws how much of a whole is done, and how much is under way beyond it.
pub(crate) fn bar(
    buffer: &mut Buffer,
    theme: &Theme,
    (x, y): (u16, u16),
    columns: u16,
    (done, under_way, whole): (u64, u64, u64),
) {
    let cells = |bytes: u64| {
        let cells = u128::from(bytes) * u128::from(columns);
        let cells = cells
            .checked_div(u128::from(whole))
            .unwrap_or(u128::from(columns));
        u16::try_from(cells).unwrap_or(columns).min(columns)
    };
    let (full, half) = (cells(done), cells(done.saturating_add(under_way)));
    for column in 0..columns {
        let (text, role) = if column < full {
            (theme.glyph("█", "#"), Role::Good)
        } else if column < half {
            (theme.glyph("▒", "="), Role::Busy)
        } else {
            (theme.glyph("░", "."), Role::Dim)
        };
        put(buffer, (x + column, y), 1, text, theme.style(role));
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::theme::{Glyphs, Named};

    fn drawn(numbers: (u64, u64, u64)) -> String {
        let theme = Theme::new(Named::Mono, Glyphs::Ascii);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        bar(&mut buffer, &theme, (0, 0), 8, numbers);
        (0..8).map(|x| buffer[(x, 0)].symbol().to_owned()).collect()
    }

    #[test]
    fn what_is_safe_and_what_is_under_way_are_told_apart() {
        assert_eq!(drawn((0, 0, 100)), "........");
        assert_eq!(drawn((50, 25, 100)), "####==..");
        assert_eq!(drawn((100, 0, 100)), "########");
        assert_eq!(drawn((0, 0, 0)), "########");
        assert_eq!(drawn((u64::MAX, u64::MAX, u64::MAX)), "########");
    }
}
