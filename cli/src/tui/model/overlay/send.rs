//! What is sent, and what it is to be called.

use std::path::PathBuf;

use crate::output::size;
use crate::output::text::count;
use crate::tui::model::input::Input;
use crate::tui::model::message::Texts;

/// The names of the fields. The first two are of one file; the last one is of all.
pub(crate) const SEND_FIELDS: [&str; 3] = ["Title", "Description", "Tags"];

/// What is to be sent, before it is.
#[derive(Debug, Clone)]
pub(crate) struct SendForm {
    /// Where it is.
    pub(crate) paths: Vec<PathBuf>,
    /// How much it is, in words.
    pub(crate) what: String,
    /// Title, description, tags.
    pub(crate) fields: [Input; 3],
    /// The one that is typed into.
    pub(crate) focus: usize,
    is_one: bool,
}

impl SendForm {
    /// Of these, with the bytes of those that are files.
    pub(crate) fn of(meant: Vec<(PathBuf, Option<u64>)>) -> Self {
        let files = meant.iter().filter_map(|(_, size)| *size);
        let (number, bytes) = files.fold((0, 0), |(number, sum), size| {
            (number + 1, u64::saturating_add(sum, size))
        });
        let folders = meant.len() as u64 - number;
        let mut words = Vec::new();
        if number > 0 {
            let bytes = size::bytes(bytes);
            words.push(format!("{}, {bytes}", count(number, "file", "files")));
        }
        if folders > 0 {
            words.push(count(folders, "folder", "folders"));
        }
        let is_one = number == 1 && folders == 0;
        Self {
            paths: meant.into_iter().map(|(path, _)| path).collect(),
            what: words.join(", and "),
            fields: Default::default(),
            focus: if is_one { 0 } else { SEND_FIELDS.len() - 1 },
            is_one,
        }
    }

    /// Of several that nothing is known of but where they are.
    pub(crate) fn of_paths(paths: Vec<PathBuf>) -> Self {
        let what = count(paths.len() as u64, "file or folder", "files or folders");
        Self {
            paths,
            what,
            fields: Default::default(),
            focus: SEND_FIELDS.len() - 1,
            is_one: false,
        }
    }

    /// The fields that there are.
    pub(crate) fn shown(&self) -> std::ops::Range<usize> {
        let first = if self.is_one {
            0
        } else {
            SEND_FIELDS.len() - 1
        };
        first..SEND_FIELDS.len()
    }

    /// The next field, or the one before, around the ends.
    pub(crate) fn go(&mut self, is_back: bool) {
        let shown = self.shown();
        let at = self.focus - shown.start;
        let by = if is_back { shown.len() - 1 } else { 1 };
        self.focus = shown.start + (at + by) % shown.len();
    }

    /// What was typed.
    pub(crate) fn texts(&self) -> Texts {
        let [title, description, tags] = [0, 1, 2].map(|at| self.fields[at].text());
        let some = |text: String| {
            let text = text.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        Texts {
            title: some(title),
            description: some(description),
            tags: tags.map(str::to_owned).collect(),
        }
    }
}
