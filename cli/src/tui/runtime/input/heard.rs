//! What is heard of a terminal.

use crossterm::event::Event;

use crate::tui::runtime::ask::Answer;

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// Something that a person did.
    Event(Event),
    /// An answer.
    Answer(Answer),
}

/// What bytes begin with.
#[derive(Debug, PartialEq)]
pub(super) enum First {
    /// Something that takes so many of them; nothing where it has no meaning here.
    Is(usize, Option<Heard>),
    /// The beginning of a paste.
    Paste(usize),
    /// What the next ones tell.
    Unfinished,
}
