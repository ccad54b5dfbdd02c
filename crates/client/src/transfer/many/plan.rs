//! Which small files go together, and how a file goes on that the journal knows. Pure.

use std::time::Duration;

use heimdex_api::limits::IDEMPOTENCY_KEY_TTL;
use heimdex_api::{IngestId, Timestamp};

use crate::journal::{FileStamp, JournaledUpload, UploadState};

/// Most bytes of a group: a slow line is done with them before their addresses end.
const GROUP_BYTES: u64 = 128 << 20;
/// Most files of a group.
const GROUP_FILES: usize = 500;
/// Descriptors for everything but the locks of groups: connections, files that are read, the journal.
const OTHER_DESCRIPTORS: u64 = 256;
/// A process that may open many files takes no more than this.
const DESCRIPTORS_WANTED: u64 = 8192;
/// A key that is about to be forgotten by the server is not relied on.
const KEY_TRUSTED: Duration = IDEMPOTENCY_KEY_TTL.saturating_sub(Duration::from_hours(4));

/// How large a group may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GroupLimits {
    /// Files.
    pub(super) files: usize,
    /// Bytes of all files together; one larger file makes a group of its own.
    pub(super) bytes: u64,
}

impl GroupLimits {
    /// What this process may hold open: each file of a group has a lock while the group is under way.
    #[must_use]
    pub(super) fn of_this_process() -> Self {
        Self::for_descriptors(descriptors())
    }

    fn for_descriptors(descriptors: u64) -> Self {
        let groups = super::GROUPS_AT_ONCE as u64;
        let room = descriptors.saturating_sub(OTHER_DESCRIPTORS) / groups;
        Self {
            files: usize::try_from(room).map_or(GROUP_FILES, |room| room.clamp(1, GROUP_FILES)),
            bytes: GROUP_BYTES,
        }
    }
}

/// How many files this process may hold open, after asking for as many as are of use.
fn descriptors() -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(u64::MAX).min(DESCRIPTORS_WANTED);
    let now = limit.current.unwrap_or(u64::MAX);
    if now >= wanted {
        return now;
    }
    limit.current = Some(wanted);
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => wanted,
        Err(_) => now,
    }
}

/// Puts files, each with its bytes, into groups; the order stays.
#[must_use]
pub(super) fn groups(files: &[(usize, u64)], limits: &GroupLimits) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0_u64;
    for (file, size) in files {
        let fits = |group: &&mut Vec<usize>| {
            group.len() < limits.files && bytes.saturating_add(*size) <= limits.bytes
        };
        if let Some(group) = groups.last_mut().filter(fits) {
            group.push(*file);
            bytes += size;
        } else {
            groups.push(vec![*file]);
            bytes = *size;
        }
    }
    groups
}

/// Cuts a list of things with weights into runs of at most so many and so heavy; one heavier thing is a run of its
/// own. Returns the lengths of the runs.
#[must_use]
pub(super) fn runs(weights: &[usize], most: usize, heaviest: usize) -> Vec<usize> {
    let mut runs = Vec::new();
    let (mut length, mut weight) = (0, 0_usize);
    for own in weights {
        if length > 0 && (length == most || weight.saturating_add(*own) > heaviest) {
            runs.push(length);
            (length, weight) = (0, 0);
        }
        length += 1;
        weight = weight.saturating_add(*own);
    }
    if length > 0 {
        runs.push(length);
    }
    runs
}

/// How a small file goes on, by what the journal says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is known: it is looked up, and announced.
    Fresh,
    /// It was announced and the answer was not seen: looked up, and announced again with the same key.
    Asked,
    /// Announced and answered: announced again with the same key, which brings its address anew.
    Opened,
    /// Its bytes are in the store: it is completed.
    Arrived,
    /// Something is odd about it: it goes alone.
    Alone,
}

/// Decides how a file in this state, for this ingest, goes on.
#[must_use]
pub(super) fn standing(
    journaled: Option<&JournaledUpload>,
    stamp: &FileStamp,
    ingest: Option<IngestId>,
    now: Timestamp,
) -> Standing {
    let Some(row) = journaled else {
        return Standing::Fresh;
    };
    let is_first_epoch = row.answered.as_ref().is_none_or(|a| a.epoch == 1);
    if row.stamp != *stamp || row.ingest_id != ingest || !is_first_epoch {
        return Standing::Alone;
    }
    let is_key_known = row.idempotency_key.is_some() && now.since(row.started_at) < KEY_TRUSTED;
    match row.state {
        UploadState::Completing => Standing::Arrived,
        UploadState::Open if row.parts > 0 => Standing::Arrived,
        UploadState::Open if is_key_known => Standing::Opened,
        UploadState::Asked if is_key_known => Standing::Asked,
        UploadState::Open | UploadState::Asked => Standing::Alone,
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::plan::PartSize;
    use heimdex_api::{PartChecksum, UploadId, VideoId};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::journal::{AnsweredUpload, FileKey, Journal, NewUpload, UploadKey};

    proptest! {
        #[test]
        fn every_file_is_in_one_group_in_its_order(
            sizes in proptest::collection::vec(0u64..200, 0..200),
            files in 1usize..20,
            bytes in 1u64..500,
        ) {
            let limits = GroupLimits { files, bytes };
            let listed: Vec<(usize, u64)> = sizes.iter().copied().enumerate().collect();
            let groups = groups(&listed, &limits);
            prop_assert_eq!(groups.concat(), (0..sizes.len()).collect::<Vec<_>>());
            for group in &groups {
                let total: u64 = group.iter().map(|file| sizes[*file]).sum();
                prop_assert!(!group.is_empty() && group.len() <= files);
                prop_assert!(total <= bytes || group.len() == 1);
            }
            // No two neighbours could have been one.
            for pair in groups.windows(2) {
                let (total, next) = (pair[0].iter().map(|f| sizes[*f]).sum::<u64>(), sizes[pair[1][0]]);
                prop_assert!(pair[0].len() == files || total + next > bytes);
            }
        }

        #[test]
        fn runs_hold_everything_and_no_run_is_too_heavy(
            weights in proptest::collection::vec(0usize..200, 0..200),
            most in 1usize..20,
            heaviest in 1usize..500,
        ) {
            let runs = runs(&weights, most, heaviest);
            prop_assert_eq!(runs.iter().sum::<usize>(), weights.len());
            let mut rest = weights.as_slice();
            for length in runs {
                let (run, after) = rest.split_at(length);
                prop_assert!((1..=most).contains(&length));
                prop_assert!(length == 1 || run.iter().sum::<usize>() <= heaviest);
                rest = after;
            }
        }
    }

    #[test]
    fn a_process_that_may_open_few_files_sends_small_groups() {
        assert_eq!(GroupLimits::for_descriptors(1024).files, 384);
        assert_eq!(GroupLimits::for_descriptors(64).files, 1);
        assert_eq!(GroupLimits::for_descriptors(1 << 20).files, GROUP_FILES);
        assert!(descriptors() > 0);
    }

    const STAMP: FileStamp = FileStamp {
        size: 7,
        mtime: 1,
        ctime: 2,
        inode: 3,
    };

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_micros(0)
            .unwrap()
            .saturating_add(Duration::from_hours(hours))
    }

    /// A row as the journal gives it back after `write`.
    fn journaled(epoch: Option<u32>) -> JournaledUpload {
        let journal = Journal::open_in_memory().unwrap();
        let key = UploadKey {
            profile: "p".into(),
            file: FileKey {
                fs_id: "f".into(),
                path: b"/a".to_vec(),
            },
        };
        let new = NewUpload {
            key: &key,
            stamp: &STAMP,
            shown_path: std::path::Path::new("/a"),
            ingest_id: None,
        };
        let row = journal.ask_upload(new, "k", at(0)).unwrap();
        if let Some(epoch) = epoch {
            let answered = AnsweredUpload {
                video_id: VideoId::new(Uuid::from_u128(1)),
                upload_id: UploadId::new(Uuid::from_u128(2)),
                epoch,
                part_size: PartSize::new(1 << 24).unwrap(),
                part_checksum: PartChecksum::Crc32c,
            };
            journal.answer_upload(row, &answered, at(0)).unwrap();
        }
        journal.unfinished_upload(&key).unwrap().unwrap()
    }

    #[test]
    fn a_file_goes_on_by_what_was_seen_of_it() {
        let open = journaled(Some(1));
        let arrived = JournaledUpload {
            parts: 1,
            ..open.clone()
        };
        let completing = JournaledUpload {
            state: UploadState::Completing,
            ..open.clone()
        };
        for (row, hours, expected) in [
            (None, 0, Standing::Fresh),
            (Some(journaled(None)), 1, Standing::Asked),
            (Some(journaled(None)), 23, Standing::Alone),
            (Some(open.clone()), 1, Standing::Opened),
            (Some(open.clone()), 23, Standing::Alone),
            (Some(arrived), 500, Standing::Arrived),
            (Some(completing), 500, Standing::Arrived),
            (Some(journaled(Some(2))), 1, Standing::Alone),
        ] {
            assert_eq!(
                standing(row.as_ref(), &STAMP, None, at(hours)),
                expected,
                "{row:?}"
            );
        }
        let touched = FileStamp { mtime: 9, ..STAMP };
        assert_eq!(
            standing(Some(&open), &touched, None, at(1)),
            Standing::Alone
        );
        let other = Some(IngestId::new(Uuid::from_u128(4)));
        assert_eq!(standing(Some(&open), &STAMP, other, at(1)), Standing::Alone);
    }
}
