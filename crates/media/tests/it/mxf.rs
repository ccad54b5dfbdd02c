//! MXF as cameras and broken copies leave it: open headers, no footer, cuts anywhere.

use heimdex_media::Completeness;

use crate::agreement::{look, see, sentence};
use crate::ffmpeg::{PICTURE, Studio, TONE};

const CODED: [&str; 4] = ["-c:v", "mpeg2video", "-c:a", "pcm_s16le"];

/// Where the partition begins that has this number: 2 the header, 3 a body, 4 the footer.
fn partition(bytes: &[u8], number: u8) -> usize {
    let key = [
        0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0d, 0x01, 0x02, 0x01, 0x01, number,
    ];
    bytes.windows(14).rposition(|window| window == key).unwrap()
}

fn film() -> Vec<u8> {
    let studio = Studio::open();
    fs_err::read(studio.make("film.mxf", &[&PICTURE, &TONE, &CODED])).unwrap()
}

#[test]
fn every_part_that_is_cut_is_named() {
    let bytes = film();
    let footer = partition(&bytes, 4);
    let named = [
        ("in the first pack", 30),
        ("in the metadata", 2000),
        ("in pictures and sound", footer / 2),
        ("before the footer", footer),
        ("in the head of the footer", footer + 10),
        ("in the footer", footer + 60),
        ("the last byte", bytes.len() - 1),
    ]
    .map(|(place, length)| {
        let text = sentence(&bytes[..length]);
        let words = text.split(' ').map(|word| {
            if word.starts_with(|it: char| it.is_ascii_digit()) {
                "N"
            } else {
                word
            }
        });
        format!("{place}: {}", words.collect::<Vec<_>>().join(" "))
    });
    insta::assert_snapshot!(named.join("\n"), @r#"
in the first pack: The file ends in the middle of its header: at least N bytes are missing. It looks as if a copy was cut short.
in the metadata: The file ends in the middle of its header: at least N bytes are missing. It looks as if a copy was cut short.
in pictures and sound: The file ends in the middle of its pictures and sound: at least N bytes are missing. It looks as if a copy was cut short.
before the footer: The file ends in the middle of its footer. It looks as if a copy was cut short.
in the head of the footer: The file ends in the middle of its footer. It looks as if a copy was cut short.
in the footer: The file ends in the middle of its footer: N bytes are missing. It looks as if a copy was cut short.
the last byte: The file ends in the middle of its footer: N byte is missing. It looks as if a copy was cut short.
"#);
}

#[test]
fn any_cut_is_damage() {
    let bytes = film();
    let footer = partition(&bytes, 4);
    for length in (14..footer).step_by(997).chain(footer..bytes.len()) {
        // Only the index at the very end may be left out.
        let report = see(&bytes[..length]);
        if report.completeness == Completeness::Complete {
            assert_eq!(
                bytes[length..length + 4],
                [0x06, 0x0e, 0x2b, 0x34],
                "{length}"
            );
        }
    }
}

#[test]
fn a_file_of_a_pipe_has_an_open_header_and_is_whole() {
    let studio = Studio::open();
    let path = studio.make_piped("pipe.mxf", "mxf", &[&PICTURE, &TONE, &CODED]);
    let report = look(&path);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(2000));
    let bytes = fs_err::read(&path).unwrap();
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() / 2]), @"The file was never finished: its footer is missing. It looks as if the camera or the program lost power while it was writing.");
}

#[test]
fn a_camera_that_lost_power_left_an_open_header() {
    let mut bytes = film();
    // Open and incomplete, and nobody knows where the footer will be.
    bytes[14] = 1;
    bytes[44..52].fill(0);
    let footer = partition(&bytes, 4);
    insta::assert_snapshot!(sentence(&bytes[..footer]), @"The file was never finished: its footer is missing. It looks as if the camera or the program lost power while it was writing.");
    // The header alone.
    let header = &bytes[..6000.min(footer)];
    sentence(header);
}

#[test]
fn a_footer_that_is_something_else_is_a_contradiction() {
    let mut bytes = film();
    let footer = partition(&bytes, 4);
    bytes[footer..footer + 16].fill(0xa5);
    assert!(
        sentence(&bytes).starts_with("The file contradicts itself"),
        "{}",
        sentence(&bytes)
    );
}

#[test]
fn the_moment_is_read() {
    let studio = Studio::open();
    let when = ["-metadata", "creation_time=2026-07-14T10:20:30Z"];
    let probe = look(&studio.make("film.mxf", &[&PICTURE, &CODED[..2], &when])).probe;
    assert_eq!(
        probe.captured_at.unwrap().to_string(),
        "2026-07-14T10:20:30Z"
    );
}
