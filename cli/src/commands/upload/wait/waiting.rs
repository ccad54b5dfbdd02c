//! What is waited for, in the order in which it came: the server takes them in their order, too. Pure.

use std::collections::{BTreeMap, HashMap};

use heimdex_api::VideoId;

use super::Awaited;

/// Videos that are waited for; one may be waited for more than once.
pub(super) struct Waiting<T> {
    next: u64,
    items: BTreeMap<u64, (T, Awaited)>,
    places: HashMap<VideoId, Vec<u64>>,
    /// Where those stood that were taken out for a look.
    taken: Vec<u64>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self {
            next: 0,
            items: BTreeMap::new(),
            places: HashMap::new(),
            taken: Vec::new(),
        }
    }
}

impl<T> Waiting<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// One more, behind all others.
    pub(super) fn push(&mut self, one: (T, Awaited)) {
        let place = self.next;
        self.next += 1;
        self.insert(place, one);
    }

    /// Takes out those that wait longest.
    pub(super) fn take(&mut self, most: usize) -> Vec<(T, Awaited)> {
        let mut taken = Vec::new();
        self.taken.clear();
        while taken.len() < most
            && let Some((place, one)) = self.items.pop_first()
        {
            self.forget(one.1.video_id, place);
            self.taken.push(place);
            taken.push(one);
        }
        taken
    }

    /// Puts those back, in their order, for which there was nothing to tell: before all that came later.
    pub(super) fn put_back(&mut self, left: Vec<(T, Awaited)>) {
        let places = std::mem::take(&mut self.taken);
        for (place, one) in places.into_iter().zip(left) {
            self.insert(place, one);
        }
    }

    /// Takes out all that wait for this video.
    pub(super) fn remove(&mut self, video: VideoId) -> Vec<(T, Awaited)> {
        let places = self.places.remove(&video).unwrap_or_default();
        let items = places.iter().filter_map(|place| self.items.remove(place));
        items.collect()
    }

    fn insert(&mut self, place: u64, one: (T, Awaited)) {
        self.places.entry(one.1.video_id).or_default().push(place);
        self.items.insert(place, one);
    }

    fn forget(&mut self, video: VideoId, place: u64) {
        if let Some(places) = self.places.get_mut(&video) {
            places.retain(|known| *known != place);
            if places.is_empty() {
                self.places.remove(&video);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::Blake3;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn awaited(video: u128) -> Awaited {
        Awaited {
            video_id: VideoId::new(Uuid::from_u128(video)),
            blake3: Blake3::new([0; 32]),
            size: 1,
        }
    }

    proptest! {
        #[test]
        fn each_is_there_once_until_it_is_taken_out_and_in_its_order(
            steps in proptest::collection::vec((0_u8..4, 0_u128..6), 0..60),
        ) {
            let mut waiting = Waiting::default();
            let mut expected: Vec<(usize, u128)> = Vec::new();
            for (number, (step, video)) in steps.into_iter().enumerate() {
                match step {
                    0 | 1 => {
                        waiting.push((number, awaited(video)));
                        expected.push((number, video));
                    }
                    2 => {
                        let removed = waiting.remove(awaited(video).video_id);
                        let mut removed: Vec<usize> = removed.into_iter().map(|(item, _)| item).collect();
                        removed.sort_unstable();
                        let (gone, left): (Vec<_>, Vec<_>) = expected.into_iter().partition(|(_, other)| *other == video);
                        expected = left;
                        prop_assert_eq!(removed, gone.into_iter().map(|(item, _)| item).collect::<Vec<_>>());
                    }
                    _ => {
                        // A look at three, of which the first is done with.
                        let mut taken = waiting.take(3);
                        let items: Vec<usize> = taken.iter().map(|(item, _)| *item).collect();
                        let first: Vec<usize> = expected.iter().take(3).map(|(item, _)| *item).collect();
                        prop_assert_eq!(items, first);
                        if !taken.is_empty() {
                            taken.remove(0);
                            expected.remove(0);
                        }
                        waiting.put_back(taken);
                    }
                }
                prop_assert_eq!(waiting.len(), expected.len());
                prop_assert_eq!(waiting.places.values().map(Vec::len).sum::<usize>(), expected.len());
            }
        }
    }
}
