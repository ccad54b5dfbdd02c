//! What the watches see: files that are finished, that change, move and go.

use std::path::Path;

use heimdex_api::Timestamp;
use heimdex_client::control::{Event as Told, Lane, LocalPath, Reason, WatchId};
use heimdex_client::journal::{QueueOptions, QueueWrite, QueuedFile, Standing};

use super::{At, Effect, Item, ItemId, Next, Phase, State};
use crate::engine::seen;
use crate::watch::{Candidate, Observation, Report, RootState, Waiting};

impl State {
    pub(super) fn observe(&mut self, at: At, observation: Observation) -> Vec<Effect> {
        match observation {
            Observation::Settled(candidate) => {
                self.has_told(&candidate);
                self.settled(at, candidate)
            }
            Observation::Waiting {
                watch,
                path,
                reason,
            } => self.unsettled(at.now, watch, &path, &reason),
            Observation::Gone { watch, path } => self.gone(at.now, watch, &path),
            Observation::Moved { from, to, .. } => self.moved(at, &from, to),
            Observation::RootGone { watch } => {
                if let Some(watched) = self.watches.get_mut(&watch) {
                    watched.gone_since.get_or_insert(at.now);
                }
                let turns = self.turns.iter();
                let of_watch = turns.filter(|(_, turn)| turn.watch == Some(watch));
                of_watch.map(|(turn, _)| Effect::Stop(*turn)).collect()
            }
            Observation::RootBack { watch } => {
                self.is_back(watch);
                Vec::new()
            }
            Observation::Scanned { watch } => {
                self.is_back(watch);
                let mut effects = self.look_at_unsettled(watch);
                effects.extend(self.look_at_wanted(watch));
                effects
            }
        }
    }

    /// How a watch stands. One that has nothing in sight follows nothing.
    pub(super) fn shown(&mut self, watch: WatchId, report: Report) {
        if report.root != RootState::Here {
            for item in self.items.values_mut() {
                if item.file.watch == Some(watch) && matches!(item.phase, Phase::Unsettled) {
                    item.phase = Phase::Changed;
                }
            }
        }
        if let Some(watched) = self.watches.get_mut(&watch) {
            watched.report = Some(report);
        }
    }

    /// A file is not its watch's any more: what that shows of itself is older than this.
    pub(super) fn has_told(&mut self, candidate: &Candidate) {
        let watched = self.watches.get_mut(&candidate.watch);
        if let Some(report) = watched.and_then(|watched| watched.report.as_mut()) {
            report.has_told(candidate);
        }
    }

    fn is_back(&mut self, watch: WatchId) {
        if let Some(watched) = self.watches.get_mut(&watch) {
            watched.gone_since = None;
        }
    }

    /// A file that was waited for may have gone with its card, and not have come back with it: nobody tells of that.
    fn look_at_unsettled(&self, watch: WatchId) -> Vec<Effect> {
        let items = self.items.values();
        let unsettled = items.filter(|item| {
            let is_unsettled = matches!(item.phase, Phase::Changed | Phase::Unsettled);
            item.file.watch == Some(watch) && is_unsettled
        });
        unsettled.map(Item::look).collect()
    }

    /// A file is finished: it is queued, unless it is in this very state.
    pub(super) fn settled(&mut self, at: At, candidate: Candidate) -> Vec<Effect> {
        let Some(watched) = self.watches.get(&candidate.watch) else {
            return Vec::new();
        };
        let profile = watched.watch.profile.clone();
        let Some(id) = self.of_profile(&candidate.path, &profile) else {
            return self.enqueue(at.now, candidate);
        };
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        let is_same = item.file.stamp == candidate.stamp;
        if let Phase::Running(running) = &mut item.phase
            && !is_same
        {
            // It is another version than the one that is on its way, which is worth nothing any more.
            running.next = Next::Again(Box::new(candidate));
            return vec![Effect::Stop(running.turn)];
        }
        let (wanted, row) = self.take_wanted(&candidate.path);
        let Some(item) = self.items.get_mut(&id) else {
            return Vec::new();
        };
        let is_wanted = wanted.is_some();
        item.file.options.take(&wanted.unwrap_or_default());
        match &item.phase {
            Phase::Running(_) | Phase::Waiting if is_same && !(is_wanted || candidate.damaged) => {
                return Vec::new();
            }
            Phase::Running(_) => {}
            Phase::Waiting | Phase::Changed | Phase::Unsettled => {
                item.phase = Phase::Waiting;
                if !is_same || candidate.damaged {
                    item.renew(at.now);
                }
            }
        }
        self.groups.remove(&item.file);
        item.file.stamp = candidate.stamp;
        item.file.relative = candidate.relative;
        item.file.watch = Some(candidate.watch);
        // What was cut off before may be whole by now.
        item.file.options.damaged = candidate.damaged || is_same && item.file.options.damaged;
        if is_wanted || candidate.damaged {
            item.file.lane = Lane::Interactive;
        }
        self.groups.add(&item.file);
        row.into_iter().chain([item.put()]).collect()
    }

    fn enqueue(&mut self, now: Timestamp, candidate: Candidate) -> Vec<Effect> {
        let (wanted, row) = self.take_wanted(&candidate.path);
        let Some(watched) = self.watches.get(&candidate.watch) else {
            return Vec::new();
        };
        let (watch, created) = (&watched.watch, watched.watch.created_at.as_micros());
        let was_there = candidate.stamp.mtime.max(candidate.stamp.ctime) < created;
        let lane = match was_there {
            _ if wanted.is_some() || candidate.damaged => Lane::Interactive,
            true => Lane::Bulk,
            false => Lane::Watch,
        };
        let mut options = QueueOptions {
            title: watch.rules.title(&candidate.relative),
            tags: watch.rules.tags.clone(),
            damaged: candidate.damaged,
            ..QueueOptions::default()
        };
        options.take(&wanted.unwrap_or_default());
        let profile = watch.profile.clone();
        let file = QueuedFile {
            id: self.next_item(),
            watch: Some(candidate.watch),
            profile,
            path: candidate.path,
            relative: candidate.relative,
            lane,
            stamp: candidate.stamp,
            options,
            place: 0,
            attempts: 0,
            run_at: now,
            trouble: None,
            standing: Standing::Waiting,
            added_at: now,
        };
        let put = Effect::Write(QueueWrite::Put(Box::new(file.clone())));
        self.insert(file, Phase::Waiting, now);
        row.into_iter().chain([put]).collect()
    }

    /// A file is written, or otherwise not finished: what of it is queued is not sent before it is.
    fn unsettled(
        &mut self,
        now: Timestamp,
        watch: WatchId,
        path: &Path,
        waiting: &Waiting,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for id in self.at_path(path) {
            let Some(item) = self.items.get_mut(&id) else {
                continue;
            };
            if item.file.watch != Some(watch) || item.running().is_some() {
                continue;
            }
            if !matches!(item.phase, Phase::Unsettled) {
                item.phase = Phase::Unsettled;
                let watched = self.watches.get_mut(&watch);
                if let Some(report) = watched.and_then(|watched| watched.report.as_mut()) {
                    report.has_again(path, item.file.stamp.size, waiting);
                }
            }
            if item.file.options.damaged && waiting.may_be_overruled() {
                // That person has said so already.
                effects.push(item.look());
            }
        }
        effects.push(Effect::Tell(Box::new(Told::File {
            watch,
            path: LocalPath::from(path),
            because: seen::waits(waiting, now),
        })));
        effects
    }

    fn gone(&mut self, now: Timestamp, watch: WatchId, path: &Path) -> Vec<Effect> {
        let is_away = self.is_away(Some(watch));
        let of_watch = self.at_path(path).into_iter().filter(|id| {
            let item = self.items.get(id);
            // One on its way ends by itself, and may yet arrive whole.
            item.is_some_and(|item| item.file.watch == Some(watch) && item.running().is_none())
        });
        let ids: Vec<ItemId> = of_watch.collect();
        if is_away {
            // The card was pulled: it comes back with all that is on it.
            return Vec::new();
        }
        let mut effects: Vec<Effect> = self.take_wanted(path).1.into_iter().collect();
        for id in ids {
            effects.extend(self.let_go(id, Reason::Deleted { at: now }));
        }
        effects
    }

    /// Whether the folder of a watch is away.
    pub(in crate::engine) fn is_away(&self, watch: Option<WatchId>) -> bool {
        let watched = watch.and_then(|watch| self.watches.get(&watch));
        watched.is_some_and(|watched| watched.gone_since.is_some())
    }

    /// A file has another name: it keeps its place in the queue.
    fn moved(&mut self, at: At, from: &Path, to: Candidate) -> Vec<Effect> {
        let Some(watched) = self.watches.get(&to.watch) else {
            return Vec::new();
        };
        let profile = watched.watch.profile.clone();
        let Some(id) = self.of_profile(from, &profile) else {
            return self.settled(at, to);
        };
        if self
            .items
            .get(&id)
            .is_some_and(|item| item.running().is_some())
        {
            // It arrives under its old name, and is found stored under the new one.
            return self.settled(at, to);
        }
        // What the move replaced is not there any more.
        let mut effects = match self.of_profile(&to.path, &profile) {
            Some(replaced) if replaced != id => {
                self.let_go(replaced, Reason::Deleted { at: at.now })
            }
            _ => Vec::new(),
        };
        let Some(mut item) = self.remove(id) else {
            return effects;
        };
        item.file.path.clone_from(&to.path);
        item.file.relative = to.relative;
        item.file.watch = Some(to.watch);
        item.file.stamp = to.stamp;
        effects.push(item.put());
        self.insert(item.file, Phase::Waiting, at.now);
        effects
    }
}
