//! Transport streams as cameras, broadcasts and broken copies leave them.

use heimdex_media::{Completeness, Container, inspect};

use crate::agreement::{see, sentence};
use crate::ffmpeg::{H264, PICTURE, Studio, TONE};
use crate::sources::Counted;

fn film(arguments: &[&str]) -> Vec<u8> {
    let studio = Studio::open();
    let path = studio.make(
        "film.ts",
        &[&PICTURE, &TONE, &H264, &["-c:a", "aac"], arguments],
    );
    fs_err::read(path).unwrap()
}

fn length(bytes: &[u8]) -> u64 {
    see(bytes).probe.duration_ms.unwrap()
}

#[test]
fn a_cut_within_a_packet_is_named_with_what_is_missing() {
    let bytes = film(&[]);
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - 1]), @"The file ends in the middle of a packet of the transport stream: at least 1 byte is missing. It looks as if a copy was cut short.");
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - 187]), @"The file ends in the middle of a packet of the transport stream: at least 187 bytes are missing. It looks as if a copy was cut short.");
}

#[test]
fn a_cut_between_packets_is_named_where_sound_is_cut() {
    let bytes = film(&[]);
    let packets = bytes.len() / 188;
    let damaged = (packets / 2..packets)
        .filter(|count| {
            matches!(
                see(&bytes[..count * 188]).completeness,
                Completeness::Damaged { .. }
            )
        })
        .count();
    assert!(damaged > 0);
    let cut = (packets / 2..packets)
        .find_map(|count| match see(&bytes[..count * 188]).completeness {
            Completeness::Damaged { sentence } => Some(sentence),
            _ => None,
        })
        .unwrap();
    assert!(
        cut.starts_with("The file ends in the middle of its last sound"),
        "{cut}"
    );
}

#[test]
fn a_capture_that_begins_in_mid_air_may_end_there() {
    let bytes = film(&[]);
    // From the middle of a packet on, and to the end of any.
    let start = 188 * 40 + 77;
    for count in [200, 300, 301, 302, 303] {
        let report = see(&bytes[start..188 * count]);
        assert_eq!(report.container, Container::MpegTs);
        assert_eq!(
            report.completeness,
            Completeness::Complete,
            "{count} packets"
        );
    }
}

#[test]
fn two_recordings_in_one_file_last_as_long_as_both() {
    let one = film(&[]);
    let joined = [one.clone(), one.clone()].concat();
    let alone = length(&one);
    let both = length(&joined);
    assert!(both.abs_diff(2 * alone) < 150, "{alone} and {both} ms");
    let later = film(&["-output_ts_offset", "50000"]);
    let far = length(&[one, later].concat());
    assert!(far.abs_diff(2 * alone) < 150, "{alone} and {far} ms");
}

#[test]
fn bytes_that_were_lost_in_between_are_no_end() {
    let mut bytes = film(&[]);
    let (middle, whole) = (bytes.len() / 2, length(&bytes));
    bytes.drain(middle..middle + 100);
    let report = see(&bytes);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(whole));
}

#[test]
fn an_end_of_something_else_is_damage() {
    let bytes = film(&[]);
    let foreign = [bytes.clone(), (0..=255).cycle().take(5000).collect()].concat();
    insta::assert_snapshot!(sentence(&foreign), @"The end of the file is not of its transport stream: what was there is missing. It looks as if a copy was cut short.");
    // A last sector that was filled up is none.
    let filled = [bytes, vec![0xff; 300]].concat();
    assert_eq!(see(&filled).completeness, Completeness::Complete);
}

#[test]
fn a_stream_of_nothing_but_filling_is_damaged() {
    let mut packet = [0xff; 188];
    packet[..4].copy_from_slice(&[0x47, 0x1f, 0xff, 0x10]);
    insta::assert_snapshot!(sentence(&packet.repeat(50)), @"The file's list of streams (PAT and PMT) is missing: nobody can tell what it holds.");
    let bytes = film(&[]);
    insta::assert_snapshot!(sentence(&[&bytes[..188 * 3], &packet.repeat(50)].concat()), @"The file ends right after its list of streams: pictures and sound are missing. It looks as if a copy was cut short.");
}

#[test]
fn parity_after_the_packets_is_passed_over() {
    let bytes = film(&[]);
    let parity: Vec<u8> = bytes
        .chunks(188)
        .flat_map(|packet| [packet, &[0x5a; 16]].concat())
        .collect();
    assert_eq!(see(&parity), see(&bytes));
    sentence(&parity[..parity.len() - 20]);
}

#[test]
fn a_long_stream_costs_its_ends_and_a_few_places() {
    let studio = Studio::open();
    let picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x120:rate=25:duration=12",
    ];
    // Filled up with empty packets; its times begin again at zero in the middle.
    let filled = ["-muxrate", "50M", "-output_ts_offset", "95437"];
    let path = studio.make("long.ts", &[&picture, &H264, &filled]);
    let bytes = fs_err::read(path).unwrap();
    assert!(bytes.len() > 64 << 20, "{} bytes", bytes.len());
    let source = Counted::new(bytes);
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(12_000));
    assert!(
        source.bytes.get() < 24 << 20,
        "{} bytes",
        source.bytes.get()
    );
    assert!(source.reads.get() < 200, "{} reads", source.reads.get());
}

#[test]
fn what_never_shows_its_head_costs_no_more_than_its_bytes() {
    let film = film(&[]);
    // Packets of pictures that begin again and again, and never hold what is looked for.
    let mut packet = [0x55; 188];
    packet[..4].copy_from_slice(&[0x47, 0x41, 0x00, 0x10]);
    packet[4..18].copy_from_slice(&[0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1]);
    let pictures = [&film[..188 * 3], &packet.repeat(200_000)].concat();
    let report = see(&pictures);
    assert_eq!(report.probe.video_codec.as_deref(), Some("h264"));
    assert_eq!(report.probe.width, None);
    // And nothing at all where packets should be.
    sentence(&[film, vec![1; 40 << 20]].concat());
}
