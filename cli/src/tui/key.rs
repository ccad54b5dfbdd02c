//! Keys as they are written in help and in `tui.toml`: `j`, `G`, `space`, `ctrl-d`, `pgdn`, `f1`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with what is held down beside it. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// Which.
    pub(crate) code: Code,
    /// Whether control is held.
    pub(crate) ctrl: bool,
    /// Whether alt is held.
    pub(crate) alt: bool,
}

/// The keys that terminals tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Code {
    /// A character, as it is typed.
    Char(char),
    /// F1 to F24.
    F(u8),
    /// A key with a name.
    Named(Named),
}

/// A key that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Named {
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Tab,
    BackTab,
    Enter,
    Escape,
    Backspace,
    Delete,
    Insert,
    Space,
}

/// Each named key, as it is written.
const NAMES: [(Named, &str); 16] = [
    (Named::Up, "up"),
    (Named::Down, "down"),
    (Named::Left, "left"),
    (Named::Right, "right"),
    (Named::Home, "home"),
    (Named::End, "end"),
    (Named::PageUp, "pgup"),
    (Named::PageDown, "pgdn"),
    (Named::Tab, "tab"),
    (Named::BackTab, "shift-tab"),
    (Named::Enter, "enter"),
    (Named::Escape, "esc"),
    (Named::Backspace, "backspace"),
    (Named::Delete, "del"),
    (Named::Insert, "ins"),
    (Named::Space, "space"),
];

impl Key {
    /// What ends a program.
    pub(crate) const INTERRUPT: Self = Self {
        code: Code::Char('c'),
        ctrl: true,
        alt: false,
    };

    /// Whether it is the one that ends a program.
    pub(crate) fn is_interrupt(self) -> bool {
        self == Self::INTERRUPT
    }

    /// Its name, where it has one and nothing is held down beside it.
    pub(crate) fn named(self) -> Option<Named> {
        match self.code {
            Code::Named(named) if !self.ctrl && !self.alt => Some(named),
            Code::Named(_) | Code::Char(_) | Code::F(_) => None,
        }
    }

    /// As the terminal tells it; `None` for keys that have no meaning here.
    pub(crate) fn of(event: &KeyEvent) -> Option<Self> {
        let code = match event.code {
            KeyCode::Char(' ') => Code::Named(Named::Space),
            KeyCode::Char(c) => Code::Char(c),
            KeyCode::F(number) => Code::F(number),
            KeyCode::Up => Code::Named(Named::Up),
            KeyCode::Down => Code::Named(Named::Down),
            KeyCode::Left => Code::Named(Named::Left),
            KeyCode::Right => Code::Named(Named::Right),
            KeyCode::Home => Code::Named(Named::Home),
            KeyCode::End => Code::Named(Named::End),
            KeyCode::PageUp => Code::Named(Named::PageUp),
            KeyCode::PageDown => Code::Named(Named::PageDown),
            KeyCode::Tab => Code::Named(Named::Tab),
            KeyCode::BackTab => Code::Named(Named::BackTab),
            KeyCode::Enter => Code::Named(Named::Enter),
            KeyCode::Esc => Code::Named(Named::Escape),
            KeyCode::Backspace => Code::Named(Named::Backspace),
            KeyCode::Delete => Code::Named(Named::Delete),
            KeyCode::Insert => Code::Named(Named::Insert),
            _ => return None,
        };
        Some(Self {
            code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        })
    }

    /// The character that it types into a text.
    pub(crate) fn typed(self) -> Option<char> {
        match self.code {
            _ if self.ctrl || self.alt => None,
            Code::Char(c) => Some(c),
            Code::Named(Named::Space) => Some(' '),
            Code::F(_) | Code::Named(_) => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "f{number}"),
            Code::Named(named) => {
                let name = NAMES.iter().find(|(known, _)| *known == named);
                f.write_str(name.map_or("", |(_, name)| name))
            }
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut rest, mut ctrl, mut alt) = (text.trim(), false, false);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty())
            {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let named = NAMES.iter().find(|(_, name)| *name == rest);
        let function = rest
            .strip_prefix('f')
            .and_then(|number| number.parse().ok());
        let mut characters = rest.chars();
        let code = match (named, function, characters.next(), characters.next()) {
            (Some((named, _)), _, _, _) => Code::Named(*named),
            (None, Some(number @ 1..=24), _, _) => Code::F(number),
            (None, _, Some(c), None) if !c.is_control() && c != ' ' => Code::Char(c),
            _ => return Err(format!("`{text}` is not a key")),
        };
        Ok(Self { code, ctrl, alt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in [
            "j",
            "G",
            "?",
            "space",
            "ctrl-d",
            "alt-x",
            "pgdn",
            "f1",
            "f12",
            "-",
            "shift-tab",
            "ctrl-alt-del",
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        for text in ["", "jj", "f0", "f25", "ctrl-", "hyper-x", "\u{1b}"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_held_down_types_nothing() {
        let typed = |text: &str| text.parse::<Key>().unwrap().typed();
        assert_eq!(typed("é"), Some('é'));
        assert_eq!(typed("space"), Some(' '));
        assert_eq!(typed("ctrl-a"), None);
        assert_eq!(typed("enter"), None);
    }
}
