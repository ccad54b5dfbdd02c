//! The one owner of the engine's state: takes events in, does what they come to, and shows what holds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::bwlimit::Throttle;
use heimdex_client::control::{
    Answer, Changed, DaemonFacts, Event as Told, Refusal, Request, Status,
};
use heimdex_client::journal::Journal;
use heimdex_client::shown::Moment;
use heimdex_client::watch::RescanEvery;
use heimdex_process::lifecycle::Lifecycle;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Command;
use super::event::{Event, Ticket, TurnId};
use super::ledger::Ledger;
use super::notices::is_told_once_it_holds;
use super::speed::Speed;
use super::state::{At, State};
use super::why::Inquiry;
use crate::accounts::Accounts;
use crate::awake::Awake;
use crate::watch::{Ask, Candidate, Observation};
use crate::worker::Worker;

/// Events that are taken in together: what they write is one transaction.
const ROUND: usize = 256;
/// While bytes move, people see how far they are so often.
const GLANCE: Duration = Duration::from_secs(1);
/// While something waits for its time the clock is looked at so often: it may be set, and goes on while the machine sleeps.
const LOOK_AT_CLOCK: Duration = Duration::from_mins(1);
/// Changes that come thick and fast are shown no more often.
const SHOW_EVERY: Duration = Duration::from_millis(250);

/// What the driver works with.
pub(super) struct Tools {
    pub(super) journal: Journal,
    pub(super) accounts: Arc<Accounts>,
    pub(super) worker: Worker,
    pub(super) lifecycle: Lifecycle,
    pub(super) watches: mpsc::Sender<Ask>,
    pub(super) throttle: Throttle,
    pub(super) rescan: RescanEvery,
    pub(super) awake: Awake,
    pub(super) data_home: Option<std::path::PathBuf>,
    pub(super) facts: DaemonFacts,
    pub(super) now: fn() -> Timestamp,
    pub(super) jitter: fn() -> f64,
}

/// Where what happens comes from, and where what holds goes to.
pub(super) struct Lines {
    pub(super) events: mpsc::Receiver<Event>,
    /// For tasks, which tell how they ended.
    pub(super) back: mpsc::Sender<Event>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) status: watch::Sender<Arc<Status>>,
    pub(super) told: broadcast::Sender<Told>,
    /// Questions whose facts are gathered: a watch may take its time.
    pub(super) inquiries: mpsc::Receiver<Inquiry>,
    /// For the tasks that gather them.
    pub(super) gathered: mpsc::Sender<Inquiry>,
}

/// The owner of the state.
pub(super) struct Driver {
    pub(super) state: State,
    pub(super) tools: Tools,
    pub(super) lines: Lines,
    pub(super) speed: Speed,
    pub(super) ledger: Ledger,
    /// Ends the proof of the file that is to go in the trash.
    pub(super) trashing: CancellationToken,
    pub(super) turns: BTreeMap<TurnId, CancellationToken>,
    /// What the watches are still to be asked, in order. The owner of the state never waits for them: they wait for it.
    pub(super) asks: VecDeque<Ask>,
    pub(super) tickets: BTreeMap<Ticket, oneshot::Sender<Result<Answer, Refusal>>>,
    last_ticket: u64,
    shown_at: Option<Instant>,
    pub(super) is_to_be_shown: bool,
}

impl Driver {
    pub(super) fn new(state: State, tools: Tools, lines: Lines) -> Self {
        Self {
            state,
            tools,
            lines,
            speed: Speed::default(),
            ledger: Ledger::default(),
            trashing: CancellationToken::new(),
            turns: BTreeMap::new(),
            asks: VecDeque::new(),
            tickets: BTreeMap::new(),
            last_ticket: 0,
            shown_at: None,
            is_to_be_shown: true,
        }
    }

    /// Runs until the process is to end and every turn is over.
    pub(super) async fn run(mut self) {
        let soft = self.tools.lifecycle.soft().clone();
        let mut is_stopping = false;
        let mut batch = Vec::with_capacity(ROUND);
        self.round().await;
        loop {
            if is_stopping && self.turns.is_empty() {
                self.make_up(true).await;
                return;
            }
            let wake = self.wake_at();
            // In no fixed order: whoever asks without a pause must not keep what happens waiting, nor the other way round.
            tokio::select! {
                () = soft.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    batch.push(Event::Stopping);
                }
                Some(command) = self.lines.commands.recv() => batch.extend(self.asked(command)),
                Some(inquiry) = self.lines.inquiries.recv() => {
                    self.catch_up().await;
                    self.answer(inquiry).await;
                }
                room = self.tools.watches.clone().reserve_owned(), if !self.asks.is_empty() => match room {
                    Ok(room) => drop(self.asks.pop_front().map(|ask| room.send(ask))),
                    // They end only when the process does.
                    Err(_) => self.asks.clear(),
                },
                count = self.lines.events.recv_many(&mut batch, ROUND) => {
                    // This side holds a sender: there is always one more.
                    debug_assert_ne!(count, 0);
                }
                () = until(wake) => {}
            }
            let events = std::mem::take(&mut batch);
            self.take_in(events).await;
            self.round().await;
        }
    }

    /// When something is to be done though nothing happens until then.
    fn wake_at(&self) -> Option<Instant> {
        let now = Instant::now();
        let wall = (self.tools.now)();
        let due = self.state.wake_at(wall);
        let due = due.map(|at| now + at.since(wall).min(LOOK_AT_CLOCK));
        let glance = (!self.turns.is_empty()).then(|| now + GLANCE);
        let show = self
            .is_to_be_shown
            .then(|| self.shown_at.map_or(now, |at| at + SHOW_EVERY));
        let owed = self.ledger.again_at();
        due.into_iter().chain(glance).chain(show).chain(owed).min()
    }

    /// A command becomes an event, with a ticket for its answer; what only looks is answered at once.
    fn asked(&mut self, command: Command) -> Option<Event> {
        let Command { request, reply } = command;
        let answer = match &request {
            Request::Ping => Ok(Answer::Done(Changed::default())),
            Request::Queue(query) => {
                let known = self.state.known_watch(query.watch);
                known.map(|()| Answer::Queue(self.queue(query)))
            }
            Request::Why(query) => {
                self.why(query, reply);
                return None;
            }
            _ => {
                self.last_ticket += 1;
                let ticket = Ticket(self.last_ticket);
                self.tickets.insert(ticket, reply);
                return Some(Event::Asked(request, ticket));
            }
        };
        // Whoever asked may have gone.
        let _ = reply.send(answer);
        None
    }

    /// Takes in all that happened until now.
    async fn catch_up(&mut self) {
        let mut events = Vec::new();
        while let Ok(event) = self.lines.events.try_recv() {
            events.push(event);
            if events.len() >= ROUND {
                self.take_in(std::mem::take(&mut events)).await;
            }
        }
        self.take_in(events).await;
    }

    async fn take_in(&mut self, events: Vec<Event>) {
        let events = self.without_kept(events).await;
        let at = self.at();
        let mut effects = Vec::new();
        let mut is_wanted_at_once = false;
        for event in events {
            self.is_to_be_shown = true;
            is_wanted_at_once |= matches!(
                event,
                Event::Asked(..) | Event::Looked { .. } | Event::Known(_)
            );
            if let Event::TurnOver(turn) = &event {
                self.turns.remove(turn);
            }
            if let Event::Ended(id, _) = &event {
                self.speed.ended(self.state.brought(*id));
            }
            effects.extend(self.state.apply(at, event));
        }
        if is_wanted_at_once {
            // Whoever asked for something sees it done when they look next.
            self.show_now();
        }
        self.perform(effects).await;
    }

    /// Tells the journal what is owed to it, once that is due.
    async fn make_up(&mut self, is_last: bool) {
        let again_at = self.ledger.again_at();
        if again_at.is_some_and(|at| is_last || at <= Instant::now()) {
            self.write(Vec::new(), is_last).await;
        }
    }

    async fn round(&mut self) {
        self.make_up(false).await;
        let effects = self.state.round((self.tools.now)());
        self.is_to_be_shown |= !effects.is_empty();
        self.perform(effects).await;
        self.show();
    }

    fn at(&self) -> At {
        At {
            now: (self.tools.now)(),
            jitter: (self.tools.jitter)(),
        }
    }

    /// Leaves out files that are stored in the very state in which they were found finished.
    async fn without_kept(&self, events: Vec<Event>) -> Vec<Event> {
        let kept = self.kept_among(&events).await;
        let told = events.into_iter().enumerate();
        told.map(|(number, event)| match event {
            Event::Observed(Observation::Settled(file)) if kept.contains(&number) => {
                Event::FoundKept(file)
            }
            other => other,
        })
        .collect()
    }

    /// Which of these events are of such files. What cannot be looked up is sent: the server knows what it has.
    async fn kept_among(&self, events: &[Event]) -> BTreeSet<usize> {
        let settled = events.iter().enumerate();
        let settled = settled.filter_map(|(number, event)| match event {
            // One that is queued or wanted is told in any case: it would wait for the word of it for good.
            Event::Observed(Observation::Settled(file))
                if !file.damaged && !self.state.is_awaited(&file.path) =>
            {
                Some((number, file.clone()))
            }
            _ => None,
        });
        let settled: Vec<_> = settled.collect();
        if settled.is_empty() {
            return BTreeSet::new();
        }
        let accounts = self.state.accounts_of_watches(&self.tools.accounts);
        let journal = self.tools.journal.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let is_kept = |file: &Candidate| {
                let account = accounts.get(&file.watch).and_then(Option::as_ref);
                account.is_some_and(|account| {
                    let kept = journal.is_kept_as(account, &file.key, &file.stamp);
                    kept.unwrap_or(false)
                })
            };
            let kept = settled.iter().filter(|(_, file)| is_kept(file));
            kept.map(|(number, _)| *number).collect()
        });
        looking.await.unwrap_or_default()
    }

    /// Shows what holds, if that changed, however short ago something was shown.
    pub(super) fn show_now(&mut self) {
        self.shown_at = None;
        self.show();
    }

    /// Shows what holds, if that changed, and not too often.
    fn show(&mut self) {
        let now = Instant::now();
        let is_moving = !self.turns.is_empty();
        let since = self.shown_at.map_or(GLANCE, |at| now - at);
        let is_due = self.is_to_be_shown && since >= SHOW_EVERY || is_moving && since >= GLANCE;
        if !is_due {
            return;
        }
        (self.shown_at, self.is_to_be_shown) = (Some(now), false);
        if is_moving {
            self.speed.measure(now, self.state.brought_by_running());
        } else {
            self.speed.rest();
        }
        let status = Arc::new(self.status());
        let before = self.lines.status.send_replace(Arc::clone(&status));
        self.tell_new(&before, &status);
    }

    /// Tells whoever listens of notices that hold since now.
    fn tell_new(&self, before: &Status, now: &Status) {
        let new = now.notices.iter();
        let new = new.filter(|notice| is_told_once_it_holds(notice));
        for notice in new.filter(|notice| !before.notices.contains(notice)) {
            let notice = notice.clone();
            // Nobody need listen.
            let _ = self.lines.told.send(Told::Notice { notice });
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: (self.tools.now)(),
            zone: jiff::tz::TimeZone::system(),
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
