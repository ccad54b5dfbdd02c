//! Whether a folder is the card that an ingest on the server was about. Pure.
//!
//! `CARD_A` is what every card is called, and `C0001.MP4` is on each: the name says nothing, the files do. An ingest that
//! was begun elsewhere, or before the journal was lost, is gone on with only where they agree.

use std::collections::BTreeMap;

use heimdex_api::Timestamp;
use heimdex_api::ingest::IngestFileResponse;
use heimdex_api::path;

/// FAT keeps local time: another machine, or another season, sees it moved by quarters of an hour, up to a day.
const ZONE_STEP: i64 = 15 * 60 * 1_000_000;
const ZONE_MOST: i64 = 26 * 3600 * 1_000_000;
/// FAT keeps every other second.
const COARSE: i64 = 2_000_000;

/// A file as it is here: its size, and its own time.
pub type Here = (u64, Option<Timestamp>);

/// Whether the ingest whose files these are is about the folder that has `here` in it: by far the most of what both
/// name is the same.
pub(super) fn is_same_card(listed: &[IngestFileResponse], here: &BTreeMap<&[u8], Here>) -> bool {
    let (mut same, mut other) = (0_u128, 0_u128);
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
        // One more, so that an empty file says something too.
        let weight = u128::from(size.max(*size_here)) + 1;
        if size == *size_here && is_same_time(file.mtime, *time_here) {
            same += weight;
        } else {
            other += weight;
        }
    }
    same > 0 && same / 2 >= other
}

fn is_same_time(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return true;
    };
    let apart = (a.as_micros() - b.as_micros()).abs();
    let beside = apart % ZONE_STEP;
    apart <= ZONE_MOST && (beside <= COARSE || ZONE_STEP - beside <= COARSE)
}

#[cfg(test)]
mod tests {
    use heimdex_api::{Open, VideoId, VideoState};
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
        };
        files.iter().map(file).collect()
    }

    fn is_same(then: &[(&str, u64, i64)], now: &[(&str, u64, i64)]) -> bool {
        let here = now
            .iter()
            .map(|(path, size, seconds)| (path.as_bytes(), (*size, at(*seconds))));
        is_same_card(&listed(then), &here.collect())
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
}
