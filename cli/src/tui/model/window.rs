//! The part of a long list that is held: pages around the cursor, joined by the server's cursors in both directions.
//!
//! However long the list is, only a few pages of it are here; those out of sight are let go and asked for again.

mod again;
mod changes;
mod page;
mod seek;

use std::collections::{BTreeSet, VecDeque};

use heimdex_api::VideoId;
use heimdex_api::video::{VideoListResponse, VideoResponse};

use page::Page;
pub(crate) use page::{Anchor, Side};
pub(crate) use seek::{Compared, Seek, Sought};

/// Videos that are asked for at once.
pub(crate) const PAGE: usize = 100;
/// Pages that are held.
const PAGES: usize = 6;
/// Fewer rows than this beyond the cursor: the next page is asked for.
const AHEAD: usize = 60;

/// What is beyond a side.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Beyond {
    /// Nothing: it is the end of the list.
    Nothing,
    /// More, at this cursor.
    More(String),
    /// More, and it is on its way.
    Asked(String),
}

/// What is held of a list, and where in it a person is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pages: VecDeque<Page>,
    before: Beyond,
    after: Beyond,
    anchor: Anchor,
    /// Rows between the anchored end and what is held.
    let_go: u64,
    cursor: usize,
    /// Whether a person put the cursor where it is.
    pub(crate) is_chosen: bool,
    top: usize,
    /// How many there are in all.
    pub(crate) total: u64,
    /// Or more.
    pub(crate) is_lower_bound: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            pages: VecDeque::new(),
            before: Beyond::Nothing,
            after: Beyond::Nothing,
            anchor: Anchor::Start,
            let_go: 0,
            cursor: 0,
            is_chosen: false,
            top: 0,
            total: 0,
            is_lower_bound: false,
        }
    }
}

impl Window {
    /// Begins with a page of one of the ends.
    pub(crate) fn begin(anchor: Anchor, reply: VideoListResponse) -> Self {
        let mut window = Self {
            anchor,
            ..Self::default()
        };
        window.count(&reply);
        let page = Page::of(anchor, reply);
        window.before = beyond(page.before.clone());
        window.after = beyond(page.after.clone());
        window.pages.push_back(page);
        if anchor == Anchor::End {
            window.cursor = window.len().saturating_sub(1);
        }
        window
    }

    /// The end that it hangs on.
    pub(crate) fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Rows that are held.
    pub(crate) fn len(&self) -> usize {
        self.pages.iter().map(|page| page.videos.len()).sum()
    }

    /// The row under the cursor, counted from the first one that is held.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// The video under the cursor.
    pub(crate) fn selected(&self) -> Option<&VideoResponse> {
        self.get(self.cursor)
    }

    /// The rows of a screen of this height, with the first one's number.
    pub(crate) fn visible(&self, height: usize) -> (usize, impl Iterator<Item = &VideoResponse>) {
        let top = self.top_for(height);
        (top, self.rows().skip(top).take(height))
    }

    /// Every row that is held.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &VideoResponse> {
        self.pages.iter().flat_map(|page| &page.videos)
    }

    /// The place of the cursor in the whole list, from 1, where it is known.
    pub(crate) fn place(&self) -> Option<u64> {
        let cursor = self.cursor as u64;
        match self.anchor {
            _ if self.len() == 0 => None,
            Anchor::Start => Some(self.let_go + cursor + 1),
            Anchor::End if self.is_lower_bound => None,
            Anchor::End => (self.total + cursor + 1).checked_sub(self.let_go + self.len() as u64),
        }
    }

    /// Moves the cursor by so many rows, as far as there are any.
    pub(crate) fn go(&mut self, rows: isize, height: usize) {
        let last = self.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        self.is_chosen = true;
        self.top = self.top_for(height);
    }

    /// Puts the cursor on a row of the screen.
    pub(crate) fn click(&mut self, row: usize, height: usize) {
        let row = self.top_for(height) + row;
        if row < self.len() {
            self.cursor = row;
            self.is_chosen = true;
        }
    }

    /// Whether the beginning, or the end, of the whole list is held.
    pub(crate) fn holds(&self, side: Side) -> bool {
        *self.side(side) == Beyond::Nothing
    }

    /// The page that is to be asked for next, if one is; it counts as asked for from now on.
    pub(crate) fn wanted(&mut self) -> Option<(Side, String)> {
        let ahead = self.len().saturating_sub(self.cursor + 1);
        for (side, rows) in [(Side::After, ahead), (Side::Before, self.cursor)] {
            if rows >= AHEAD {
                continue;
            }
            let beyond = self.side_mut(side);
            if let Beyond::More(cursor) = beyond {
                let cursor = cursor.clone();
                *beyond = Beyond::Asked(cursor.clone());
                return Some((side, cursor));
            }
        }
        None
    }

    /// A page that was asked for did not come: it may be asked for again.
    pub(crate) fn failed(&mut self, side: Side) {
        let beyond = self.side_mut(side);
        if let Beyond::Asked(cursor) = beyond {
            *beyond = Beyond::More(std::mem::take(cursor));
        }
    }

    /// A page that was asked for, unless what is held has changed since.
    pub(crate) fn join(&mut self, side: Side, asked: &str, reply: VideoListResponse) {
        if *self.side(side) != Beyond::Asked(asked.to_owned()) {
            return;
        }
        self.count(&reply);
        let mut page = Page::of(self.anchor, reply);
        page.from = Some((side, asked.to_owned()));
        // What moved in the list between two pages would be here twice.
        let here: BTreeSet<VideoId> = self.rows().map(|video| video.video_id).collect();
        page.videos.retain(|video| !here.contains(&video.video_id));
        let rows = page.videos.len();
        match side {
            Side::After => {
                self.after = beyond(page.after.clone());
                self.pages.push_back(page);
                if self.anchor == Anchor::End {
                    self.let_go = self.let_go.saturating_sub(rows as u64);
                }
            }
            Side::Before => {
                self.before = beyond(page.before.clone());
                self.pages.push_front(page);
                self.cursor += rows;
                self.top += rows;
                if self.anchor == Anchor::Start {
                    self.let_go = self.let_go.saturating_sub(rows as u64);
                }
            }
        }
        self.let_go_of_far();
    }

    /// Takes a video out; whether it was here.
    pub(crate) fn remove(&mut self, video: VideoId) -> bool {
        let Some(row) = self.rows().position(|row| row.video_id == video) else {
            return false;
        };
        for page in &mut self.pages {
            page.videos.retain(|row| row.video_id != video);
        }
        if row < self.cursor {
            self.cursor -= 1;
        }
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
        self.total = self.total.saturating_sub(1);
        true
    }

    /// How many rows are to be asked for, so that the first page can be compared with what is held of it; `None` where
    /// the anchored end is not held.
    pub(crate) fn to_compare(&self) -> Option<usize> {
        let (side, page) = match self.anchor {
            Anchor::Start => (Side::Before, self.pages.front()),
            Anchor::End => (Side::After, self.pages.back()),
        };
        let rows = page.map_or(0, |page| page.videos.len());
        // What arrived since pushes nothing out of sight where another page follows.
        let rows = match self.pages.len() {
            0 | 1 => rows.max(PAGE),
            _ => rows + PAGE,
        };
        self.holds(side).then_some(rows.min(500))
    }

    /// Takes in how the anchored page looks now: the cursor stays on its video. Where that lies farther behind by now,
    /// what is held stays as it is until it is found there.
    pub(crate) fn compare(&mut self, reply: VideoListResponse) -> Compared {
        let before = self.clone();
        let selected = self.selected().map(|video| video.video_id);
        self.count(&reply);
        let mut fresh = Page::of(self.anchor, reply);
        let joint = match self.anchor {
            Anchor::Start => self.pages.get(1).and_then(|page| page.videos.first()),
            Anchor::End => {
                let second = self.pages.len().checked_sub(2);
                second.and_then(|at| self.pages[at].videos.last())
            }
        };
        let joint = joint.map(|video| video.video_id);
        let at = joint.and_then(|id| fresh.videos.iter().position(|video| video.video_id == id));
        match (self.anchor, at) {
            (Anchor::Start, Some(at)) => {
                fresh.videos.truncate(at);
                fresh.after = self.pages.front().and_then(|page| page.after.clone());
                self.pages.pop_front();
                self.pages.push_front(fresh);
            }
            (Anchor::End, Some(at)) => {
                fresh.videos.drain(..=at);
                fresh.before = self.pages.back().and_then(|page| page.before.clone());
                self.pages.pop_back();
                self.pages.push_back(fresh);
            }
            (_, None) => {
                if let Some(seek) = self.behind(&fresh) {
                    return Compared::Behind(seek);
                }
                self.only(fresh);
            }
        }
        self.find(selected);
        if *self == before {
            Compared::Same
        } else {
            Compared::Changed
        }
    }

    /// Only this page is held from now on. What was asked for beyond the others is not waited for.
    fn only(&mut self, page: Page) {
        self.before = beyond(page.before.clone());
        self.after = beyond(page.after.clone());
        self.pages.clear();
        self.pages.push_back(page);
        self.let_go = 0;
    }

    /// Puts the cursor on a video, where it is still here. It stays where it is on the screen, but a list whose first row is
    /// in sight shows its first row.
    pub(crate) fn find(&mut self, video: Option<VideoId>) {
        let old = self.cursor;
        let found = video.and_then(|id| self.rows().position(|row| row.video_id == id));
        self.cursor = found.unwrap_or(old).min(self.len().saturating_sub(1));
        let is_at_start = self.top == 0 && self.anchor == Anchor::Start && self.holds(Side::Before);
        if !is_at_start {
            self.top = (self.top + self.cursor).saturating_sub(old);
        }
    }

    fn count(&mut self, reply: &VideoListResponse) {
        self.total = reply.total;
        self.is_lower_bound = reply.total_is_lower_bound;
    }

    fn get(&self, row: usize) -> Option<&VideoResponse> {
        self.rows().nth(row)
    }

    fn top_for(&self, height: usize) -> usize {
        let lowest = (self.cursor + 1).saturating_sub(height);
        let most = self.len().saturating_sub(height);
        self.top
            .clamp(lowest, self.cursor.max(lowest))
            .min(most.max(lowest))
    }

    /// Lets go of the pages that are farthest from the cursor.
    fn let_go_of_far(&mut self) {
        while self.pages.len() > PAGES {
            let ahead = self.len() - self.cursor.min(self.len());
            let side = if self.cursor > ahead {
                Side::Before
            } else {
                Side::After
            };
            let page = match side {
                Side::Before => self.pages.pop_front(),
                Side::After => self.pages.pop_back(),
            };
            let rows = page.map_or(0, |page| page.videos.len());
            match side {
                Side::Before => {
                    self.cursor -= rows;
                    self.top = self.top.saturating_sub(rows);
                    self.before = beyond(self.pages.front().and_then(|page| page.before.clone()));
                }
                Side::After => {
                    self.after = beyond(self.pages.back().and_then(|page| page.after.clone()));
                }
            }
            if (side, self.anchor) == (Side::Before, Anchor::Start)
                || (side, self.anchor) == (Side::After, Anchor::End)
            {
                self.let_go += rows as u64;
            }
        }
    }

    fn side(&self, side: Side) -> &Beyond {
        match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Beyond {
        match side {
            Side::Before => &mut self.before,
            Side::After => &mut self.after,
        }
    }
}

fn beyond(cursor: Option<String>) -> Beyond {
    cursor.map_or(Beyond::Nothing, Beyond::More)
}

#[cfg(test)]
mod tests;
