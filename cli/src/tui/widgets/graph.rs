//! How fast it went: a line of small columns, the latest at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::put;
use crate::tui::theme::{Glyphs, Role, Theme};

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const PLAIN: [&str; 9] = [" ", ".", ".", ":", ":", "|", "|", "#", "#"];

/// Draws values as columns as high as the area; the highest one fills it.
pub(crate) fn graph(buffer: &mut Buffer, theme: &Theme, area: Rect, values: &[u64]) {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let cells = match theme.glyphs {
        Glyphs::Unicode => EIGHTHS,
        Glyphs::Ascii => PLAIN,
    };
    let shown = values.iter().rev().take(usize::from(area.width));
    for (back, value) in (0..area.width).zip(shown) {
        let x = area.right() - 1 - back;
        let steps = u128::from(*value) * u128::from(area.height) * 8;
        let mut eighths = usize::try_from(steps.div_ceil(u128::from(most))).unwrap_or(0);
        for row in (0..area.height).rev() {
            let cell = cells[eighths.min(8)];
            eighths = eighths.saturating_sub(8);
            put(buffer, (x, area.y + row), 1, cell, theme.style(Role::Busy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Named;

    #[test]
    fn the_latest_is_at_the_right_and_the_highest_fills_it() {
        let theme = Theme::new(Named::Mono, Glyphs::Unicode);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 2));
        graph(&mut buffer, &theme, Rect::new(0, 0, 5, 2), &[0, 8, 16, 1]);
        let expected = Buffer::with_lines(["   █ ", "  ██▁"]);
        let symbols = |buffer: &Buffer| -> Vec<String> {
            buffer
                .content
                .iter()
                .map(|cell| cell.symbol().to_owned())
                .collect()
        };
        assert_eq!(symbols(&buffer), symbols(&expected));
    }
}
