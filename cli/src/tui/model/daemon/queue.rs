//! The part of the daemon's queue that is looked at: some pages of what may be a hundred thousand files.

use heimdex_client::control::{ItemId, QueueItem, QueueList};

use crate::tui::model::message::Part;

/// Files that are held at once.
const HELD: usize = 200;
/// So near to the end of what is held, more is asked for.
const EDGE: usize = 50;

/// A window of the queue.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Queue {
    offset: usize,
    items: Vec<QueueItem>,
    total: usize,
}

impl Queue {
    /// Files in all.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// The file at a place, where it is held.
    pub(crate) fn get(&self, at: usize) -> Option<&QueueItem> {
        self.items.get(at.checked_sub(self.offset)?)
    }

    /// A file by its id, where it is held.
    pub(crate) fn find(&self, id: ItemId) -> Option<&QueueItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Where a file is, where it is held.
    pub(crate) fn place(&self, id: ItemId) -> Option<usize> {
        let at = self.items.iter().position(|item| item.id == id)?;
        Some(self.offset + at)
    }

    /// The part that is to be held while this place is looked at: what is held, as long as that reaches far enough.
    pub(crate) fn around(&self, place: usize) -> Part {
        if self.reaches(place) {
            return Part {
                offset: self.offset,
                limit: HELD,
            };
        }
        Part {
            offset: place.saturating_sub(HELD / 2),
            limit: HELD,
        }
    }

    /// Whether enough is held on both sides of a place.
    pub(crate) fn reaches(&self, place: usize) -> bool {
        let end = self.offset + self.items.len();
        let is_before = self.offset == 0 || place >= self.offset + EDGE;
        let is_behind = end >= self.total || place + EDGE < end;
        is_before && is_behind && place >= self.offset && place <= end
    }

    /// Holds this from now on; whether anything is another.
    pub(super) fn take(&mut self, offset: usize, list: QueueList) -> bool {
        let told = usize::try_from(list.total).unwrap_or(usize::MAX);
        // A daemon that gives no part gives all, and does not say how many.
        let total = told.max(offset + list.items.len());
        let items: Vec<QueueItem> = list.items.into_iter().take(HELD).collect();
        let taken = Self {
            offset,
            items,
            total,
        };
        let is_new = *self != taken;
        *self = taken;
        is_new
    }

    /// A file left it.
    pub(super) fn forget(&mut self, id: ItemId) {
        if let Some(at) = self.items.iter().position(|item| item.id == id) {
            self.items.remove(at);
            self.total = self.total.saturating_sub(1);
        }
    }

    /// Nothing is known of it any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
