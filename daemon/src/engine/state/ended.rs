//! What became of files that were on their way, and of servers that were asked.

use heimdex_api::Timestamp;
use heimdex_client::control::{Event as Told, Notice, Reason};
use heimdex_client::journal::{KeptFile, QueueWrite, Standing, Trouble};

use super::{At, Effect, ItemId, Next, Phase, State};
use crate::engine::event::{Ending, TurnId};
use crate::queue::backoff::{self, BUSY, TAKEN_OVER};
use crate::queue::{Away, Kind};

/// A file that no watch looks after is looked at again after this, once it was seen to change.
const CHANGED: std::time::Duration = std::time::Duration::from_secs(10);

impl State {
    /// A server took something: it works.
    pub(super) fn accepted(&mut self, turn: TurnId) -> Vec<Effect> {
        let profile = self.turns.get(&turn).map(|turn| turn.profile.clone());
        self.works(profile.as_deref())
    }

    fn works(&mut self, profile: Option<&str>) -> Vec<Effect> {
        if let Some(account) = profile.and_then(|profile| self.accounts.get_mut(profile)) {
            account.circuit.accepted();
        }
        Vec::new()
    }

    pub(super) fn answered(
        &mut self,
        at: At,
        profile: &str,
        result: Result<(), Away>,
    ) -> Vec<Effect> {
        match result {
            Ok(()) => {
                if let Some(account) = self.accounts.get_mut(profile) {
                    account.circuit.answered();
                }
                Vec::new()
            }
            Err(away) => self.away(at, profile, away),
        }
    }

    /// Nothing more goes to a server for now.
    fn away(&mut self, at: At, profile: &str, away: Away) -> Vec<Effect> {
        let account = self.accounts.entry(profile.to_owned()).or_default();
        let was_away = account.circuit.away().map(|(away, _, _)| away.kind);
        account.circuit.failed(away.clone(), at.now, at.jitter);
        if was_away == Some(away.kind) {
            return Vec::new();
        }
        let server = account.server.clone();
        let trouble = Trouble {
            text: away.why,
            hint: away.hint,
        };
        self.note_error(at.now, None, &trouble);
        let profile = profile.to_owned();
        let notice = match away.kind {
            Kind::LoggedOut => Notice::LoginExpired { profile, server },
            Kind::Quota | Kind::StorageFull => Notice::Full { profile },
            Kind::Offline | Kind::Maintenance | Kind::Refused => return Vec::new(),
        };
        vec![Effect::Tell(Box::new(Told::Notice { notice }))]
    }

    pub(super) fn end(&mut self, at: At, id: ItemId, ending: Ending) -> Vec<Effect> {
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        let phase = std::mem::replace(&mut item.phase, Phase::Waiting);
        let next = match phase {
            Phase::Running(running) => running.next,
            Phase::Waiting | Phase::Changed | Phase::Unsettled => Next::AsItEnds,
        };
        item.since = at.now;
        if let Next::Gone(because) = next {
            // Whatever arrived of it is found by its bytes, if it ever comes back.
            return self.let_go(id, because);
        }
        let (profile, is_stored) = (
            item.file.profile.clone(),
            matches!(ending, Ending::Stored { .. }),
        );
        let mut effects = match ending {
            Ending::Away(away) => self.away(at, &profile, away),
            Ending::NotDone => Vec::new(),
            other => {
                self.trial_ended(&profile);
                self.ended_by_itself(at, id, other)
            }
        };
        match next {
            Next::AsItEnds | Next::Gone(_) => {}
            Next::Again(candidate) => effects.extend(self.settled(at, *candidate)),
            Next::Cancelled if is_stored => {}
            Next::Cancelled => effects.extend(self.cancel(at.now, id)),
        }
        effects
    }

    fn trial_ended(&mut self, profile: &str) {
        if let Some(account) = self.accounts.get_mut(profile) {
            account.circuit.trial_ended();
        }
    }

    /// An ending that says something of the file.
    fn ended_by_itself(&mut self, at: At, id: ItemId, ending: Ending) -> Vec<Effect> {
        let is_away = self.is_away(self.items.get(&id).and_then(|item| item.file.watch));
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        let is_watched = item.file.watch.is_some();
        match ending {
            Ending::Stored {
                kept,
                is_known,
                before,
            } => self.stored(at.now, id, *kept, (is_known, before)),
            Ending::TakenOver { silent_for } => {
                let wait = TAKEN_OVER.saturating_sub(silent_for).max(BUSY);
                item.file.run_at = at.now.saturating_add(wait);
                self.latest_run_at = self.latest_run_at.max(item.file.run_at);
                vec![item.put()]
            }
            Ending::Busy => {
                item.file.run_at = at.now.saturating_add(BUSY);
                self.latest_run_at = self.latest_run_at.max(item.file.run_at);
                vec![item.put()]
            }
            // The card was pulled: its files are there again when it is.
            Ending::Changed(_) | Ending::Vanished | Ending::Failed(_) if is_away => Vec::new(),
            Ending::Changed(_) if is_watched => {
                item.phase = Phase::Changed;
                vec![item.look()]
            }
            Ending::Changed(stamp) => {
                item.file.stamp = stamp;
                item.file.run_at = at.now.saturating_add(CHANGED);
                self.latest_run_at = self.latest_run_at.max(item.file.run_at);
                vec![item.put()]
            }
            Ending::Vanished => self.let_go(id, Reason::Deleted { at: at.now }),
            Ending::Failed(trouble) => {
                item.file.attempts = item.file.attempts.saturating_add(1);
                let pause = backoff::pause(item.file.attempts, at.jitter);
                item.file.run_at = at.now.saturating_add(pause);
                self.latest_run_at = self.latest_run_at.max(item.file.run_at);
                item.file.trouble = Some(trouble.clone());
                let (put, path) = (item.put(), item.file.path.clone());
                self.note_error(at.now, Some(&path), &trouble);
                vec![put]
            }
            Ending::Refused { trouble, .. } => self.refused(at.now, id, trouble),
            Ending::Away(_) | Ending::NotDone => Vec::new(),
        }
    }

    fn refused(&mut self, now: Timestamp, id: ItemId, trouble: Trouble) -> Vec<Effect> {
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        item.file.standing = Standing::Failed;
        item.file.attempts = item.file.attempts.saturating_add(1);
        item.file.trouble = Some(trouble.clone());
        let (put, path) = (item.put(), item.file.path.clone());
        self.note_error(now, Some(&path), &trouble);
        let notice = Notice::CannotSend {
            item: Some(id),
            path: path.into(),
            error: trouble.text,
        };
        vec![put, Effect::Tell(Box::new(Told::Notice { notice }))]
    }

    fn stored(
        &mut self,
        now: Timestamp,
        id: ItemId,
        kept: KeptFile,
        (is_known, before): (bool, Option<u64>),
    ) -> Vec<Effect> {
        let Some(item) = self.remove(id) else {
            return Vec::new();
        };
        self.works(Some(&item.file.profile));
        if let Some(watched) = item.file.watch.and_then(|id| self.watches.get_mut(&id)) {
            watched.has_brought = true;
            match before {
                Some(before) => {
                    let others = watched.stored.bytes.saturating_sub(before);
                    watched.stored.bytes = others.saturating_add(kept.stamp.size);
                }
                None => watched.stored.add(kept.stamp.size),
            }
        }
        if kept.is_for_trash {
            self.proofs.add(kept.clone(), now);
        }
        let video_id = kept.video_id;
        let because = if is_known {
            Reason::SameAs { video_id, at: now }
        } else {
            Reason::Stored { video_id, at: now }
        };
        let left = Told::Left {
            item: id,
            path: item.file.path.into(),
            because,
        };
        vec![
            Effect::Write(QueueWrite::Keep(Box::new(kept))),
            Effect::Write(QueueWrite::Remove(id)),
            Effect::Tell(Box::new(left)),
        ]
    }

    /// A person does not want a file sent. What a watch looks after stays in the queue, so that it is not found anew.
    pub(super) fn cancel(&mut self, now: Timestamp, id: ItemId) -> Vec<Effect> {
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        let is_watched = item
            .file
            .watch
            .is_some_and(|id| self.watches.contains_key(&id));
        if !is_watched {
            return self.let_go(id, Reason::Cancelled { at: now });
        }
        item.file.standing = Standing::Cancelled;
        item.since = now;
        vec![item.put()]
    }
}
