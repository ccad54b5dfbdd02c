//! The tags of several videos, while they are edited.

use heimdex_api::VideoId;

use crate::tui::model::input::Input;
use crate::tui::model::message::TagChange;

/// The names of the fields.
pub(crate) const RETAG_FIELDS: [&str; 2] = ["Add tags", "Remove tags"];

/// The tags of several videos while they are edited.
#[derive(Debug, Clone)]
pub(crate) struct Retag {
    /// Which videos.
    pub(crate) videos: Vec<VideoId>,
    /// What they get and what they lose, with commas between.
    pub(crate) fields: [Input; 2],
    /// The one that is typed into.
    pub(crate) focus: usize,
}

impl Retag {
    /// Of these videos.
    pub(crate) fn of(videos: Vec<VideoId>) -> Self {
        Self {
            videos,
            fields: Default::default(),
            focus: 0,
        }
    }

    /// What was typed.
    pub(crate) fn change(&self) -> TagChange {
        let [add, remove] = [0, 1].map(|at| {
            let text = self.fields[at].text();
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            tags.map(str::to_owned).collect()
        });
        TagChange { add, remove }
    }
}
