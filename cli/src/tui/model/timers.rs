//! What is done when its time has come.

use super::message::Effect;
use super::{Model, Timer, View};

impl Model {
    pub(super) fn timer(&mut self, timer: Timer) -> Vec<Effect> {
        match timer {
            Timer::Poll => self.poll(),
            Timer::Look => self.look_is_due(),
            Timer::Keep => self.keep(),
            Timer::Pictures => self.pictures_are_due(),
            Timer::Search(generation) if generation == self.library.generation => self.list_anew(),
            Timer::Search(_) => Vec::new(),
            Timer::Rest(video) => self.rested(video),
            Timer::Second => {
                let asked = self.transfers.second(self.feed.is_live);
                self.stale_in(View::Transfers);
                asked.into_iter().collect()
            }
        }
    }
}
