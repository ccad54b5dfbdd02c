//! What is asked of the server so that the list and all about a video are on the screen as somebody moves in them.

use super::message::{Effect, ListAsk};
use super::{Anchor, Model};

impl Model {
    /// The list from its beginning, as it is narrowed now; without the server of what is known here.
    pub(super) fn list_anew(&mut self) -> Vec<Effect> {
        self.is_stale = true;
        if !self.is_away() {
            return vec![self.list_from(Anchor::Start)];
        }
        if self.library.list_known() {
            self.moved_to()
        } else {
            self.look()
        }
    }

    /// The list in another order: the cursor stays on its video where the list begins with it.
    pub(super) fn list_in_order(&mut self) -> Vec<Effect> {
        let selected = self.library.window.selected();
        let selected = selected.map(|video| video.video_id);
        let effects = self.list_anew();
        self.library.follow = selected;
        effects
    }

    /// What is shown, read anew: the cursor stays on its video.
    pub(super) fn list_again(&mut self) -> Vec<Effect> {
        let is_here = self.library.window.len() > 0 && !self.is_away();
        let ask = is_here.then(|| self.library.again()).flatten();
        self.is_stale = true;
        ask.map_or_else(|| self.list_anew(), |ask| vec![asked(ask)])
    }

    pub(super) fn list_from(&mut self, anchor: Anchor) -> Effect {
        asked(self.library.begin(anchor))
    }

    /// After the cursor moved: the next page, and in a while all about the video under it.
    pub(super) fn moved_to(&mut self) -> Vec<Effect> {
        self.is_stale = true;
        let mut effects: Vec<Effect> = self.library.more().map(asked).into_iter().collect();
        effects.extend(self.look_later());
        effects
    }

    /// In a while all about the video under the cursor, where that is shown and not known.
    pub(super) fn look_later(&mut self) -> Option<Effect> {
        let selected = self.library.window.selected()?;
        let (video, known) = (selected.video_id, self.library.whole.as_ref());
        let is_known = known.is_some_and(|whole| {
            whole.video.video_id == video && whole.video.updated_at == selected.updated_at
        });
        if is_known || !self.library.is_open {
            return None;
        }
        self.rest_on(video)
    }
}

/// Asks for a page.
pub(super) fn asked(ask: ListAsk) -> Effect {
    Effect::List(Box::new(ask))
}
