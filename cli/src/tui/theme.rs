//! Colours and the characters that pictures are made of.

use std::collections::BTreeMap;

use heimdex_api::names::nearest;
use ratatui::style::{Color, Modifier, Style};

use crate::output::depth::Depth;
use crate::output::text::Colour;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Text.
    Text,
    /// Less important text.
    Dim,
    /// What is worked on: headings, the view in use, keys.
    Accent,
    /// The line under the cursor.
    Cursor,
    /// Marked.
    Marked,
    /// Done.
    Good,
    /// On its way.
    Busy,
    /// Worth a look.
    Warning,
    /// Failed.
    Bad,
}

const ROLES: [(Role, &str); 9] = [
    (Role::Text, "text"),
    (Role::Dim, "dim"),
    (Role::Accent, "accent"),
    (Role::Cursor, "cursor"),
    (Role::Marked, "marked"),
    (Role::Good, "good"),
    (Role::Busy, "busy"),
    (Role::Warning, "warning"),
    (Role::Bad, "bad"),
];

/// The themes that need no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Dark,
    Light,
    HighContrast,
    Mono,
}

const NAMED: [(Named, &str); 4] = [
    (Named::Dark, "dark"),
    (Named::Light, "light"),
    (Named::HighContrast, "high-contrast"),
    (Named::Mono, "mono"),
];

/// Which characters the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyphs {
    /// All.
    Unicode,
    /// Those of the Linux console, and of places that do not speak UTF-8.
    Ascii,
}

/// Colours and characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theme {
    named: Named,
    own: BTreeMap<Role, Color>,
    depth: Depth,
    /// The characters.
    pub(crate) glyphs: Glyphs,
}

impl Theme {
    /// One of the themes, with these characters.
    pub(crate) fn new(named: Named, glyphs: Glyphs) -> Self {
        Self {
            named,
            own: BTreeMap::new(),
            depth: Depth::True,
            glyphs,
        }
    }

    /// The same in a terminal of so many colours: what shows by a shade alone shows otherwise where there are few.
    pub(crate) fn with_depth(self, depth: Depth) -> Self {
        Self { depth, ..self }
    }

    /// Takes colours of one's own in; a sentence for each that cannot be used.
    pub(crate) fn with_own(mut self, colours: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        for (name, text) in colours {
            let role = ROLES.iter().find(|(_, known)| known == name);
            match (role, text.parse::<Color>()) {
                (Some((role, _)), Ok(colour)) => {
                    self.own.insert(*role, colour);
                }
                (Some(_), Err(_)) => wrong.push(format!("`{text}` is not a colour (`{name}`)")),
                (None, _) => {
                    let near = nearest(name, ROLES.iter().map(|(_, name)| *name));
                    let near =
                        near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    wrong.push(format!("there is no colour for `{name}`{near}"));
                }
            }
        }
        (self, wrong)
    }

    /// The theme of this name.
    pub(crate) fn find(name: &str) -> Option<Named> {
        NAMED
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(named, _)| *named)
    }

    /// The names of all.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(_, name)| *name)
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        let named = NAMED.iter().find(|(named, _)| *named == self.named);
        named.map_or("dark", |(_, name)| *name)
    }

    /// The one after it; colours of one's own belong to the one that was chosen in the file.
    pub(crate) fn next(&self) -> Self {
        let at = NAMED
            .iter()
            .position(|(named, _)| *named == self.named)
            .unwrap_or(0);
        Self::new(NAMED[(at + 1) % NAMED.len()].0, self.glyphs).with_depth(self.depth)
    }

    /// How something is drawn.
    pub(crate) fn style(&self, role: Role) -> Style {
        if self.depth == Depth::Mono {
            return mono(role);
        }
        let style = match self.named {
            // The line under the cursor is a grey that few terminals have.
            Named::Dark | Named::Light if self.depth == Depth::Sixteen && role == Role::Cursor => {
                mono(role)
            }
            Named::Dark => dark(role),
            Named::Light => light(role),
            Named::HighContrast => high_contrast(role),
            Named::Mono => mono(role),
        };
        match self.own.get(&role) {
            Some(colour) if self.named == Named::Mono => style.fg(*colour),
            Some(colour) if role == Role::Cursor => style.bg(*colour),
            Some(colour) => style.fg(*colour),
            None => style,
        }
    }

    /// The colours of tables, as they are elsewhere.
    pub(crate) fn of(&self, colour: Colour) -> Style {
        self.style(match colour {
            Colour::Red => Role::Bad,
            Colour::Green => Role::Good,
            Colour::Yellow => Role::Warning,
            Colour::Cyan => Role::Busy,
            Colour::Dim => Role::Dim,
        })
    }

    /// One of two texts, as the terminal's characters allow.
    pub(crate) fn glyph<'a>(&self, unicode: &'a str, ascii: &'a str) -> &'a str {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }
}

fn dark(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text => style,
        Role::Dim => style.fg(Color::DarkGray),
        Role::Accent => style.fg(Color::LightBlue).add_modifier(Modifier::BOLD),
        Role::Cursor => style.bg(Color::Indexed(237)).add_modifier(Modifier::BOLD),
        Role::Marked => style.fg(Color::LightMagenta),
        Role::Good => style.fg(Color::LightGreen),
        Role::Busy => style.fg(Color::LightCyan),
        Role::Warning => style.fg(Color::LightYellow),
        Role::Bad => style.fg(Color::LightRed).add_modifier(Modifier::BOLD),
    }
}

fn light(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text => style.fg(Color::Black),
        Role::Dim => style.fg(Color::Indexed(243)),
        Role::Accent => style.fg(Color::Blue).add_modifier(Modifier::BOLD),
        Role::Cursor => style.bg(Color::Indexed(253)).add_modifier(Modifier::BOLD),
        Role::Marked => style.fg(Color::Magenta),
        Role::Good => style.fg(Color::Indexed(28)),
        Role::Busy => style.fg(Color::Indexed(25)),
        Role::Warning => style.fg(Color::Indexed(130)),
        Role::Bad => style.fg(Color::Red).add_modifier(Modifier::BOLD),
    }
}

fn high_contrast(role: Role) -> Style {
    let style = Style::new().bg(Color::Black);
    match role {
        Role::Text | Role::Dim => style.fg(Color::White),
        Role::Accent => style.fg(Color::LightYellow).add_modifier(Modifier::BOLD),
        Role::Cursor => Style::new()
            .fg(Color::Black)
            .bg(Color::White)
            .add_modifier(Modifier::BOLD),
        Role::Marked => style.fg(Color::LightMagenta).add_modifier(Modifier::BOLD),
        Role::Good => style.fg(Color::LightGreen).add_modifier(Modifier::BOLD),
        Role::Busy => style.fg(Color::LightCyan).add_modifier(Modifier::BOLD),
        Role::Warning => style.fg(Color::LightYellow),
        Role::Bad => style
            .fg(Color::LightRed)
            .add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
    }
}

fn mono(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Good | Role::Busy => style,
        Role::Dim => style.add_modifier(Modifier::DIM),
        Role::Accent | Role::Warning => style.add_modifier(Modifier::BOLD),
        Role::Cursor => style.add_modifier(Modifier::REVERSED),
        Role::Marked => style.add_modifier(Modifier::UNDERLINED),
        Role::Bad => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
    }
}
