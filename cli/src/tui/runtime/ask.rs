//! Asks the terminal whether it shows pictures, and how. Nobody waits for it: the first frame is there already, and keys
//! that are pressed meanwhile go where they always go.

use std::io::{self, Write as _};

use crate::args::Posters;
use crate::output::depth::Depth;
use crate::tui::options::Surroundings;
use crate::tui::picture::{Canvas, Means};
use crate::tui::theme::Glyphs;

/// Pictures of one pixel in the way of kitty, as they are and deflated, which are not to be shown; the terminal's name;
/// pixels of a character; what it can do. Answers come in this order, and every terminal answers the last.
const QUESTIONS: &str = "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\\
    \u{1b}_Gi=32,s=1,v=1,a=q,t=d,f=24,o=z;eJxjYGAAAAADAAE=\u{1b}\\\
    \u{1b}[>q\u{1b}[16t\u{1b}[c";
/// What a character measures where nobody says.
const CELL: (u16, u16) = (10, 20);
/// More pixels of a character are not believed: pictures would be made for them.
const LARGEST: u16 = 64;

/// Asks. Nothing else is written meanwhile.
pub(super) fn begin() -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(QUESTIONS.as_bytes())?;
    stdout.flush()
}

/// An answer to what a terminal was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It takes pictures in the way of kitty.
    Kitty,
    /// And deflated ones.
    Deflated,
    /// What it calls itself.
    Name(String),
    /// Pixels of a character: width and height.
    Cell(u16, u16),
    /// What it can do. The last answer of all.
    Attributes {
        /// Whether that is sixels.
        has_sixel: bool,
    },
}

/// What is wanted, and what was answered so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asking {
    wanted: Posters,
    is_kitty: bool,
    is_deflated: bool,
    name: String,
    cell: Option<(u16, u16)>,
    has_sixel: bool,
}

impl Asking {
    /// `None` where no pictures are wanted, or none could be seen.
    pub(super) fn of(wanted: Posters, surroundings: Surroundings) -> Option<Self> {
        let Surroundings { depth, glyphs } = surroundings;
        let is_able = depth > Depth::Mono && glyphs == Glyphs::Unicode;
        (is_able && wanted != Posters::Off).then(|| Self {
            wanted,
            is_kitty: false,
            is_deflated: false,
            name: String::new(),
            cell: None,
            has_sixel: false,
        })
    }

    /// Takes an answer in; whether it is the last one.
    pub(super) fn take(&mut self, answer: Answer) -> bool {
        match answer {
            Answer::Kitty => self.is_kitty = true,
            Answer::Deflated => self.is_deflated = true,
            Answer::Name(name) => self.name = name,
            Answer::Cell(width, height) => self.cell = believed(width, height),
            Answer::Attributes { has_sixel } => {
                self.has_sixel = has_sixel;
                return true;
            }
        }
        false
    }

    /// The best way that the terminal has, or the one that is wanted. Pixels need to be counted: where nobody says how
    /// large a character is, neither it nor the system (by the size of its window), only characters remain.
    pub(super) fn canvas(&self, window: impl FnOnce() -> Option<(u16, u16)>) -> Canvas {
        let means = self.means();
        let cell = self.cell.or_else(window);
        let cell = cell.and_then(|(width, height)| believed(width, height));
        match (cell, self.wanted) {
            (Some(cell), _) => Canvas { means, cell },
            (None, Posters::Auto) => Canvas {
                means: Means::HalfBlocks,
                cell: CELL,
            },
            (None, _) => Canvas { means, cell: CELL },
        }
    }

    fn means(&self) -> Means {
        let deflated = self.is_deflated;
        match self.wanted {
            Posters::Kitty => Means::Kitty { deflated },
            Posters::Iterm2 => Means::Iterm2,
            Posters::Sixel => Means::Sixel,
            Posters::HalfBlocks | Posters::Off => Means::HalfBlocks,
            Posters::Auto => self.best(),
        }
    }

    fn best(&self) -> Means {
        let is = |name: &str| self.name.starts_with(name);
        // It may not pass on what it takes itself, and loses pictures with the pane.
        if is("tmux") {
            return Means::HalfBlocks;
        }
        if self.is_kitty && has_placeholders(&self.name) {
            let deflated = self.is_deflated;
            Means::Kitty { deflated }
        } else if is("iTerm2") || is("WezTerm") {
            Means::Iterm2
        } else if self.has_sixel {
            Means::Sixel
        } else {
            Means::HalfBlocks
        }
    }
}

/// Whether pictures in the way of kitty stay with the characters that stand for them: so they do in kitty from 0.28 on, and
/// in Ghostty. Where they do not, those characters would be seen themselves.
fn has_placeholders(name: &str) -> bool {
    let Some(version) = name.strip_prefix("kitty(") else {
        return name.starts_with("ghostty");
    };
    let mut numbers = version.split(|c: char| !c.is_ascii_digit());
    let mut number = || numbers.next().and_then(|digits| digits.parse::<u32>().ok());
    number().zip(number()) >= Some((0, 28))
}

/// Pixels of a character, by those of the window; `None` where the system does not know them.
pub(super) fn window() -> Option<(u16, u16)> {
    let size = crossterm::terminal::window_size().ok()?;
    let (width, height) = (
        size.width.checked_div(size.columns)?,
        size.height.checked_div(size.rows)?,
    );
    (width > 0 && height > 0).then_some((width, height))
}

fn believed(width: u16, height: u16) -> Option<(u16, u16)> {
    let is_one = |pixels: u16| (2..=LARGEST).contains(&pixels);
    (is_one(width) && is_one(height)).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::super::input::parse::tests::answers;
    use super::*;

    const SURROUNDINGS: Surroundings = Surroundings {
        depth: Depth::Palette,
        glyphs: Glyphs::Unicode,
    };

    fn canvas(wanted: Posters, bytes: &str) -> Canvas {
        let mut asking = Asking::of(wanted, SURROUNDINGS).unwrap();
        for answer in answers(bytes.as_bytes()) {
            asking.take(answer);
        }
        asking.canvas(|| None)
    }

    #[test]
    fn the_best_way_that_a_terminal_has_is_taken() {
        let (cell, over) = ("\u{1b}[6;18;9t", "\u{1b}[?62;4;22c");
        let kitty = "\u{1b}_Gi=31;OK\u{1b}\\";
        let deflated = "\u{1b}_Gi=32;OK\u{1b}\\";
        let named = |name: &str| format!("\u{1b}P>|{name}\u{1b}\\");
        for (answer, means) in [
            (
                format!("{kitty}{deflated}{}{cell}{over}", named("kitty(0.28.0)")),
                Means::Kitty { deflated: true },
            ),
            (
                format!("{kitty}{}{cell}{over}", named("ghostty 1.2.0")),
                Means::Kitty { deflated: false },
            ),
            (
                format!("{kitty}{}{cell}{over}", named("kitty(0.26.5)")),
                Means::Sixel,
            ),
            (
                format!("{kitty}{}{cell}\u{1b}[?62c", named("kitty(0.9)")),
                Means::HalfBlocks,
            ),
            (format!("{kitty}{cell}\u{1b}[?62c"), Means::HalfBlocks),
            (
                format!("{kitty}{}{cell}{over}", named("WezTerm 2024")),
                Means::Iterm2,
            ),
            (
                format!("{}{cell}{over}", named("iTerm2 3.5.0")),
                Means::Iterm2,
            ),
            (
                format!("{kitty}{}{cell}{over}", named("Konsole 24")),
                Means::Sixel,
            ),
            (
                format!("{}{cell}\u{1b}[?1;2;4c", named("tmux 3.5a")),
                Means::HalfBlocks,
            ),
            (format!("{kitty}{over}"), Means::HalfBlocks),
            (
                format!("{kitty}\u{1b}[6;9999;9999t{over}"),
                Means::HalfBlocks,
            ),
            (String::new(), Means::HalfBlocks),
        ] {
            assert_eq!(canvas(Posters::Auto, &answer).means, means, "{answer:?}");
        }
        assert_eq!(
            canvas(Posters::Auto, &format!("{cell}{over}")).cell,
            (9, 18)
        );
    }

    #[test]
    fn what_is_wanted_is_taken_whatever_the_terminal_says() {
        assert_eq!(canvas(Posters::Sixel, "").means, Means::Sixel);
        let kitty = "\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[6;18;9t\u{1b}[?62c";
        assert_eq!(canvas(Posters::HalfBlocks, kitty).means, Means::HalfBlocks);
        assert_eq!(Asking::of(Posters::Off, SURROUNDINGS), None);
        let mono = Surroundings {
            depth: Depth::Mono,
            ..SURROUNDINGS
        };
        assert_eq!(Asking::of(Posters::Kitty, mono), None);
        let ascii = Surroundings {
            glyphs: Glyphs::Ascii,
            ..SURROUNDINGS
        };
        assert_eq!(Asking::of(Posters::HalfBlocks, ascii), None);
    }
}
