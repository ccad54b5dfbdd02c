//! Posters: which ones are looked at, which are here, and how the terminal shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heimdex_api::{Timestamp, VideoId};
use ratatui::layout::Rect;

use super::message::{Effect, Timer, Trouble};
use super::{Model, Tone, View};
use crate::tui::picture::{Canvas, Picture, Size};

/// How long the screen rests before the posters on it are asked for.
const REST: Duration = Duration::from_millis(120);
/// Bytes of pictures that are held beside those on the screen.
const HELD: usize = 12 << 20;
/// Posters that are asked for at once. The next one is chosen when one of them is here, by what is in sight then.
const AT_ONCE: usize = 4;

/// A place on the screen for the poster of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Which video.
    pub(crate) video: VideoId,
    /// When it was changed last.
    pub(crate) updated_at: Option<Timestamp>,
    /// Where.
    pub(crate) place: Rect,
}

/// Whether a picture is here.
#[derive(Debug, Clone)]
enum Held {
    Asked,
    Here(Picture),
    /// There was none when the video was last changed at that time.
    Nothing(Option<Timestamp>),
}

/// The pictures, and how they are shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pictures {
    /// How the terminal shows them; `None` where it does not, or has not said so yet.
    pub(crate) canvas: Option<Canvas>,
    /// Whether the library is a grid of them.
    pub(crate) is_grid: bool,
    held: BTreeMap<(VideoId, Size), Held>,
    /// Those of which another one was made than what may be on this disk.
    renewed: BTreeSet<VideoId>,
    is_due: bool,
    /// Why the last one that could not be had could not.
    trouble: Option<String>,
}

impl Spot {
    fn size(&self) -> Size {
        (self.place.width, self.place.height)
    }

    fn key(&self) -> (VideoId, Size) {
        (self.video, self.size())
    }
}

impl Pictures {
    /// The picture of a place, where it is here.
    pub(crate) fn get(&self, spot: &Spot) -> Option<&Picture> {
        match self.held.get(&spot.key())? {
            Held::Here(picture) => Some(picture),
            Held::Asked | Held::Nothing(_) => None,
        }
    }

    /// Whether it is known that there is none for a place.
    pub(crate) fn has_none(&self, spot: &Spot) -> bool {
        matches!(self.held.get(&spot.key()), Some(Held::Nothing(at)) if *at == spot.updated_at)
    }

    /// Another account, or another terminal: none of them is of any use.
    pub(super) fn forget(&mut self) {
        self.held.clear();
        self.renewed.clear();
        self.trouble = None;
    }

    /// Another one was made.
    pub(super) fn renew(&mut self, video: VideoId) {
        self.held.retain(|(id, _), _| *id != video);
        self.renewed.insert(video);
    }

    /// Nothing is left of their videos.
    fn forget_these(&mut self, videos: &[VideoId]) {
        self.held.retain(|(id, _), _| !videos.contains(id));
        self.renewed.retain(|id| !videos.contains(id));
    }

    /// There is one by now; whether it was not found before.
    pub(super) fn found(&mut self, video: VideoId) -> bool {
        let before = self.held.len();
        self.held
            .retain(|(id, _), held| *id != video || !matches!(held, Held::Nothing(_)));
        self.held.len() < before
    }

    /// What was not found may be there by now.
    fn ask_again(&mut self) {
        self.held
            .retain(|_, held| !matches!(held, Held::Nothing(_)));
    }

    fn asked(&self) -> usize {
        let asked = self.held.values();
        asked.filter(|held| matches!(held, Held::Asked)).count()
    }

    /// Those of these that were not asked for yet.
    fn missing<'a>(&self, spots: &'a [Spot]) -> impl Iterator<Item = &'a Spot> {
        spots
            .iter()
            .filter(|spot| match self.held.get(&spot.key()) {
                None => true,
                Some(Held::Nothing(_)) => !self.has_none(spot),
                Some(Held::Asked | Held::Here(_)) => false,
            })
    }

    /// Keeps what is on the screen, and of the rest as much as there is room for.
    fn make_room(&mut self, spots: &[Spot]) {
        let shown: BTreeSet<_> = spots.iter().map(Spot::key).collect();
        let mut left = HELD;
        self.held.retain(|key, held| match held {
            Held::Here(picture) if !shown.contains(key) => {
                left = left.saturating_sub(picture.weight());
                left > 0
            }
            Held::Nothing(_) => shown.contains(key),
            Held::Asked | Held::Here(_) => true,
        });
    }
}

impl Model {
    /// How the terminal shows pictures is known, or known better.
    pub(super) fn show_pictures(&mut self, canvas: Canvas) -> Vec<Effect> {
        if self.pictures.canvas != Some(canvas) {
            self.pictures.canvas = Some(canvas);
            self.pictures.forget();
            self.stale_in(View::Library);
        }
        Vec::new()
    }

    /// Nothing is left of these videos: nothing is to show what they looked like.
    pub(super) fn forget_posters(&mut self, videos: Vec<VideoId>) -> Effect {
        self.pictures.forget_these(&videos);
        Effect::ForgetPosters(videos)
    }

    /// What was not found may be there by now.
    pub(super) fn ask_for_posters_again(&mut self) {
        self.pictures.ask_again();
        if self.looks_at_posters() {
            self.is_stale = true;
        }
    }

    /// Whether posters may be in sight.
    fn looks_at_posters(&self) -> bool {
        self.pictures.canvas.is_some() && self.view == View::Library && self.overlay.is_none()
    }

    /// In a while, the pictures that have a place on the screen and are not here. Whoever scrolls past does not ask.
    pub(super) fn pictures_later(&mut self) -> Option<Effect> {
        if self.pictures.is_due || !self.looks_at_posters() || self.pictures.asked() >= AT_ONCE {
            return None;
        }
        let spots = crate::tui::screens::poster_spots(self);
        self.pictures.missing(&spots).next()?;
        self.pictures.is_due = true;
        Some(Effect::After(REST, Timer::Pictures))
    }

    pub(super) fn pictures_are_due(&mut self) -> Vec<Effect> {
        self.pictures.is_due = false;
        self.ask_for_pictures()
    }

    fn ask_for_pictures(&mut self) -> Vec<Effect> {
        let Some(canvas) = self.pictures.canvas.filter(|_| self.looks_at_posters()) else {
            return Vec::new();
        };
        let spots = crate::tui::screens::poster_spots(self);
        self.pictures.make_room(&spots);
        let free = AT_ONCE.saturating_sub(self.pictures.asked());
        let missing: Vec<Spot> = self.pictures.missing(&spots).take(free).copied().collect();
        let ask = |spot: Spot| {
            self.pictures.held.insert(spot.key(), Held::Asked);
            Effect::Picture {
                video: spot.video,
                size: spot.size(),
                canvas,
                is_fresh: self.pictures.renewed.remove(&spot.video),
            }
        };
        missing.into_iter().map(ask).collect()
    }

    /// A picture is here, or there is none; then the next ones are asked for.
    pub(super) fn pictured(
        &mut self,
        (video, size): (VideoId, Size),
        result: Result<Option<Picture>, Trouble>,
    ) -> Vec<Effect> {
        let Some(held @ Held::Asked) = self.pictures.held.get_mut(&(video, size)) else {
            return Vec::new();
        };
        let row = self.library.window.row(video);
        let updated_at = row.and_then(|row| row.updated_at);
        *held = match &result {
            Ok(Some(picture)) => Held::Here(picture.clone()),
            Ok(None) | Err(_) => Held::Nothing(updated_at),
        };
        if let Err(trouble) = result
            && self.pictures.trouble.as_ref() != Some(&trouble.text)
        {
            self.pictures.trouble = Some(trouble.text.clone());
            self.note(Tone::Bad, trouble.text);
            self.stale_in(View::Log);
        }
        self.stale_in(View::Library);
        self.ask_for_pictures()
    }
}

#[cfg(test)]
pub(super) mod tests;
