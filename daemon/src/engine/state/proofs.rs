//! Files that are to go in the trash once they are proven to be stored: looked at soon, then ever more seldom.

use std::collections::BTreeMap;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::control::{Event as Told, Notice, WatchId};
use heimdex_client::journal::KeptFile;
use heimdex_client::watch::AfterVerified;

use super::{At, Effect, State, Watched};
use crate::engine::event::Trashing;

/// Servers take a moment to read a file back.
const FIRST: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_hours(1);

/// What is to go in the trash.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    waiting: Vec<Pending>,
    /// The one that is looked at, and read from its disk again.
    busy: Option<KeptFile>,
}

#[derive(Debug)]
struct Pending {
    kept: KeptFile,
    next_look: Timestamp,
    looks: u32,
    /// What the proof lacked when it was looked for last.
    lacks: Option<String>,
}

/// A file that stays until it is proven.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Unproven<'a> {
    pub(in crate::engine) kept: &'a KeptFile,
    pub(in crate::engine) next_look: Timestamp,
    pub(in crate::engine) lacks: Option<&'a str>,
}

impl Proofs {
    pub(super) fn new(kept: Vec<KeptFile>, now: Timestamp) -> Self {
        let mut proofs = Self::default();
        for kept in kept {
            proofs.add(kept, now);
        }
        proofs
    }

    /// One more. An earlier version of the same path is not to be looked for any more.
    pub(super) fn add(&mut self, kept: KeptFile, now: Timestamp) {
        self.forget(&kept);
        self.waiting.push(Pending {
            kept,
            next_look: now.saturating_add(FIRST),
            looks: 0,
            lacks: None,
        });
    }

    pub(super) fn forget(&mut self, kept: &KeptFile) {
        self.waiting.retain(|pending| !is_same(&pending.kept, kept));
    }

    /// What would be looked at later than any pause lasts is looked at now: the clock was set back.
    pub(super) fn forget_the_future(&mut self, now: Timestamp, latest: Timestamp) {
        for pending in &mut self.waiting {
            if pending.next_look > latest {
                pending.next_look = now;
            }
        }
    }

    /// The one that is to be looked at now, of those that may be.
    fn due(&mut self, now: Timestamp, may: impl Fn(&KeptFile) -> bool) -> Option<KeptFile> {
        if self.busy.is_some() {
            return None;
        }
        let mut due = self
            .waiting
            .iter()
            .filter(|pending| pending.next_look <= now);
        let kept = due.find(|pending| may(&pending.kept))?.kept.clone();
        self.busy = Some(kept.clone());
        Some(kept)
    }

    /// When the next one is to be looked at, of those that may be.
    fn next_look(&self, may: impl Fn(&KeptFile) -> bool) -> Option<Timestamp> {
        let looks = self.waiting.iter().filter(|pending| may(&pending.kept));
        let next = looks.map(|pending| pending.next_look).min();
        next.filter(|_| self.busy.is_none())
    }

    /// Everything that waits for its proof, and when it is looked at next.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Unproven<'_>> {
        let waiting = self.waiting.iter();
        waiting.map(|pending| Unproven {
            kept: &pending.kept,
            next_look: pending.next_look,
            lacks: pending.lacks.as_deref(),
        })
    }

    fn later(&mut self, kept: &KeptFile, lacks: Option<&String>, now: Timestamp) {
        for pending in &mut self.waiting {
            if is_same(&pending.kept, kept) {
                let doubled = 1_u32.checked_shl(pending.looks).unwrap_or(u32::MAX);
                let pause = FIRST.saturating_mul(doubled).min(MOST);
                pending.next_look = now.saturating_add(pause);
                pending.looks = pending.looks.saturating_add(1);
                pending.lacks = lacks.cloned();
            }
        }
    }
}

/// Whether a person paused the watch of a file.
fn is_held(watches: &BTreeMap<WatchId, Watched>, kept: &KeptFile) -> bool {
    let of_file = kept.watch.and_then(|id| watches.get(&id));
    of_file.is_some_and(|watched| watched.paused().is_some())
}

fn is_same(a: &KeptFile, b: &KeptFile) -> bool {
    a.profile == b.profile && a.key == b.key
}

impl State {
    /// The file that is to be looked at now, to go in the trash.
    pub(super) fn due_for_trash(&mut self, now: Timestamp) -> Option<KeptFile> {
        let watches = &self.watches;
        let may = |kept: &KeptFile| self.pause.is_none() && !is_held(watches, kept);
        self.proofs.due(now, may)
    }

    /// When one is to be looked at next.
    pub(super) fn next_for_trash(&self) -> Option<Timestamp> {
        let may = |kept: &KeptFile| self.pause.is_none() && !is_held(&self.watches, kept);
        self.proofs.next_look(may)
    }

    /// What its watch does not want in the trash any more stays where it is, though that was otherwise when it was stored.
    pub(super) fn spare_from_trash(&mut self) -> Vec<Effect> {
        let waiting = self.proofs.waiting.iter().map(|pending| &pending.kept);
        let spared: Vec<KeptFile> = waiting
            .filter(|kept| !self.is_for_trash(kept))
            .cloned()
            .collect();
        let mut effects = Vec::new();
        for kept in spared {
            self.proofs.forget(&kept);
            if self
                .proofs
                .busy
                .as_ref()
                .is_some_and(|busy| is_same(busy, &kept))
            {
                effects.push(Effect::StopTrashing);
            }
            effects.push(Effect::SettleKept(Box::new(kept)));
        }
        effects
    }

    fn is_for_trash(&self, kept: &KeptFile) -> bool {
        let watched = kept.watch.and_then(|id| self.watches.get(&id));
        watched.is_some_and(|watched| watched.watch.rules.after_verified == AfterVerified::Trash)
    }

    pub(super) fn proven(&mut self, at: At, mut kept: KeptFile, trashing: Trashing) -> Vec<Effect> {
        self.proofs.busy = None;
        if let Trashing::NotYet { lacks } = &trashing {
            self.proofs.later(&kept, lacks.as_ref(), at.now);
            return Vec::new();
        }
        self.proofs.forget(&kept);
        kept.trashed_at = (trashing == Trashing::Done).then_some(at.now);
        let mut effects = Vec::new();
        if let Trashing::Failed(trouble) = trashing {
            self.note_error(at.now, Some(&kept.shown_path), &trouble);
            let notice = Notice::CannotSend {
                item: None,
                path: kept.shown_path.clone().into(),
                error: trouble.text,
            };
            effects.push(Effect::Tell(Box::new(Told::Notice { notice })));
        }
        effects.push(Effect::SettleKept(Box::new(kept)));
        effects
    }

    /// Everything that waits for its proof, and when it is looked at next.
    pub(in crate::engine) fn awaiting_proof(&self) -> impl Iterator<Item = Unproven<'_>> {
        self.proofs.waiting()
    }
}
