//! A file on its way, whoever brings it: its name and where it stands, and below that how far it is, or why it is not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::output::text::width;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{bar, flowed, put, put_name, put_right};

/// Lines that a row takes where it is not told in full.
pub(super) const LINES: u16 = 2;
/// Columns before what stands below a name.
const INDENT: u16 = 2;
/// Columns for where it stands.
const STANDING: u16 = 24;
/// Between numbers, and before why.
const BETWEEN: &str = "  ";
/// Stands for a blank within a number, which stays in one line with its unit.
const UNBROKEN: &str = "\u{a0}";
/// Longer ones are sentences.
const NUMBER: usize = 24;
/// What a file that is sent goes through.
const STAGES: [&str; 4] = ["sent", "stored", "verified", "ready"];

/// What stands before the words below a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing.
    Nothing,
    /// How far it is.
    Bar {
        /// Bytes that are safe.
        safe: u64,
        /// Bytes beyond those that are under way.
        under_way: u64,
        /// All of them.
        size: u64,
    },
    /// The stages, of which so many are behind it.
    Stages(usize),
}

/// A file on its way.
pub(super) struct Row {
    /// Which way it goes, and how that is drawn.
    pub(super) arrow: (&'static str, Role),
    /// What it is called.
    pub(super) name: String,
    /// Where it stands, in a word.
    pub(super) standing: (String, Role),
    /// What stands before the words below its name.
    pub(super) lead: Lead,
    /// Numbers, and why.
    pub(super) words: Vec<String>,
}

impl Lead {
    fn bar(columns: u16) -> u16 {
        (columns / 4).clamp(6, 30)
    }

    /// How many columns it takes in a row of so many, with the one behind it.
    fn width(self, columns: u16) -> u16 {
        match self {
            Self::Nothing => 0,
            Self::Bar { .. } => Self::bar(columns) + 1,
            // Each with its mark and the column behind it, and one more.
            Self::Stages(_) => {
                let wide: usize = STAGES.iter().map(|word| word.len() + 2).sum();
                u16::try_from(wide + 1).unwrap_or(columns)
            }
        }
    }

    fn draw(self, theme: &Theme, buffer: &mut Buffer, (mut x, y): (u16, u16), columns: u16) {
        match self {
            Self::Nothing => {}
            Self::Bar {
                safe,
                under_way,
                size,
            } => {
                let numbers = (safe, under_way, size);
                bar(buffer, theme, (x, y), Self::bar(columns), numbers);
            }
            Self::Stages(reached) => {
                for (stage, word) in STAGES.iter().enumerate() {
                    let (role, mark) = if stage < reached {
                        (Role::Good, theme.glyph("✓", "+"))
                    } else {
                        (Role::Dim, theme.glyph("·", "-"))
                    };
                    x = put(buffer, (x, y), 1, mark, theme.style(role));
                    x = put(buffer, (x, y), 10, word, theme.style(role)) + 1;
                }
            }
        }
    }
}

impl Row {
    /// The words below its name, in as many lines as they take; the first begins behind the lead.
    pub(super) fn told(&self, columns: u16) -> Vec<String> {
        let words = self.words.iter().map(|words| {
            if width(words) <= NUMBER {
                words.replace(' ', UNBROKEN)
            } else {
                words.clone()
            }
        });
        let words = words.collect::<Vec<_>>().join(BETWEEN);
        let taken = self.lead.width(columns);
        let lines = flowed(&words, taken, columns.saturating_sub(INDENT));
        let lines = lines.into_iter();
        lines
            .map(|line| line.trim().replace(UNBROKEN, " "))
            .collect()
    }

    /// Draws it. Where it has more lines than usual, its words are told to their end.
    pub(super) fn draw(&self, theme: &Theme, buffer: &mut Buffer, area: Rect) {
        let (arrow, role) = self.arrow;
        let at = put(buffer, (area.x, area.y), 2, arrow, theme.style(role));
        let room = area.width.saturating_sub(STANDING + 2);
        put_name(buffer, (at + 1, area.y), room, &self.name, Style::new());
        let (word, role) = &self.standing;
        // The cursor's colour stays behind it.
        let style = Style {
            bg: None,
            ..theme.style(*role)
        };
        put_right(buffer, (area.right(), area.y), STANDING, word, style);
        if area.height < LINES {
            return;
        }
        let (x, y) = (area.x + INDENT, area.y + 1);
        self.lead.draw(theme, buffer, (x, y), area.width);
        let lines = if area.height > LINES {
            self.told(area.width)
        } else {
            vec![self.words.join(BETWEEN)]
        };
        let mut x = x + self.lead.width(area.width);
        for (y, line) in (y..area.bottom()).zip(&lines) {
            let room = area.right().saturating_sub(x);
            put(buffer, (x, y), room, line, theme.style(Role::Dim));
            x = area.x + INDENT;
        }
    }
}
