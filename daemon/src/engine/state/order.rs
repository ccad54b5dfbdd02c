//! The order of the queue, and how a person changes it.

use heimdex_client::control::{ItemId, Place};
use heimdex_client::journal::Standing;

use super::{Effect, Item, State};
use crate::queue::Waiting;

impl State {
    /// Every file of the queue, the next first; what a person must look after comes last.
    #[must_use]
    pub fn in_order(&self) -> Vec<(ItemId, &Item)> {
        let mut items: Vec<_> = self.items.iter().map(|(id, item)| (*id, item)).collect();
        items.sort_by_cached_key(|(_, item)| {
            let is_running = item.running().is_some();
            let is_over = item.file.standing != Standing::Waiting;
            (is_over, !is_running, self.waiting(item).rank())
        });
        items
    }

    /// Puts a file in another place; `None` where one of the two is not in the queue.
    pub(super) fn reorder(&mut self, id: ItemId, to: Place) -> Option<Vec<Effect>> {
        let places = || self.items.values().map(|item| item.file.place);
        self.items.get(&id)?;
        match to {
            Place::First => {
                let first = places().min().unwrap_or(0).min(0);
                Some(vec![self.place(id, first.saturating_sub(1))?])
            }
            Place::Last => {
                let last = places().max().unwrap_or(0).max(0);
                Some(vec![self.place(id, last.saturating_add(1))?])
            }
            Place::Before(other) => self.put_before(id, other),
        }
    }

    /// Everything that goes before `other` keeps its order and gets a place of its own, the file the last of them.
    fn put_before(&mut self, id: ItemId, other: ItemId) -> Option<Vec<Effect>> {
        let place = self.items.get(&other)?.file.place;
        if id == other {
            return Some(Vec::new());
        }
        let order = self.in_order().into_iter().map(|(id, _)| id);
        let mut ahead: Vec<ItemId> = order
            .take_while(|ahead| *ahead != other)
            .filter(|ahead| *ahead != id)
            .collect();
        ahead.push(id);
        let steps = (1..).map(|back| place.saturating_sub(back));
        let moves: Vec<_> = ahead.into_iter().rev().zip(steps).collect();
        moves
            .into_iter()
            .map(|(id, place)| self.place(id, place))
            .collect()
    }

    /// A file of the queue as the choice of what runs next sees it.
    pub(super) fn waiting<'a>(&self, item: &'a Item) -> Waiting<'a> {
        let watched = item.file.watch.and_then(|id| self.watches.get(&id));
        Waiting {
            id: item.file.id,
            watch: item.file.watch,
            per_watch: watched.and_then(|watched| watched.watch.rules.parallel),
            profile: &item.file.profile,
            lane: item.file.lane,
            size: item.file.stamp.size,
            place: item.file.place,
            added_at: item.file.added_at,
        }
    }

    fn place(&mut self, id: ItemId, place: i64) -> Option<Effect> {
        let item = self.items.get_mut(&id)?;
        item.file.place = place;
        Some(item.put())
    }
}
