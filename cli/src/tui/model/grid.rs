//! The library as a grid of posters: what a line, a page and a click are there.

use super::message::{Effect, Mouse};
use super::{Model, Tone, View};
use crate::tui::screens;

/// Rows that a turn of the wheel moves.
const WHEEL: isize = 3;

impl Model {
    /// Posters in a grid, or the list again.
    pub(super) fn grid(&mut self) -> Vec<Effect> {
        if self.pictures.canvas.is_none() {
            self.say(Tone::Bad, "this terminal shows no pictures, or is not to");
            return Vec::new();
        }
        self.pictures.is_grid = !self.pictures.is_grid;
        Vec::new()
    }

    /// Rows of the list that a line and a page are: more in a grid of posters.
    pub(super) fn steps(&self) -> (isize, isize) {
        let rows = |count: usize| isize::try_from(count).unwrap_or(isize::MAX);
        let shape = screens::grid_shape(self).filter(|_| self.view == View::Library);
        match shape {
            Some(shape) => (rows(shape.columns), rows(shape.count())),
            None => (1, rows(self.list_height())),
        }
    }

    /// A turn of it goes by some lines, or by one row of posters.
    pub(super) fn wheel(&self) -> isize {
        match self.steps() {
            (1, _) => WHEEL,
            (posters, _) => posters,
        }
    }

    /// Puts the cursor on a row of the list, or on a poster.
    pub(super) fn click_in_library(&mut self, mouse: Mouse, row: usize) {
        let height = self.list_height();
        if screens::grid_shape(self).is_none() {
            self.library.window.click(row, height);
        } else if let Some(rows) = screens::poster_at(self, (mouse.column, mouse.row)) {
            self.library.window.go(rows, height);
        }
    }
}
