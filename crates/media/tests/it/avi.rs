//! AVI as cameras and broken copies leave it: no index, no sizes, several RIFF chunks.

use heimdex_media::Completeness;

use crate::agreement::{look, see, sentence};
use crate::ffmpeg::{PICTURE, Studio, TONE};

fn chunk(id: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    let filling = vec![0; body.len() % 2];
    [id.as_slice(), &size, body, &filling].concat()
}

fn list(id: [u8; 4], form: [u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(id, &[form.as_slice(), &chunks.concat()].concat())
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// A head for `frames` pictures, with an index of indexes where there is one.
fn head(flags: u32, frames: u32, index: &[u8]) -> Vec<u8> {
    let main = words(&[40_000, 0, 0, flags, frames, 0, 1, 0, 320, 240, 0, 0, 0, 0]);
    let stream = [
        b"vidsMJPG".to_vec(),
        words(&[0, 0, 0, 1, 25, 0, frames, 0, 0, 0, 0, 0]),
    ];
    let format = [
        words(&[40, 320, 240, 0x18_0001]),
        b"MJPG".to_vec(),
        vec![0; 20],
    ];
    let mut parts = vec![
        chunk(*b"strh", &stream.concat()),
        chunk(*b"strf", &format.concat()),
    ];
    if !index.is_empty() {
        parts.push(chunk(*b"indx", index));
    }
    list(
        *b"LIST",
        *b"hdrl",
        &[chunk(*b"avih", &main), list(*b"LIST", *b"strl", &parts)],
    )
}

fn movie(frames: usize) -> Vec<u8> {
    list(
        *b"LIST",
        *b"movi",
        &vec![chunk(*b"00dc", &[0xa5; 99]); frames],
    )
}

#[test]
fn a_file_without_an_index_is_whole_while_its_sizes_are() {
    let bytes = list(*b"RIFF", *b"AVI ", &[head(0, 50, &[]), movie(50)]);
    let report = see(&bytes);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(2000));
    assert_eq!(
        (report.probe.width, report.probe.height),
        (Some(320), Some(240))
    );
    assert_eq!(report.probe.frame_rate, Some(25.0));
    assert_eq!(report.probe.video_codec.as_deref(), Some("mjpeg"));
    for length in 500..bytes.len() {
        sentence(&bytes[..length]);
    }
}

#[test]
fn several_chunks_of_a_large_file_are_missed_one_by_one() {
    // The index of the second part lies in it: how far in, the first part tells.
    let index = |place: u64| {
        let entries = [place.to_le_bytes().to_vec(), words(&[32, 50]), vec![0; 16]];
        let mut start = vec![4, 0, 0, 0];
        start.extend(words(&[2]));
        start.extend(b"00dc");
        start.extend(vec![0; 12]);
        [start, entries.concat()].concat()
    };
    let first = |place| {
        list(
            *b"RIFF",
            *b"AVI ",
            &[head(0x10, 100, &index(place)), movie(50)],
        )
    };
    let place = first(0).len() as u64 + 12 + movie(50).len() as u64;
    let first = first(place);
    let second = list(*b"RIFF", *b"AVIX", &[movie(50), chunk(*b"ix00", &[0; 24])]);
    let bytes = [first.clone(), second].concat();
    let report = see(&bytes);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(4000));
    insta::assert_snapshot!(sentence(&first), @"The file ends before its last part: at least 5,456 bytes are missing. It looks as if a copy was cut short.");
    for length in first.len() + 12..bytes.len() {
        sentence(&bytes[..length]);
    }
}

#[test]
fn a_camera_that_lost_power_wrote_no_sizes() {
    let mut bytes = list(*b"RIFF", *b"AVI ", &[head(0x10, 0, &[]), movie(50)]);
    let movi = bytes
        .windows(4)
        .position(|window| window == b"movi")
        .unwrap();
    for size in [0, u32::MAX] {
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        bytes[movi - 4..movi].copy_from_slice(&size.to_le_bytes());
        insta::allow_duplicates! {
            insta::assert_snapshot!(sentence(&bytes), @"The file was never finished: its sizes and its index (idx1) are missing. It looks as if the camera or the program lost power while it was writing.");
        }
    }
}

#[test]
fn a_file_of_a_pipe_has_no_sizes_and_is_whole() {
    let studio = Studio::open();
    let coded = ["-c:v", "mpeg4", "-c:a", "mp2"];
    let path = studio.make_piped("pipe.avi", "avi", &[&PICTURE, &TONE, &coded]);
    let report = look(&path);
    assert_eq!(report.completeness, Completeness::Complete);
    let length = report.probe.duration_ms.unwrap();
    assert!((1960..=2060).contains(&length), "{length} ms");
    let bytes = fs_err::read(&path).unwrap();
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - 20]), @"The file ends in the middle of its pictures and sound (movi): 20 bytes are missing. It looks as if a copy was cut short.");
}

#[test]
fn every_part_that_is_cut_is_named() {
    let studio = Studio::open();
    let coded = ["-c:v", "mpeg4", "-c:a", "mp2"];
    let bytes = fs_err::read(studio.make("film.avi", &[&PICTURE, &TONE, &coded])).unwrap();
    let find = |id: &[u8]| bytes.windows(4).position(|window| window == id).unwrap();
    let named = [
        ("in the head", find(b"strh")),
        (
            "in pictures and sound",
            usize::midpoint(find(b"movi"), find(b"idx1")),
        ),
        ("in the index", find(b"idx1") + 100),
    ]
    .map(|(place, length)| {
        let text = sentence(&bytes[..length]);
        let (before, after) = text.split_once(": ").unwrap();
        let (_, rest) = after.split_once(" missing").unwrap();
        format!("{place}: {before}: N missing{rest}")
    });
    insta::assert_snapshot!(named.join("\n"), @r#"
in the head: The file ends in the middle of its head (hdrl): N missing, and its index (idx1) too. It looks as if a copy was cut short.
in pictures and sound: The file ends in the middle of its pictures and sound (movi): N missing, and its index (idx1) too. It looks as if a copy was cut short.
in the index: The file ends in the middle of its index (idx1): N missing. It looks as if a copy was cut short.
"#);
}

#[test]
fn junk_between_chunks_is_a_contradiction() {
    let bytes = list(
        *b"RIFF",
        *b"AVI ",
        &[head(0, 50, &[]), vec![1; 64], movie(50)],
    );
    assert!(
        sentence(&bytes).starts_with("The file contradicts itself"),
        "{}",
        sentence(&bytes)
    );
    let empty = list(*b"RIFF", *b"AVI ", &[head(0, 0, &[])]);
    assert!(sentence(&empty).contains("pictures and sound are missing"));
}
