//! Writers that pause: a file that was told to be finished, and is written on soon, was not.

use std::collections::BTreeMap;
use std::time::Duration;

use heimdex_client::journal::FileStamp;

use super::known::Place;
use super::settle::{Moment, SETTLE_MOST};

/// A file that was told to be finished.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// When.
    pub(super) at: Moment,
    /// What it was then.
    pub(super) stamp: FileStamp,
}

/// How long the writer of a file is known to pause: as long as it was told to be finished before it was written on. What is
/// another file by now, or is written on after longer than any writer is waited for, is a new version.
pub(super) fn pause(
    told: &BTreeMap<Place, Told>,
    place: Place,
    stamp: &FileStamp,
    now: Moment,
) -> Duration {
    let told = told.get(&place);
    let written_on = told.filter(|told| told.stamp != *stamp && told.stamp.inode == stamp.inode);
    let paused = written_on.map_or(Duration::ZERO, |told| now.since(told.at));
    if paused < SETTLE_MOST {
        paused
    } else {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_is_written_on_soon_has_a_writer_that_pauses() {
        let stamp = FileStamp {
            size: 5,
            mtime: 1,
            ctime: 1,
            inode: 7,
        };
        let place = Place::new("uuid:1", b"", b"a.mp4");
        let at = |seconds| Moment(Duration::from_secs(seconds));
        let told = BTreeMap::from([(place, Told { at: at(100), stamp })]);
        let longer = FileStamp { size: 6, ..stamp };
        let replaced = FileStamp { inode: 8, ..longer };
        let pause = |stamp, now| pause(&told, place, &stamp, at(now)).as_secs();
        assert_eq!(pause(longer, 148), 48);
        assert_eq!(pause(stamp, 148), 0, "looked at again");
        assert_eq!(pause(replaced, 148), 0, "another file of its name");
        assert_eq!(pause(longer, 100 + 600), 0, "a new version");
    }
}
