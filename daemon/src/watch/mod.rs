//! Watches: which files are there, which are finished, and why the others are not.
//!
//! A thread a watch owns all that is known of it, so that a file system that does not answer holds up nobody else. What
//! it finds goes to the engine through one bounded channel; a full one makes the thread wait, and the kernel keep what
//! happens meanwhile. A look through the whole folder, at the start and every hour, is the truth; events make it quick.

mod answer;
mod beside;
mod cards;
mod events;
mod inotify;
mod known;
mod left;
mod manager;
mod mounts;
mod pauses;
mod place;
mod probe;
mod report;
mod root;
mod scan;
pub mod settle;
mod settling;
mod sweep;
mod tracker;
mod waker;
mod watcher;
mod writers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use heimdex_api::Timestamp;
use heimdex_client::journal::{FileKey, FileStamp, Journal, WatchId};
use tokio::sync::oneshot;

pub use self::manager::run;
pub use self::report::{Count, Eyes, Report, RootState};
pub use self::settle::{Moment, Waiting};
pub(crate) use self::writers::Holders;

/// A file that is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The watch that it came by.
    pub watch: WatchId,
    /// Where it is, absolute.
    pub path: PathBuf,
    /// The bytes of its path within the watch.
    pub relative: Vec<u8>,
    /// Where it is in terms that survive unplugging its card.
    pub key: FileKey,
    /// The state in which it was found finished.
    pub stamp: FileStamp,
    /// Its container ends too early, and a person wants it all the same.
    pub damaged: bool,
    /// What the clip is called that it belongs to, where it is one of a camera's card.
    pub unit: Option<Vec<u8>>,
    /// What its watch last showed of itself counts it among those that are not finished.
    pub was_shown: bool,
}

/// What a watch tells the engine. Each may come twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// A file is finished.
    Settled(Candidate),
    /// A file is not finished, and why: told where the kind of reason changes, never for the time alone.
    Waiting {
        /// Which watch.
        watch: WatchId,
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: Waiting,
    },
    /// A file is there no longer.
    Gone {
        /// Which watch.
        watch: WatchId,
        /// Which file.
        path: PathBuf,
    },
    /// A file that was told to be finished has another name now, and is otherwise as it was.
    Moved {
        /// Which watch.
        watch: WatchId,
        /// Its name before.
        from: PathBuf,
        /// What it is now.
        to: Candidate,
    },
    /// The folder is away: a card that was pulled, a mount that is late.
    RootGone {
        /// Which watch.
        watch: WatchId,
    },
    /// The folder is there again.
    RootBack {
        /// Which watch.
        watch: WatchId,
    },
    /// All of the folder was looked through.
    Scanned {
        /// Which watch.
        watch: WatchId,
    },
}

/// What others ask of the watches.
#[derive(Debug)]
pub enum Ask {
    /// This file turned out changed: it is to be found finished anew.
    Look(PathBuf),
    /// A person wants this file, although it looks cut off or something beside it says that it is worked on.
    Force(PathBuf),
    /// This file is in the queue as it is now, finished or not: a person wants it so.
    Taken {
        /// Which file.
        path: PathBuf,
        /// The state that is queued.
        stamp: FileStamp,
    },
    /// Look through a watch, or all of them, now.
    Rescan(Option<WatchId>),
    /// Watches were added, changed, paused or ended.
    WatchesChanged,
    /// Why a file is where it is, as far as a watch knows.
    Why {
        /// Which file, absolute.
        path: PathBuf,
        /// Where the answer goes.
        reply: oneshot::Sender<Option<Known>>,
    },
}

/// What a watch knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which watch.
    pub watch: WatchId,
    /// What it knows.
    pub standing: Standing,
}

impl Known {
    /// Whether rules leave the file, or a folder that it is in, out.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        matches!(self.standing, Standing::Left { .. })
    }
}

/// Where a file stands with its watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The folder of the watch is away.
    RootGone {
        /// Since when.
        since: Timestamp,
    },
    /// There is nothing of this name.
    Missing,
    /// A rule leaves it, or a folder that it is in, out.
    Left {
        /// The bytes of the path within the watch of what is left out.
        relative: Vec<u8>,
        /// By what.
        left: heimdex_client::watch::Left,
        /// How large it is, where it is a file.
        bytes: u64,
    },
    /// It is not finished.
    Waiting(Waiting),
    /// It is finished; another file of the same clip is not.
    HeldBy {
        /// The other file.
        other: PathBuf,
    },
    /// It was there before the watch, which leaves such files alone.
    PassedOver,
    /// It was told to be finished in this state: the queue knows more.
    Told,
    /// It was not looked at yet.
    NotYet,
}

impl Standing {
    /// Whether it says something of the file as it is now that holds until the queue has it.
    #[must_use]
    pub fn is_of_the_file(&self) -> bool {
        match self {
            Self::Waiting(_) | Self::HeldBy { .. } => true,
            Self::RootGone { .. }
            | Self::Missing
            | Self::Left { .. }
            | Self::PassedOver
            | Self::Told
            | Self::NotYet => false,
        }
    }
}

/// Tells the account of a profile, as the journal tells accounts apart.
pub type AccountOf = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the watches are set up with.
#[derive(Clone)]
pub struct Setup {
    /// The client's memory.
    pub journal: Journal,
    /// The account of a profile; `None` where nobody is logged in.
    pub account: AccountOf,
    /// The machine's clock.
    pub clock: fn() -> Timestamp,
    /// How long it has been since some moment, by a clock that only goes forward.
    pub moment: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// Tells who has which files open.
    pub(crate) holders: fn() -> Holders,
    /// How often a watch is looked through as a whole that does not say itself.
    pub rescan_every: Duration,
    /// How often one is where the system does not tell of changes.
    pub poll_every: Duration,
    /// So many files of a watch are followed at once; the others are found by the next look through the folder.
    pub follow_most: usize,
    /// Takes observations; blocks while there is no room, and answers whether anybody takes them still.
    pub observe: Arc<dyn Fn(Observation) -> bool + Send + Sync>,
    /// Takes what a watch shows of itself, in one order with what it observes, and in the same way.
    pub show: Arc<dyn Fn(WatchId, Report) -> bool + Send + Sync>,
}

impl Setup {
    /// The system's clock that only goes forward, from now on.
    #[must_use]
    pub fn stopwatch() -> Arc<dyn Fn() -> Moment + Send + Sync> {
        let began = Instant::now();
        Arc::new(move || Moment(began.elapsed()))
    }

    /// So many files of a watch are followed at once.
    pub const FOLLOW_MOST: usize = 10_000;
    /// A watch is looked through so often where the system does not tell of changes.
    pub const POLL_EVERY: Duration = Duration::from_secs(30);
}

#[cfg(test)]
mod tests;
