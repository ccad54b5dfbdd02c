//! Reading what is held anew where nobody knows what changed: the page under the cursor, as the rest is asked for again
//! when a person comes near it.

use heimdex_api::video::VideoListResponse;

use super::page::Page;
use super::{Anchor, Side, Window};

impl Window {
    /// From where the page under the cursor was asked for; `None` for the anchored one.
    pub(crate) fn origin(&self) -> Option<(Side, String)> {
        let at = self.page_under_cursor()?;
        self.pages[at].from.clone()
    }

    /// Takes in how the page that came from there looks now, unless it is not held any more: the cursor stays on its
    /// video, and nothing else is held. Whether anything is another.
    pub(crate) fn again(
        &mut self,
        from: Option<&(Side, String)>,
        reply: VideoListResponse,
    ) -> bool {
        let Some(at) = self
            .pages
            .iter()
            .position(|page| page.from.as_ref() == from)
        else {
            return false;
        };
        let before = self.clone();
        let selected = self.selected().map(|video| video.video_id);
        self.count(&reply);
        let mut page = Page::of(self.anchor, reply);
        page.from = from.cloned();
        let rows = |pages: &mut dyn Iterator<Item = &Page>| -> usize {
            pages.map(|page| page.videos.len()).sum()
        };
        let ahead = rows(&mut self.pages.range(..at));
        let behind = rows(&mut self.pages.range(at + 1..));
        let let_go = match self.anchor {
            Anchor::Start => self.let_go + ahead as u64,
            Anchor::End => self.let_go + behind as u64,
        };
        self.only(page);
        self.let_go = let_go;
        self.cursor = self.cursor.saturating_sub(ahead);
        self.top = self.top.saturating_sub(ahead);
        self.find(selected);
        *self != before
    }

    fn page_under_cursor(&self) -> Option<usize> {
        let mut end = 0;
        self.pages.iter().position(|page| {
            end += page.videos.len();
            self.cursor < end
        })
    }
}
