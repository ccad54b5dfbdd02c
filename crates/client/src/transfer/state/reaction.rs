//! What each event does to the parts and requests of a transfer.

use std::collections::BTreeMap;
use std::time::Duration;

use heimdex_api::plan::PartNumber;
use heimdex_api::upload::{AcknowledgedPart, SignedPart, StoredPart};

use super::{Active, Dice, MISSED_MAX, Request, Transfer};
use crate::transfer::event::{Effect, Notice};
use crate::transfer::plan::HashedPart;
use crate::transfer::retry::{Failure, Verdict};
use crate::transfer::stop::Stop;

/// Which request comes again after a failure at the end.
#[derive(Clone, Copy)]
pub(super) enum After {
    Ask,
    Complete,
}

/// What events do.
impl Transfer {
    pub(super) fn hashed(
        &mut self,
        part: PartNumber,
        hashed: HashedPart,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Active::Hashing { unproven }) = self.active.remove(&part) else {
            return;
        };
        match unproven {
            Some((etag, checksum)) if checksum == hashed.checksum => {
                self.keep(part, etag, hashed, effects);
            }
            _ => {
                self.active.insert(part, Active::Hashed(hashed));
            }
        }
    }

    pub(super) fn signed(&mut self, dice: Dice, parts: Vec<SignedPart>, effects: &mut Vec<Effect>) {
        self.sign = Request::Idle;
        self.reporting.clear();
        self.reported_at = dice.now;
        for signed in parts {
            let part = signed.part_number;
            if let Some(Active::Signing(hashed)) = self.active.get(&part).cloned() {
                let ready = Active::Ready {
                    hashed,
                    signed,
                    signed_at: dice.now,
                };
                self.active.insert(part, ready);
            }
        }
        if self.back_to_hashed() > 0 {
            let failure = Failure::Unreachable("the server left out a part".to_owned());
            self.sign_again(dice, failure, effects);
        } else {
            self.sign_failures = 0;
        }
    }

    pub(super) fn sign_failed(&mut self, dice: Dice, failure: Failure, effects: &mut Vec<Effect>) {
        self.back_to_hashed();
        let mut unreported = std::mem::take(&mut self.reporting);
        unreported.append(&mut self.unreported);
        self.unreported = unreported;
        self.sign_again(dice, failure, effects);
    }

    fn sign_again(&mut self, dice: Dice, failure: Failure, effects: &mut Vec<Effect>) {
        self.sign = Request::Idle;
        self.sign_failures += 1;
        match self.decide(dice, failure, self.sign_failures, effects) {
            Verdict::Again(wait) | Verdict::SignAnew(wait) => {
                self.sign = Request::Due(dice.now + wait);
            }
            Verdict::AskStore(wait) => self.ask_at(dice.now + wait),
            Verdict::Stop(stop) => self.finish(Err(stop), effects),
        }
    }

    /// Asks the store what it has; one question answers every reason to ask, also one that comes while it is under way.
    fn ask_at(&mut self, at: Duration) {
        if self.ask == Request::Idle {
            self.ask = Request::Due(at);
        }
    }

    /// Parts whose URL did not come wait for the next request; returns how many.
    fn back_to_hashed(&mut self) -> usize {
        let mut count = 0;
        for active in self.active.values_mut() {
            if let Active::Signing(hashed) = active {
                *active = Active::Hashed(hashed.clone());
                count += 1;
            }
        }
        count
    }

    pub(super) fn acknowledged(
        &mut self,
        now: Duration,
        part: PartNumber,
        etag: String,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Active::Sending { hashed, begun, .. }) = self.active.get(&part).cloned() else {
            return;
        };
        let length = self.terms.plan.length(part).unwrap_or(0);
        self.pace
            .acknowledged(now, length, now.saturating_sub(begun));
        self.budget.refill();
        self.unreported.push(AcknowledgedPart {
            part_number: part,
            etag: etag.clone(),
            checksum: hashed.checksum.clone(),
        });
        self.keep(part, etag, hashed, effects);
    }

    pub(super) fn send_failed(
        &mut self,
        dice: Dice,
        part: PartNumber,
        failure: Failure,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Active::Sending {
            hashed,
            signed,
            signed_at,
            begun,
        }) = self.active.get(&part).cloned()
        else {
            return;
        };
        if matches!(
            failure,
            Failure::Unreachable(_) | Failure::Busy { .. } | Failure::Fault { .. }
        ) {
            self.pace.failed(dice.now, begun);
        }
        let attempt = self.failures.entry(part).or_default();
        *attempt += 1;
        let attempt = *attempt;
        let (wait, then) = match self.decide(dice, failure, attempt, effects) {
            Verdict::Again(wait) => (
                wait,
                Active::Ready {
                    hashed,
                    signed,
                    signed_at,
                },
            ),
            Verdict::SignAnew(wait) => (wait, Active::Hashed(hashed)),
            Verdict::AskStore(wait) => {
                self.ask_at(dice.now + wait);
                (wait, Active::Hashed(hashed))
            }
            Verdict::Stop(stop) => return self.finish(Err(stop), effects),
        };
        let until = dice.now + wait;
        self.active.insert(
            part,
            Active::Waiting {
                until,
                then: Box::new(then),
            },
        );
    }

    /// The store's own list: what it does not have is sent again, what it has is not.
    pub(super) fn listed(&mut self, listed: &[StoredPart], effects: &mut Vec<Effect>) {
        self.ask = Request::Idle;
        let found: BTreeMap<PartNumber, &StoredPart> = listed
            .iter()
            .filter(|part| self.terms.plan.length(part.part_number) == Some(part.size_bytes))
            .map(|part| (part.part_number, part))
            .collect();
        let same = |part: &StoredPart, hashed: &HashedPart| {
            part.checksum.as_ref() == Some(&hashed.checksum)
        };
        let lost: Vec<PartNumber> = self
            .stored
            .iter()
            .filter(|(part, stored)| {
                // A checksum that does not stand yet is ours, as acknowledged; another one that stands is not.
                !found
                    .get(part)
                    .is_some_and(|listed| listed.checksum.is_none() || same(listed, &stored.hashed))
            })
            .map(|(part, _)| *part)
            .collect();
        for part in lost {
            self.lose(part);
        }
        let here: Vec<(PartNumber, String, HashedPart)> = self
            .active
            .iter()
            .filter_map(|(part, active)| {
                let hashed = active.at_rest()?;
                let listed = found.get(part)?;
                same(listed, hashed).then(|| (*part, listed.etag.clone(), hashed.clone()))
            })
            .collect();
        for (part, etag, hashed) in here {
            self.keep(part, etag, hashed, effects);
        }
    }

    pub(super) fn complete_failed(
        &mut self,
        dice: Dice,
        failure: Failure,
        missing: &[PartNumber],
        effects: &mut Vec<Effect>,
    ) {
        let mut unreported = std::mem::take(&mut self.reporting);
        unreported.append(&mut self.unreported);
        self.unreported = unreported;
        if missing.is_empty() {
            return self.end_failed(dice, failure, After::Complete, effects);
        }
        self.end_failures += 1;
        if self.end_failures > MISSED_MAX {
            return self.finish(Err(Stop::UploadGone), effects);
        }
        for part in missing {
            self.unreported
                .retain(|acknowledged| acknowledged.part_number != *part);
            self.lose(*part);
        }
    }

    pub(super) fn end_failed(
        &mut self,
        dice: Dice,
        failure: Failure,
        after: After,
        effects: &mut Vec<Effect>,
    ) {
        self.end_failures += 1;
        match (
            self.decide(dice, failure, self.end_failures, effects),
            after,
        ) {
            (Verdict::Stop(stop), _) => self.finish(Err(stop), effects),
            (Verdict::Again(wait) | Verdict::SignAnew(wait), After::Complete) => {
                self.complete = Request::Due(dice.now + wait);
            }
            (Verdict::AskStore(wait) | Verdict::Again(wait) | Verdict::SignAnew(wait), _) => {
                self.ask_at(dice.now + wait);
            }
        }
    }

    fn decide(
        &mut self,
        dice: Dice,
        failure: Failure,
        attempt: u32,
        effects: &mut Vec<Effect>,
    ) -> Verdict {
        let together = self.in_flight().max(1);
        let why = failure.words();
        let verdict = self
            .budget
            .decide(dice.now, failure, attempt, together, dice.jitter);
        if let Verdict::Again(wait) | Verdict::SignAnew(wait) | Verdict::AskStore(wait) = &verdict {
            effects.push(Effect::Tell(Notice::Retrying { wait: *wait, why }));
        }
        verdict
    }
}
