//! Something that is drawn over and over in one place of a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use super::text::clean_lines;
use crate::printer::{Printer, Stream};

/// The place.
#[derive(Debug)]
pub(crate) struct Canvas {
    bar: ProgressBar,
    /// Columns.
    room: usize,
}

impl Canvas {
    /// One where output goes to a terminal that draws; else every state is printed for itself.
    pub(crate) fn of(printer: &Printer) -> Option<Self> {
        let Stream::Terminal(room) = printer.stdout() else {
            return None;
        };
        if !printer.draws() {
            return None;
        }
        let bar = printer.bars().add(ProgressBar::no_length());
        bar.set_style(
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Some(Self { bar, room })
    }

    /// Columns.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// Draws this in the place of what was there.
    pub(crate) fn draw(&self, text: &str) {
        // The gate that data pass on their way out.
        self.bar.set_message(clean_lines(text).into_owned());
        self.bar.tick();
    }

    /// Leaves on the screen what was drawn last.
    pub(crate) fn leave(&self) {
        self.bar.abandon();
    }
}
