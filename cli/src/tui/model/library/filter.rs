//! What a list is narrowed to and sorted by, and what that says of a video that changed.

use heimdex_api::VideoState;
use heimdex_api::limits::PAGE_DEFAULT;
use heimdex_api::video::{VideoListQuery, VideoResponse};

use crate::tui::model::window::{Anchor, PAGE};

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// When it arrived.
    #[default]
    Arrived,
    /// When it was shot.
    Captured,
    /// Its title.
    Title,
    /// Its bytes.
    Size,
    /// How long it plays.
    Length,
}

/// What the list is narrowed to, and its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Text within title or file name.
    pub(crate) text: String,
    /// A state.
    pub(crate) state: Option<VideoState>,
    /// A tag.
    pub(crate) tag: Option<String>,
    /// A card, reel or folder.
    pub(crate) source: Option<String>,
    /// When it arrived at the earliest: as it was typed, and as the server wants it.
    pub(crate) since: Option<(String, String)>,
    /// What it is sorted by.
    pub(crate) sort: Sort,
    /// The other way round.
    pub(crate) is_reversed: bool,
}

impl Sort {
    /// The next one.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Arrived => Self::Captured,
            Self::Captured => Self::Title,
            Self::Title => Self::Size,
            Self::Size => Self::Length,
            Self::Length => Self::Arrived,
        }
    }

    /// In words, and the other way round.
    pub(crate) fn words(self, is_reversed: bool) -> &'static str {
        match (self, is_reversed) {
            (Self::Arrived, false) => "newest first",
            (Self::Arrived, true) => "oldest first",
            (Self::Captured, false) => "latest shots first",
            (Self::Captured, true) => "earliest shots first",
            (Self::Title, false) => "by title",
            (Self::Title, true) => "by title, from Z",
            (Self::Size, false) => "largest first",
            (Self::Size, true) => "smallest first",
            (Self::Length, false) => "longest first",
            (Self::Length, true) => "shortest first",
        }
    }

    fn key(self) -> Option<&'static str> {
        match self {
            Self::Arrived => None,
            Self::Captured => Some("captured_at"),
            Self::Title => Some("title"),
            Self::Size => Some("size_bytes"),
            Self::Length => Some("duration_s"),
        }
    }
}

/// The states that can be asked for, after which comes everything.
const STATES: [VideoState; 6] = [
    VideoState::Indexed,
    VideoState::Uploading,
    VideoState::Validating,
    VideoState::Processing,
    VideoState::Failed,
    VideoState::Deleted,
];

impl Filter {
    /// What the server is asked for, from this end.
    pub(super) fn query(&self, anchor: Anchor) -> VideoListQuery {
        let text = self.text.trim();
        let is_turned = self.is_reversed != (anchor == Anchor::End);
        let order = if self.is_descending() == (anchor == Anchor::Start) {
            "desc"
        } else {
            "asc"
        };
        VideoListQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            state: self.state.map(|state| state.to_string()),
            tag: self.tag.clone(),
            source: self.source.clone(),
            since: self.since.as_ref().map(|(_, since)| since.clone()),
            sort: self.sort.key().map(str::to_owned),
            order: is_turned.then(|| order.to_owned()),
            limit: (PAGE != PAGE_DEFAULT as usize).then(|| PAGE.to_string()),
            ..VideoListQuery::default()
        }
    }

    /// Whether the greatest comes first.
    pub(super) fn is_descending(&self) -> bool {
        (self.sort != Sort::Title) != self.is_reversed
    }

    /// The next state to ask for.
    pub(crate) fn next_state(&mut self) {
        self.state = match self.state {
            None => Some(STATES[0]),
            Some(state) => {
                let at = STATES.iter().position(|known| *known == state);
                at.and_then(|at| STATES.get(at + 1)).copied()
            }
        };
    }

    /// Whether the list is that of the trash.
    pub(crate) fn wants_deleted(&self) -> bool {
        self.state == Some(VideoState::Deleted)
    }

    /// Whether a video is none of the list, as far as that can be told here.
    pub(crate) fn excludes(&self, video: &VideoResponse) -> bool {
        let state = video.state.known();
        let is_of_state = match self.state {
            Some(wanted) => state == Some(wanted),
            None => state != Some(VideoState::Deleted),
        };
        let is_of_source = self.source.is_none() || self.source == video.source;
        !is_of_state || !is_of_source
    }

    /// Whether a video that is not what it was may stand elsewhere in the list, or not in it at all.
    pub(crate) fn may_move(&self, was: &VideoResponse, is: &VideoResponse) -> bool {
        let is_searched = !self.text.trim().is_empty() || self.tag.is_some();
        let is_sorted_anew = match self.sort {
            Sort::Arrived => was.created_at != is.created_at,
            Sort::Captured => was.captured_at != is.captured_at,
            Sort::Title => was.title != is.title,
            Sort::Size => was.size_bytes != is.size_bytes,
            Sort::Length => was.duration_s != is.duration_s,
        };
        is_sorted_anew || is_searched && (was.title != is.title || was.tags != is.tags)
    }

    /// Whether anything is left out.
    pub(crate) fn is_narrow(&self) -> bool {
        let order_only = Self {
            sort: self.sort,
            is_reversed: self.is_reversed,
            ..Self::default()
        };
        *self != order_only
    }

    /// What it is narrowed to, in words.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.text.trim().is_empty() {
            words.push(format!("\"{}\"", self.text.trim()));
        }
        if let Some(state) = self.state {
            words.push(state_word(state).to_owned());
        }
        if let Some(tag) = &self.tag {
            words.push(format!("tag {tag}"));
        }
        if let Some(source) = &self.source {
            words.push(format!("from {source}"));
        }
        if let Some((typed, _)) = &self.since {
            words.push(format!("since {typed}"));
        }
        words.push(self.sort.words(self.is_reversed).to_owned());
        words
    }
}

/// A state as people call it.
fn state_word(state: VideoState) -> &'static str {
    match state {
        VideoState::Uploading => "being sent",
        VideoState::Validating => "stored",
        VideoState::Processing => "verified",
        VideoState::Indexed => "ready",
        VideoState::Failed => "failed",
        VideoState::Deleted => "in the trash",
    }
}
