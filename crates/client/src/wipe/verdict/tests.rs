//! Any single fact that speaks against it makes a card not safe.

use heimdex_api::{Blake3, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::wipe::facts::{Litter, Obstacle, ReadHow};

fn video() -> VideoId {
    VideoId::new(Uuid::from_u128(1))
}

fn at() -> Timestamp {
    Timestamp::from_micros(1_000_000).unwrap()
}

fn sound_how(terms: Terms) -> impl Strategy<Value = VerifiedHow> {
    let mut hows = vec![VerifiedHow::Medium, VerifiedHow::Store];
    if terms.accept_cached {
        hows.push(VerifiedHow::Cached);
    }
    proptest::sample::select(hows)
}

fn terms() -> impl Strategy<Value = Terms> {
    any::<(bool, bool)>().prop_map(|(accept_cached, reread)| Terms {
        accept_cached,
        reread,
    })
}

fn sound_file(terms: Terms) -> impl Strategy<Value = FileFacts> {
    let read = proptest::sample::select(vec![ReadHow::Medium, ReadHow::Cached]);
    let parts = (
        "[a-z]{1,3}(/[a-z.]{1,3})?",
        any::<u32>(),
        read,
        sound_how(terms),
        any::<bool>(),
    );
    parts.prop_map(move |(path, size, read, how, rereads)| FileFacts {
        path: path.into_bytes(),
        size: u64::from(size),
        read: ReadBack::Whole {
            blake3: Blake3::new([7; 32]),
            how: read,
            digests: Vec::new(),
        },
        stored: Stored::Copy(Copy {
            video_id: video(),
            state: Some(VideoState::Indexed.into()),
            store: Some(StoreStanding::Present.into()),
            verified_at: Some(at()),
            verified_how: Some(how.into()),
        }),
        reread: if terms.reread || rereads {
            Reread::Equal {
                how: Some(how.into()),
                at: Some(at()),
            }
        } else {
            Reread::NotAsked
        },
    })
}

/// A card that may be wiped on these terms, with litter or without.
fn sound_card() -> impl Strategy<Value = (Facts, Terms)> {
    terms().prop_flat_map(|terms| {
        let litter = proptest::collection::vec(".{1,4}", 0..3).prop_map(|names| {
            let of = |name: String| Litter {
                path: name.into_bytes(),
                files: 1,
                bytes: 1,
            };
            names.into_iter().map(of).collect()
        });
        let files = proptest::collection::vec(sound_file(terms), 1..6);
        (files, litter).prop_map(move |(files, litter)| {
            let facts = Facts {
                files,
                obstacles: Vec::new(),
                litter,
                ..Facts::default()
            };
            (facts, terms)
        })
    })
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let video_id = video();
    proptest::sample::select(vec![
        Trace::Unknown,
        Trace::Arriving {
            video_id,
            percent: 99,
        },
        Trace::Differs {
            video_id,
            since: at(),
        },
        Trace::Trashed { video_id },
        Trace::Failed {
            video_id,
            reason: None,
        },
        Trace::Quarantined { video_id },
    ])
}

/// What may be wrong with one file.
type Defect = fn(&mut FileFacts, Trace, VideoState);

fn copy(file: &mut FileFacts) -> &mut Copy {
    match &mut file.stored {
        Stored::Copy(copy) => copy,
        other => panic!("a sound file has a copy: {other:?}"),
    }
}

const DEFECTS: [Defect; 19] = [
    |file, _, _| file.read = ReadBack::Changed,
    |file, _, _| file.read = ReadBack::Vanished,
    |file, _, _| file.read = ReadBack::Appeared,
    |file, _, _| file.read = ReadBack::Unreadable("an input/output error".into()),
    |file, _, _| file.stored = Stored::NotAsked,
    |file, trace, _| file.stored = Stored::Nothing(trace),
    |file, _, state| copy(file).state = Some(state.into()),
    |file, _, _| copy(file).state = Some(Open::Unknown("archived".into())),
    |file, _, _| copy(file).state = None,
    |file, _, _| copy(file).store = Some(StoreStanding::Missing.into()),
    |file, _, _| copy(file).store = Some(StoreStanding::Differs.into()),
    |file, _, _| copy(file).store = Some(Open::Unknown("archived".into())),
    |file, _, _| copy(file).store = None,
    |file, _, _| copy(file).verified_at = None,
    |file, _, _| {
        copy(file).verified_how = None;
        file.reread = Reread::NotAsked;
    },
    |file, _, _| {
        copy(file).verified_how = Some(Open::Unknown("guessed".into()));
        file.reread = Reread::NotAsked;
    },
    |file, _, _| file.reread = Reread::Bad(NotEqual::Differs),
    |file, _, _| {
        file.reread = Reread::Equal {
            how: None,
            at: None,
        }
    },
    |file, _, _| {
        file.reread = Reread::Equal {
            how: Some(Open::Unknown("guessed".into())),
            at: Some(at()),
        }
    },
];

fn unready_state() -> impl Strategy<Value = VideoState> {
    let states = VideoState::ALL.iter().copied();
    proptest::sample::select(
        states
            .filter(|state| *state != VideoState::Indexed)
            .collect::<Vec<_>>(),
    )
}

proptest! {
    #[test]
    fn a_card_without_a_defect_is_safe((facts, terms) in sound_card()) {
        let verdict = judge(&facts, terms);
        prop_assert!(verdict.is_safe(), "{:?}", verdict);
        prop_assert_eq!(verdict.proven, facts.files.len() as u64);
    }

    #[test]
    fn any_single_defect_of_a_file_makes_it_unsafe(
        (mut facts, terms) in sound_card(), defect in proptest::sample::select(DEFECTS.to_vec()),
        at in any::<prop::sample::Index>(), trace in any_trace(), state in unready_state(),
    ) {
        let index = at.index(facts.files.len());
        defect(&mut facts.files[index], trace, state);
        let verdict = judge(&facts, terms);
        prop_assert!(!verdict.is_safe());
        prop_assert_eq!(verdict.findings.len(), 1);
        prop_assert_eq!(&verdict.findings[0].path, &facts.files[index].path);
        prop_assert_eq!(verdict.proven + 1, facts.files.len() as u64);
    }

    #[test]
    fn whatever_stands_in_the_way_makes_it_unsafe(
        (mut facts, terms) in sound_card(), path in "[a-z]{0,3}",
        kind in proptest::sample::select(vec![
            ObstacleKind::Unreadable("permission denied".into()), ObstacleKind::Mounted, ObstacleKind::Link,
            ObstacleKind::Special("a pipe"),
        ]),
    ) {
        facts.obstacles.push(Obstacle { path: path.into_bytes(), kind });
        prop_assert!(!judge(&facts, terms).is_safe());
    }

    #[test]
    fn what_only_memory_answered_counts_for_those_who_take_it((mut facts, terms) in sound_card()) {
        for file in &mut facts.files {
            copy(file).verified_how = Some(VerifiedHow::Cached.into());
            if let Reread::Equal { how, .. } = &mut file.reread {
                *how = Some(VerifiedHow::Cached.into());
            }
        }
        prop_assert_eq!(judge(&facts, terms).is_safe(), terms.accept_cached);
    }

    #[test]
    fn what_the_server_still_puts_in_its_place_is_not_called_lost((mut facts, terms) in sound_card()) {
        let one = copy(&mut facts.files[0]);
        one.state = Some(VideoState::Validating.into());
        one.store = Some(StoreStanding::Missing.into());
        one.verified_at = None;
        let words: Vec<_> = judge(&facts, terms).findings.iter().map(|one| one.why.word()).collect();
        prop_assert_eq!(words, ["not_ready"]);
    }

    #[test]
    fn a_card_that_was_to_be_read_again_and_was_not_is_unsafe((mut facts, terms) in sound_card()) {
        let terms = Terms { reread: true, ..terms };
        facts.files[0].reread = Reread::NotAsked;
        prop_assert!(!judge(&facts, terms).is_safe());
    }

    #[test]
    fn a_card_without_files_is_never_safe(terms in terms(), litter in 0..3u8) {
        let of = |n| Litter { path: vec![n], files: 1, bytes: 1 };
        let facts = Facts { litter: (0..litter).map(of).collect(), ..Facts::default() };
        let verdict = judge(&facts, terms);
        prop_assert!(!verdict.is_safe());
        prop_assert_eq!(&verdict.findings[0].why, &Why::NoFiles);
    }
}

#[test]
fn no_facts_are_no_proof() {
    assert!(!judge(&Facts::default(), Terms::default()).is_safe());
}
