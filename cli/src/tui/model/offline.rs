//! What is shown before the server answers and while it is away, since when, and as of when; and what is kept of the
//! library for such times.

use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_api::video::VideoListResponse;
use heimdex_client::journal::SeenLibrary;

use super::message::{Effect, Timer};
use super::window::Side;
use super::{Anchor, Link, Model};
use crate::output::time::calendar;

/// How long changes of the list gather before it is kept.
const GATHER: Duration = Duration::from_secs(10);

/// How old what is shown may be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered {
    /// When the server said something last.
    as_of: Option<Timestamp>,
    /// Since when it does not.
    away_since: Option<Timestamp>,
    /// Whether the list is kept in a while.
    is_due: bool,
    /// Whether it was kept since the program began.
    is_kept: bool,
}

impl Model {
    /// Shows how the library looked before, until the server says how it looks now.
    pub(super) fn recall(&mut self, seen: SeenLibrary) -> Vec<Effect> {
        let library = &mut self.library;
        if library.window.len() > 0 || self.link == Link::Online {
            return Vec::new();
        }
        let reply = VideoListResponse {
            videos: seen.videos,
            total: seen.total,
            total_is_lower_bound: seen.is_lower_bound,
            next_cursor: None,
            prev_cursor: None,
        };
        library.recall(reply);
        self.known.as_of = Some(seen.seen_at);
        self.is_stale = true;
        Vec::new()
    }

    /// The server said something.
    pub(super) fn heard_from(&mut self) {
        self.known.as_of = Some(self.moment.now);
        self.known.away_since = None;
    }

    /// It says nothing.
    pub(super) fn lost(&mut self) {
        self.known.away_since.get_or_insert(self.moment.now);
    }

    /// The list is another: it is kept in a while, at first at once.
    pub(super) fn keep_later(&mut self) -> Option<Effect> {
        if self.known.is_due || !self.is_beginning() {
            return None;
        }
        self.known.is_due = true;
        let wait = if self.known.is_kept {
            GATHER
        } else {
            Duration::ZERO
        };
        Some(Effect::After(wait, Timer::Keep))
    }

    pub(super) fn keep(&mut self) -> Vec<Effect> {
        self.known.is_due = false;
        if !self.is_beginning() {
            return Vec::new();
        }
        self.known.is_kept = true;
        let library = &mut self.library;
        let window = &library.window;
        let seen = SeenLibrary {
            seen_at: self.known.as_of.unwrap_or(self.moment.now),
            total: window.total,
            is_lower_bound: window.is_lower_bound,
            videos: window.rows().cloned().collect(),
        };
        library.known.keep(&seen.videos);
        vec![Effect::Keep(Box::new(seen))]
    }

    /// Whether what is held is the beginning of the whole list, as the server has it.
    fn is_beginning(&self) -> bool {
        let library = &self.library;
        self.link == Link::Online
            && library.rows == super::library::Rows::Told
            && !library.is_loading
            && library.filter == super::library::Filter::default()
            && library.window.anchor() == Anchor::Start
            && library.window.holds(Side::Before)
    }

    /// Whether the server does not answer.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.link, Link::Offline(_))
    }

    /// Since when the server is away, how old what is shown is, and why: in as few words as there is room for, the most
    /// first; nothing where it is not away.
    pub(crate) fn age(&self) -> Vec<String> {
        let Link::Offline(why) = &self.link else {
            return Vec::new();
        };
        let at = |at: Timestamp| calendar(at, &self.moment);
        let since = at(self.known.away_since.unwrap_or(self.moment.now));
        let as_of = self.known.as_of.map(at).filter(|as_of| *as_of != since);
        let (whole, short) = if let Some(as_of) = as_of {
            (
                format!("offline since {since}, shown as of {as_of}"),
                format!("offline, as of {as_of}"),
            )
        } else {
            let since = format!("offline since {since}");
            (since.clone(), since)
        };
        vec![format!("{whole}: {why}"), whole, short, "offline".into()]
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::video::VideoResponse;
    use heimdex_client::ErrorClass;

    use super::super::tests::{World, model, settled, trouble, video};
    use super::super::{Answer, Msg, Place, name};
    use super::*;

    fn seen(count: u64) -> SeenLibrary {
        SeenLibrary {
            seen_at: "2026-11-25T18:00:00Z".parse().unwrap(),
            total: 4000,
            is_lower_bound: false,
            videos: (0..count).map(video).collect(),
        }
    }

    fn names(model: &Model) -> Vec<String> {
        model.library.window.rows().map(name).collect()
    }

    #[test]
    fn what_was_known_is_shown_before_anybody_is_asked_and_its_age_is_said() {
        let mut model = model((100, 30));
        let effects = model.update(Msg::Recalled(Box::new(seen(3))));
        assert!(effects.is_empty() && model.is_stale());
        assert_eq!(model.library.window.len(), 3);
        let mut world = World::of(2);
        world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
        let effects = model.begin();
        world.settle(&mut model, effects);
        assert_eq!(model.library.window.len(), 3);
        let expected = [
            "offline since today 12:00, shown as of Wed 18:00: cannot reach films",
            "offline since today 12:00, shown as of Wed 18:00",
            "offline, as of Wed 18:00",
            "offline",
        ];
        assert_eq!(model.age(), expected);
        settled(&mut model, &mut world, "j");
        world.broken = None;
        let effects = model.update(Msg::Timer(Timer::Poll));
        world.settle(&mut model, effects);
        assert_eq!(model.age(), Vec::<String>::new());
        assert_eq!(names(&model), ["A003C000", "A003C001"]);
        let selected = model.library.window.selected().map(name);
        assert_eq!(selected.as_deref(), Some("A003C001"), "the cursor stayed");
    }

    #[test]
    fn what_comes_after_the_answer_is_too_late() {
        let mut model = model((100, 30));
        let mut world = World::of(2);
        let effects = model.begin();
        world.settle(&mut model, effects);
        let _ = model.update(Msg::Recalled(Box::new(seen(3))));
        assert_eq!(model.library.window.len(), 2);
    }

    #[test]
    fn the_beginning_of_the_whole_list_is_kept_and_nothing_else() {
        let mut model = model((100, 30));
        let mut world = World::of(3);
        let effects = model.begin();
        world.settle(&mut model, effects);
        let kept = |world: &World| world.kept.last().map(|seen| seen.videos.len());
        assert_eq!(kept(&world), Some(3));
        let new: VideoResponse = video(9);
        world.videos.insert(new.video_id, new);
        for _ in 0..3 {
            let effects = model.update(Msg::Timer(Timer::Poll));
            world.settle(&mut model, effects);
        }
        assert_eq!(kept(&world), Some(4));
        assert_eq!(world.kept.len(), 2, "not where nothing is another");
        settled(&mut model, &mut world, "s r f r");
        assert_eq!(world.kept.len(), 2);
    }

    #[test]
    fn nobody_elses_library_is_shown() {
        let mut model = model((100, 30));
        let _ = model.update(Msg::Recalled(Box::new(seen(3))));
        let _ = model.update(Msg::Answer(Answer::Entered(Ok(Place::default()))));
        assert_eq!(model.library.window.len(), 0);
        let mut model = super::super::tests::model((100, 30));
        let _ = model.update(Msg::Recalled(Box::new(seen(3))));
        let mut world = World::of(2);
        world.broken = Some(trouble(ErrorClass::NotLoggedIn, "not logged in"));
        let effects = model.begin();
        world.settle(&mut model, effects);
        assert_eq!(model.library.window.len(), 0);
        assert!(model.account.form.is_some());
    }
}
