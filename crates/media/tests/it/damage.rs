//! What is missing is named: every cut of a real file ends in a sentence.

use std::fmt::Write as _;

use heimdex_media::{Completeness, inspect};

use crate::agreement::{see, sentence};
use crate::boxes::{Film, atom, ftyp, group, open_atom, words};
use crate::ffmpeg::Studio;

/// Where the first box of this kind begins, searched on the level of the file.
fn find(bytes: &[u8], kind: [u8; 4], number: usize) -> usize {
    let mut found = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == kind);
    found.nth(number).unwrap().0 - 4
}

/// Cuts at these places, with the sizes of what ffmpeg wrote left out of the sentences.
fn sentences(bytes: &[u8], cuts: &[(&str, usize)]) -> String {
    let mut text = String::new();
    for (place, length) in cuts {
        let plain: String = sentence(&bytes[..*length])
            .split(' ')
            .map(|word| {
                if word.starts_with(|c: char| c.is_ascii_digit()) {
                    "N"
                } else {
                    word
                }
            })
            .collect::<Vec<_>>()
            .join(" ");
        writeln!(text, "{place}: {plain}").unwrap();
    }
    text
}

#[test]
fn a_film_with_its_index_at_the_end_is_damaged_by_every_cut() {
    let bytes = Studio::open().film_bytes("end.mp4", &[]);
    let (mdat, moov) = (find(&bytes, *b"mdat", 0), find(&bytes, *b"moov", 0));
    let text = sentences(
        &bytes,
        &[
            ("after the brand", mdat - 8),
            ("in the head of the media data", mdat + 4),
            ("after the head of the media data", mdat + 8),
            ("in the media data", usize::midpoint(mdat, moov)),
            ("one byte before the index", moov - 1),
            ("before the index", moov),
            ("in the head of the index", moov + 5),
            ("in the index", usize::midpoint(moov, bytes.len())),
            ("the last byte", bytes.len() - 1),
        ],
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_film_with_its_index_at_the_beginning_is_damaged_by_every_cut() {
    let bytes = Studio::open().film_bytes("start.mp4", &["-movflags", "+faststart"]);
    let (moov, mdat) = (find(&bytes, *b"moov", 0), find(&bytes, *b"mdat", 0));
    let text = sentences(
        &bytes,
        &[
            ("in the index", usize::midpoint(moov, mdat)),
            ("before the media data", mdat),
            ("in the head of the media data", mdat + 4),
            ("after the head of the media data", mdat + 8),
            ("in the media data", usize::midpoint(mdat, bytes.len())),
            ("the last byte", bytes.len() - 1),
        ],
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_fragmented_film_is_damaged_by_a_cut_within_a_fragment() {
    let flags = "+frag_keyframe+empty_moov+default_base_moof";
    let bytes = Studio::open().film_bytes("fragments.mp4", &["-movflags", flags]);
    let (first, second) = (find(&bytes, *b"moof", 0), find(&bytes, *b"moof", 1));
    let mdat = find(&bytes, *b"mdat", 1);
    let text = sentences(
        &bytes,
        &[
            ("in the index", first - 10),
            ("before the first fragment", first),
            ("in the head of a fragment", second + 4),
            ("after the head of a fragment", second + 8),
            ("in a fragment", usize::midpoint(second, mdat)),
            ("before its media data", mdat),
            ("in the head of its media data", mdat + 4),
            ("in its media data", mdat + 100),
            ("the last byte", bytes.len() - 1),
        ],
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_fragmented_film_with_a_list_of_segments_is_damaged_by_a_cut_between_fragments() {
    let flags = "+dash+global_sidx+frag_keyframe+empty_moov+default_base_moof";
    let bytes = Studio::open().film_bytes("listed.mp4", &["-movflags", flags]);
    let third = find(&bytes, *b"moof", 2);
    insta::assert_snapshot!(sentences(&bytes, &[("between fragments", third)]));
}

#[test]
fn any_cut_of_a_film_is_damage_or_no_film() {
    let bytes = [
        ftyp(*b"isom"),
        atom(*b"mdat", &[0xa5; 1000]),
        Film::at(28).moov(),
    ]
    .concat();
    assert_eq!(see(&bytes).completeness, Completeness::Complete);
    for length in 0..bytes.len() {
        if let Some(report) = inspect(&&bytes[..length]).unwrap() {
            let damaged = matches!(report.completeness, Completeness::Damaged { .. });
            assert!(damaged, "{length} bytes: {:?}", report.completeness);
        } else {
            assert!(length < 12, "{length} bytes were not recognised");
        }
    }
}

#[test]
fn a_cut_of_a_real_film_is_damage_wherever_it_falls() {
    let studio = Studio::open();
    for flags in ["+faststart", "+rtphint"] {
        let bytes = studio.film_bytes("film.mp4", &["-movflags", flags]);
        for length in (12..bytes.len()).step_by(701).chain([bytes.len() - 1]) {
            sentence(&bytes[..length]);
        }
    }
}

#[test]
fn a_cut_fragmented_film_is_whole_only_where_a_fragment_ends() {
    let flags = "+frag_keyframe+empty_moov+default_base_moof";
    let bytes = Studio::open().film_bytes("fragments.mp4", &["-movflags", flags]);
    let mut ends = vec![find(&bytes, *b"mfra", 0)];
    ends.extend((1..5).map(|number| find(&bytes, *b"moof", number)));
    for length in 12..bytes.len() {
        if see(&bytes[..length]).completeness == Completeness::Complete {
            // The length of the box that follows begins with zeros.
            assert!(
                ends.iter().any(|end| (*end..end + 4).contains(&length)),
                "{length} of {ends:?}"
            );
        }
    }
}

#[test]
fn a_cut_film_still_says_what_its_index_says() {
    let length = u32::try_from(Film::at(0).moov().len()).unwrap();
    let moov = Film::at(20 + length + 8).moov();
    let bytes = [ftyp(*b"isom"), moov, atom(*b"mdat", &[0xa5; 1000])].concat();
    let report = see(&bytes[..bytes.len() - 600]);
    assert_eq!(report.probe.duration_ms, Some(400));
    let Completeness::Damaged { sentence } = report.completeness else {
        panic!("not damaged")
    };
    insta::assert_snapshot!(sentence, @"The file ends in the middle of its pictures and sound (mdat): 600 bytes are missing. It looks as if a copy was cut short.");
}

#[test]
fn a_camera_that_lost_power_left_no_index() {
    let bytes = [ftyp(*b"qt  "), open_atom(*b"mdat", &[0xa5; 1000])].concat();
    insta::assert_snapshot!(sentence(&bytes), @"The file ends in the middle: its index (moov) is missing. It looks as if the camera lost power while it was writing.");
    let preallocated = [ftyp(*b"qt  "), atom(*b"mdat", &[0xa5; 1000]), vec![0; 4096]].concat();
    assert_eq!(sentence(&preallocated), sentence(&bytes));
}

#[test]
fn samples_past_the_end_are_counted() {
    let media = atom(*b"mdat", &[0xa5; 1000]);
    let early = [ftyp(*b"isom"), media.clone(), Film::at(28).moov()].concat();
    let late = Film::at(u32::try_from(early.len()).unwrap() - 999).moov();
    insta::assert_snapshot!(sentence(&[ftyp(*b"isom"), media.clone(), late].concat()), @"The file ends in the middle of its pictures and sound: 1 byte is missing. It looks as if a copy was cut short.");
    let far = Film::at(u32::MAX).moov();
    insta::assert_snapshot!(sentence(&[ftyp(*b"isom"), media, far].concat()), @"The file ends in the middle of its pictures and sound: 3.9 GiB are missing. It looks as if a copy was cut short.");
}

#[test]
fn an_index_without_tracks_is_damage() {
    let mvhd = [words(&[0, 0, 0, 1000, 400]), vec![0; 80]].concat();
    let moov = group(*b"moov", &[atom(*b"mvhd", &mvhd)]);
    insta::assert_snapshot!(sentence(&[ftyp(*b"isom"), moov].concat()), @"The file's index (moov) names no tracks: there is nothing to play.");
}

#[test]
fn an_index_that_contradicts_itself_is_damage() {
    let film = [ftyp(*b"isom"), atom(*b"mdat", &[0xa5; 1000])].concat();
    let damaged = |change: fn(&mut Film)| {
        let mut last = Film::at(28);
        change(&mut last);
        sentence(&[film.clone(), last.moov()].concat())
    };
    insta::assert_snapshot!(
        damaged(|it| it.chunks = atom(*b"stco", &words(&[0, 9, 28]))),
        @"The file's index (moov) contradicts itself: `stco` counts more entries than it holds."
    );
    insta::assert_snapshot!(
        damaged(|it| it.sizes = atom(*b"stsz", &words(&[0, 0, 10, 100]))),
        @"The file's index (moov) contradicts itself: `stsz` counts more entries than it holds."
    );
    insta::assert_snapshot!(
        damaged(|it| it.sizes = atom(*b"stsz", &words(&[0]))),
        @"The file's index (moov) contradicts itself: `stsz` is too short."
    );
    insta::assert_snapshot!(
        damaged(|it| it.chunks = words(&[80]).repeat(2)),
        @"The file's index (moov) contradicts itself: a box is longer than what holds it."
    );
    insta::assert_snapshot!(
        damaged(|it| it.chunks = atom(*b"co64", &words(&[0, 1, u32::MAX, u32::MAX]))),
        @"The file's index (moov) contradicts itself: `co64` points nowhere."
    );
}
