//! Does what the decision about one file asks for: looks, waits, hands over.

use std::path::Path;
use std::time::Duration;

use heimdex_client::journal::FileKey;

use super::cards::unit_of;
use super::known::Place;
use super::probe::{Lying, Probed, There};
use super::settle::{Moment, Step, Waiting};
use super::tracker::{Entry, Standing};
use super::watcher::Watcher;
use super::{Candidate, Observation};

/// So many looks follow one another.
const ROUNDS: usize = 4;
/// A file that changed while it was looked at is looked at again so soon.
const AT_ONCE: Duration = Duration::from_millis(50);

impl Watcher {
    /// A file that is followed is looked at, and done with as it turns out.
    pub(super) fn look_at(&mut self, place: Place) {
        let Some(entry) = self.tracker.get(place) else {
            return;
        };
        let relative = entry.relative.to_vec();
        let path = self.path(&relative);
        let now = self.now();
        match self.look(&path) {
            There::File(lying) => {
                let step = self.settle(place, &path, lying, now);
                if let Some(step) = step {
                    self.decide(place, &relative, &lying, step);
                }
            }
            There::Unknown(error) => {
                if let Some(entry) = self.tracker.get_mut(place) {
                    let step = entry.settling.unreadable(error.to_string(), now);
                    self.wait_for(place, &relative, step);
                }
            }
            There::Folder | There::Other | There::Nothing => {
                self.gone(&relative, Some(place));
            }
        }
    }

    /// Asks the decision what to do, and does what it asks to be looked at.
    fn settle(&mut self, place: Place, path: &Path, lying: Lying, now: Moment) -> Option<Step> {
        let least = self.least();
        let entry = self.tracker.get_mut(place)?;
        let is_ready = matches!(entry.standing, Standing::Ready { .. });
        if is_ready && *entry.settling.stamp() == lying.stamp {
            // It waits for others of its clip.
            return None;
        }
        let mut step = entry.settling.seen(lying.stamp, least, now);
        // Each look may ask for another; a watch that asks for no stillness at all must not spin.
        for _ in 0..ROUNDS {
            step = match step {
                Step::Glance => {
                    let glance = self.asked.glance(path, lying, now);
                    entry.settling.glanced(glance, least, now)
                }
                Step::Probe => match self.asked.probe(path, lying, now) {
                    Probed::Facts(facts) => entry.settling.probed(facts, least, now),
                    Probed::Failed(error) => entry.settling.unreadable(error.to_string(), now),
                    Probed::Changed => break,
                },
                Step::Wait { .. } | Step::Settled { .. } => return Some(step),
            };
        }
        if matches!(step, Step::Glance | Step::Probe) {
            step = Step::Wait {
                until: Some(now.after(AT_ONCE)),
                why: entry.settling.why(least, now),
            };
        }
        Some(step)
    }

    fn decide(&mut self, place: Place, relative: &[u8], lying: &Lying, step: Step) {
        match step {
            Step::Settled { damage } => {
                self.tracker.decide(place, Standing::Ready { damage }, None);
                self.is_shown = false;
                let unit = self
                    .tracker
                    .get(place)
                    .and_then(Entry::unit)
                    .map(<[u8]>::to_vec);
                match unit {
                    Some(unit) => self.release(&unit),
                    None => self.hand_over(place, lying),
                }
            }
            wait => self.wait_for(place, relative, wait),
        }
    }

    fn wait_for(&mut self, place: Place, relative: &[u8], step: Step) {
        let Step::Wait { until, why } = step else {
            return;
        };
        let entry = self.tracker.get(place);
        let was_told = entry.is_some_and(|entry| entry.was_told);
        let before = entry.map(|entry| entry.standing.clone());
        let is_news = match &before {
            Some(Standing::Waiting(before)) => {
                std::mem::discriminant(before) != std::mem::discriminant(&why)
            }
            Some(Standing::New) => was_told || !matches!(why, Waiting::Settling { .. }),
            Some(Standing::Ready { .. }) | None => true,
        };
        self.tracker
            .decide(place, Standing::Waiting(why.clone()), until);
        self.is_shown = false;
        if is_news {
            self.tell(Observation::Waiting {
                watch: self.watch.id,
                path: self.path(relative),
                reason: why.clone(),
            });
        }
        // Others of the clip need not wait for one that waits for a person.
        if matches!(why, Waiting::CutOff { .. })
            && let Some(unit) = self.tracker.get(place).and_then(Entry::unit)
        {
            let unit = unit.to_vec();
            self.release(&unit);
        }
    }

    /// Files of a clip that wait for nobody any more are handed over, if they are what they were.
    pub(super) fn release(&mut self, unit: &[u8]) {
        for place in self.tracker.released(unit) {
            let Some(entry) = self.tracker.get(place) else {
                continue;
            };
            match self.look(&self.path(&entry.relative)) {
                There::File(lying) if lying.stamp == *entry.settling.stamp() => {
                    self.hand_over(place, &lying);
                }
                _ => {
                    let now = self.now();
                    self.tracker.decide(place, Standing::New, Some(now));
                }
            }
        }
    }

    /// A finished file becomes the engine's.
    fn hand_over(&mut self, place: Place, lying: &Lying) {
        let Some(entry) = self.tracker.remove(place) else {
            return;
        };
        let is_damaged = matches!(entry.standing, Standing::Ready { damage: Some(_) });
        let Some(mut candidate) = self.candidate(&entry.relative, lying, is_damaged) else {
            return;
        };
        candidate.was_shown = self
            .shown_at
            .is_some_and(|shown_at| entry.since <= shown_at);
        self.adopt(&candidate);
        self.no_longer_passed_over(&candidate.key);
        self.known.add(place, &lying.stamp);
        self.remember_told(place, lying.stamp);
        self.tell(Observation::Settled(candidate));
    }

    /// A file that was there before the watch is sent all the same: it has changed, or a person wants it.
    pub(super) fn no_longer_passed_over(&mut self, key: &FileKey) {
        if self.passed_over == 0 {
            return;
        }
        let journal = &self.setup.journal;
        let forgotten = journal.forget_passed_over(self.watch.id, &key.fs_id, &key.path);
        if self.remembered(forgotten) == Some(true) {
            self.passed_over -= 1;
        }
    }

    pub(super) fn candidate(
        &self,
        relative: &[u8],
        lying: &Lying,
        damaged: bool,
    ) -> Option<Candidate> {
        Some(Candidate {
            watch: self.watch.id,
            path: self.path(relative),
            relative: relative.to_vec(),
            key: self.key(relative)?,
            stamp: lying.stamp,
            damaged,
            unit: unit_of(relative),
            was_shown: false,
        })
    }

    /// A file that was known under another name is not read again only to know what it is.
    pub(super) fn adopt(&self, candidate: &Candidate) {
        let ground = self.root.ground(&candidate.relative);
        if !ground.is_some_and(|(ground, _)| ground.keeps_numbers) {
            return;
        }
        let (journal, now) = (&self.setup.journal, (self.setup.clock)());
        let known = self.remembered(journal.file_hash(&candidate.key, &candidate.stamp));
        if known.flatten().is_none() {
            self.remembered(journal.adopt_hash(&candidate.key, &candidate.stamp, now));
        }
    }
}
