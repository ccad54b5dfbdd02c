//! One line of text that is being typed.

use std::fmt;

use crate::tui::key::{Code, Key, Named};

/// The longest text that anything here takes.
const LONGEST: usize = 10_000;

/// One line of text, and where the cursor stands in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Input {
    characters: Vec<char>,
    cursor: usize,
}

/// What a key did to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The text is another.
    Changed,
    /// At most the cursor moved.
    Moved,
    /// It is none of the keys that texts know.
    Unknown,
}

/// The field before or behind one of so many, around the ends.
pub(crate) fn beside(focus: usize, fields: usize, is_back: bool) -> usize {
    (focus + if is_back { fields - 1 } else { 1 }) % fields
}

/// Says nothing of what was typed: it may be a password.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({} characters)", self.characters.len())
    }
}

impl Input {
    /// A text with the cursor at its end.
    pub(crate) fn of(text: &str) -> Self {
        let mut input = Self::default();
        input.paste(text);
        input
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.characters.iter().collect()
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// How many characters there are, for what is typed unseen.
    pub(crate) fn len(&self) -> usize {
        self.characters.len()
    }

    /// What stands before the cursor, and what behind it.
    pub(crate) fn parts(&self) -> (String, String) {
        let (before, after) = self.characters.split_at(self.cursor);
        (before.iter().collect(), after.iter().collect())
    }

    /// Puts text in; line ends become spaces, other control characters are left out.
    pub(crate) fn paste(&mut self, text: &str) {
        // Terminals send the ends of lines as the return key does.
        let text = text.replace("\r\n", "\n");
        for c in text.trim_end_matches(['\n', '\r']).chars() {
            let c = if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            };
            if !c.is_control() && self.characters.len() < LONGEST {
                self.characters.insert(self.cursor, c);
                self.cursor += 1;
            }
        }
    }

    /// Takes a key.
    pub(crate) fn key(&mut self, key: Key) -> Typed {
        let before = self.characters.len();
        match (key.code, key.ctrl) {
            (Code::Named(Named::Left), _) => self.cursor = self.cursor.saturating_sub(1),
            (Code::Named(Named::Right), _) => {
                self.cursor = (self.cursor + 1).min(self.characters.len());
            }
            (Code::Named(Named::Home), _) | (Code::Char('a'), true) => self.cursor = 0,
            (Code::Named(Named::End), _) | (Code::Char('e'), true) => {
                self.cursor = self.characters.len();
            }
            (Code::Named(Named::Backspace), _) | (Code::Char('h'), true) => {
                if self.cursor > 0 {
                    self.cursor -= 1;
                    self.characters.remove(self.cursor);
                }
            }
            (Code::Named(Named::Delete), _) => {
                if self.cursor < self.characters.len() {
                    self.characters.remove(self.cursor);
                }
            }
            (Code::Char('u'), true) => {
                self.characters.drain(..self.cursor);
                self.cursor = 0;
            }
            (Code::Char('w'), true) => self.word_back(),
            _ => match key.typed() {
                Some(c) => self.paste(c.encode_utf8(&mut [0; 4])),
                None => return Typed::Unknown,
            },
        }
        if self.characters.len() == before {
            Typed::Moved
        } else {
            Typed::Changed
        }
    }

    fn word_back(&mut self) {
        let before = &self.characters[..self.cursor];
        let end = before
            .iter()
            .rposition(|c| *c != ' ')
            .map_or(0, |last| last + 1);
        let start = before[..end]
            .iter()
            .rposition(|c| *c == ' ')
            .map_or(0, |space| space + 1);
        self.characters.drain(start..self.cursor);
        self.cursor = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, keys: &str) {
        for key in keys.split(' ') {
            input.key(key.parse().unwrap());
        }
    }

    #[test]
    fn keys_edit_where_the_cursor_is() {
        let mut input = Input::of("intervew");
        press(&mut input, "left left i");
        assert_eq!(input.text(), "interview");
        press(&mut input, "home del I end backspace");
        assert_eq!(input.text(), "Intervie");
        press(&mut input, "space 日 本 ctrl-w");
        assert_eq!(input.text(), "Intervie ");
        press(&mut input, "ctrl-w ctrl-w ctrl-w left");
        assert_eq!(input.text(), "");
        assert_eq!(input.key("f5".parse().unwrap()), Typed::Unknown);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_in() {
        let mut input = Input::default();
        input.paste("a\u{1b}[2Jb\nc\n");
        assert_eq!(input.text(), "a[2Jb c");
        let mut input = Input::default();
        input.paste("one\rtwo\r\nthree\r");
        assert_eq!(input.text(), "one two three");
    }
}
