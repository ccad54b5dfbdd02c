//! The library: a list that is held in parts, what it is narrowed to, what is marked, and all about one video.

mod filter;
mod known;

use std::collections::BTreeMap;

use heimdex_api::limits::PAGE_MAX;
use heimdex_api::video::{VideoListResponse, VideoResponse};
use heimdex_api::{VideoId, VideoState};

use super::input::Input;
use super::message::{ListAsk, PageAsk, Trouble, Whole};
use super::window::{Anchor, Compared, PAGE, Seek, Sought, Window};

pub(crate) use filter::{Filter, Sort};
pub(crate) use known::Known;

/// Where rows come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Rows {
    /// The server.
    #[default]
    Told,
    /// Another time: the server did not answer yet.
    Recalled,
    /// What is known here, narrowed without the server, which is away.
    Known,
}

/// What is to be asked next, as so much arrived that the video under the cursor is far behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// The next page that it may be in.
    Seek(Seek),
    /// The anchored page: another video is meant by now.
    Compare,
    /// The list from its end: it is not there any more.
    Begin,
}

/// The library as it is held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    /// The rows.
    pub(crate) window: Window,
    /// What they are to be narrowed to.
    pub(crate) filter: Filter,
    /// What those that are held are narrowed to.
    pub(crate) narrowed_to: Filter,
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
    /// What an answer made necessary to ask.
    pub(crate) next: Option<Next>,
    /// Where the rows come from.
    pub(crate) rows: Rows,
    /// What is known beside them.
    pub(crate) known: Known,
    /// Why there is no list.
    pub(crate) trouble: Option<Trouble>,
    /// The video that the cursor is put on when the list that was asked for is here.
    pub(crate) follow: Option<VideoId>,
    /// How far what is known of a video is scrolled, and of which.
    pub(crate) scrolled: Option<(VideoId, usize)>,
}

impl Library {
    /// The list from one end, as it is narrowed now. What came before is kept until it is here.
    pub(crate) fn begin(&mut self, anchor: Anchor) -> ListAsk {
        self.generation += 1;
        self.is_loading = true;
        self.is_comparing = false;
        self.next = None;
        self.follow = None;
        ListAsk {
            generation: self.generation,
            page: PageAsk::Begin(anchor),
            query: self.filter.query(anchor),
        }
    }

    /// How it looked another time, until the server answers.
    pub(crate) fn recall(&mut self, reply: VideoListResponse) {
        self.known.keep(&reply.videos);
        self.window = Window::begin(Anchor::Start, reply);
        self.narrowed_to = Filter::default();
        self.rows = Rows::Recalled;
    }

    /// Whose it is is not known: it is not shown.
    pub(crate) fn forget_recalled(&mut self) {
        if std::mem::take(&mut self.rows) != Rows::Told {
            self.window = Window::default();
        }
        self.known = Known::default();
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

    /// What the last answer made necessary to ask.
    pub(crate) fn ask_next(&mut self) -> Option<ListAsk> {
        match self.next.take()? {
            Next::Seek(seek) => Some(self.seek(seek)),
            Next::Compare => self.compare(),
            Next::Begin => Some(self.begin(self.window.anchor())),
        }
    }

    fn seek(&mut self, seek: Seek) -> ListAsk {
        self.is_comparing = true;
        let mut query = self.filter.query(self.window.anchor());
        query.cursor = Some(seek.cursor().to_owned());
        query.limit = Some(PAGE_MAX.to_string());
        ListAsk {
            generation: self.generation,
            page: PageAsk::Seek(seek),
            query,
        }
    }

    /// What is shown, to be read anew.
    pub(crate) fn again(&mut self) -> Option<ListAsk> {
        if self.is_loading {
            return None;
        }
        let from = self.window.origin();
        self.is_comparing = true;
        let mut query = self.filter.query(self.window.anchor());
        match &from {
            Some((_, cursor)) => query.cursor = Some(cursor.clone()),
            // What arrived since pushes nothing out of sight.
            None => query.limit = Some((2 * PAGE).to_string()),
        }
        Some(ListAsk {
            generation: self.generation,
            page: PageAsk::Again(from),
            query,
        })
    }

    /// The videos that an answer shows to be gone from the list since it was read last.
    pub(crate) fn gone_from(
        &self,
        ask: &ListAsk,
        reply: Option<&VideoListResponse>,
    ) -> Vec<VideoId> {
        let is_same_list = ask.generation == self.generation && self.filter == self.narrowed_to;
        match (&ask.page, reply) {
            (PageAsk::Begin(Anchor::Start) | PageAsk::Compare, Some(reply)) if is_same_list => {
                self.window.missing_in(reply)
            }
            _ => Vec::new(),
        }
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
                        // What stands in for it says more than that it is still not there.
                        let is_alone = self.rows != Rows::Known;
                        self.trouble = Some(trouble).filter(|_| is_alone);
                        return is_alone;
                    }
                    // Asked for again when there is a reason to, or it would be over and over.
                    PageAsk::Join(side, _) => self.window.failed(*side),
                    PageAsk::Compare | PageAsk::Seek(_) | PageAsk::Again(_) => {
                        self.is_comparing = false;
                    }
                }
                return false;
            }
        };
        let had_trouble = self.trouble.take().is_some();
        match &ask.page {
            PageAsk::Begin(anchor) => {
                self.is_loading = false;
                // Where something stood in for it, the cursor stays on its video; but where nobody put it there, and the
                // list is that of another time, it is on the newest.
                let stood_in = match std::mem::take(&mut self.rows) {
                    Rows::Told => false,
                    Rows::Recalled => self.window.is_chosen,
                    Rows::Known => true,
                };
                if stood_in && *anchor == Anchor::Start {
                    self.compared(reply);
                } else {
                    self.window = Window::begin(*anchor, reply);
                    self.window.find(self.follow.take());
                }
                self.narrowed_to = self.filter.clone();
                self.known.heard();
                true
            }
            PageAsk::Join(side, cursor) => {
                self.window.join(*side, cursor, reply);
                true
            }
            PageAsk::Compare => {
                self.is_comparing = false;
                self.compared(reply) || had_trouble
            }
            PageAsk::Seek(seek) => {
                self.is_comparing = false;
                self.sought(seek, reply) || had_trouble
            }
            PageAsk::Again(from) => {
                self.is_comparing = false;
                self.window.again(from.as_ref(), reply) || had_trouble
            }
        }
    }

    fn compared(&mut self, reply: VideoListResponse) -> bool {
        match self.window.compare(reply) {
            Compared::Same => false,
            Compared::Changed => true,
            Compared::Behind(seek) => {
                self.next = Some(Next::Seek(seek));
                false
            }
        }
    }

    fn sought(&mut self, seek: &Seek, reply: VideoListResponse) -> bool {
        let next = match self.window.sought(seek, reply) {
            Sought::Found => return true,
            Sought::Behind(seek) => Next::Seek(seek),
            Sought::Moved => Next::Compare,
            Sought::Gone => Next::Begin,
        };
        self.next = Some(next);
        false
    }

    /// Takes in how a video stands now; whether anything is another.
    pub(crate) fn take(&mut self, video: &VideoResponse) -> bool {
        self.known.take(video);
        let mut changed = if self.filter.excludes(video) {
            self.marks.remove(&video.video_id);
            self.window.remove(video.video_id)
        } else {
            self.window.replace(video)
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

    /// How far what is known of the video under the cursor is scrolled.
    pub(crate) fn scroll(&self) -> usize {
        let selected = self.window.selected().map(|video| video.video_id);
        let scrolled = self.scrolled.filter(|(id, _)| Some(*id) == selected);
        scrolled.map_or(0, |(_, rows)| rows)
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
