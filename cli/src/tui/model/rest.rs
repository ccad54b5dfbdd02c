//! All about the video under the cursor: asked for once the cursor rests, and again when the video changes; one question
//! at a time, however often it does.

use std::time::Duration;

use heimdex_api::VideoId;

use super::message::{Effect, Timer};
use super::{Link, Model};

/// How long the cursor rests before all about a video is asked for.
const REST: Duration = Duration::from_millis(120);
/// How long the changes of a video gather before it is asked for anew.
const CHANGES: Duration = Duration::from_millis(500);

/// What is asked, and what will be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    /// The video that is asked for when its time has come.
    due: Option<VideoId>,
    /// The video of which the answer is on its way.
    asked: Option<VideoId>,
    /// Whether it changed since it was asked for.
    is_outdated: bool,
}

impl Model {
    /// In a while all about this video, which came under the cursor.
    pub(super) fn rest_on(&mut self, video: VideoId) -> Option<Effect> {
        self.ask_later(video, REST)
    }

    /// In a while all about this video, which changed.
    pub(super) fn changed_below(&mut self, video: VideoId) -> Option<Effect> {
        self.ask_later(video, CHANGES)
    }

    fn ask_later(&mut self, video: VideoId, wait: Duration) -> Option<Effect> {
        let is_due = self.rest.due.replace(video) == Some(video);
        (!is_due).then_some(Effect::After(wait, Timer::Rest(video)))
    }

    /// The time of a video has come.
    pub(super) fn rested(&mut self, video: VideoId) -> Vec<Effect> {
        // The cursor went on since.
        if self.rest.due != Some(video) {
            return Vec::new();
        }
        self.rest.due = None;
        let selected = self.library.window.selected().map(|video| video.video_id);
        if !self.library.is_open || selected != Some(video) || self.link != Link::Online {
            return Vec::new();
        }
        self.ask_about(video).into_iter().collect()
    }

    /// All about a video at once; once more behind it where that is on its way already.
    pub(super) fn ask_about(&mut self, video: VideoId) -> Option<Effect> {
        if self.rest.asked == Some(video) {
            self.rest.is_outdated = true;
            return None;
        }
        (self.rest.asked, self.rest.is_outdated) = (Some(video), false);
        Some(Effect::Show(video))
    }

    /// An answer is here: what changed since it was asked for is asked for again.
    pub(super) fn rest_answered(&mut self, video: VideoId) -> Option<Effect> {
        self.rest.asked.take_if(|asked| *asked == video)?;
        let is_outdated = std::mem::take(&mut self.rest.is_outdated);
        is_outdated.then(|| self.changed_below(video)).flatten()
    }
}
