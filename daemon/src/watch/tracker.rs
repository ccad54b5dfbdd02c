//! The files of a watch that are not finished yet: which of them is due when, and which wait for each other.
//!
//! Holds what was decided; looks at nothing and decides nothing but the order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::known::Place;
use super::settle::{Moment, Settling, Waiting};

/// A file that is not finished yet.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its path within the watch.
    pub(super) relative: Box<[u8]>,
    pub(super) settling: Settling,
    /// What was last decided of it.
    pub(super) standing: Standing,
    /// When it is looked at again; `None` where something must happen first.
    due: Option<Moment>,
    /// Since when it is followed.
    pub(super) since: Moment,
    /// It was told to be finished before: that it is not any more is news.
    pub(super) was_told: bool,
    unit: Option<Box<[u8]>>,
}

/// Where a file that is not finished stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was not looked at yet.
    New,
    Waiting(Waiting),
    /// It is finished by itself, and waits for the others of its clip.
    Ready {
        /// What is wrong with it, where a person wants it all the same.
        damage: Option<String>,
    },
}

impl Standing {
    /// Whether a person, or a change of the file, must come before anything goes on.
    fn is_stuck(&self) -> bool {
        matches!(self, Self::Waiting(Waiting::CutOff { .. }))
    }

    fn holds_others(&self) -> bool {
        !self.is_stuck() && !matches!(self, Self::Ready { .. })
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Tracker {
    /// So many are followed at once, those apart that wait for a person.
    most: usize,
    files: HashMap<Place, Entry>,
    due: BinaryHeap<Reverse<(Moment, Place)>>,
    units: HashMap<Box<[u8]>, HashSet<Place>>,
    stuck: usize,
}

impl Tracker {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            files: HashMap::new(),
            due: BinaryHeap::new(),
            units: HashMap::new(),
            stuck: 0,
        }
    }

    /// Whether no more files are to be followed for now.
    pub(super) fn is_full(&self) -> bool {
        self.files.len() - self.stuck >= self.most
    }

    /// Whether there is room for many again.
    pub(super) fn has_room(&self) -> bool {
        self.files.len() - self.stuck < self.most.div_ceil(2)
    }

    pub(super) fn get(&self, place: Place) -> Option<&Entry> {
        self.files.get(&place)
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut Entry> {
        self.files.get_mut(&place)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.files.values()
    }

    /// Follows one more file; it is due at once.
    pub(super) fn add(
        &mut self,
        place: Place,
        relative: &[u8],
        settling: Settling,
        unit: Option<Vec<u8>>,
        (was_told, now): (bool, Moment),
    ) {
        let unit = unit.map(Vec::into_boxed_slice);
        if let Some(unit) = &unit {
            self.units.entry(unit.clone()).or_default().insert(place);
        }
        let entry = Entry {
            relative: relative.into(),
            settling,
            standing: Standing::New,
            due: Some(now),
            since: now,
            was_told,
            unit,
        };
        if let Some(before) = self.files.insert(place, entry) {
            self.stuck -= usize::from(before.standing.is_stuck());
        }
        self.due.push(Reverse((now, place)));
    }

    /// Follows a file no longer.
    pub(super) fn remove(&mut self, place: Place) -> Option<Entry> {
        let entry = self.files.remove(&place)?;
        self.stuck -= usize::from(entry.standing.is_stuck());
        if let Some(unit) = &entry.unit
            && let Some(members) = self.units.get_mut(unit)
        {
            members.remove(&place);
            if members.is_empty() {
                self.units.remove(unit);
            }
        }
        Some(entry)
    }

    /// Remembers what was decided of a file, and when it is due again.
    pub(super) fn decide(&mut self, place: Place, standing: Standing, due: Option<Moment>) {
        let Some(entry) = self.files.get_mut(&place) else {
            return;
        };
        self.stuck -= usize::from(entry.standing.is_stuck());
        self.stuck += usize::from(standing.is_stuck());
        entry.standing = standing;
        if entry.due != due {
            entry.due = due;
            self.due.extend(due.map(|due| Reverse((due, place))));
        }
    }

    /// Has a file looked at now.
    pub(super) fn hurry(&mut self, place: Place, now: Moment) {
        let Some(entry) = self.files.get_mut(&place) else {
            return;
        };
        if entry.due.is_none_or(|due| due > now) {
            entry.due = Some(now);
            self.due.push(Reverse((now, place)));
        }
    }

    /// When the next file is due.
    pub(super) fn next_due(&mut self) -> Option<Moment> {
        while let Some(Reverse((due, place))) = self.due.peek() {
            if self
                .files
                .get(place)
                .is_some_and(|entry| entry.due == Some(*due))
            {
                return Some(*due);
            }
            self.due.pop();
        }
        None
    }

    /// A file whose time has come.
    pub(super) fn pop_due(&mut self, now: Moment) -> Option<Place> {
        if self.next_due()? > now {
            return None;
        }
        let Reverse((_, place)) = self.due.pop()?;
        if let Some(entry) = self.files.get_mut(&place) {
            entry.due = None;
        }
        Some(place)
    }

    /// The one that the other files of a clip wait for, where there is one.
    pub(super) fn held_by(&self, place: Place) -> Option<&Entry> {
        let mut others = self.others(place);
        others.find(|entry| entry.standing.holds_others())
    }

    /// The files of the same clip that are ready and wait for nobody any more.
    pub(super) fn released(&self, unit: &[u8]) -> Vec<Place> {
        let Some(members) = self.units.get(unit) else {
            return Vec::new();
        };
        let entries = || {
            members
                .iter()
                .filter_map(|place| Some((place, self.files.get(place)?)))
        };
        if entries().any(|(_, entry)| entry.standing.holds_others()) {
            return Vec::new();
        }
        let ready = entries().filter(|(_, entry)| matches!(entry.standing, Standing::Ready { .. }));
        let mut ready: Vec<Place> = ready.map(|(place, _)| *place).collect();
        ready.sort_unstable();
        ready
    }

    fn others(&self, place: Place) -> impl Iterator<Item = &Entry> {
        let unit = self.files.get(&place).and_then(|entry| entry.unit.as_ref());
        let members = unit.and_then(|unit| self.units.get(unit));
        let others = members
            .into_iter()
            .flatten()
            .filter(move |other| **other != place);
        others.filter_map(|other| self.files.get(other))
    }

    /// Everything at or below a folder, which is there no longer.
    pub(super) fn below(&self, folder: &[u8]) -> Vec<Place> {
        let is_below = |entry: &Entry| match entry.relative.strip_prefix(folder) {
            Some(rest) => folder.is_empty() || rest.first().is_none_or(|byte| *byte == b'/'),
            None => false,
        };
        let below = self.files.iter().filter(|(_, entry)| is_below(entry));
        let mut below: Vec<Place> = below.map(|(place, _)| *place).collect();
        below.sort_unstable();
        below
    }
}

impl Entry {
    /// What the clip that it belongs to is called.
    pub(super) fn unit(&self) -> Option<&[u8]> {
        self.unit.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use heimdex_client::journal::FileStamp;

    use super::super::settle::Activity;
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment(Duration::from_secs(seconds))
    }

    fn place(name: &str) -> Place {
        Place::new("x", b"", name.as_bytes())
    }

    fn add(tracker: &mut Tracker, name: &str, unit: Option<&str>) -> Place {
        let stamp = FileStamp {
            size: 1,
            mtime: 0,
            ctime: 0,
            inode: 0,
        };
        let settling = Settling::new(stamp, Activity::Busy, Duration::ZERO, at(0));
        let unit = unit.map(|unit| unit.as_bytes().to_vec());
        tracker.add(place(name), name.as_bytes(), settling, unit, (false, at(0)));
        place(name)
    }

    fn ready() -> Standing {
        Standing::Ready { damage: None }
    }

    fn still() -> Standing {
        let left = Duration::from_secs(1);
        Standing::Waiting(Waiting::Settling { left, paused: None })
    }

    #[test]
    fn files_come_when_they_are_due_and_once() {
        let mut tracker = Tracker::new(10);
        let (a, b) = (add(&mut tracker, "a", None), add(&mut tracker, "b", None));
        let mut first = [
            tracker.pop_due(at(0)).unwrap(),
            tracker.pop_due(at(0)).unwrap(),
        ];
        let mut both = [a, b];
        first.sort_unstable();
        both.sort_unstable();
        assert_eq!(first, both);
        assert_eq!(tracker.pop_due(at(0)), None);
        tracker.decide(a, still(), Some(at(5)));
        tracker.decide(b, still(), Some(at(3)));
        tracker.decide(b, still(), Some(at(9)));
        assert_eq!(tracker.next_due(), Some(at(5)));
        tracker.hurry(b, at(1));
        assert_eq!(tracker.pop_due(at(2)), Some(b));
        assert_eq!(tracker.pop_due(at(2)), None);
        tracker.remove(a);
        assert_eq!(tracker.next_due(), None);
    }

    #[test]
    fn the_files_of_a_clip_are_ready_together() {
        let mut tracker = Tracker::new(10);
        let clip = add(&mut tracker, "C0001.MP4", Some("C0001"));
        let notes = add(&mut tracker, "C0001M01.XML", Some("C0001"));
        let other = add(&mut tracker, "C0002.MP4", Some("C0002"));
        tracker.decide(notes, ready(), None);
        assert_eq!(&*tracker.held_by(notes).unwrap().relative, b"C0001.MP4");
        assert!(tracker.released(b"C0001").is_empty());
        tracker.decide(clip, ready(), None);
        let mut both = [clip, notes];
        both.sort_unstable();
        assert_eq!(tracker.released(b"C0001"), both);
        assert!(tracker.held_by(other).is_none());
        // A clip that waits for a person holds nobody.
        let sentence = "cut".into();
        tracker.decide(clip, Standing::Waiting(Waiting::CutOff { sentence }), None);
        assert_eq!(tracker.released(b"C0001"), [notes]);
    }

    #[test]
    fn a_folder_that_goes_takes_what_is_below_it() {
        let mut tracker = Tracker::new(10);
        for name in ["a/x", "a/b/y", "ab/z", "a"] {
            add(&mut tracker, name, None);
        }
        assert_eq!(tracker.below(b"a").len(), 3);
        assert_eq!(tracker.below(b"").len(), 4);
    }
}
