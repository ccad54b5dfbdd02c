//! What can be begun, once an event has changed where the parts are.

use std::time::Duration;

use heimdex_api::Blake3;
use heimdex_api::hash::root_of_parts;
use heimdex_api::plan::PartNumber;
use heimdex_api::upload::PartToSign;

use super::{
    AHEAD, Active, HASHING_AT_ONCE, Phase, REPORT_EVERY, Request, Stored, Todo, Transfer,
    URL_AGE_MAX,
};
use crate::transfer::event::{Effect, Notice};
use crate::transfer::plan::HashedPart;
use crate::transfer::stop::Stop;

impl Request {
    fn is_due(&self, now: Duration) -> bool {
        matches!(self, Self::Due(at) if *at <= now)
    }
}

impl Transfer {
    /// Begins whatever can be begun.
    pub(super) fn advance(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        self.wake_parts(now);
        if self.ask.is_due(now) {
            self.ask = Request::UnderWay;
            effects.push(Effect::Ask);
        }
        if self.ask != Request::Idle {
            // What the store has decides what is to be sent.
            return;
        }
        self.start_hashing(effects);
        self.start_signing(now, effects);
        self.start_sending(now, effects);
        self.start_completing(now, effects);
    }

    /// Parts whose pause is over go on; URLs that became too old are forgotten.
    fn wake_parts(&mut self, now: Duration) {
        for active in self.active.values_mut() {
            if let Active::Waiting { until, then } = active
                && *until <= now
            {
                *active = (**then).clone();
            }
            if let Active::Ready {
                hashed, signed_at, ..
            } = active
                && now.saturating_sub(*signed_at) > URL_AGE_MAX
            {
                *active = Active::Hashed(hashed.clone());
            }
        }
    }

    fn start_hashing(&mut self, effects: &mut Vec<Effect>) {
        let is_hashing = |active: &&Active| matches!(active, Active::Hashing { .. });
        let mut hashing = self.active.values().filter(is_hashing).count();
        while hashing < HASHING_AT_ONCE && self.active.len() < self.pace.limit() + AHEAD {
            let Some((part, todo)) = self.todo.pop_first() else {
                return;
            };
            let active = match todo {
                Todo::Hashed(hashed) => Active::Hashed(hashed),
                Todo::Hash { unproven } => {
                    hashing += 1;
                    effects.push(Effect::Hash(part));
                    Active::Hashing { unproven }
                }
            };
            self.active.insert(part, active);
        }
    }

    fn start_signing(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        if self.sign != Request::Idle && !self.sign.is_due(now) {
            return;
        }
        let mut parts = Vec::new();
        for (part, active) in &mut self.active {
            if parts.len() == self.terms.parts_per_request {
                break;
            }
            if let Active::Hashed(hashed) = active {
                parts.push(PartToSign {
                    part_number: *part,
                    size_bytes: self.terms.plan.length(*part).unwrap_or(0),
                    checksum: hashed.checksum.clone(),
                });
                *active = Active::Signing(hashed.clone());
            }
        }
        // Once all is stored, what arrived last goes with the completion.
        let report = !self.unreported.is_empty()
            && now >= self.reported_at + REPORT_EVERY
            && !self.all_stored();
        if parts.is_empty() && !report {
            self.sign = Request::Idle;
            return;
        }
        self.sign = Request::UnderWay;
        let at_most = self.unreported.len().min(self.terms.parts_per_request);
        self.reporting = self.unreported.drain(..at_most).collect();
        effects.push(Effect::Sign {
            parts,
            acknowledged: self.reporting.clone(),
        });
    }

    fn start_sending(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let mut free = self.pace.limit().saturating_sub(self.in_flight());
        for active in self.active.values_mut() {
            if free == 0 {
                return;
            }
            if let Active::Ready {
                hashed,
                signed,
                signed_at,
            } = active
            {
                free -= 1;
                effects.push(Effect::Send {
                    signed: signed.clone(),
                    hashed: hashed.clone(),
                });
                *active = Active::Sending {
                    hashed: hashed.clone(),
                    signed: signed.clone(),
                    signed_at: *signed_at,
                    begun: now,
                };
            }
        }
    }

    fn start_completing(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let free = self.complete == Request::Idle || self.complete.is_due(now);
        if !self.all_stored() || !free || self.sign == Request::UnderWay {
            return;
        }
        self.complete = Request::UnderWay;
        self.reporting = std::mem::take(&mut self.unreported);
        let subtrees = self.subtrees();
        effects.push(Effect::Tell(Notice::Completing));
        effects.push(Effect::Complete {
            blake3: root_of_parts(&subtrees),
            subtrees,
            acknowledged: self.reporting.clone(),
        });
    }

    /// Ends an interrupted transfer as soon as nothing is in flight.
    pub(super) fn stop_when_still(&mut self, effects: &mut Vec<Effect>) {
        if self.in_flight() > 0 || self.complete == Request::UnderWay {
            return;
        }
        let mut arrived = std::mem::take(&mut self.reporting);
        arrived.append(&mut self.unreported);
        if !arrived.is_empty() {
            arrived.truncate(self.terms.parts_per_request);
            effects.push(Effect::Report(arrived));
        }
        self.finish(Err(Stop::Interrupted), effects);
    }

    /// The store has a part: it is written down, and told.
    pub(super) fn keep(
        &mut self,
        part: PartNumber,
        etag: String,
        hashed: HashedPart,
        effects: &mut Vec<Effect>,
    ) {
        self.active.remove(&part);
        self.failures.remove(&part);
        effects.push(Effect::Record {
            part,
            etag: etag.clone(),
            hashed: hashed.clone(),
        });
        self.store(part, Stored { etag, hashed });
        effects.push(Effect::Tell(Notice::Acknowledged(self.stored_bytes)));
    }

    pub(super) fn store(&mut self, part: PartNumber, stored: Stored) {
        if self.stored.insert(part, stored).is_none() {
            self.stored_bytes += self.terms.plan.length(part).unwrap_or(0);
        }
    }

    /// The store does not have a part after all.
    pub(super) fn lose(&mut self, part: PartNumber) {
        if let Some(Stored { hashed, .. }) = self.stored.remove(&part) {
            self.stored_bytes -= self.terms.plan.length(part).unwrap_or(0);
            self.todo.insert(part, Todo::Hashed(hashed));
        }
    }

    pub(super) fn finish(&mut self, result: Result<Blake3, Stop>, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        effects.push(Effect::Finish(result));
    }

    pub(super) fn all_stored(&self) -> bool {
        self.todo.is_empty() && self.active.is_empty()
    }

    pub(super) fn in_flight(&self) -> usize {
        let is_sending = |active: &&Active| matches!(active, Active::Sending { .. });
        self.active.values().filter(is_sending).count()
    }

    pub(super) fn subtrees(&self) -> Vec<Blake3> {
        self.stored
            .values()
            .map(|stored| stored.hashed.subtree)
            .collect()
    }
}
