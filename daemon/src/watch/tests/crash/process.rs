//! The process: the real watches, the real state and the real journal, driven by hand. It forgets all when it dies.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc as std_mpsc};
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::control::{
    Count, MoveRequest, PauseRequest, Place as Where, Request, ResumeRequest, RetryRequest,
};
use heimdex_client::journal::{Journal, NewWatch, QueueWrite, QueuedFile, Watch};
use heimdex_client::transfer::{locate, stamp_of};
use heimdex_client::watch::{Matcher, Rules};

use super::disk::Content;
use super::random::Random;
use super::server::Server;
use crate::engine::{At, Effect, Event, Known, Remembered, State, Ticket, TurnId};
use crate::queue::Limits;
use crate::watch::inotify::Event as Happened;
use crate::watch::manager;
use crate::watch::settle::Moment;
use crate::watch::waker::Waker;
use crate::watch::watcher::Watcher;
use crate::watch::{Ask, Holders, Observation, Setup};

mod sending;

use sending::Turn;

const ACCOUNT: &str = "default";

thread_local! {
    /// The machine's clock, in microseconds: jumps where a person or a server sets it.
    static WALL: Cell<i64> = const { Cell::new(START) };
}
/// After every file: their own times are those of the real machine.
const START: i64 = 2_000_000_000_000_000;

fn wall() -> Timestamp {
    Timestamp::from_micros(WALL.get()).unwrap()
}

pub(super) struct Process {
    journal: Journal,
    watches: Vec<Watcher>,
    seen: Arc<Mutex<Vec<Observation>>>,
    stopwatch: Arc<AtomicU64>,
    state: State,
    turns: BTreeMap<TurnId, Turn>,
    /// What was asked, and will be told.
    asked: Vec<Event>,
    jitter: f64,
    /// So many steps that something becomes durable at, and it dies.
    fate: Option<u64>,
    is_dead: bool,
    /// Nothing can be written down: the disk is full.
    is_mute: bool,
}

/// Puts two folders under watch.
pub(super) fn add_watches(journal: &Journal, roots: &[PathBuf; 2]) {
    WALL.set(START);
    for root in roots {
        let new = NewWatch {
            profile: ACCOUNT.into(),
            source: NewWatch::source_of(root),
            root: root.clone(),
            rules: Rules {
                settle_seconds: 5,
                ..Rules::new()
            },
        };
        journal.add_watch(&new, wall()).unwrap();
    }
}

impl Process {
    pub(super) fn start(journal: &Journal) -> Self {
        let stored = journal.kept_counts().unwrap().into_iter();
        let remembered = Remembered {
            queue: journal.queued(None).unwrap(),
            wanted: journal.wanted().unwrap(),
            for_trash: journal.kept_for_trash().unwrap(),
            stored: stored
                .map(|(watch, files, bytes)| (watch, Count { files, bytes }))
                .collect(),
            pause: journal.paused_all().unwrap(),
        };
        let watches = journal.watches().unwrap();
        let known = Known {
            watches: watches.clone(),
            profile: ACCOUNT.into(),
            profiles: vec![(ACCOUNT.into(), Some("http://127.0.0.1:1".into()))],
            troubles: Vec::new(),
        };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stopwatch = Arc::new(AtomicU64::new(1_000_000_000));
        let setup = setup(journal, &seen, &stopwatch);
        let mut process = Self {
            journal: journal.clone(),
            watches: watches
                .iter()
                .map(|watch| watcher(&setup, watch, &watches))
                .collect(),
            seen,
            stopwatch,
            state: State::new(Limits::default(), remembered, known, wall()),
            turns: BTreeMap::new(),
            asked: Vec::new(),
            jitter: 0.5,
            fate: None,
            is_dead: false,
            is_mute: false,
        };
        for watch in &mut process.watches {
            watch.begin();
        }
        process
    }

    pub(super) fn is_dead(&self) -> bool {
        self.is_dead
    }

    pub(super) fn is_sending(&self) -> bool {
        !self.turns.is_empty()
    }

    /// Both clocks go on.
    pub(super) fn pass(&self, time: Duration) {
        self.stopwatch
            .fetch_add(u64::try_from(time.as_micros()).unwrap(), Ordering::Relaxed);
        WALL.set(WALL.get() + i64::try_from(time.as_micros()).unwrap());
    }

    /// The machine sleeps, or somebody sets its clock.
    pub(super) fn clock_jumps(&mut self, random: &mut Random) -> String {
        self.jitter = random.part();
        let by = i64::try_from(random.below(200_000)).unwrap() * 1_000_000;
        let (by, what) = match random.below(3) {
            0 => (-by, "the clock is set back"),
            1 => (by, "the machine sleeps"),
            _ => (by * 10_000, "the clock is set far ahead"),
        };
        // The stopwatch stands still meanwhile.
        WALL.set(WALL.get() + by);
        format!("{what}: {} s", by / 1_000_000)
    }

    /// It dies when something has become durable so many times.
    pub(super) fn doom(&mut self, random: &mut Random) -> String {
        if random.one_in(4) {
            self.is_mute ^= true;
            return format!("nothing can be written down: {}", self.is_mute);
        }
        let steps = random.below(6);
        self.fate = Some(steps);
        format!("it will die {steps} steps on")
    }

    pub(super) fn mend(&mut self) {
        (self.fate, self.is_mute) = (None, false);
    }

    /// Comes to a point where something becomes durable; whether it dies there.
    fn dies(&mut self) -> bool {
        match &mut self.fate {
            Some(0) => self.is_dead = true,
            Some(left) => *left -= 1,
            None => {}
        }
        self.is_dead
    }

    /// A person asks for something.
    pub(super) fn is_asked(&mut self, random: &mut Random) -> String {
        let items: Vec<_> = self.state.in_order().iter().map(|(id, _)| *id).collect();
        let item = random.one_of(&items).copied();
        let until = Some(wall().saturating_add(Duration::from_secs(random.below(8000))));
        let request = match (random.below(6), item) {
            (0, _) => Request::Pause(PauseRequest { watch: None, until }),
            (1, _) => Request::Pause(PauseRequest::default()),
            (2, _) => Request::Resume(ResumeRequest::default()),
            (3, Some(item)) => Request::Move(MoveRequest {
                item,
                to: Where::Last,
            }),
            (4, _) => Request::Retry(RetryRequest::default()),
            _ => {
                for watch in &mut self.watches {
                    watch.look_for_root();
                }
                return "a person has all looked through".into();
            }
        };
        let told = format!("a person asks: {request:?}");
        self.tell(Event::Asked(request, Ticket(1)));
        told
    }

    pub(super) fn resume(&mut self) {
        self.tell(Event::Asked(
            Request::Resume(ResumeRequest::default()),
            Ticket(1),
        ));
        self.tell(Event::LoginChanged);
    }

    /// More happens than the kernel keeps: it says so, and no more.
    pub(super) fn loses_events(&mut self, random: &mut Random) -> Option<String> {
        let index = random.index(self.watches.len());
        let watch = &mut self.watches[index];
        let lost = watch.inotify.as_mut()?.read().unwrap();
        watch.take_in(vec![Happened::Overflow]);
        Some(format!("{} events are lost", lost.len()))
    }

    /// Everything that is due is done.
    pub(super) fn pump(&mut self, server: &Server) {
        for _ in 0..50 {
            if self.is_dead {
                return;
            }
            for watch in &mut self.watches {
                // Does not wait.
                watch.waker.wake();
                watch.wait(None).unwrap();
                watch.go_on();
            }
            let events: Vec<Event> = std::mem::take(&mut *self.seen.lock().unwrap())
                .into_iter()
                .map(Event::Observed)
                .chain(std::mem::take(&mut self.asked))
                .map(|event| Self::answered(event, server))
                .collect();
            let is_quiet = events.is_empty();
            self.take_in(events);
            if self.is_dead {
                return;
            }
            let effects = self.state.round(wall());
            let begins = !effects.is_empty();
            self.perform(effects);
            if is_quiet && !begins {
                return;
            }
        }
        panic!("it never stops having something to do");
    }

    /// What the server says to a question that was asked before.
    fn answered(event: Event, server: &Server) -> Event {
        match event {
            Event::Answered { profile, .. } => Event::Answered {
                profile,
                result: server.unreachable().map_or(Ok(()), Err),
            },
            other => other,
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.take_in(vec![event]);
    }

    /// As the driver does it: what is stored as it is gets no further.
    fn take_in(&mut self, events: Vec<Event>) {
        let mut effects = Vec::new();
        for event in events {
            if let Event::Observed(Observation::Settled(file)) = &event
                && !file.damaged
                && !self.state.is_awaited(&file.path)
                && self
                    .journal
                    .is_kept_as(ACCOUNT, &file.key, &file.stamp)
                    .unwrap()
            {
                continue;
            }
            let at = At {
                now: wall(),
                jitter: self.jitter,
            };
            effects.extend(self.state.apply(at, event));
        }
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let (writes, others): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Write(_)));
        let writes: Vec<QueueWrite> = writes
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Write(write) => Some(write),
                _ => None,
            })
            .collect();
        if !writes.is_empty() {
            if self.dies() {
                return;
            }
            if !self.is_mute {
                self.journal.write_queue(&writes).unwrap();
            }
            if self.dies() {
                return;
            }
        }
        for effect in others {
            self.perform_one(effect);
        }
    }

    fn perform_one(&mut self, effect: Effect) {
        match effect {
            Effect::PauseAll(pause) => self.journal.pause_all(pause).unwrap(),
            Effect::Begin(id, files) => {
                self.turns.insert(id, Turn::new(files));
            }
            Effect::Stop(turn) => {
                if let Some(turn) = self.turns.get_mut(&turn) {
                    turn.is_stopping = true;
                }
            }
            Effect::AskServer(profile) => {
                let result = Ok(());
                self.asked.push(Event::Answered { profile, result });
            }
            Effect::AskWatches(Ask::Look(path) | Ask::Force(path)) => {
                let mut covering: Vec<&mut Watcher> = self
                    .watches
                    .iter_mut()
                    .filter(|watch| path.starts_with(&watch.watch.root))
                    .collect();
                covering.sort_by_key(|watch| watch.watch.root.as_os_str().len());
                if let Some(watch) = covering.pop() {
                    watch.look_again(&path, false);
                }
            }
            _ => {}
        }
    }

    /// How long nothing happens by itself; `None` where nothing will but the next look through all of it.
    pub(super) fn next_wait(&mut self) -> Option<Duration> {
        let now = Moment(Duration::from_micros(
            self.stopwatch.load(Ordering::Relaxed),
        ));
        let engine = self.state.wake_at(wall()).map(|at| at.since(wall()));
        let mut waits: Vec<Duration> = engine.into_iter().collect();
        for watch in &mut self.watches {
            waits.extend(watch.tracker.next_due().map(|due| due.since(now)));
            let renames = watch.renames.values();
            waits.extend(
                renames.map(|renamed| renamed.at.after(Duration::from_millis(500)).since(now)),
            );
            // A look that was brought forward.
            let scan = watch.next_scan.since(now);
            waits.extend((scan < Duration::from_mins(5)).then_some(scan));
        }
        waits.into_iter().min()
    }

    pub(super) fn describe(&self) -> String {
        format!("{:?}", self.state.in_order())
    }

    pub(super) fn check_empty(&self, journal: &Journal) {
        let left: Vec<_> = self
            .state
            .in_order()
            .into_iter()
            .map(|(_, item)| item.clone())
            .collect();
        assert!(left.is_empty(), "still in the queue: {left:#?}");
        let rows: Vec<QueuedFile> = journal.queued(None).unwrap();
        assert!(rows.is_empty(), "still in the journal: {rows:#?}");
    }
}

/// Each file is known to be stored as it is, by its own bytes.
pub(super) fn check_kept(journal: &Journal, files: &BTreeMap<PathBuf, Content>) {
    for (path, content) in files {
        let (key, stamp) = (locate(path).unwrap(), stamp_of(path, None).unwrap());
        let kept = journal.kept(ACCOUNT, &key).unwrap();
        let kept = kept.unwrap_or_else(|| panic!("{} is not known to be stored", path.display()));
        assert_eq!(kept.stamp, stamp, "{}", path.display());
        assert_eq!(kept.blake3, content.blake3(), "{}", path.display());
    }
}

fn setup(
    journal: &Journal,
    seen: &Arc<Mutex<Vec<Observation>>>,
    stopwatch: &Arc<AtomicU64>,
) -> Setup {
    let (seen, stopwatch) = (Arc::clone(seen), Arc::clone(stopwatch));
    Setup {
        journal: journal.clone(),
        account: Arc::new(|profile| Some(profile.to_owned())),
        clock: wall,
        moment: Arc::new(move || Moment(Duration::from_micros(stopwatch.load(Ordering::Relaxed)))),
        holders: Holders::default,
        rescan_every: Duration::from_hours(1),
        poll_every: Duration::from_secs(30),
        follow_most: 6,
        observe: Arc::new(move |observation| {
            seen.lock().unwrap().push(observation);
            true
        }),
        show: Arc::new(|_, _| true),
    }
}

fn watcher(setup: &Setup, watch: &Watch, all: &[Watch]) -> Watcher {
    let (_, commands) = std_mpsc::channel();
    let others: BTreeSet<Vec<u8>> = manager::others(watch, all);
    manager::watcher(
        setup,
        watch,
        Matcher::new(&watch.rules).unwrap(),
        &others,
        commands,
        &Arc::new(Waker::new().unwrap()),
    )
}
