//! The daemon of this home: what it sends, what waits and why, and the folders that it watches.

mod acts;
mod answers;
mod pace;
mod queue;
#[cfg(test)]
pub(crate) mod tests;
mod wiping;

use std::collections::BTreeSet;
use std::path::PathBuf;

use heimdex_client::control::{ItemId, QueueItem, Reason, Status, WatchId, WatchStatus};

use super::message::{Asking, Asleep, Effect, Trouble};
use super::{Model, View};

use pace::Paces;
pub(crate) use queue::Queue;
pub(crate) use wiping::{Since, Wiping, WipingIs};

/// What is known of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Known {
    /// It was not asked yet.
    #[default]
    Unasked,
    /// It does not run; these folders wait for it.
    Absent(Vec<Asleep>),
    /// It answers.
    Here(Box<Status>),
    /// It does not answer as it should.
    Trouble(Trouble),
}

/// The daemon, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Daemon {
    /// What it says.
    pub(crate) known: Known,
    /// The watch under the cursor.
    pub(crate) cursor: usize,
    /// How far what is told of that watch is scrolled.
    pub(crate) scroll: usize,
    /// The part of its queue that is looked at.
    pub(crate) queue: Queue,
    /// Whether a folder may be wiped, where that was asked.
    pub(crate) wiping: Option<Wiping>,
    /// Files that were cancelled here and are still in the queue: parts of them are in flight.
    pub(crate) leaving: BTreeSet<ItemId>,
    /// How fast each file goes that it sends.
    pub(crate) paces: Paces,
    is_asking: bool,
    is_to_be_asked_again: bool,
}

impl Daemon {
    /// All that it says, where it answers.
    pub(crate) fn status(&self) -> Option<&Status> {
        match &self.known {
            Known::Here(status) => Some(status),
            Known::Unasked | Known::Absent(_) | Known::Trouble(_) => None,
        }
    }

    /// Whether it answers.
    pub(crate) fn is_here(&self) -> bool {
        self.status().is_some()
    }

    /// Its watches, where it answers.
    pub(crate) fn watches(&self) -> &[WatchStatus] {
        self.status().map_or(&[], |status| &status.watches)
    }

    /// Rows of the list of watches.
    pub(crate) fn len(&self) -> usize {
        match &self.known {
            Known::Here(status) => status.watches.len(),
            Known::Absent(watches) => watches.len(),
            Known::Unasked | Known::Trouble(_) => 0,
        }
    }

    /// The watch under the cursor, where the daemon answers.
    pub(crate) fn watch(&self) -> Option<&WatchStatus> {
        self.watches().get(self.cursor)
    }

    /// The watch under the cursor, with its folder.
    pub(crate) fn selected(&self) -> Option<(WatchId, PathBuf)> {
        match &self.known {
            Known::Here(_) => {
                let watch = self.watch()?;
                Some((watch.id, watch.path.as_path().to_owned()))
            }
            Known::Absent(watches) => {
                let watch = watches.get(self.cursor)?;
                Some((watch.id, watch.folder.clone()))
            }
            Known::Unasked | Known::Trouble(_) => None,
        }
    }

    /// The folder of a watch.
    pub(crate) fn folder(&self, id: WatchId) -> Option<PathBuf> {
        match &self.known {
            Known::Absent(watches) => {
                let watch = watches.iter().find(|watch| watch.id == id)?;
                Some(watch.folder.clone())
            }
            Known::Unasked | Known::Here(_) | Known::Trouble(_) => {
                let watch = self.watches().iter().find(|watch| watch.id == id)?;
                Some(watch.path.as_path().to_owned())
            }
        }
    }

    /// What a watch may take of the line, where that is known.
    pub(crate) fn limit(&self, id: WatchId) -> Option<&str> {
        match &self.known {
            Known::Absent(watches) => {
                let watch = watches.iter().find(|watch| watch.id == id)?;
                watch.bwlimit.as_deref()
            }
            Known::Unasked | Known::Here(_) | Known::Trouble(_) => {
                let watch = self.watches().iter().find(|watch| watch.id == id)?;
                watch.bwlimit.as_deref()
            }
        }
    }

    /// What people call a watch: its folder.
    pub(crate) fn called(&self, id: WatchId) -> String {
        let folder = self.folder(id);
        folder.map_or_else(
            || id.to_string(),
            |folder| crate::commands::upload::shown(&folder),
        )
    }

    /// Whether it sends nothing at all, as somebody said.
    pub(crate) fn is_all_paused(&self) -> bool {
        self.status().is_some_and(|status| status.paused.is_some())
    }

    /// Whether somebody paused a watch.
    pub(crate) fn is_watch_paused(&self, id: WatchId) -> bool {
        let watch = self.watches().iter().find(|watch| watch.id == id);
        watch.is_some_and(|watch| watch.paused.is_some())
    }

    /// Whether a file of the queue is held back by a pause, whatever was begun of it.
    pub(crate) fn is_paused(&self, item: &QueueItem) -> bool {
        self.is_all_paused() || item.watch.is_some_and(|id| self.is_watch_paused(id))
    }

    /// Those that were cancelled and are in the queue still.
    fn keep_leaving(&mut self) {
        let queue = &self.queue;
        self.leaving.retain(|id| {
            let item = queue.find(*id);
            item.is_some_and(|item| !matches!(item.state.because, Reason::Cancelled { .. }))
        });
    }

    /// Moves the cursor among the watches.
    pub(crate) fn go(&mut self, rows: isize) {
        let before = self.cursor;
        let last = self.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        if self.cursor != before {
            self.scroll = 0;
        }
    }

    /// What it says is another by now; whether it is another than before.
    fn take(&mut self, known: Known) -> bool {
        let selected = self.selected().map(|(id, _)| id);
        let is_new = self.known != known;
        self.known = known;
        let ids: Vec<WatchId> = match &self.known {
            Known::Here(status) => status.watches.iter().map(|watch| watch.id).collect(),
            Known::Absent(watches) => watches.iter().map(|watch| watch.id).collect(),
            Known::Unasked | Known::Trouble(_) => Vec::new(),
        };
        // The cursor stays on its watch, whatever comes and goes before it.
        if let Some(at) = ids.iter().position(|id| Some(*id) == selected) {
            self.cursor = at;
        }
        self.go(0);
        is_new
    }
}

impl Model {
    /// Asks the daemon how it stands: once at a time, and once more where something happened meanwhile.
    pub(super) fn look_at_daemon(&mut self) -> Option<Effect> {
        let daemon = &mut self.daemon;
        if std::mem::replace(&mut daemon.is_asking, true) {
            daemon.is_to_be_asked_again = true;
            return None;
        }
        let cursor = self.transfers.cursor;
        let part = (self.view == View::Transfers).then(|| {
            let row = cursor.saturating_sub(self.transfers.list.len());
            daemon.queue.around(row)
        });
        Some(Effect::Daemon(Asking::Look(part)))
    }
}
