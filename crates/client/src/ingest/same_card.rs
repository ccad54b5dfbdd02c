//! Whether a folder is the card that an ingest on the server was about. Pure.
//!
//! `CARD_A` is what every card is called, and `C0001.MP4` is on each: the name says nothing, and neither does the place
//! where it is mounted. The files do: an ingest is gone on with only where they agree.

use std::collections::BTreeMap;

use heimdex_api::ingest::IngestFileResponse;
use heimdex_api::{Timestamp, VideoState, path};

/// FAT keeps local time: another machine, or another season, sees it moved by quarters of an hour, up to a day.
const ZONE_STEP: i64 = 15 * 60 * 1_000_000;
const ZONE_MOST: i64 = 26 * 3600 * 1_000_000;
/// FAT keeps every other second.
const COARSE: i64 = 2_000_000;

/// A file as it is here: its size, and its own time.
pub type Here = (u64, Option<Timestamp>);

/// How well times are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// This machine told them: where the file is the same, so are they.
    Ours,
    /// Perhaps by another file system, or a copy.
    Anybodys,
}

/// What the files that an ingest names say of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison {
    times: Times,
    /// Files that the ingest names.
    listed: usize,
    /// Of what both have: what is the same, and what is not. Bytes, and one more a file so that an empty one says something.
    same: u128,
    other: u128,
    /// The same in files; empty ones say nothing here.
    same_files: usize,
    other_files: usize,
}

impl Comparison {
    /// Nothing was compared yet.
    pub(super) fn by(times: Times) -> Self {
        Self {
            times,
            listed: 0,
            same: 0,
            other: 0,
            same_files: 0,
            other_files: 0,
        }
    }

    /// Takes in a page of what the ingest names.
    pub(super) fn take(&mut self, listed: &[IngestFileResponse], here: &BTreeMap<&[u8], Here>) {
        self.listed += listed.len();
        for file in listed {
            let (Ok(path), Some(size)) = (
                path::exact(&file.path, file.path_raw.as_deref()),
                file.size_bytes,
            ) else {
                continue;
            };
            let Some((size_here, time_here)) = here.get(path.as_slice()) else {
                continue;
            };
            let weight = u128::from(size.max(*size_here)) + 1;
            if size == *size_here && is_same_time(file.mtime, *time_here, self.times) {
                self.same += weight;
                self.same_files += usize::from(size > 0);
            } else if file.state.known() != Some(VideoState::Uploading) {
                // What never arrived says nothing: a recording that grew, a file that was written anew.
                self.other += weight;
                self.other_files += 1;
            }
        }
    }

    /// Whether the ingest names nothing.
    pub(super) fn is_unbegun(&self) -> bool {
        self.listed == 0
    }

    /// Whether the two have nothing in common that would say something.
    pub(super) fn is_silent(&self) -> bool {
        self.same == 0 && self.other == 0
    }

    /// Whether the ingest is about the folder: by far the most of what both name is the same.
    pub(super) fn is_same_card(&self) -> bool {
        self.same > 0 && self.same / 2 >= self.other
    }

    /// The same where this machine knows that place and label belong to the ingest: one file among others that was
    /// edited makes no other folder of it, however large it is.
    pub(super) fn is_same_folder(&self) -> bool {
        self.is_same_card() || (self.other_files == 1 && self.same_files >= 2)
    }
}

fn is_same_time(a: Option<Timestamp>, b: Option<Timestamp>, times: Times) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return true;
    };
    let apart = (a.as_micros() - b.as_micros()).abs();
    let beside = apart % ZONE_STEP;
    let coarse = match times {
        Times::Ours => 0,
        Times::Anybodys => COARSE,
    };
    apart <= ZONE_MOST && (beside <= coarse || ZONE_STEP - beside <= coarse)
}

#[cfg(test)]
mod tests {
    use heimdex_api::{Open, VideoId};
    use uuid::Uuid;

    use super::*;

    const HOUR: i64 = 3600;

    fn at(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn listed(files: &[(&str, u64, i64)]) -> Vec<IngestFileResponse> {
        let file = |(path, size, seconds): &(&str, u64, i64)| IngestFileResponse {
            path: (*path).to_owned(),
            path_raw: None,
            filename: (*path).to_owned(),
            mtime: at(*seconds),
            video_id: VideoId::new(Uuid::nil()),
            size_bytes: Some(*size),
            blake3: None,
            state: Open::Known(VideoState::Indexed),
            verified_at: None,
            purged_at: None,
        };
        files.iter().map(file).collect()
    }

    fn compared(then: &[IngestFileResponse], now: &[(&str, u64, i64)]) -> Comparison {
        let here = now
            .iter()
            .map(|(path, size, seconds)| (path.as_bytes(), (*size, at(*seconds))));
        let mut compared = Comparison::by(Times::Ours);
        compared.take(then, &here.collect());
        compared
    }

    fn is_same(then: &[(&str, u64, i64)], now: &[(&str, u64, i64)]) -> bool {
        compared(&listed(then), now).is_same_card()
    }

    #[test]
    fn a_card_is_known_by_its_files_and_never_by_its_name() {
        let card = [
            ("C0001.MP4", 4 << 30, 9 * HOUR),
            ("STATUS.BIN", 0, 9 * HOUR),
        ];
        assert!(is_same(&card, &card));
        // With more on it, and in another time zone.
        let grown = [
            ("C0001.MP4", 4 << 30, 15 * HOUR + 1800),
            ("C0002.MP4", 1, 0),
        ];
        assert!(is_same(&card, &grown));
        // Formatted and used again: the same names, and even the same sizes.
        let again = [
            ("C0001.MP4", 4 << 30, 90 * HOUR),
            ("STATUS.BIN", 0, 9 * HOUR),
        ];
        assert!(!is_same(&card, &again));
        let shorter = [
            ("C0001.MP4", 3 << 30, 9 * HOUR),
            ("STATUS.BIN", 0, 9 * HOUR),
        ];
        assert!(!is_same(&card, &shorter));
        // Nothing in common says nothing.
        assert!(!is_same(&card, &[("other", 1, 0)]));
        assert!(!is_same(&[], &card));
    }

    #[test]
    fn one_file_that_was_edited_does_not_make_another_folder_of_it() {
        let before = [("a", 100, 0), ("b", 100, 0), ("c", 100, 0), ("d", 100, 0)];
        let mut after = before;
        after[0] = ("a", 120, 5);
        assert!(is_same(&before, &after));
    }

    #[test]
    fn one_large_file_that_was_edited_does_not_make_another_folder_of_a_known_place() {
        let before = [("a", 100, 0), ("b", 100, 0), ("film", 90_000, 0)];
        let mut after = before;
        after[2] = ("film", 90_001, 5);
        assert!(compared(&listed(&before), &after).is_same_folder());
        // Two takes of the same names are another card, and so is the only one that is not empty.
        after[1] = ("b", 100, 5);
        assert!(!compared(&listed(&before), &after).is_same_folder());
        let card = [("C0001.MP4", 100, 0), ("A.BIN", 0, 0), ("B.BIN", 0, 0)];
        let again = [("C0001.MP4", 100, 5), ("A.BIN", 0, 0), ("B.BIN", 0, 0)];
        assert!(!compared(&listed(&card), &again).is_same_folder());
    }

    #[test]
    fn a_take_of_the_same_size_two_seconds_later_is_another_one_where_times_are_ours() {
        let then = listed(&[("a", 100, 0)]);
        assert!(!compared(&then, &[("a", 100, 2)]).is_same_card());
        let mut elsewhere = Comparison::by(Times::Anybodys);
        elsewhere.take(&then, &[(&b"a"[..], (100, at(2)))].into());
        assert!(elsewhere.is_same_card());
    }

    #[test]
    fn what_never_arrived_says_nothing_where_it_differs() {
        let mut then = listed(&[("a", 100, 0)]);
        then[0].state = Open::Known(VideoState::Uploading);
        assert!(compared(&then, &[("a", 200, 5)]).is_silent());
        assert!(compared(&then, &[("a", 100, 0)]).is_same_card());
    }
}
