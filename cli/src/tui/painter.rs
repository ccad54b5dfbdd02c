//! Puts cells on the terminal: where, in which colours, as which bytes. The last gate: no colour deeper than the terminal
//! has, no character beyond those that it shows, nothing that it would obey. Pictures come another way than text.

mod colours;
mod pictures;
mod shown;
mod symbols;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Modifier;

use super::picture::Placed;
use super::theme::Glyphs;
use crate::output::depth::Depth;
use crate::output::text::width;
use pictures::Pictures;
use shown::Shown;

/// What stands around a frame, so that terminals that know it show all of it at once.
const BEGIN: &str = "\u{1b}[?2026h";
const END: &str = "\u{1b}[?2026l";

/// Writes frames.
#[derive(Debug)]
pub(crate) struct Painter<W> {
    out: W,
    depth: Depth,
    glyphs: Glyphs,
    is_in_frame: bool,
    is_cursor_hidden: bool,
    pictures: Pictures,
    shown: Shown,
}

/// Where a frame is being drawn.
#[derive(Debug)]
struct Pen {
    /// Where the terminal's cursor is for certain.
    at: Option<(u16, u16)>,
    /// Colours and attributes that hold.
    style: Cell,
    /// Of this row all is drawn before this column.
    drawn: (u16, u16),
    /// And is to be up to this one: something may be wider than we take it for.
    owed: u16,
}

/// Columns behind a joined picture that are needed to end it.
const PARTED: u16 = 2;

/// Attributes, and how they are asked for.
const MODIFIERS: [(Modifier, &str); 9] = [
    (Modifier::BOLD, ";1"),
    (Modifier::DIM, ";2"),
    (Modifier::ITALIC, ";3"),
    (Modifier::UNDERLINED, ";4"),
    (Modifier::SLOW_BLINK, ";5"),
    (Modifier::RAPID_BLINK, ";6"),
    (Modifier::REVERSED, ";7"),
    (Modifier::HIDDEN, ";8"),
    (Modifier::CROSSED_OUT, ";9"),
];

impl<W: Write> Painter<W> {
    /// Writes frames there, for a terminal like that.
    pub(crate) fn new(out: W, depth: Depth, glyphs: Glyphs) -> Self {
        Self {
            out,
            depth,
            glyphs,
            is_in_frame: false,
            is_cursor_hidden: false,
            pictures: Pictures::default(),
            shown: Shown::default(),
        }
    }

    /// These pictures are to be seen with the next frame, where it leaves room for them, and no others.
    pub(crate) fn show(&mut self, pictures: Vec<Placed>) {
        self.pictures.want(pictures);
    }

    /// Whether pictures of the last frame are still to be sent, with the next ones.
    pub(crate) fn is_behind(&self) -> bool {
        self.pictures.is_behind()
    }

    /// Makes the terminal forget what it keeps of pictures.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(crate) fn forget_pictures(&mut self) -> io::Result<()> {
        let forgetting = self.pictures.forget_all();
        self.out.write_all(&forgetting)?;
        self.out.flush()
    }

    /// Begins a frame where none is begun: one of which nothing is different is none.
    fn begin(&mut self) -> io::Result<()> {
        if !self.is_in_frame {
            self.is_in_frame = true;
            self.out.write_all(BEGIN.as_bytes())?;
        }
        Ok(())
    }

    fn style(&mut self, cell: &Cell) -> io::Result<()> {
        self.out.write_all(b"\x1b[0")?;
        for (modifier, code) in MODIFIERS {
            if cell.modifier.contains(modifier) {
                self.out.write_all(code.as_bytes())?;
            }
        }
        colours::write(&mut self.out, self.depth, cell.fg, colours::Ground::Fore)?;
        colours::write(&mut self.out, self.depth, cell.bg, colours::Ground::Back)?;
        self.out.write_all(b"m")
    }
}

impl<W: Write> Painter<W> {
    /// Draws a cell at the end of what is drawn.
    fn cell(&mut self, pen: &mut Pen, cell: &Cell) -> io::Result<()> {
        let (y, x) = pen.drawn;
        let symbol = symbols::shown(cell.symbol(), self.glyphs);
        let is_plain = symbols::is_one_column(&symbol);
        if !is_plain {
            // It might be taken for a part of what was written just before.
            pen.at = None;
        }
        self.go(pen, (x, y))?;
        if !is_styled_alike(cell, &pen.style) {
            self.style(cell)?;
            pen.style = cell.clone();
        }
        let wide = u16::try_from(width(&symbol)).unwrap_or(u16::MAX).max(1);
        pen.drawn = (y, x.saturating_add(wide));
        let most = symbols::most(&symbol);
        if most == 0 {
            self.out.write_all(symbol.as_bytes())?;
            // Where terminals may not agree how wide something is, the next cell is gone to.
            pen.at = is_plain.then_some((x + 1, y));
            return Ok(());
        }
        // A terminal may take it for less wide: nothing is to be left beside it. Or for wider: never into the next line,
        // and what it draws over is drawn again.
        for _ in 0..wide {
            self.out.write_all(b" ")?;
        }
        pen.at = None;
        self.go(pen, (x, y))?;
        write!(self.out, "\x1b[?7l{symbol}\x1b[?7h")?;
        pen.at = None;
        let mut beyond = most.saturating_sub(wide);
        if symbols::is_joined(&symbol) {
            self.part(pen)?;
            beyond = beyond.max(PARTED);
        }
        self.go(pen, (pen.drawn.1, y))?;
        if beyond > 0 {
            write!(self.out, "\x1b[0m\x1b[{beyond}X")?;
            pen.style = Cell::EMPTY;
        }
        pen.owed = pen.owed.max(pen.drawn.1.saturating_add(beyond));
        Ok(())
    }

    /// Ends a joined picture for a terminal that keeps a joiner of which it had no room (tmux to 3.3): it would join it to
    /// the next character beyond ASCII, wherever that is. A space that is none of ASCII takes it, and is drawn over; one
    /// column is left free before it, or it would be joined to the picture.
    fn part(&mut self, pen: &mut Pen) -> io::Result<()> {
        let (y, x) = pen.drawn;
        self.go(pen, (x + PARTED - 1, y))?;
        self.out.write_all("\u{a0}".as_bytes())?;
        pen.at = None;
        Ok(())
    }

    fn go(&mut self, pen: &mut Pen, (x, y): (u16, u16)) -> io::Result<()> {
        if pen.at != Some((x, y)) {
            write!(self.out, "\x1b[{};{}H", y + 1, x + 1)?;
            pen.at = Some((x, y));
        }
        Ok(())
    }
}

fn is_styled_alike(one: &Cell, other: &Cell) -> bool {
    (one.fg, one.bg, one.modifier) == (other.fg, other.bg, other.modifier)
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content
            .map(|(x, y, cell)| (x, y, cell, self.shown.set((x, y), cell)))
            .collect();
        let mut pen = Pen {
            at: None,
            style: Cell::EMPTY,
            drawn: (0, 0),
            owed: 0,
        };
        for (x, y, cell, until) in content {
            let (row, before) = pen.drawn;
            if row == y && x < before {
                pen.owed = pen.owed.max(until);
            } else {
                (pen.drawn, pen.owed) = ((y, x), until);
                self.begin()?;
                self.cell(&mut pen, cell)?;
            }
            while pen.drawn.1 < pen.owed {
                let Some(cell) = self.shown.get((pen.drawn.1, y)).cloned() else {
                    break;
                };
                self.cell(&mut pen, &cell)?;
            }
        }
        if !is_styled_alike(&pen.style, &Cell::EMPTY) {
            self.out.write_all(b"\x1b[0m")?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if !self.is_cursor_hidden {
            self.is_cursor_hidden = true;
            self.begin()?;
            self.out.write_all(b"\x1b[?25l")?;
        }
        Ok(())
    }

    /// Whoever holds the terminal shows it when he gives it back: here it may be gone, and nobody could be told.
    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Nobody types where it is: the terminal is not asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        write!(self.out, "\x1b[{};{}H", y + 1, x + 1)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.begin()?;
        self.pictures.cleared();
        self.shown.clear();
        self.out.write_all(match clear_type {
            ClearType::All => b"\x1b[0m\x1b[2J",
            ClearType::AfterCursor => b"\x1b[0m\x1b[0J",
            ClearType::BeforeCursor => b"\x1b[0m\x1b[1J",
            ClearType::CurrentLine => b"\x1b[0m\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[0m\x1b[0K",
        })
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let size = crossterm::terminal::window_size()?;
        Ok(WindowSize {
            columns_rows: Size::new(size.columns, size.rows),
            pixels: Size::new(size.width, size.height),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let pictures = self.pictures.frame();
        if !pictures.is_empty() {
            self.begin()?;
            self.out.write_all(&pictures)?;
        }
        if std::mem::take(&mut self.is_in_frame) {
            self.out.write_all(END.as_bytes())?;
        }
        self.out.flush()
    }
}
