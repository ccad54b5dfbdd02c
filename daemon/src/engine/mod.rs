//! What is queued, in which order it goes, and what became of it.
//!
//! One owner of the state, one bounded queue of events: `state` decides purely, `driver` acts. Watches, transfers and
//! people only ever tell it something.

mod driver;
mod effect;
mod event;
mod handle;
mod ledger;
mod meter;
mod notices;
mod perform;
mod seen;
mod speed;
mod state;
mod status;
mod trashing;
mod why;

use std::path::PathBuf;
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_client::bwlimit::{Throttle, Timetable};
use heimdex_client::control::{Count, DaemonFacts, Status};
use heimdex_client::journal::{Journal, JournalError, Trouble};
use heimdex_client::watch::RescanEvery;
use heimdex_process::lifecycle::Lifecycle;
use tokio::sync::{broadcast, mpsc, watch};

use crate::accounts::{Accounts, FromEnvironment, Shared};
use crate::awake::Awake;
use crate::logins;
use crate::queue::Limits;
use crate::worker::Worker;
use driver::{Driver, Lines, Tools};

pub use effect::Effect;
pub use event::{Ending, Event, Finding, Known, Ticket, Trashing, TurnId};
pub use handle::{Command, Handle};
pub use meter::Meter;
pub use state::{At, Item, Remembered, State};

/// Commands that may wait; who asks then waits, too.
const COMMANDS: usize = 64;
/// Events that a reader may be behind.
const TOLD: usize = 1024;
/// Events that the engine may be behind: watches and transfers wait then.
const EVENTS: usize = 1024;
/// Questions to the watches that may wait there; more of them wait at the engine.
const ASKS: usize = 256;

/// What the engine is made of.
#[derive(Debug)]
pub struct Setup {
    /// Which process it works in.
    pub daemon: DaemonFacts,
    /// When it ends.
    pub lifecycle: Lifecycle,
    /// The journal.
    pub journal: Journal,
    /// Why it ends with this process, where it does.
    pub forgetful: Option<Trouble>,
    /// `config.toml`; the logins lie beside it.
    pub config_file: PathBuf,
    /// What the environment says in its place.
    pub environment: FromEnvironment,
    /// Where the person's own trash lies.
    pub data_home: Option<PathBuf>,
    /// How fast bytes may leave.
    pub bwlimit: Timetable,
    /// How much runs at once.
    pub limits: Limits,
    /// How often a watch is looked through of which nothing else was said.
    pub rescan: RescanEvery,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// A random number of 0 to 1.
    pub jitter: fn() -> f64,
}

/// Starts the engine, and what sees for it.
///
/// # Errors
/// Why the journal cannot be read.
pub fn start(setup: Setup) -> Result<Handle, JournalError> {
    let throttle = Throttle::new(setup.bwlimit.clone(), setup.now);
    let shared = Shared {
        config_file: setup.config_file.clone(),
        journal: setup.journal.clone(),
        throttle: throttle.clone(),
        now: setup.now,
    };
    let accounts = Arc::new(Accounts::new(shared, setup.environment.clone()));
    let mut known = perform::known(&setup.journal, &accounts)?;
    known.troubles.extend(setup.forgetful.clone());
    let state = State::new(
        setup.limits,
        remembered(&setup.journal)?,
        known,
        (setup.now)(),
    );
    let (commands, asked) = mpsc::channel(COMMANDS);
    let (status, shown) = watch::channel(Arc::new(Status::starting(setup.daemon.clone())));
    let (told, _) = broadcast::channel(TOLD);
    let (events, happened) = mpsc::channel(EVENTS);
    let (asks, questions) = mpsc::channel(ASKS);
    let (gathered, inquiries) = mpsc::channel(COMMANDS);
    let watching = crate::watch::run(eyes(&setup, &accounts, &events), questions);
    drop(setup.lifecycle.spawn("watches", watching));
    logins::follow(accounts.files(), events.clone());
    let worker = Worker {
        accounts: Arc::clone(&accounts),
        events: events.clone(),
        limits: Arc::default(),
    };
    let tools = Tools {
        journal: setup.journal,
        accounts,
        worker,
        awake: Awake::start(&setup.lifecycle),
        lifecycle: setup.lifecycle.clone(),
        watches: asks,
        throttle,
        rescan: setup.rescan,
        data_home: setup.data_home,
        facts: setup.daemon,
        now: setup.now,
        jitter: setup.jitter,
    };
    let lines = Lines {
        events: happened,
        back: events,
        commands: asked,
        status,
        told: told.clone(),
        inquiries,
        gathered,
    };
    let driver = Driver::new(state, tools, lines);
    drop(setup.lifecycle.spawn("engine", driver.run()));
    Ok(Handle {
        commands,
        status: shown,
        events: told,
    })
}

/// What the watches are set up with.
fn eyes(
    setup: &Setup,
    accounts: &Arc<Accounts>,
    events: &mpsc::Sender<Event>,
) -> crate::watch::Setup {
    let (accounts, events, shown) = (Arc::clone(accounts), events.clone(), events.clone());
    crate::watch::Setup {
        journal: setup.journal.clone(),
        account: Arc::new(move |profile| accounts.account(profile)),
        clock: setup.now,
        moment: crate::watch::Setup::stopwatch(),
        holders: crate::watch::Holders::look,
        rescan_every: setup.rescan.get(),
        poll_every: crate::watch::Setup::POLL_EVERY,
        follow_most: crate::watch::Setup::FOLLOW_MOST,
        // On a thread of the watch, which waits while the engine has much to do.
        observe: Arc::new(move |seen| events.blocking_send(Event::Observed(seen)).is_ok()),
        show: Arc::new(move |id, report| {
            let shown_as = Event::Shown(id, Box::new(report));
            shown.blocking_send(shown_as).is_ok()
        }),
    }
}

/// What the journal remembers of the last run.
fn remembered(journal: &Journal) -> Result<Remembered, JournalError> {
    let stored = journal.kept_counts()?.into_iter();
    Ok(Remembered {
        queue: journal.queued(None)?,
        wanted: journal.wanted()?,
        for_trash: journal.kept_for_trash()?,
        stored: stored
            .map(|(watch, files, bytes)| (watch, Count { files, bytes }))
            .collect(),
        pause: journal.paused_all()?,
    })
}
