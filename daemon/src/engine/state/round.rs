//! What runs next, after everything that happened was taken in.

use std::collections::BTreeMap;
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_client::control::{Event as Told, ItemId, WatchId};
use heimdex_client::journal::{QueuedFile, Standing};

use super::{Account, Effect, Item, Next, Phase, Running, State, TurnState};
use crate::engine::event::TurnId;
use crate::engine::meter::Meter;
use crate::queue::backoff::MOST;
use crate::queue::{Load, Turn, Waiting, choose};

impl State {
    /// Begins what may begin now.
    #[must_use]
    pub fn round(&mut self, now: Timestamp) -> Vec<Effect> {
        self.forget_the_future(now);
        let mut effects = std::mem::take(&mut self.left_over);
        effects.extend(self.end_pauses(now));
        if !self.is_stopping {
            effects.extend(self.ask_servers(now));
            effects.extend(self.begin(now));
            let due = self.due_for_trash(now);
            effects.extend(due.map(|kept| Effect::Trash(Box::new(kept))));
        }
        let is_busy = !self.turns.is_empty();
        if is_busy != self.is_awake {
            self.is_awake = is_busy;
            effects.push(Effect::KeepAwake(is_busy));
        }
        effects
    }

    /// A clock that was set back makes nothing wait until it is again where it was.
    fn forget_the_future(&mut self, now: Timestamp) {
        let last = self.last_round.replace(now);
        if last.is_some_and(|last| last <= now) {
            return;
        }
        // No pause is longer than this.
        let latest = now.saturating_add(MOST);
        for item in self.items.values_mut() {
            if item.file.run_at > latest {
                item.file.run_at = now;
            }
            item.file.added_at = item.file.added_at.min(now);
        }
        let run_at = self.items.values().map(|item| item.file.run_at);
        self.latest_run_at = run_at.max().unwrap_or(now);
        for account in self.accounts.values_mut() {
            if account.circuit.next_try().is_some_and(|next| next > latest) {
                account.circuit.try_soon(now);
            }
        }
        self.proofs.forget_the_future(now, latest);
    }

    /// When something is to be done though nothing happens until then. Nothing is looked at in vain: what is held up by
    /// something else has no time.
    #[must_use]
    pub fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        let pauses = self
            .watches
            .values()
            .filter_map(|watched| watched.paused()?.until);
        let pauses = pauses.chain(self.pause.and_then(|pause| pause.until));
        if self.is_stopping {
            return None;
        }
        let servers = self.accounts.iter().filter_map(|(profile, account)| {
            let next = account.circuit.next_try()?;
            self.has_work(profile).then_some(next)
        });
        let is_any_delayed = self.latest_run_at > now;
        let items = is_any_delayed.then(|| self.items.values());
        let delayed = items.into_iter().flatten().filter_map(|item| {
            let is_delayed = item.file.run_at > now && self.may_run(item, item.file.run_at);
            is_delayed.then_some(item.file.run_at)
        });
        let proofs = self.next_for_trash();
        pauses.chain(servers).chain(delayed).chain(proofs).min()
    }

    /// Whether a file may run at a time, as far as itself, its watch and people go.
    pub(super) fn may_run(&self, item: &Item, at: Timestamp) -> bool {
        matches!(item.phase, Phase::Waiting)
            && item.file.standing == Standing::Waiting
            && item.file.run_at <= at
            && !self.is_away(item.file.watch)
            && !self.is_paused(item)
    }

    /// Whether a person holds a file back.
    pub(super) fn is_paused(&self, item: &Item) -> bool {
        let watched = item.file.watch.and_then(|id| self.watches.get(&id));
        self.pause.is_some() || watched.is_some_and(|watched| watched.paused().is_some())
    }

    fn has_work(&self, profile: &str) -> bool {
        let is_of = |item: &Item| item.file.profile == profile;
        self.items
            .values()
            .any(|item| is_of(item) && self.may_run(item, item.file.run_at))
    }

    fn ask_servers(&mut self, now: Timestamp) -> Vec<Effect> {
        let due: Vec<String> = self
            .accounts
            .iter()
            .filter(|(profile, account)| {
                let is_due = account.circuit.next_try().is_some_and(|next| next <= now);
                is_due && self.has_work(profile)
            })
            .map(|(profile, _)| profile.clone())
            .collect();
        let mut asked = Vec::new();
        for profile in due {
            let account = self.accounts.get_mut(&profile);
            if account.is_some_and(|account| account.circuit.is_to_be_asked(now)) {
                asked.push(Effect::AskServer(profile));
            }
        }
        asked
    }

    fn begin(&mut self, now: Timestamp) -> Vec<Effect> {
        let is_away = |account: &Account| account.circuit.may_begin() == Some(0);
        if self.pause.is_some() || self.accounts.values().all(is_away) {
            return Vec::new();
        }
        let mut load = Load::default();
        let mut of_profile: BTreeMap<&str, usize> = BTreeMap::new();
        for turn in self.turns.values() {
            *load.turns.entry(turn.watch).or_default() += 1;
            *of_profile.entry(&turn.profile).or_default() += 1;
        }
        // How many turns each server takes at the moment.
        let room = |profile: &str| {
            let circuit = &self.accounts.get(profile)?.circuit;
            let most = circuit.may_begin()?;
            Some(most.saturating_sub(of_profile.get(profile).copied().unwrap_or(0)))
        };
        let has_room = |watch: Option<WatchId>| {
            let watched = watch.and_then(|id| self.watches.get(&id));
            let is_held = watched.is_some_and(|w| w.gone_since.is_some() || w.paused().is_some());
            let per_watch = watched.and_then(|watched| watched.watch.rules.parallel);
            !is_held && load.has_room_for(watch, per_watch, self.limits)
        };
        let may: Vec<Waiting<'_>> = self
            .groups
            .with_room(has_room)
            .iter()
            .filter_map(|id| self.items.get(id))
            .filter(|item| self.may_run(item, now) && room(&item.file.profile) != Some(0))
            .map(|item| self.waiting(item))
            .collect();
        let mut left: BTreeMap<String, usize> = BTreeMap::new();
        let chosen: Vec<Vec<ItemId>> = choose(&may, &load, self.limits)
            .into_iter()
            .map(|turn| match turn {
                Turn::Alone(id) => vec![id],
                Turn::Together(ids) => ids,
            })
            .filter(|ids| {
                let item = ids.first().and_then(|id| self.items.get(id));
                let Some(item) = item else { return false };
                let profile = &item.file.profile;
                let Some(most) = room(profile) else {
                    return true;
                };
                let left = left.entry(profile.clone()).or_insert(most);
                let is_taken = *left > 0;
                *left = left.saturating_sub(1);
                is_taken
            })
            .collect();
        chosen
            .into_iter()
            .filter_map(|ids| self.begin_turn(now, &ids))
            .collect()
    }

    fn begin_turn(&mut self, now: Timestamp, ids: &[ItemId]) -> Option<Effect> {
        self.last_turn += 1;
        let turn = TurnId(self.last_turn);
        let mut files: Vec<QueuedFile> = Vec::with_capacity(ids.len());
        for id in ids {
            let item = self.items.get_mut(id)?;
            item.phase = Phase::Running(Running {
                turn,
                meter: Arc::new(Meter::default()),
                next: Next::default(),
            });
            item.since = now;
            files.push(item.file.clone());
        }
        let first = files.first()?;
        let state = TurnState {
            watch: first.watch,
            profile: first.profile.clone(),
        };
        self.turns.insert(turn, state);
        Some(Effect::Begin(turn, files))
    }

    /// The meters of the files of a turn.
    pub(in crate::engine) fn meters(&self, turn: TurnId) -> BTreeMap<ItemId, Arc<Meter>> {
        let running = self.items.iter().filter_map(|(id, item)| {
            let running = item.running().filter(|running| running.turn == turn)?;
            Some((*id, Arc::clone(&running.meter)))
        });
        running.collect()
    }

    /// What a file that is on its way brought in this turn.
    pub(in crate::engine) fn brought(&self, id: ItemId) -> u64 {
        let running = self.items.get(&id).and_then(Item::running);
        running.map_or(0, |running| running.meter.brought())
    }

    /// What all that are on their way brought.
    pub(in crate::engine) fn brought_by_running(&self) -> u64 {
        let running = self.items.values().filter_map(Item::running);
        running.map(|running| running.meter.brought()).sum()
    }

    /// Ends the pauses whose time is over.
    fn end_pauses(&mut self, now: Timestamp) -> Vec<Effect> {
        let is_over = |until: Option<Timestamp>| until.is_some_and(|until| until <= now);
        let mut effects = Vec::new();
        if self.pause.is_some_and(|pause| is_over(pause.until)) {
            self.pause = None;
            effects.push(Effect::PauseAll(None));
        }
        for (id, watched) in &mut self.watches {
            if watched.paused().is_some_and(|pause| is_over(pause.until)) {
                watched.watch.pause = None;
                effects.push(Effect::PauseWatch(*id, None));
            }
        }
        if !effects.is_empty() {
            effects.push(Effect::Tell(Box::new(Told::Pauses)));
        }
        effects
    }
}
