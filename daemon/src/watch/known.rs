//! The files that a watch has nothing to do with while they stay as they are, in sixteen bytes each.
//!
//! What is kept of a file is the hash of its name and that of its state: both must be equal for a file to be left alone.
//! A name that has the hash of another is looked at again, which costs a look.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

use heimdex_client::journal::FileStamp;

/// The hash of a file's place: its file system, and its path there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(u64);

impl Place {
    /// Of a file in a folder, whose own path within its file system has no slash at its end.
    pub(super) fn new(fs_id: &str, folder: &[u8], name: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(fs_id.as_bytes());
        hasher.write_u8(0);
        hasher.write(folder);
        hasher.write_u8(b'/');
        hasher.write(name);
        Self(hasher.finish())
    }

    /// Of a whole path within its file system.
    pub(super) fn of_path(fs_id: &str, path: &[u8]) -> Self {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        match slash {
            Some(slash) => Self::new(fs_id, &path[..slash], &path[slash + 1..]),
            None => Self::new(fs_id, b"", path),
        }
    }
}

/// The hash of a file's state, and whether it was there in the last look over all of it.
#[derive(Debug, Clone, Copy)]
struct State {
    /// Length, time of the bytes, and number: what a rename leaves as it is.
    body: u32,
    /// All of the stamp, and in the lowest bit which look saw it.
    whole: u32,
}

impl State {
    fn new(stamp: &FileStamp, turn: bool) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(stamp.size);
        hasher.write_i64(stamp.mtime);
        hasher.write_u64(stamp.inode);
        let body = low(hasher.finish());
        hasher.write_i64(stamp.ctime);
        let whole = (low(hasher.finish()) & !1) | u32::from(turn);
        Self { body, whole }
    }

    fn is(self, other: Self) -> bool {
        self.body == other.body && (self.whole ^ other.whole) <= 1
    }
}

/// The lower half.
fn low(hash: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    let half = hash as u32;
    half
}

/// Keys are hashes already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// The files that need nothing.
#[derive(Debug, Default)]
pub(super) struct Known {
    files: HashMap<Place, State, BuildHasherDefault<AsItIs>>,
    /// Which look over all of it is under way; every other one has the same.
    turn: bool,
}

impl Known {
    /// Leaves a file alone while it is in this state.
    pub(super) fn add(&mut self, place: Place, stamp: &FileStamp) {
        self.files.insert(place, State::new(stamp, self.turn));
    }

    /// Whether a file is to be left alone; it was seen, in any case.
    pub(super) fn saw(&mut self, place: Place, stamp: &FileStamp) -> bool {
        let turn = self.turn;
        let Some(state) = self.files.get_mut(&place) else {
            return false;
        };
        let now = State::new(stamp, turn);
        if state.is(now) {
            *state = now;
            return true;
        }
        state.whole = (state.whole & !1) | u32::from(turn);
        false
    }

    /// Whether this is the file that was left alone, perhaps under another name.
    pub(super) fn has_body(&self, place: Place, stamp: &FileStamp) -> bool {
        let body = State::new(stamp, false).body;
        self.files
            .get(&place)
            .is_some_and(|state| state.body == body)
    }

    /// Whether a file is to be left alone in this state.
    pub(super) fn has_state(&self, place: Place, stamp: &FileStamp) -> bool {
        let now = State::new(stamp, false);
        self.files.get(&place).is_some_and(|state| state.is(now))
    }

    /// Whether something of this name was left alone, in whichever state.
    pub(super) fn has(&self, place: Place) -> bool {
        self.files.contains_key(&place)
    }

    /// Leaves it alone no longer; whether it was.
    pub(super) fn remove(&mut self, place: Place) -> bool {
        self.files.remove(&place).is_some()
    }

    /// A look over all of it begins.
    pub(super) fn begin_turn(&mut self) {
        self.turn = !self.turn;
    }

    /// Takes out what the look that began last has not seen.
    pub(super) fn take_unseen(&mut self) -> Vec<Place> {
        let turn = u32::from(self.turn);
        let unseen = self.files.extract_if(|_, state| state.whole & 1 != turn);
        let mut unseen: Vec<Place> = unseen.map(|(place, _)| place).collect();
        unseen.sort_unstable();
        unseen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64) -> FileStamp {
        FileStamp {
            size,
            mtime: 1,
            ctime: 2,
            inode: 3,
        }
    }

    #[test]
    fn a_file_is_left_alone_in_its_state_alone() {
        let mut known = Known::default();
        let place = Place::new("uuid:1", b"/a", b"b.mp4");
        assert_eq!(place, Place::of_path("uuid:1", b"/a/b.mp4"));
        known.add(place, &stamp(5));
        assert!(known.saw(place, &stamp(5)) && known.has_state(place, &stamp(5)));
        for other in [
            stamp(6),
            FileStamp {
                mtime: 9,
                ..stamp(5)
            },
            FileStamp {
                ctime: 9,
                ..stamp(5)
            },
            FileStamp {
                inode: 9,
                ..stamp(5)
            },
        ] {
            assert!(!known.saw(place, &other), "{other:?}");
        }
        for elsewhere in [
            Place::new("uuid:2", b"/a", b"b.mp4"),
            Place::new("uuid:1", b"/a/b", b"mp4"),
            Place::new("uuid:1", b"", b"a/b.mp4 "),
        ] {
            assert!(!known.saw(elsewhere, &stamp(5)));
        }
        // A rename touches the entry, and nothing else of it.
        assert!(known.has_body(
            place,
            &FileStamp {
                ctime: 9,
                ..stamp(5)
            }
        ));
        assert!(!known.has_body(
            place,
            &FileStamp {
                mtime: 9,
                ..stamp(5)
            }
        ));
    }

    #[test]
    fn what_a_look_over_all_of_it_has_not_seen_is_gone() {
        let mut known = Known::default();
        let places: Vec<Place> = (0..100_u8).map(|n| Place::new("x", b"", &[n])).collect();
        for place in &places {
            known.add(*place, &stamp(1));
        }
        for _ in 0..3 {
            known.begin_turn();
            for place in &places {
                assert!(known.saw(*place, &stamp(1)));
            }
            assert!(known.take_unseen().is_empty());
        }
        known.begin_turn();
        let seen = &places[..60];
        for (index, place) in seen.iter().enumerate() {
            // A file that changed was seen all the same.
            let state = stamp(if index % 2 == 0 { 1 } else { 2 });
            known.saw(*place, &state);
        }
        let mut gone = places[60..].to_vec();
        gone.sort_unstable();
        assert_eq!(known.take_unseen(), gone);
        assert_eq!(known.files.len(), 60);
    }
}
