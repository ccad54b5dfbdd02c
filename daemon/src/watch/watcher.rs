//! The thread of one watch: waits for the kernel, a command or the time, and does what is due.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::journal::{FileKey, FileStamp, JournalError, Watch};
use heimdex_client::watch::{Matcher, RescanEvery};
use rustix::event::PollFlags;
use tokio::sync::oneshot;

use super::inotify::{Inotify, Refused};
use super::known::{Known as KnownFiles, Place};
use super::left::LeftOut;
use super::mounts::Mounts;
use super::pauses::Told;
use super::place::Medium;
use super::probe::Asked;
use super::report::{Count, Eyes};
use super::root::Root;
use super::scan::Scan;
use super::settle::Moment;
use super::tracker::Tracker;
use super::waker::Waker;
use super::{Known, Observation, Setup};

/// A name that went may come back under another within so long.
const RENAME: Duration = Duration::from_millis(500);
/// What a watch shows of itself changes no more often.
pub(super) const SHOW_EVERY: Duration = Duration::from_millis(250);
/// Writers that pause are remembered, the last so many.
const RESTLESS_MOST: usize = 1024;

/// What the manager asks of a watch.
#[derive(Debug)]
pub(super) enum Command {
    Look(PathBuf),
    Force(PathBuf),
    Taken(PathBuf, FileStamp),
    Rescan,
    Why(PathBuf, oneshot::Sender<Option<Known>>),
}

/// All that is known of one watch.
pub(super) struct Watcher {
    pub(super) watch: Watch,
    pub(super) matcher: Matcher,
    /// Roots of other watches of the same account within it.
    pub(super) others: BTreeSet<Vec<u8>>,
    pub(super) setup: Setup,
    pub(super) commands: Receiver<Command>,
    pub(super) waker: Arc<Waker>,
    pub(super) root: Root,
    pub(super) inotify: Option<Inotify>,
    pub(super) eyes: Eyes,
    pub(super) mounts: Mounts,
    pub(super) known: KnownFiles,
    /// What was in the queue when the folder was found, by its path within the watch, until it is looked through.
    pub(super) queued: HashMap<Vec<u8>, FileStamp>,
    pub(super) tracker: Tracker,
    pub(super) asked: Asked,
    /// Names that went, by the rename that took them.
    pub(super) renames: HashMap<u32, Renamed>,
    /// When files were told to be finished, to know how long their writers pause.
    pub(super) told: BTreeMap<Place, Told>,
    pub(super) left: LeftOut,
    pub(super) taken: Count,
    pub(super) passed_over: u64,
    pub(super) unreadable: BTreeMap<Vec<u8>, String>,
    pub(super) troubles: Vec<String>,
    /// When it is looked through next; events of rules and limits bring it forward.
    pub(super) next_scan: Moment,
    pub(super) scanned_at: Option<Timestamp>,
    pub(super) medium: Medium,
    /// More is there than is followed at once.
    pub(super) has_more: bool,
    pub(super) shown_at: Option<Moment>,
    pub(super) is_shown: bool,
    pub(super) is_stopping: bool,
}

/// A name that went.
#[derive(Debug)]
pub(super) struct Renamed {
    pub(super) relative: Vec<u8>,
    pub(super) place: Option<Place>,
    pub(super) at: Moment,
}

impl Watcher {
    pub(super) fn now(&self) -> Moment {
        (self.setup.moment)()
    }

    pub(super) fn scan(&self) -> Scan<'_> {
        Scan {
            root: &self.watch.root,
            matcher: &self.matcher,
            others: &self.others,
            waker: &self.waker,
        }
    }

    /// How long a file must be still, at least.
    pub(super) fn least(&self) -> Duration {
        Duration::from_secs(self.watch.rules.settle_seconds.into())
    }

    /// Runs until it is told to stop. Blocks.
    pub(super) fn run(mut self) {
        self.show();
        self.begin();
        // What the first look found is shown at once.
        self.shown_at = None;
        while !self.is_stopping {
            self.show();
            let until = self.next_moment();
            if let Err(error) = self.wait(until) {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    watch.id = self.watch.id.0,
                    "a watch cannot wait for changes any more, and ends"
                );
                return;
            }
            self.go_on();
        }
    }

    /// Looks for the first time.
    pub(super) fn begin(&mut self) {
        if self.watch.rules.poll {
            self.poll_because("the watch says so".to_owned(), None);
        } else {
            match Inotify::new() {
                Ok(inotify) => self.inotify = Some(inotify),
                Err(refused) => self.refuse(&refused),
            }
        }
        self.look_for_root();
    }

    /// Does what is due.
    pub(super) fn go_on(&mut self) {
        self.is_stopping |= self.waker.is_stopped();
        self.obey();
        self.end_renames();
        self.look_at_due();
        self.rescan_if_due();
    }

    /// Waits for the kernel, a command or the time, and takes in what the kernel tells.
    pub(super) fn wait(&mut self, until: Option<Moment>) -> std::io::Result<()> {
        let now = self.now();
        let sources = [
            self.inotify
                .as_ref()
                .map(|inotify| (inotify.fd(), PollFlags::IN)),
            self.root
                .above()
                .map(|inotify| (inotify.fd(), PollFlags::IN)),
            self.mounts.fd().map(|fd| (fd, PollFlags::PRI)),
        ];
        let fds: Vec<_> = sources.iter().flatten().copied().collect();
        let mut told = self.waker.wait(&fds, now, until)?.into_iter();
        let told = sources
            .each_ref()
            .map(|source| source.is_some() && told.next().unwrap_or(false));
        let [files, above, mounts] = told;
        if mounts || (above && self.root.is_told_above()) {
            self.look_for_root();
        }
        if files {
            self.read_events();
        }
        Ok(())
    }

    /// When something is to be done without anybody telling.
    pub(super) fn next_moment(&mut self) -> Option<Moment> {
        let renames = self
            .renames
            .values()
            .map(|renamed| renamed.at.after(RENAME));
        let show = self
            .shown_at
            .filter(|_| !self.is_shown)
            .map(|at| at.after(SHOW_EVERY));
        let scan = Some(self.next_scan);
        let all = [renames.min(), self.tracker.next_due(), show, scan];
        all.into_iter().flatten().min()
    }

    fn obey(&mut self) {
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Look(path) => self.look_again(&path, false),
                Command::Force(path) => self.look_again(&path, true),
                Command::Taken(path, stamp) => self.taken(&path, stamp),
                Command::Rescan => self.look_for_root(),
                Command::Why(path, reply) => {
                    // Who asked may have gone.
                    let _gone = reply.send(self.why(&path));
                }
            }
        }
    }

    /// Names that did not come back under another are gone.
    fn end_renames(&mut self) {
        let now = self.now();
        let over = |renamed: &Renamed| now.since(renamed.at) >= RENAME;
        let gone: Vec<Renamed> = self
            .renames
            .extract_if(|_, renamed| over(renamed))
            .map(|(_, renamed)| renamed)
            .collect();
        for renamed in gone {
            self.gone(&renamed.relative, renamed.place);
        }
    }

    /// Files that are due are looked at until none is, or something else may have to be done.
    fn look_at_due(&mut self) {
        const ROUND: usize = 512;
        for _ in 0..ROUND {
            let now = self.now();
            let Some(place) = self.tracker.pop_due(now) else {
                break;
            };
            self.look_at(place);
        }
        self.asked.forget();
    }

    fn rescan_if_due(&mut self) {
        if self.has_more && self.tracker.has_room() && self.root.is_here() {
            self.next_scan = self.now();
        }
        if self.now() >= self.next_scan && !self.is_stopping {
            self.look_for_root();
        }
    }

    /// Tells the engine; waits where it has no room.
    pub(super) fn tell(&mut self, observation: Observation) {
        if !(self.setup.observe)(observation) {
            self.is_stopping = true;
        }
    }

    /// What cannot be remembered is found out again by the next process.
    pub(super) fn remembered<T>(&self, result: Result<T, JournalError>) -> Option<T> {
        result
            .inspect_err(|error| {
                tracing::warn!(
                    error = error as &dyn std::error::Error,
                    watch.id = self.watch.id.0,
                    "the journal did not answer a watch"
                );
            })
            .ok()
    }

    pub(super) fn refuse(&mut self, refused: &Refused) {
        match refused {
            Refused::Limit { sysctl } => {
                let hint = format!(
                    "raise it with `sudo sysctl {sysctl}=1048576`, for good by a line `{sysctl} = 1048576` in \
                     `/etc/sysctl.d/60-heimdex.conf`"
                );
                let hint = if sysctl.ends_with("instances") {
                    hint.replace("1048576", "1024")
                } else {
                    hint
                };
                self.poll_because(
                    format!("the system's limit `{sysctl}` is reached"),
                    Some(hint),
                );
            }
            Refused::Other(error) => {
                self.poll_because(
                    format!("the system does not tell of changes: {error}"),
                    None,
                );
            }
        }
    }

    /// Changes are found by looking from now on; said once.
    pub(super) fn poll_because(&mut self, why: String, hint: Option<String>) {
        if matches!(&self.eyes, Eyes::Polling { why: said, .. } if *said == why) {
            return;
        }
        tracing::warn!(
            watch.id = self.watch.id.0,
            hint = hint.as_deref(),
            "`{}` is looked through every {} s for changes: {why}",
            self.watch.root.display(),
            self.setup.poll_every.as_secs()
        );
        let every_ms = u64::try_from(self.setup.poll_every.as_millis()).unwrap_or(u64::MAX);
        self.eyes = Eyes::Polling {
            why,
            hint,
            every_ms,
        };
        self.is_shown = false;
    }

    /// How often all of it is looked through.
    pub(super) fn rescan_every(&self) -> Duration {
        let own = self.watch.rules.rescan_seconds;
        own.map_or(self.setup.rescan_every, RescanEvery::get)
    }

    /// When the next look through all of it is due, after one that took so long.
    pub(super) fn schedule(&mut self, took: Duration) {
        /// Looking takes at most this part of the time.
        const PART: u32 = 20;
        let every = match self.eyes {
            Eyes::Events => self.rescan_every(),
            Eyes::Polling { .. } => self.setup.poll_every,
        };
        self.next_scan = self.now().after(every.max(took * PART));
    }

    /// A file was told to be finished.
    pub(super) fn remember_told(&mut self, place: Place, stamp: FileStamp) {
        let at = self.now();
        self.told.insert(place, Told { at, stamp });
        if self.told.len() > RESTLESS_MOST {
            let oldest = self.told.iter().min_by_key(|(_, told)| told.at);
            if let Some(place) = oldest.map(|(place, _)| *place) {
                self.told.remove(&place);
            }
        }
    }

    /// Where a file is in terms that survive unplugging its card.
    pub(super) fn key(&self, relative: &[u8]) -> Option<FileKey> {
        self.root.key(relative)
    }
}
