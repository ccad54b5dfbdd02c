//! What a watch shows of itself, and when.

use std::path::{Path, PathBuf};

use heimdex_api::Timestamp;
use heimdex_client::watch::Left;

use super::Candidate;
use super::place::Medium;
use super::settle::Waiting;
use super::watcher::{SHOW_EVERY, Watcher};

/// So many files that are not finished are named.
pub(super) const NAMED_MOST: usize = 64;

/// So many files, so many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Files, or folders that are not entered.
    pub files: u64,
    /// Bytes of files.
    pub bytes: u64,
}

impl Count {
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn remove(&mut self, bytes: u64) {
        self.files = self.files.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Whether the folder is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootState {
    /// It was not looked for yet.
    Starting,
    /// It is.
    Here,
    /// It is away, or what it was on is not mounted.
    Gone {
        /// Since when.
        since: Timestamp,
    },
    /// It cannot be looked into.
    Unreadable {
        /// What the system says.
        error: String,
    },
}

/// How changes are noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Eyes {
    /// The system tells.
    Events,
    /// By looking again and again.
    Polling {
        /// Why.
        why: String,
        /// What a person can do about it.
        hint: Option<String>,
        /// How often. Milliseconds.
        every_ms: u64,
    },
}

/// A watch, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When this was seen: what `waiting` says counts from then.
    pub shown_at: Timestamp,
    /// Whether its folder is there.
    pub root: RootState,
    /// How changes are noticed.
    pub eyes: Eyes,
    /// When all of it was last looked through.
    pub scanned_at: Option<Timestamp>,
    /// When it will be next.
    pub next_scan_at: Option<Timestamp>,
    /// What its rules take.
    pub taken: Count,
    /// Not finished.
    pub settling: Count,
    /// Look cut off: a person decides.
    pub cut_off: Count,
    /// Cannot be read.
    pub unreadable: u64,
    /// Were there before the watch, which leaves them alone.
    pub passed_over: u64,
    /// What each rule leaves out.
    pub left: Vec<(Left, Count)>,
    /// Files that are not finished, and why: those that a person must see first, at most `NAMED_MOST`.
    pub waiting: Vec<(PathBuf, Waiting)>,
    /// What is wrong with it, in sentences.
    pub troubles: Vec<String>,
    /// Whether it is a card or a disk that was plugged in.
    pub is_card: bool,
}

impl Report {
    /// A file was told to be finished since.
    pub fn has_told(&mut self, candidate: &Candidate) {
        if !candidate.was_shown {
            return;
        }
        let size = candidate.stamp.size;
        match self.unname(&candidate.path) {
            Some(Waiting::CutOff { .. }) => self.cut_off.remove(size),
            _ if candidate.damaged => self.cut_off.remove(size),
            _ => self.settling.remove(size),
        }
    }

    /// A file that was told to be finished is not, since.
    pub fn has_again(&mut self, path: &Path, size: u64, waiting: &Waiting) {
        self.settling.add(size);
        if self.waiting.len() < NAMED_MOST {
            self.waiting.push((path.to_owned(), waiting.clone()));
        }
    }

    /// A file that is not finished was queued all the same, since.
    pub fn is_taken(&mut self, path: &Path, size: u64) {
        match self.unname(path) {
            Some(Waiting::CutOff { .. }) => self.cut_off.remove(size),
            Some(Waiting::Unreadable { .. }) | None => {}
            Some(_) => self.settling.remove(size),
        }
    }

    fn unname(&mut self, path: &Path) -> Option<Waiting> {
        let at = self.waiting.iter().position(|(named, _)| named == path)?;
        Some(self.waiting.remove(at).1)
    }
}

impl Watcher {
    /// Shows what changed, not more often than people read.
    pub(super) fn show(&mut self) {
        let now = self.now();
        let is_early = self.shown_at.is_some_and(|at| now < at.after(SHOW_EVERY));
        if self.is_shown || is_early {
            return;
        }
        (self.is_shown, self.shown_at) = (true, Some(now));
        let report = self.report();
        if !(self.setup.show)(self.watch.id, report) {
            self.is_stopping = true;
        }
    }

    fn report(&self) -> Report {
        let (mut settling, mut cut_off) = (Count::default(), Count::default());
        let mut unreadable = self.unreadable.len() as u64;
        let mut waiting = Vec::new();
        let (least, now) = (self.least(), self.now());
        for entry in self.tracker.entries() {
            let size = entry.settling.stamp().size;
            let why = entry.settling.why(least, now);
            match &why {
                Waiting::CutOff { .. } => cut_off.add(size),
                Waiting::Unreadable { .. } => unreadable += 1,
                _ => settling.add(size),
            }
            waiting.push((&entry.relative, why));
        }
        waiting.sort_by_key(|(relative, why)| (rank(why), *relative));
        waiting.truncate(NAMED_MOST);
        let next = self.next_scan.since(now);
        Report {
            shown_at: (self.setup.clock)(),
            root: self.root.state(),
            eyes: self.eyes.clone(),
            scanned_at: self.scanned_at,
            next_scan_at: self
                .root
                .is_here()
                .then(|| (self.setup.clock)().saturating_add(next)),
            taken: self.taken,
            settling,
            cut_off,
            unreadable,
            passed_over: self.passed_over,
            left: self.left.counts(),
            waiting: waiting
                .into_iter()
                .map(|(relative, why)| (self.path(relative), why))
                .collect(),
            troubles: self.troubles.clone(),
            is_card: self.medium == Medium::Card,
        }
    }
}

/// What a person must see first.
fn rank(why: &Waiting) -> u8 {
    match why {
        Waiting::Unreadable { .. } => 0,
        Waiting::CutOff { .. } => 1,
        Waiting::Beside { .. } | Waiting::Open { .. } => 2,
        Waiting::Copying { .. } | Waiting::Recording(_) | Waiting::Growing(_) => 3,
        Waiting::Settling { .. } => 4,
    }
}
