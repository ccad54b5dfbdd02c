//! What is done when its time has come.

use super::message::Effect;
use super::{Anchor, Link, Model, POLL, Timer, View, asked};

impl Model {
    pub(super) fn poll_later(&mut self) -> Option<Effect> {
        if self.is_polling || self.link == Link::LoggedOut {
            return None;
        }
        self.is_polling = true;
        Some(Effect::After(POLL, Timer::Poll))
    }

    pub(super) fn timer(&mut self, timer: Timer) -> Vec<Effect> {
        match timer {
            Timer::Poll => {
                self.is_polling = false;
                let mut effects: Vec<Effect> = self.poll_later().into_iter().collect();
                if self.link == Link::LoggedOut {
                    return effects;
                }
                // What failed at the beginning is asked for anew.
                let ask = match self.library.trouble {
                    Some(_) if !self.library.is_loading => Some(self.library.begin(Anchor::Start)),
                    Some(_) => None,
                    None => self.library.compare(),
                };
                effects.extend(ask.map(asked));
                effects.extend(self.library.unfinished().map(Effect::Show));
                effects
            }
            Timer::Search(generation) if generation == self.library.generation => self.list_anew(),
            Timer::Search(_) => Vec::new(),
            Timer::Rest(video) => {
                let selected = self.library.window.selected().map(|video| video.video_id);
                if self.library.is_open && selected == Some(video) && self.link == Link::Online {
                    vec![Effect::Show(video)]
                } else {
                    Vec::new()
                }
            }
            Timer::Second => {
                let effects: Vec<Effect> = self.transfers.second().into_iter().collect();
                self.stale_in(View::Transfers);
                effects
            }
        }
    }
}
