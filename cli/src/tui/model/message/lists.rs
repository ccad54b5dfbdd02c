//! Which part of a list is asked for.

use heimdex_api::video::VideoListQuery;

use crate::tui::model::window::{Anchor, Seek, Side};

/// A page that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListAsk {
    /// Which list: answers for an earlier one are not looked at.
    pub(crate) generation: u64,
    /// Which of its pages.
    pub(crate) page: PageAsk,
    /// What the server is asked for.
    pub(crate) query: VideoListQuery,
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PageAsk {
    /// One of the ends.
    Begin(Anchor),
    /// The next one beyond a side, by its cursor.
    Join(Side, String),
    /// The anchored one, to be compared with what is held.
    Compare,
    /// One behind it, where the video under the cursor may be.
    Seek(Seek),
    /// The one under the cursor, from where it was asked for; the anchored one without that.
    Again(Option<(Side, String)>),
}
