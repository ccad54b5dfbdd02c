//! What is done when its time has come.

use super::message::Effect;
use super::{Known, Model, Timer, View};

impl Model {
    /// Counts what the daemon moved, and asks it how far it is while it moves anything: it tells of whole parts by
    /// itself.
    fn daemon_second(&mut self) -> Option<Effect> {
        let daemon = &mut self.daemon;
        let current = match &daemon.known {
            Known::Here(status) => &status.current[..],
            _ => &[],
        };
        let moved = daemon.paces.second(current);
        self.transfers.beyond_rate = moved;
        let is_moving = daemon.paces.is_moving();
        is_moving.then(|| self.look_at_daemon())?
    }

    pub(super) fn timer(&mut self, timer: Timer) -> Vec<Effect> {
        match timer {
            Timer::Poll => self.poll(),
            Timer::Look => self.look_is_due(),
            Timer::Keep => self.keep(),
            Timer::Pictures => self.pictures_are_due(),
            Timer::Search(generation) if generation == self.library.generation => self.list_anew(),
            Timer::Search(_) => Vec::new(),
            Timer::Rest(video) => self.rested(video),
            Timer::Notice(said) => {
                self.fade(said);
                Vec::new()
            }
            Timer::Yes(number) => {
                self.yes_grew_old(number);
                Vec::new()
            }
            Timer::Second => {
                let looked = self.daemon_second();
                let asked = self.transfers.second(self.feed.is_live);
                self.stale_in(View::Transfers);
                asked.into_iter().chain(looked).collect()
            }
        }
    }
}
