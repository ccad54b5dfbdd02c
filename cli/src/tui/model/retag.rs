//! Texts of what is marked: all of one video, and of several the tags that they get and lose.

use heimdex_api::video::VideoResponse;

use super::input::beside;
use super::message::{Effect, TagChange, Trouble};
use super::names::{are, these};
use super::overlay::{Edit, Overlay, RETAG_FIELDS, Retag};
use super::{Model, Tone};
use crate::tui::key::{Key, Named};

impl Model {
    /// The form of what is meant.
    pub(super) fn edit(&mut self) -> Vec<Effect> {
        let meant = self.library.meant();
        let one = match &meant[..] {
            [] => return Vec::new(),
            [(id, _)] => self.library.window.row(*id),
            _ => None,
        };
        let form = if let Some(video) = one {
            let kept = self.unsaved.take_if(|form| form.video == video.video_id);
            Overlay::Edit(kept.unwrap_or_else(|| Box::new(Edit::of(video))))
        } else {
            let videos = meant.iter().map(|(id, _)| *id).collect();
            Overlay::Retag(Box::new(Retag::of(videos)))
        };
        self.lay(form)
    }

    pub(super) fn retag_key(&mut self, mut form: Box<Retag>, key: Key) -> Vec<Effect> {
        match key.named() {
            Some(Named::Escape) => return Vec::new(),
            Some(Named::Enter) => {
                let change = form.change();
                let is_any = change != TagChange::default();
                let effect = is_any.then_some(Effect::Tag(form.videos, change));
                return effect.into_iter().collect();
            }
            Some(Named::Tab | Named::Down) => {
                form.focus = beside(form.focus, RETAG_FIELDS.len(), false);
            }
            Some(Named::BackTab | Named::Up) => {
                form.focus = beside(form.focus, RETAG_FIELDS.len(), true);
            }
            _ => {
                form.fields[form.focus].key(key);
            }
        }
        self.lay(Overlay::Retag(form))
    }

    /// These have other tags now, and this stopped it.
    pub(super) fn tagged(
        &mut self,
        videos: &[VideoResponse],
        trouble: Option<&Trouble>,
    ) -> Vec<Effect> {
        for video in videos {
            self.library.take(video);
            self.library.marks.remove(&video.video_id);
        }
        let all: Vec<&VideoResponse> = videos.iter().collect();
        if let Some(what) = these(&all) {
            self.did(format!("tagging {what}"), "");
            self.say(Tone::Good, format!("{what} {} changed", are(&all)));
        }
        if let Some(trouble) = trouble {
            self.complain(trouble);
        }
        self.look_later().into_iter().collect()
    }
}
