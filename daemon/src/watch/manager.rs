//! Starts, changes and ends the threads of the watches, and passes on what is asked of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread::JoinHandle;

use heimdex_client::journal::{Watch, WatchId};
use heimdex_client::watch::Matcher;
use tokio::sync::mpsc;

use super::known::Known;
use super::left::LeftOut;
use super::mounts::Mounts;
use super::place::Medium;
use super::probe::Asked;
use super::report::{Count, Eyes};
use super::root::Root;
use super::settle::Moment;
use super::sweep::within;
use super::tracker::Tracker;
use super::waker::Waker;
use super::watcher::{Command, Watcher};
use super::{Ask, Setup};

/// Runs every watch of the journal until nobody asks any more, and shows how they are. Ends when all threads have.
pub async fn run(setup: Setup, mut asks: mpsc::Receiver<Ask>) {
    let mut manager = Manager {
        setup,
        watches: BTreeMap::new(),
    };
    manager.reload().await;
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::WatchesChanged => manager.reload().await,
            Ask::Rescan(None) => manager
                .watches
                .values()
                .for_each(|run| run.tell(Command::Rescan)),
            Ask::Rescan(Some(id)) => {
                if let Some(run) = manager.watches.get(&id) {
                    run.tell(Command::Rescan);
                }
            }
            Ask::Look(path) => manager
                .of(&path)
                .for_each(|run| run.tell(Command::Look(path.clone()))),
            Ask::Force(path) => manager
                .of(&path)
                .for_each(|run| run.tell(Command::Force(path.clone()))),
            Ask::Taken { path, stamp } => manager
                .of(&path)
                .for_each(|run| run.tell(Command::Taken(path.clone(), stamp))),
            Ask::Why { path, reply } => {
                // Without a watch the reply is dropped, which is an answer too.
                if let Some(run) = manager.of(&path).next() {
                    run.tell(Command::Why(path.clone(), reply));
                }
            }
        }
    }
    let ending = std::mem::take(&mut manager.watches);
    end(ending.into_values().collect()).await;
}

struct Manager {
    setup: Setup,
    watches: BTreeMap<WatchId, Run>,
}

/// A watch that runs.
struct Run {
    watch: Watch,
    others: BTreeSet<Vec<u8>>,
    commands: std_mpsc::Sender<Command>,
    waker: Arc<Waker>,
    thread: JoinHandle<()>,
}

impl Run {
    fn tell(&self, command: Command) {
        // A thread that ended takes no more.
        let _ended = self.commands.send(command);
        self.waker.wake();
    }

    /// Whether it does what this row says; what it does not look at may differ.
    fn does(&self, watch: &Watch, others: &BTreeSet<Vec<u8>>) -> bool {
        self.watch.root == watch.root
            && self.watch.profile == watch.profile
            && self.watch.rules == watch.rules
            && self.others == *others
            && !self.thread.is_finished()
    }
}

impl Manager {
    /// Watches that cover a path, the innermost first.
    fn of(&self, path: &Path) -> impl Iterator<Item = &Run> {
        let covering = self
            .watches
            .values()
            .filter(|run| path.starts_with(&run.watch.root));
        let mut covering: Vec<&Run> = covering.collect();
        covering.sort_by_key(|run| std::cmp::Reverse(run.watch.root.as_os_str().len()));
        covering.into_iter()
    }

    /// Makes what runs what the journal says.
    async fn reload(&mut self) {
        let journal = self.setup.journal.clone();
        let read = tokio::task::spawn_blocking(move || journal.watches()).await;
        let wanted = match read {
            Ok(Ok(wanted)) => wanted,
            Ok(Err(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the watches cannot be read from the journal; those that run go on"
                );
                return;
            }
            Err(_) => return,
        };
        let with_others = wanted.iter().map(|watch| (watch, others(watch, &wanted)));
        let with_others: Vec<_> = with_others.collect();
        let mut kept = BTreeMap::new();
        for (watch, others) in &with_others {
            if let Some(run) = self.watches.remove(&watch.id) {
                if run.does(watch, others) {
                    kept.insert(watch.id, run);
                } else {
                    self.watches.insert(watch.id, run);
                }
            }
        }
        let ending = std::mem::replace(&mut self.watches, kept);
        // Two threads of one watch would tell of the same files.
        end(ending.into_values().collect()).await;
        for (watch, others) in with_others {
            if !self.watches.contains_key(&watch.id) {
                self.start(watch.clone(), others);
            }
        }
    }

    fn start(&mut self, watch: Watch, others: BTreeSet<Vec<u8>>) {
        let matcher = match Matcher::new(&watch.rules) {
            Ok(matcher) => matcher,
            Err(error) => {
                tracing::error!(
                    watch.id = watch.id.0,
                    "`{}` is not watched: {error}",
                    watch.root.display()
                );
                return;
            }
        };
        let started = Waker::new().map(Arc::new).and_then(|waker| {
            let (commands, asked) = std_mpsc::channel();
            let watcher = watcher(&self.setup, &watch, matcher, &others, asked, &waker);
            let name = format!("watch {}", watch.id.0);
            let thread = std::thread::Builder::new()
                .name(name)
                .stack_size(1 << 20)
                .spawn(move || watcher.run())?;
            Ok((commands, waker, thread))
        });
        match started {
            Ok((commands, waker, thread)) => {
                let id = watch.id;
                let run = Run {
                    watch,
                    others,
                    commands,
                    waker,
                    thread,
                };
                self.watches.insert(id, run);
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                watch.id = watch.id.0,
                "`{}` is not watched: the system gives no more threads or files",
                watch.root.display()
            ),
        }
    }
}

pub(super) fn watcher(
    setup: &Setup,
    watch: &Watch,
    matcher: Matcher,
    others: &BTreeSet<Vec<u8>>,
    commands: std_mpsc::Receiver<Command>,
    waker: &Arc<Waker>,
) -> Watcher {
    Watcher {
        watch: watch.clone(),
        matcher,
        others: others.clone(),
        setup: setup.clone(),
        commands,
        waker: Arc::clone(waker),
        root: Root::Unknown,
        inotify: None,
        eyes: Eyes::Events,
        mounts: Mounts::new(),
        known: Known::default(),
        queued: std::collections::HashMap::new(),
        tracker: Tracker::new(setup.follow_most),
        asked: Asked::new(setup.holders),
        renames: std::collections::HashMap::new(),
        told: BTreeMap::new(),
        left: LeftOut::default(),
        taken: Count::default(),
        passed_over: 0,
        unreadable: BTreeMap::new(),
        troubles: Vec::new(),
        next_scan: Moment(std::time::Duration::ZERO),
        scanned_at: None,
        medium: Medium::Folder,
        has_more: false,
        shown_at: None,
        is_shown: false,
        is_stopping: false,
    }
}

/// The roots of other watches of the same account within this one: they look there themselves.
pub(super) fn others(watch: &Watch, all: &[Watch]) -> BTreeSet<Vec<u8>> {
    let same = all
        .iter()
        .filter(|other| other.id != watch.id && other.profile == watch.profile);
    same.filter_map(|other| within(&watch.root, &other.root))
        .collect()
}

/// Ends watches, and waits until they have. One that a file system holds up is waited for, too.
async fn end(runs: Vec<Run>) {
    for run in &runs {
        run.waker.stop();
    }
    let joined = tokio::task::spawn_blocking(move || {
        for run in runs {
            if run.thread.join().is_err() {
                tracing::error!(watch.id = run.watch.id.0, "the thread of a watch panicked");
            }
        }
    });
    // The pool is gone only where the process ends.
    let _ended = joined.await;
}
