//! What a verdict is told from.

use std::path::Path;

use heimdex_client::wipe::{Checked, FileFacts, ReadBack, ReadHow};

use super::way::Ways;
use crate::clock::Moment;

/// What is said.
pub(super) struct About<'a> {
    /// The card.
    pub(super) checked: &'a Checked,
    /// The label under which it was taken in from here.
    pub(super) label: Option<&'a str>,
    /// Where the proof was written.
    pub(super) receipt: Option<&'a Path>,
    /// What is on its way.
    pub(super) ways: &'a Ways,
    /// When the answer was known.
    pub(super) moment: &'a Moment,
}

/// Files of the card that this machine's memory may have answered for.
pub(super) fn cached(checked: &Checked) -> u64 {
    let is_cached = |file: &&FileFacts| {
        matches!(
            file.read,
            ReadBack::Whole {
                how: ReadHow::Cached,
                ..
            }
        )
    };
    checked.facts.files.iter().filter(is_cached).count() as u64
}
