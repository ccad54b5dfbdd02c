//! All that the engine knows, and how it changes. Pure: events and the time go in, effects come out.
//!
//! `observed` hears the watches, `commands` people, `ended` the transfers; `round` then says what runs next. What must
//! survive is written before anything is done about it: a start from the journal alone leads to the same queue.

mod commands;
mod ended;
mod groups;
mod known;
mod observed;
mod order;
mod proofs;
mod round;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_client::control::{self, Count, ItemId, Paused, Reason, RecentError, Status, WatchId};
use heimdex_client::journal::{
    JournalError, KeptFile, Pause, QueueWrite, QueuedFile, Standing, Trouble, WantedFile, Watch,
};

use super::effect::Effect;
use super::event::{Event, Known, TurnId};
use super::meter::Meter;
use crate::queue::{Circuit, Limits};
use crate::watch::{Ask, Candidate, Report};
use groups::Groups;
use proofs::Proofs;

/// What an event brings along: the time, and a random number of 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    /// Now.
    pub now: Timestamp,
    /// What pauses are spread by.
    pub jitter: f64,
}

/// All that the engine knows.
#[derive(Debug)]
pub struct State {
    pub(super) limits: Limits,
    pub(super) items: BTreeMap<ItemId, Item>,
    by_path: BTreeMap<PathBuf, BTreeSet<ItemId>>,
    groups: Groups,
    /// No file waits for a time after this.
    latest_run_at: Timestamp,
    /// When it was last decided what runs next.
    last_round: Option<Timestamp>,
    pub(super) turns: BTreeMap<TurnId, TurnState>,
    pub(super) watches: BTreeMap<WatchId, Watched>,
    pub(super) accounts: BTreeMap<String, Account>,
    profile: String,
    pub(super) pause: Option<Paused>,
    proofs: Proofs,
    /// Files under watch that a person wants sent as soon as they are finished, and what was said of them.
    wanted: BTreeMap<PathBuf, control::SendTexts>,
    pub(super) errors: VecDeque<RecentError>,
    is_stopping: bool,
    is_awake: bool,
    last_item: i64,
    last_turn: u64,
    /// What was found out of date when the process started, and is done in the first round.
    left_over: Vec<Effect>,
}

/// A file in the queue, and what it does at this moment.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its row.
    pub file: QueuedFile,
    /// What it does.
    pub phase: Phase,
    /// When it came to stand as it does.
    pub since: Timestamp,
}

/// What a file of the queue does at this moment.
#[derive(Debug, Clone)]
pub enum Phase {
    /// What its row says.
    Waiting,
    /// It is not what it was found finished as; its watch is to look, and does not follow it yet.
    Changed,
    /// It is written, or otherwise not finished: its watch follows it until it is, and counts it.
    Unsettled,
    /// It is on its way.
    Running(Running),
}

/// A file on its way.
#[derive(Debug, Clone)]
pub struct Running {
    /// With which others.
    pub turn: TurnId,
    /// How far it is.
    pub meter: Arc<Meter>,
    /// What happens to it once it has ended.
    next: Next,
}

/// What happens to a file once its turn is over.
#[derive(Debug, Clone, Default)]
enum Next {
    /// What its ending says.
    #[default]
    AsItEnds,
    /// A person does not want it sent.
    Cancelled,
    /// It leaves the queue: it is not there any more, or nobody's.
    Gone(Reason),
    /// It is what this says by now: a version that is not sent yet.
    Again(Box<Candidate>),
}

/// Files that are on their way together.
#[derive(Debug, Clone)]
pub(super) struct TurnState {
    watch: Option<WatchId>,
    profile: String,
}

/// A folder under watch.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    /// What the journal says of it.
    pub watch: Watch,
    /// Since when its folder is away.
    pub gone_since: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_since: Timestamp,
    /// What of it is stored.
    pub stored: Count,
    /// Whether some of it was stored since the daemon runs.
    pub has_brought: bool,
    /// What it shows of itself, brought up to what it told since.
    pub report: Option<Report>,
}

/// A profile that files go to.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    /// Its server, where the configuration names one.
    pub server: Option<String>,
    /// Whether it is spoken to.
    pub circuit: Circuit,
}

/// What the journal remembers of the last run.
#[derive(Debug, Default)]
pub struct Remembered {
    /// The queue.
    pub queue: Vec<QueuedFile>,
    /// Files that are wanted once they are finished.
    pub wanted: Vec<WantedFile>,
    /// What is to go in the trash.
    pub for_trash: Vec<KeptFile>,
    /// What each watch has stored.
    pub stored: Vec<(WatchId, Count)>,
    /// A pause of everything.
    pub pause: Option<Pause>,
}

impl State {
    /// From what the journal remembers.
    #[must_use]
    pub fn new(limits: Limits, remembered: Remembered, known: Known, now: Timestamp) -> Self {
        let mut state = Self {
            limits,
            items: BTreeMap::new(),
            by_path: BTreeMap::new(),
            groups: Groups::default(),
            latest_run_at: now,
            last_round: None,
            turns: BTreeMap::new(),
            watches: BTreeMap::new(),
            accounts: BTreeMap::new(),
            profile: String::new(),
            pause: remembered.pause.map(|pause| paused(pause, now)),
            proofs: Proofs::new(remembered.for_trash, now),
            wanted: remembered
                .wanted
                .into_iter()
                .map(|file| (file.path, file.texts))
                .collect(),
            errors: VecDeque::new(),
            is_stopping: false,
            is_awake: false,
            last_item: 0,
            last_turn: 0,
            left_over: Vec::new(),
        };
        for file in remembered.queue {
            state.last_item = state.last_item.max(file.id.0);
            state.insert(file, Phase::Waiting, now);
        }
        // Watches may have ended while nobody ran.
        state.left_over = state.learn(known, now);
        for (id, stored) in remembered.stored {
            if let Some(watched) = state.watches.get_mut(&id) {
                watched.stored = stored;
            }
        }
        state
    }

    /// Takes an event in; what is to be done about it. What runs next [`round`](Self::round) says afterwards.
    #[must_use]
    pub fn apply(&mut self, at: At, event: Event) -> Vec<Effect> {
        match event {
            Event::Observed(observation) => self.observe(at, observation),
            Event::FoundKept(candidate) => {
                self.has_told(&candidate);
                Vec::new()
            }
            Event::Shown(watch, report) => {
                self.shown(watch, *report);
                Vec::new()
            }
            Event::Asked(request, ticket) => self.ask(at, request, ticket),
            Event::Looked {
                request,
                found,
                ticket,
            } => self.looked(at, &request, found, ticket),
            Event::Accepted(turn) => self.accepted(turn),
            Event::Ended(item, ending) => self.end(at, item, ending),
            Event::TurnOver(turn) => {
                self.turns.remove(&turn);
                Vec::new()
            }
            Event::Answered { profile, result } => self.answered(at, &profile, result),
            Event::Proven(kept, trashing) => self.proven(at, *kept, trashing),
            Event::Known(known) => {
                let mut effects = self.learn(known, at.now);
                effects.push(Effect::AskWatches(Ask::WatchesChanged));
                effects
            }
            Event::LoginChanged => {
                self.try_servers(at.now);
                vec![Effect::Reload]
            }
            Event::Stopping => {
                self.is_stopping = true;
                self.turns.keys().map(|turn| Effect::Stop(*turn)).collect()
            }
        }
    }

    pub(super) fn insert(&mut self, file: QueuedFile, phase: Phase, since: Timestamp) {
        let ids = self.by_path.entry(file.path.clone()).or_default();
        ids.insert(file.id);
        self.accounts.entry(file.profile.clone()).or_default();
        self.groups.add(&file);
        self.latest_run_at = self.latest_run_at.max(file.run_at);
        self.items.insert(file.id, Item { file, phase, since });
    }

    pub(super) fn remove(&mut self, id: ItemId) -> Option<Item> {
        let item = self.items.remove(&id)?;
        self.groups.remove(&item.file);
        if let Some(ids) = self.by_path.get_mut(&item.file.path) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_path.remove(&item.file.path);
            }
        }
        Some(item)
    }

    /// Whether a file is in the queue, or to be there as soon as it is finished.
    #[must_use]
    pub fn is_awaited(&self, path: &Path) -> bool {
        self.by_path.contains_key(path) || self.wanted.contains_key(path)
    }

    /// The files of the queue that lie at a path: one a profile.
    pub(super) fn at_path(&self, path: &Path) -> Vec<ItemId> {
        let ids = self.by_path.get(path);
        ids.into_iter().flatten().copied().collect()
    }

    pub(super) fn of_profile(&self, path: &Path, profile: &str) -> Option<ItemId> {
        let ids = self.at_path(path).into_iter();
        ids.into_iter().find(|id| {
            self.items
                .get(id)
                .is_some_and(|item| item.file.profile == profile)
        })
    }

    fn next_item(&mut self) -> ItemId {
        self.last_item += 1;
        ItemId(self.last_item)
    }

    /// A file leaves the queue, but one that is on its way ends first.
    fn let_go(&mut self, id: ItemId, because: Reason) -> Vec<Effect> {
        if let Some(item) = self.items.get_mut(&id)
            && let Phase::Running(running) = &mut item.phase
        {
            running.next = Next::Gone(because);
            return vec![Effect::Stop(running.turn)];
        }
        let Some(item) = self.remove(id) else {
            return Vec::new();
        };
        let left = heimdex_client::control::Event::Left {
            item: id,
            path: item.file.path.into(),
            because,
        };
        vec![
            Effect::Write(QueueWrite::Remove(id)),
            Effect::Tell(Box::new(left)),
        ]
    }

    /// The journal cannot be written: the queue goes on without.
    pub(super) fn journal_fails(&mut self, now: Timestamp, error: &JournalError) {
        let cause = error
            .cause()
            .map_or_else(String::new, |cause| format!(": {cause}"));
        let trouble = Trouble {
            text: format!(
                "the journal cannot be written{cause}; until it can, what waits is forgotten when the daemon ends"
            ),
            hint: Some("make room on its disk: it is tried again by itself".to_owned()),
        };
        self.note_error(now, None, &trouble);
    }

    fn note_error(&mut self, now: Timestamp, path: Option<&Path>, trouble: &Trouble) {
        self.errors.push_front(RecentError {
            at: now,
            path: path.map(Into::into),
            message: trouble.text.clone(),
            hint: trouble.hint.clone(),
        });
        self.errors.truncate(Status::ERRORS_MAX);
    }
}

impl Item {
    /// Whether it is on its way.
    #[must_use]
    pub fn running(&self) -> Option<&Running> {
        match &self.phase {
            Phase::Running(running) => Some(running),
            Phase::Waiting | Phase::Changed | Phase::Unsettled => None,
        }
    }

    /// Its row, to be written.
    fn put(&self) -> Effect {
        Effect::Write(QueueWrite::Put(Box::new(self.file.clone())))
    }

    /// Its watch is asked to find it finished anew; whatever its container says, where a person wants it so.
    fn look(&self) -> Effect {
        let path = self.file.path.clone();
        Effect::AskWatches(if self.file.options.damaged {
            Ask::Force(path)
        } else {
            Ask::Look(path)
        })
    }

    /// It begins anew, as if it had never failed.
    fn renew(&mut self, now: Timestamp) {
        self.file.standing = Standing::Waiting;
        (self.file.attempts, self.file.run_at, self.file.trouble) = (0, now, None);
        self.since = now;
    }
}

impl Watched {
    /// Since when a person paused it, and until when, if they did and it is not over.
    pub(super) fn paused(&self) -> Option<Paused> {
        Some(paused(self.watch.pause?, self.paused_since))
    }
}

fn paused(pause: Pause, since: Timestamp) -> Paused {
    let until = match pause {
        Pause::Until(until) => Some(until),
        Pause::UntilResumed => None,
    };
    Paused { since, until }
}
