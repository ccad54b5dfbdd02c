//! A look through all of a watch, or a folder of it: the truth about what is there.

mod passing;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_client::journal::{DoneHow, FileStamp, Journal, Watch};
use heimdex_client::platform;
use heimdex_client::watch::Existing;

use super::Observation;
use super::cards::unit_of;
use super::inotify::Refused;
use super::known::{Known, Place};
use super::left::LeftOut;
use super::pauses::{Told, pause};
use super::place::{Ground, Medium};
use super::probe::{There, look};
use super::report::Count;
use super::scan::{Found, Outcome, Scan};
use super::settle::{Activity, Moment, Settling};
use super::tracker::Tracker;
use super::watcher::Watcher;

/// What was written no longer ago is looked at while it settles. Microseconds.
const LATELY: i64 = 60_000_000;
/// File systems keep times as coarsely as this: what is not older than a watch by so much is newer. Microseconds.
const COARSE: i64 = 2_000_000;
/// Files that are passed over are written to the journal so many at a time.
const BATCH: usize = 2048;

/// Whether what a look finds was counted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// It was not.
    Anew,
    /// It was, as far as it was there.
    Known,
}

/// Where what a look finds goes.
struct Sink<'a> {
    watch: &'a Watch,
    journal: &'a Journal,
    known: &'a mut Known,
    queued: &'a mut HashMap<Vec<u8>, FileStamp>,
    tracker: &'a mut Tracker,
    told: &'a BTreeMap<Place, Told>,
    left: &'a mut LeftOut,
    taken: &'a mut Count,
    unreadable: &'a mut BTreeMap<Vec<u8>, String>,
    troubles: &'a mut Vec<String>,
    passed_over: &'a mut u64,
    has_more: &'a mut bool,
    /// Folders on file systems of their own.
    grounds: Vec<(Vec<u8>, Arc<Ground>)>,
    /// Files that were told to be finished before, and are not what they were.
    changed: Vec<Place>,
    /// Files to be passed over, and their file system.
    batch: Vec<(Vec<u8>, FileStamp)>,
    batch_fs: String,
    counting: Counting,
    now: Moment,
    wall: Timestamp,
}

impl Watcher {
    /// Looks through all of it.
    pub(super) fn scan_all(&mut self) {
        let began = self.now();
        self.known.begin_turn();
        self.root.unlearn();
        self.left.clear();
        self.taken = Count::default();
        self.unreadable.clear();
        self.troubles.clear();
        self.has_more = false;
        // What is told while it lasts may ask for another look.
        self.next_scan = Moment::NEVER;
        let outcome = self.scan_from(b"", Counting::Anew);
        // What was renamed meanwhile has another name, and did not go.
        self.read_events();
        if !self.root.is_here() || self.waker.is_stopped() {
            // What was not looked at is looked at by the next process.
            return;
        }
        if !outcome.is_partial {
            self.sweep();
            self.look_for_queued();
        }
        self.forget_left_out();
        self.end_first_scan();
        self.scanned_at = Some((self.setup.clock)());
        self.medium = Medium::of(&self.watch.root);
        let asked = self.next_scan;
        self.schedule(self.now().since(began));
        self.next_scan = self.next_scan.min(asked);
        self.is_shown = false;
        self.tell(Observation::Scanned {
            watch: self.watch.id,
        });
    }

    /// Looks through a folder and all below it.
    pub(super) fn scan_from(&mut self, from: &[u8], counting: Counting) -> Outcome {
        let now = self.now();
        let scan = Scan {
            root: &self.watch.root,
            matcher: &self.matcher,
            others: &self.others,
            waker: &self.waker,
        };
        let mut sink = Sink {
            watch: &self.watch,
            journal: &self.setup.journal,
            known: &mut self.known,
            queued: &mut self.queued,
            tracker: &mut self.tracker,
            told: &self.told,
            left: &mut self.left,
            taken: &mut self.taken,
            unreadable: &mut self.unreadable,
            troubles: &mut self.troubles,
            passed_over: &mut self.passed_over,
            has_more: &mut self.has_more,
            grounds: Vec::new(),
            changed: Vec::new(),
            batch: Vec::new(),
            batch_fs: String::new(),
            counting,
            now,
            wall: (self.setup.clock)(),
        };
        let outcome = scan.walk(from, self.inotify.as_mut(), &mut |found| sink.take(found));
        sink.pass_over();
        for (folder, ground) in std::mem::take(&mut sink.grounds) {
            self.root.learn(&folder, &ground);
        }
        let changed = std::mem::take(&mut sink.changed);
        // Before anything is shown that counts them: the queue must not count them, too.
        for place in changed {
            self.look_at(place);
        }
        if let Some(sysctl) = outcome.limit {
            // What is watched already is no use without the rest.
            self.inotify = None;
            self.refuse(&Refused::Limit { sysctl });
        }
        if let Some(kind) = outcome.deaf {
            self.poll_because(format!("{kind} does not tell of what others write"), None);
        }
        outcome
    }

    /// What was known and is not there any more is forgotten, and told.
    fn sweep(&mut self) {
        let gone = self.known.take_unseen();
        let Some((ground, _)) = self.root.ground(b"") else {
            return;
        };
        if gone.is_empty() {
            return;
        }
        let (root, mut files) = (ground.key.clone(), Vec::new());
        let mut folder = root.clone();
        if folder.path.is_empty() {
            folder.path.push(b'/');
        }
        let account = (self.setup.account)(&self.watch.profile);
        let read =
            self.setup
                .journal
                .done_files(self.watch.id, account.as_deref(), &folder, |done| {
                    let place = Place::of_path(done.fs_id, done.path);
                    if done.fs_id == root.fs_id && gone.binary_search(&place).is_ok() {
                        files.push((done.path.to_vec(), done.how));
                    }
                });
        self.remembered(read);
        let queued = self.setup.journal.queued_below(self.watch.id);
        for (relative, _) in self.remembered(queued).unwrap_or_default() {
            let place = self.place(&relative);
            if place.is_some_and(|place| gone.binary_search(&place).is_ok()) {
                let path = self.path(&relative);
                self.tell(Observation::Gone {
                    watch: self.watch.id,
                    path,
                });
            }
        }
        for (inner, how) in files {
            if how == DoneHow::PassedOver {
                let journal = &self.setup.journal;
                let forgotten = journal.forget_passed_over(self.watch.id, &root.fs_id, &inner);
                self.remembered(forgotten);
                self.passed_over = self.passed_over.saturating_sub(1);
            }
            let below = inner.strip_prefix(&root.path[..]);
            if let Some(relative) = below.and_then(|below| below.strip_prefix(b"/")) {
                let path = self.path(relative);
                self.tell(Observation::Gone {
                    watch: self.watch.id,
                    path,
                });
            }
        }
    }

    /// What is in the queue and was not seen went while nobody looked.
    fn look_for_queued(&mut self) {
        for relative in std::mem::take(&mut self.queued).into_keys() {
            let path = self.path(&relative);
            self.look_again(&path, false);
        }
    }

    /// The first look is over: from now on every file is new.
    fn end_first_scan(&mut self) {
        let Some((ground, _)) = self.root.ground(b"") else {
            return;
        };
        let fs_id = ground.key.fs_id.clone();
        let is_first =
            self.watch.first_scan_at.is_none() || self.watch.fs_id.as_ref() != Some(&fs_id);
        if !is_first {
            return;
        }
        let now = (self.setup.clock)();
        let journal = &self.setup.journal;
        if self
            .remembered(journal.first_scan(self.watch.id, &fs_id, now))
            .is_some()
        {
            self.watch.first_scan_at.get_or_insert(now);
            self.watch.fs_id = Some(fs_id);
        }
    }

    /// What is at a path in the watch.
    pub(super) fn look(&self, path: &Path) -> There {
        look(&self.watch.root, path)
    }

    /// Where something in the watch is.
    pub(super) fn path(&self, relative: &[u8]) -> PathBuf {
        self.scan().path(relative)
    }
}

impl Sink<'_> {
    fn take(&mut self, found: Found<'_>) {
        match found {
            Found::File {
                relative,
                place,
                stamp,
                ground,
                folder,
            } => {
                if self.counting == Counting::Anew {
                    self.taken.add(stamp.size);
                }
                let is_news = self.grounds.last().is_none_or(|(last, _)| *last != folder);
                if !folder.is_empty() && is_news {
                    self.grounds.push((folder.to_vec(), Arc::clone(ground)));
                }
                if !self.known.saw(place, &stamp) {
                    self.new_file(relative, place, stamp, ground, folder);
                }
            }
            Found::Left {
                relative,
                left,
                bytes,
            } => match self.counting {
                Counting::Anew => self.left.came(relative, left, bytes),
                Counting::Known => self.left.changed(relative, left, bytes),
            },
            Found::Unreadable { relative, error } => {
                self.unreadable.insert(relative.to_vec(), error.to_string());
            }
            Found::Wrong { folder, line } => {
                let folder = heimdex_api::path::escaped(folder);
                let trouble = format!("`{line}` in `{folder}/.heimdexignore` is not a pattern");
                if !self.troubles.contains(&trouble) {
                    self.troubles.push(trouble);
                }
            }
        }
    }

    fn new_file(
        &mut self,
        relative: &[u8],
        place: Place,
        stamp: FileStamp,
        ground: &Ground,
        folder: &[u8],
    ) {
        if let Some(entry) = self.tracker.get(place) {
            if *entry.settling.stamp() != stamp {
                self.tracker.hurry(place, self.now);
            }
            return;
        }
        let queued = self.queued.remove(relative);
        if queued == Some(stamp) {
            // It was found finished in this state, and waits for its turn.
            self.known.add(place, &stamp);
            return;
        }
        if queued.is_none() && self.was_there_before(&stamp) {
            let below = below(relative, folder);
            if self.batch_fs != ground.key.fs_id || self.batch.len() >= BATCH {
                self.pass_over();
                self.batch_fs.clone_from(&ground.key.fs_id);
            }
            self.batch.push((ground.path_of(below), stamp));
            self.known.add(place, &stamp);
            *self.passed_over += 1;
            return;
        }
        let below = below(relative, folder);
        if queued.is_none() && self.is_passed_over_again(place, &stamp, ground, below) {
            return;
        }
        if self.tracker.is_full() {
            *self.has_more = true;
            return;
        }
        let is_late = stamp.mtime.max(stamp.ctime) > self.wall.as_micros() - LATELY;
        let activity = if is_late {
            Activity::Busy
        } else {
            Activity::Quiet
        };
        let was_told = queued.is_some() || self.known.has(place);
        let pause = pause(self.told, place, &stamp, self.now);
        let settling = Settling::new(stamp, activity, pause, self.now);
        self.tracker.add(
            place,
            relative,
            settling,
            unit_of(relative),
            (was_told, self.now),
        );
        if was_told {
            self.changed.push(place);
        }
    }

    /// Whether a file is one that a watch leaves alone which leaves existing files alone. What may be newer is newer.
    fn was_there_before(&self, stamp: &FileStamp) -> bool {
        self.watch.rules.existing == Existing::Skip
            && self.watch.first_scan_at.is_none()
            && stamp.mtime.max(stamp.ctime) < self.watch.created_at.as_micros() - COARSE
    }
}

/// What is left of a path within the watch below a folder of it.
fn below<'p>(relative: &'p [u8], folder: &[u8]) -> &'p [u8] {
    let below = relative.get(folder.len()..).unwrap_or_default();
    below.strip_prefix(b"/").unwrap_or(below)
}

/// The bytes of a path within a folder.
pub(super) fn within(root: &std::path::Path, path: &std::path::Path) -> Option<Vec<u8>> {
    let below = path.strip_prefix(root).ok()?;
    Some(platform::bytes_of(below.as_os_str()).to_vec()).filter(|below| !below.is_empty())
}
