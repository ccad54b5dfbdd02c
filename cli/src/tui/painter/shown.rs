//! What stands on the screen, cell by cell: what something of disputed width may have drawn over is drawn again.

use ratatui::buffer::Cell;

use crate::output::text::width;

/// The cells that were drawn since the screen was cleared; what is beyond them in a row is blank.
#[derive(Debug, Default)]
pub(super) struct Shown {
    rows: Vec<Vec<Cell>>,
}

impl Shown {
    /// Nothing is on the screen any more.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    /// A cell is so from now on; up to which column the row is to be drawn anew, as what stood below it may be several
    /// things.
    pub(super) fn set(&mut self, (x, y): (u16, u16), cell: &Cell) -> u16 {
        let (x, y) = (usize::from(x), usize::from(y));
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let row = &mut self.rows[y];
        if row.len() <= x {
            row.resize(x + 1, Cell::EMPTY);
        }
        let (wide, mut until) = (width(cell.symbol()).max(1), x);
        for (at, below) in row.iter_mut().enumerate().skip(x).take(wide) {
            if below.symbol().chars().nth(1).is_some() {
                until = until.max(at + width(below.symbol()));
            }
            below.clone_from(cell);
            if at > x {
                below.set_symbol(" ");
            }
        }
        u16::try_from(until).unwrap_or(u16::MAX)
    }

    /// A cell, where it is not beyond all that was drawn.
    pub(super) fn get(&self, (x, y): (u16, u16)) -> Option<&Cell> {
        self.rows.get(usize::from(y))?.get(usize::from(x))
    }
}
