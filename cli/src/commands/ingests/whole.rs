//! Whether a card arrived whole, from what the server says of its files. Pure.

use heimdex_api::VideoState;
use heimdex_api::ingest::{IngestFileResponse, IngestResponse};

/// What became of a card.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands) struct Wholeness<'a> {
    /// Files that are not stored and verified, by path.
    pub(in crate::commands) missing: Vec<(&'a IngestFileResponse, Lack)>,
    /// Files that were on the card and that the server was never told of.
    pub(in crate::commands) unnamed: u64,
    /// Whether somebody came to the end of it.
    pub(in crate::commands) is_finished: bool,
}

impl Wholeness<'_> {
    /// Whether every file that was on the card is stored and verified.
    pub(in crate::commands) fn is_whole(&self) -> bool {
        self.is_finished && self.missing.is_empty() && self.unnamed == 0
    }

    /// How many files lack something.
    pub(in crate::commands) fn lacking(&self) -> u64 {
        self.missing.len() as u64 + self.unnamed
    }
}

/// What a file of a card lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Lack {
    /// Some of it is still to come.
    Arriving,
    /// It is stored, and was not read back yet.
    Unverified,
    /// Its video failed.
    Failed,
    /// Its video is in the trash.
    Deleted,
    /// Its video was thrown away for good.
    Purged,
    /// A newer server has a word for it that this program does not know.
    Unknown,
}

impl Lack {
    /// The word that programs read.
    pub(in crate::commands) fn word(self) -> &'static str {
        match self {
            Self::Arriving => "arriving",
            Self::Unverified => "unverified",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
            Self::Purged => "purged",
            Self::Unknown => "unknown",
        }
    }
}

/// What `file` lacks, if anything.
pub(in crate::commands) fn lack_of(file: &IngestFileResponse) -> Option<Lack> {
    match file.state.known() {
        Some(VideoState::Uploading) => Some(Lack::Arriving),
        Some(VideoState::Failed) => Some(Lack::Failed),
        Some(VideoState::Deleted) if file.purged_at.is_some() => Some(Lack::Purged),
        Some(VideoState::Deleted) => Some(Lack::Deleted),
        Some(VideoState::Validating | VideoState::Processing | VideoState::Indexed) => {
            file.verified_at.is_none().then_some(Lack::Unverified)
        }
        None => Some(Lack::Unknown),
    }
}

/// Judges a card by what is known of it.
pub(in crate::commands) fn judge<'a>(
    ingest: &IngestResponse,
    files: &'a [IngestFileResponse],
) -> Wholeness<'a> {
    let missing = files
        .iter()
        .filter_map(|file| lack_of(file).map(|lack| (file, lack)))
        .collect();
    let expected = ingest.files.expected.unwrap_or(0);
    Wholeness {
        missing,
        unnamed: expected.saturating_sub(files.len() as u64),
        is_finished: ingest.finished_at.is_some() && ingest.files.expected.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::ingest::IngestCounts;
    use heimdex_api::{IngestId, Open, Timestamp, VideoId};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn ingest(expected: Option<u64>, is_finished: bool) -> IngestResponse {
        IngestResponse {
            ingest_id: IngestId::new(Uuid::nil()),
            source: "A cam".into(),
            root_name: None,
            host: None,
            started_at: Timestamp::from_micros(0).unwrap(),
            finished_at: is_finished.then(|| Timestamp::from_micros(1).unwrap()),
            files: IngestCounts {
                expected,
                ..IngestCounts::default()
            },
            bytes: 0,
        }
    }

    fn file(state: Open<VideoState>, is_verified: bool) -> IngestFileResponse {
        IngestFileResponse {
            path: "a".into(),
            path_raw: None,
            filename: "a".into(),
            mtime: None,
            video_id: VideoId::new(Uuid::nil()),
            size_bytes: Some(1),
            blake3: None,
            state,
            verified_at: is_verified.then(|| Timestamp::from_micros(1).unwrap()),
            purged_at: None,
        }
    }

    fn sound() -> impl Strategy<Value = IngestFileResponse> {
        let states = [
            VideoState::Validating,
            VideoState::Processing,
            VideoState::Indexed,
        ];
        proptest::sample::select(states.to_vec()).prop_map(|state| file(state.into(), true))
    }

    fn lacking() -> impl Strategy<Value = IngestFileResponse> {
        prop_oneof![
            any::<bool>().prop_map(|verified| file(VideoState::Uploading.into(), verified)),
            any::<bool>().prop_map(|verified| file(VideoState::Failed.into(), verified)),
            any::<bool>().prop_map(|verified| file(VideoState::Deleted.into(), verified)),
            any::<bool>().prop_map(|verified| file(Open::Unknown("archived".into()), verified)),
            sound().prop_map(|file| IngestFileResponse {
                verified_at: None,
                ..file
            }),
            Just(IngestFileResponse {
                purged_at: Timestamp::from_micros(1),
                ..file(VideoState::Deleted.into(), false)
            }),
        ]
    }

    proptest! {
        #[test]
        fn one_file_that_lacks_something_is_never_whole(
            mut files in proptest::collection::vec(sound(), 0..6), bad in lacking(), at in any::<prop::sample::Index>(),
        ) {
            let all = files.len() as u64;
            prop_assert!(judge(&ingest(Some(all), true), &files).is_whole());
            prop_assert!(!judge(&ingest(Some(all), false), &files).is_whole());
            prop_assert!(!judge(&ingest(None, true), &files).is_whole());
            let one_more = ingest(Some(all + 1), true);
            prop_assert_eq!(judge(&one_more, &files).unnamed, 1);
            prop_assert!(!judge(&one_more, &files).is_whole());
            files.insert(at.index(files.len() + 1), bad);
            let judged = judge(&one_more, &files);
            prop_assert!(!judged.is_whole());
            prop_assert_eq!(judged.lacking(), 1);
        }
    }
}
