//! Which files are whose, so that nobody looks through a long queue each time that something happens in it.

use std::collections::{BTreeMap, BTreeSet};

use heimdex_client::control::{ItemId, Lane, WatchId};
use heimdex_client::journal::QueuedFile;

/// The files of the queue by what limits how many of them go at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Groups {
    of_watch: BTreeMap<Option<WatchId>, BTreeSet<ItemId>>,
    /// Those that a person asked for: there is always room for one of them more.
    by_hand: BTreeMap<ItemId, Option<WatchId>>,
}

impl Groups {
    pub(super) fn add(&mut self, file: &QueuedFile) {
        let of_watch = self.of_watch.entry(file.watch).or_default();
        of_watch.insert(file.id);
        if file.lane == Lane::Interactive {
            self.by_hand.insert(file.id, file.watch);
        }
    }

    pub(super) fn remove(&mut self, file: &QueuedFile) {
        if let Some(of_watch) = self.of_watch.get_mut(&file.watch) {
            of_watch.remove(&file.id);
            if of_watch.is_empty() {
                self.of_watch.remove(&file.watch);
            }
        }
        self.by_hand.remove(&file.id);
    }

    /// The files that there may be room for, each once.
    pub(super) fn with_room(&self, has_room: impl Fn(Option<WatchId>) -> bool) -> Vec<ItemId> {
        let with_room: BTreeSet<Option<WatchId>> = self
            .of_watch
            .keys()
            .copied()
            .filter(|id| has_room(*id))
            .collect();
        let by_hand = self.by_hand.iter();
        let by_hand = by_hand.filter(|(_, watch)| !with_room.contains(watch));
        let by_hand = by_hand.map(|(id, _)| *id);
        let others = with_room
            .iter()
            .filter_map(|watch| self.of_watch.get(watch));
        by_hand.chain(others.flatten().copied()).collect()
    }
}
