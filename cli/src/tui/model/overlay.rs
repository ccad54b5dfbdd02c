//! What lies over a view: help, palette, questions, and forms.

mod edit;
mod retag;
mod send;

use heimdex_client::control::WatchId;

use super::View;
use super::input::Input;
use crate::tui::actions::{ACTIONS, Entry, Fit};

pub(crate) use edit::{EDIT_FIELDS, Edit};
pub(crate) use retag::{RETAG_FIELDS, Retag};
pub(crate) use send::{SEND_FIELDS, SendForm};

/// What lies over a view and takes the keys.
#[derive(Debug, Clone)]
pub(crate) enum Overlay {
    /// All keys, from this line on.
    Help(usize),
    /// Actions by their names.
    Palette(Palette),
    /// One line to type.
    Prompt(Prompt, Input),
    /// A question.
    Ask(Question),
    /// The texts of a video.
    Edit(Box<Edit>),
    /// The tags of several videos.
    Retag(Box<Retag>),
    /// What is to be sent.
    Send(Box<SendForm>),
    /// Lines to read, by their title, from this one on.
    Lines(String, Vec<String>, usize),
}

impl Overlay {
    /// Text is pasted into what is typed into, if anything is.
    pub(crate) fn paste(&mut self, text: &str) {
        let field = match self {
            Self::Prompt(_, input) => input,
            Self::Palette(palette) => &mut palette.input,
            // What is on its way is not typed into.
            Self::Edit(edit) if edit.is_saving => return,
            Self::Edit(edit) => &mut edit.fields[edit.focus],
            Self::Retag(form) => &mut form.fields[form.focus],
            Self::Send(form) => &mut form.fields[form.focus],
            Self::Help(_) | Self::Ask(_) | Self::Lines(..) => return,
        };
        field.paste(text);
    }
}

/// What a line is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// A tag to narrow the list to.
    Tag,
    /// A source to narrow the list to.
    Source,
    /// A time to narrow the list to.
    Since,
    /// A file or folder to upload.
    Upload,
    /// A limit for uploads.
    Limit,
    /// A profile.
    Profile,
    /// A folder to watch.
    Watch,
    /// What a watch may take of the line.
    WatchLimit(WatchId),
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether to quit though transfers would stop.
    Quit,
    /// Whether to log out.
    Logout,
    /// Whether to watch a folder no more.
    Unwatch(WatchId),
}

/// Actions by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Palette {
    /// What is typed.
    pub(crate) input: Input,
    /// The line under the cursor.
    pub(crate) cursor: usize,
}

impl Prompt {
    /// Its title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Tag => "Only with this tag",
            Self::Source => "Only from this card, reel or folder",
            Self::Since => "Only what arrived since",
            Self::Upload => "Upload a file or a folder",
            Self::Limit => "Uploads take at most",
            Self::Profile => "Use this profile",
            Self::Watch => "Watch a folder",
            Self::WatchLimit(_) => "This watch takes at most",
        }
    }

    /// What may be typed.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Tag | Self::Source => "exactly as it is, tab completes it; empty for all",
            Self::Since => "2h, 3d, today, monday, 2026-11-20; empty for all",
            Self::Upload | Self::Watch => "a path, tab completes it; ~ is your home",
            Self::Limit => "5M, or 08:00,1M 18:00,off; empty for no limit",
            Self::WatchLimit(_) => "5M, or 08:00,1M 18:00,off; off for no limit",
            Self::Profile => "its name, tab completes it",
        }
    }

    /// Whether a path is typed.
    pub(crate) fn is_path(self) -> bool {
        matches!(self, Self::Upload | Self::Watch)
    }
}

impl Palette {
    /// The actions that fit what is typed, the best first, and of those that fit alike those of this view.
    pub(crate) fn found(&self, view: View) -> Vec<&'static Entry> {
        let typed = self.input.text();
        let mut found: Vec<((Fit, bool), &Entry)> = ACTIONS
            .iter()
            .filter_map(|entry| Some(((entry.fit(&typed)?, !entry.is_in(view)), entry)))
            .collect();
        // The rest stays in the order of the table.
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, entry)| entry).collect()
    }
}
