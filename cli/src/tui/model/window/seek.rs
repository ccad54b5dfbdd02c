//! So much arrived that the anchored page has nothing of what is held: the video under the cursor is looked for behind it,
//! page by page, and what is held stays until it is found. Nothing a key does may meet another video meanwhile.

use heimdex_api::VideoId;
use heimdex_api::video::VideoListResponse;

use super::page::Page;
use super::{Anchor, Side, Window};

/// So many rows are looked through at most.
const MOST: u64 = 20_000;

/// How far the look for a video is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seek {
    video: VideoId,
    side: Side,
    cursor: String,
    /// Rows between the anchored end and that cursor.
    passed: u64,
}

impl Seek {
    /// Where the next page begins.
    pub(crate) fn cursor(&self) -> &str {
        &self.cursor
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Nothing is another.
    Same,
    /// Something is.
    Changed,
    /// The video under the cursor lies farther behind.
    Behind(Seek),
}

/// What looking through one more page came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sought {
    /// It is there, and that page is what is held now.
    Found,
    /// It may be in the next one.
    Behind(Seek),
    /// The cursor is on another one by now.
    Moved,
    /// It is not in the list any more, or too far behind.
    Gone,
}

impl Window {
    /// Where to look on for the video under the cursor, if that can lie behind this anchored page.
    pub(super) fn behind(&self, fresh: &Page) -> Option<Seek> {
        let video = self.selected()?.video_id;
        let is_there = |id: VideoId| fresh.videos.iter().any(|row| row.video_id == id);
        // The server's order holds: what is there of the rows behind it says that it is not there any more.
        let mut from_it_on: Box<dyn Iterator<Item = VideoId>> = match self.anchor {
            Anchor::Start => Box::new(self.rows().skip(self.cursor).map(|row| row.video_id)),
            Anchor::End => Box::new(self.rows().take(self.cursor + 1).map(|row| row.video_id)),
        };
        if from_it_on.any(is_there) {
            return None;
        }
        let (side, cursor) = beyond(self.anchor, fresh);
        Some(Seek {
            video,
            side,
            cursor: cursor?,
            passed: fresh.videos.len() as u64,
        })
    }

    /// Looks through the page that was asked for.
    pub(crate) fn sought(&mut self, seek: &Seek, reply: VideoListResponse) -> Sought {
        if self.selected().map(|row| row.video_id) != Some(seek.video) {
            return Sought::Moved;
        }
        self.count(&reply);
        let mut page = Page::of(self.anchor, reply);
        if page.videos.iter().any(|row| row.video_id == seek.video) {
            page.from = Some((seek.side, seek.cursor.clone()));
            self.only(page);
            self.let_go = seek.passed;
            self.find(Some(seek.video));
            return Sought::Found;
        }
        let passed = seek.passed + page.videos.len() as u64;
        match beyond(self.anchor, &page) {
            (_, Some(cursor)) if passed < MOST => Sought::Behind(Seek {
                cursor,
                passed,
                ..seek.clone()
            }),
            _ => Sought::Gone,
        }
    }
}

/// Where the list goes on away from the anchored end.
fn beyond(anchor: Anchor, page: &Page) -> (Side, Option<String>) {
    match anchor {
        Anchor::Start => (Side::After, page.after.clone()),
        Anchor::End => (Side::Before, page.before.clone()),
    }
}
