//! Real files of every kind with their bytes changed, cut, doubled and thrown about: whatever they
//! become, a look ends, without a panic, within its budget, and says something.
//!
//! `PROPTEST_CASES` makes it a long run: `PROPTEST_CASES=100000 cargo nextest run mutations`.

use std::sync::LazyLock;

use heimdex_media::{Completeness, READ_BUDGET, READ_LIMIT, inspect};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::ffmpeg::{Studio, TONE};
use crate::sources::Counted;

/// Half a second is enough to have every part of a file.
const BRIEF: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=64x48:rate=25:duration=0.4",
];

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let studio = Studio::open();
    let mpeg4: &[&str] = &["-c:v", "mpeg4", "-c:a", "mp2"];
    let mpeg2: &[&str] = &["-c:v", "mpeg2video", "-c:a", "pcm_s16le"];
    let h264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3"];
    let short: &[&str] = &["-t", "0.4"];
    let fragments: &[&str] = &["-movflags", "+frag_keyframe+empty_moov"];
    let made = [
        ("film.mp4", mpeg4, short),
        ("fragments.mp4", mpeg4, fragments),
        ("film.mkv", h264, short),
        ("film.avi", mpeg4, short),
        ("film.ts", h264, short),
        ("film.m2ts", h264, short),
        ("film.mxf", mpeg2, short),
    ];
    let mut files: Vec<Vec<u8>> = made
        .iter()
        .map(|(name, coded, more)| {
            fs_err::read(studio.make(name, &[&BRIEF, &TONE, coded, short, more])).unwrap()
        })
        .collect();
    for (format, coded) in [("matroska", h264), ("avi", mpeg4), ("mxf", mpeg2)] {
        let path = studio.make_piped(format, format, &[&BRIEF, &TONE, coded, short]);
        files.push(fs_err::read(path).unwrap());
    }
    files
});

/// One thing that happens to a file.
#[derive(Debug, Clone)]
enum Change {
    Byte(Index, u8),
    /// Eight bytes of one of the values that lengths lie with.
    Word(Index, [u8; 8], usize),
    Cut(Index),
    Drop(Index, usize),
    Double(Index, usize),
    Zero(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let words = select(&[
        [0_u8; 8],
        [0xff; 8],
        [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x80, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0, 1],
    ]);
    prop_oneof![
        6 => (any::<Index>(), any::<u8>()).prop_map(|(at, value)| Change::Byte(at, value)),
        4 => (any::<Index>(), words, 1..9_usize).prop_map(|(at, word, length)| Change::Word(at, word, length)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), 1..5000_usize).prop_map(|(at, length)| Change::Drop(at, length)),
        1 => (any::<Index>(), 1..5000_usize).prop_map(|(at, length)| Change::Double(at, length)),
        1 => (any::<Index>(), 1..5000_usize).prop_map(|(at, length)| Change::Zero(at, length)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, near: usize) {
        // Most of a file is pictures and sound: what matters stands near its ends.
        let place = |index: &Index, size: usize| match near {
            0 => index.index(size),
            1 => index.index(size.min(2048)),
            _ => size - 1 - index.index(size.min(2048)),
        };
        if bytes.is_empty() {
            return;
        }
        let size = bytes.len();
        let range = |at: usize, length: usize| at..(at + length).min(size);
        match self {
            Self::Byte(at, value) => bytes[place(at, size)] = *value,
            Self::Word(at, word, length) => {
                let range = range(place(at, size), *length);
                let length = range.len();
                bytes[range].copy_from_slice(&word[..length]);
            }
            Self::Cut(at) => bytes.truncate(at.index(size)),
            Self::Drop(at, length) => drop(bytes.drain(range(place(at, size), *length))),
            Self::Double(at, length) => {
                let range = range(place(at, size), *length);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, copy);
            }
            Self::Zero(at, length) => bytes[range(place(at, size), *length)].fill(0),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_file_is_looked_at(
        file in any::<Index>(),
        changes in vec((change(), 0..3_usize), 1..8),
    ) {
        let mut bytes = file.get(&FILES).clone();
        for (change, near) in &changes {
            change.apply(&mut bytes, *near);
        }
        let source = Counted::new(bytes);
        let report = inspect(&source).unwrap();
        prop_assert!(source.reads.get() <= READ_LIMIT);
        prop_assert!(source.bytes.get() <= READ_BUDGET);
        if let Some(Completeness::Damaged { sentence }) = report.map(|report| report.completeness) {
            let sound = sentence.ends_with('.') && sentence.is_ascii() && sentence.len() < 400;
            prop_assert!(sound, "{}", sentence);
        }
    }

    #[test]
    fn two_files_in_one_are_looked_at(first in any::<Index>(), second in any::<Index>(), at in any::<Index>()) {
        let (first, second) = (first.get(&FILES), second.get(&FILES));
        let joined = [&first[..at.index(first.len())], second].concat();
        inspect(&joined).unwrap();
    }
}

/// More than proptest does by itself: a look takes well under a millisecond.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(2000)
}
