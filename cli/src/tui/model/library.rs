//! The library: a list that is held in parts, what it is narrowed to, what is marked, and all about one video.

use std::collections::BTreeMap;

use heimdex_api::limits::PAGE_DEFAULT;
use heimdex_api::video::{VideoListQuery, VideoListResponse, VideoResponse};
use heimdex_api::{VideoId, VideoState};

use super::input::Input;
use super::message::{ListAsk, PageAsk, Trouble, Whole};
use super::window::{Anchor, PAGE, Window};

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

/// The library as it is held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    /// The rows.
    pub(crate) window: Window,
    /// What they are narrowed to.
    pub(crate) filter: Filter,
    /// The search, while it is being typed.
    pub(crate) search: Option<Input>,
    /// What is marked, with its name.
    pub(crate) marks: BTreeMap<VideoId, String>,
    /// Whether all about a video is shown.
    pub(crate) is_open: bool,
    /// All about the one that was looked at last.
    pub(crate) whole: Option<Box<Whole>>,
    /// Counts lists: a new one with each change of what is asked for.
    pub(crate) generation: u64,
    /// Whether the beginning of the list is on its way.
    pub(crate) is_loading: bool,
    /// Whether a comparison is on its way.
    pub(crate) is_comparing: bool,
    /// Why there is no list.
    pub(crate) trouble: Option<Trouble>,
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
            (Self::Captured, false) => "shot last first",
            (Self::Captured, true) => "shot first first",
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
    fn query(&self, anchor: Anchor) -> VideoListQuery {
        let text = self.text.trim();
        let is_descending = (self.sort != Sort::Title) != self.is_reversed;
        let is_turned = self.is_reversed != (anchor == Anchor::End);
        let order = if is_descending == (anchor == Anchor::Start) {
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

impl Library {
    /// The list from one end, as it is narrowed now. What came before is kept until it is here.
    pub(crate) fn begin(&mut self, anchor: Anchor) -> ListAsk {
        self.generation += 1;
        self.is_loading = true;
        self.is_comparing = false;
        ListAsk {
            generation: self.generation,
            page: PageAsk::Begin(anchor),
            query: self.filter.query(anchor),
        }
    }

    /// The next page, where the cursor comes near the end of what is held.
    pub(crate) fn more(&mut self) -> Option<ListAsk> {
        if self.is_loading {
            return None;
        }
        let (side, cursor) = self.window.wanted()?;
        let mut query = self.filter.query(self.window.anchor());
        query.cursor = Some(cursor.clone());
        Some(ListAsk {
            generation: self.generation,
            page: PageAsk::Join(side, cursor),
            query,
        })
    }

    /// The anchored page again, to see what changed.
    pub(crate) fn compare(&mut self) -> Option<ListAsk> {
        if self.is_loading || self.is_comparing {
            return None;
        }
        let rows = self.window.to_compare()?;
        self.is_comparing = true;
        let mut query = self.filter.query(self.window.anchor());
        query.limit = Some(rows.to_string());
        Some(ListAsk {
            generation: self.generation,
            page: PageAsk::Compare,
            query,
        })
    }

    /// Takes an answer in; whether anything is another now.
    pub(crate) fn listed(
        &mut self,
        ask: &ListAsk,
        answer: Result<VideoListResponse, Trouble>,
    ) -> bool {
        if ask.generation != self.generation {
            return false;
        }
        let reply = match answer {
            Ok(reply) => reply,
            Err(trouble) => {
                match &ask.page {
                    PageAsk::Begin(_) => {
                        self.is_loading = false;
                        self.trouble = Some(trouble);
                    }
                    PageAsk::Join(side, _) => self.window.failed(*side),
                    PageAsk::Compare => self.is_comparing = false,
                }
                return true;
            }
        };
        let had_trouble = self.trouble.take().is_some();
        match &ask.page {
            PageAsk::Begin(anchor) => {
                self.is_loading = false;
                self.window = Window::begin(*anchor, reply);
                true
            }
            PageAsk::Join(side, cursor) => {
                self.window.join(*side, cursor, reply);
                true
            }
            PageAsk::Compare => {
                self.is_comparing = false;
                self.window.compare(reply) || had_trouble
            }
        }
    }

    /// Takes in how a video stands now; whether anything is another.
    pub(crate) fn take(&mut self, video: &VideoResponse) -> bool {
        let is_deleted = video.state.known() == Some(VideoState::Deleted);
        let wants_deleted = self.filter.state == Some(VideoState::Deleted);
        let mut changed = if is_deleted == wants_deleted {
            self.window.replace(video)
        } else {
            self.marks.remove(&video.video_id);
            self.window.remove(video.video_id)
        };
        if let Some(whole) = &mut self.whole
            && whole.video.video_id == video.video_id
            && whole.video.updated_at != video.updated_at
        {
            let locations = whole.video.locations.take();
            let media = whole.video.media.take();
            whole.video = VideoResponse {
                locations,
                media,
                ..video.clone()
            };
            changed = true;
        }
        changed
    }

    /// The video that is shown, where the server still works on it: its jobs move.
    pub(crate) fn unfinished(&self) -> Option<VideoId> {
        let video = self.window.selected().filter(|_| self.is_open)?;
        let is_busy = matches!(
            video.state.known(),
            Some(VideoState::Uploading | VideoState::Validating | VideoState::Processing)
        );
        is_busy.then_some(video.video_id)
    }

    /// What an action is about: what is marked, else what is under the cursor.
    pub(crate) fn meant(&self) -> Vec<(VideoId, String)> {
        if self.marks.is_empty() {
            let selected = self.window.selected();
            return selected
                .map(|video| (video.video_id, name(video)))
                .into_iter()
                .collect();
        }
        self.marks
            .iter()
            .map(|(id, name)| (*id, name.clone()))
            .collect()
    }
}

/// What a video is called.
pub(crate) fn name(video: &VideoResponse) -> String {
    let name = video.title.as_deref().filter(|title| !title.is_empty());
    name.or(video.filename.as_deref())
        .unwrap_or("(no title)")
        .to_owned()
}
