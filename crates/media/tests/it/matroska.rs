//! Matroska as cameras, browsers and broken copies leave it: live recordings, no index, odd elements.

use heimdex_media::{Completeness, Container, inspect};

use crate::agreement::{look, see, sentence};
use crate::ffmpeg::{H264, PICTURE, Studio, TONE};
use crate::sources::Counted;

const CLUSTER: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];

/// An element: its name, its size in eight bytes, its content.
fn element(name: &[u8], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u64 | 1 << 56).to_be_bytes();
    [name, &size, body].concat()
}

/// An element of unknown size.
fn open(name: &[u8], body: &[u8]) -> Vec<u8> {
    [name, &[0x01], &[0xff; 7], body].concat()
}

fn head(kind: &[u8]) -> Vec<u8> {
    element(b"\x1a\x45\xdf\xa3", &element(b"\x42\x82", kind))
}

fn info() -> Vec<u8> {
    let scale = element(b"\x2a\xd7\xb1", &1_000_000_u32.to_be_bytes());
    element(b"\x15\x49\xa9\x66", &scale)
}

fn track(roll: Option<f32>) -> Vec<u8> {
    let projection =
        roll.map(|roll| element(b"\x76\x70", &element(b"\x76\x75", &roll.to_be_bytes())));
    let size = [
        element(b"\xb0", &[0x01, 0x40]),
        element(b"\xba", &[0xf0]),
        projection.unwrap_or_default(),
    ];
    let entry = [
        element(b"\xd7", &[1]),
        element(b"\x83", &[1]),
        element(b"\x86", b"V_VP8"),
        element(b"\xe0", &size.concat()),
    ];
    element(b"\x16\x54\xae\x6b", &element(b"\xae", &entry.concat()))
}

/// A cluster of 25 pictures in a second, beginning at this one.
fn cluster(second: u64, length: usize, size: fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let blocks = (0..25_u16).flat_map(|number| {
        let head = [&[0x81][..], &(number * 40).to_be_bytes(), &[0x80]].concat();
        element(b"\xa3", &[head, vec![0xa5; length]].concat())
    });
    let time = element(b"\xe7", &(second * 1000).to_be_bytes());
    size(&CLUSTER, &[time, blocks.collect()].concat())
}

fn live(clusters: &[Vec<u8>]) -> Vec<u8> {
    let body = [info(), track(None), clusters.concat()].concat();
    [head(b"webm"), open(b"\x18\x53\x80\x67", &body)].concat()
}

#[test]
fn a_live_recording_of_unknown_sizes_is_whole() {
    let clusters: Vec<_> = (0..3).map(|second| cluster(second, 50, open)).collect();
    let report = see(&live(&clusters));
    assert_eq!(report.container, Container::WebM);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(3000));
    assert_eq!(report.probe.frame_rate, Some(25.0));
    assert_eq!(
        (report.probe.width, report.probe.height),
        (Some(320), Some(240))
    );
}

#[test]
fn a_live_recording_is_cut_wherever_no_block_ends() {
    let bytes = live(&[cluster(0, 50, open), cluster(1, 50, open)]);
    let block = element(b"\xa3", &[0; 54]).len();
    for missing in 1..block {
        sentence(&bytes[..bytes.len() - missing]);
    }
    assert_eq!(
        see(&bytes[..bytes.len() - block]).completeness,
        Completeness::Complete
    );
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - 10]), @"The file ends in the middle of its last pictures and sound (a cluster): at least 10 bytes are missing. What comes before can be played.");
    insta::assert_snapshot!(sentence(&bytes[..bytes.len() - block + 3]), @"The file ends in the middle of its last pictures and sound (a cluster). What comes before can be played.");
}

#[test]
fn a_recorder_in_a_browser_is_read_as_it_was_written() {
    let studio = Studio::open();
    let webm = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"];
    let live = ["-live", "1", "-cluster_time_limit", "500"];
    let path = studio.make_piped("live.webm", "webm", &[&PICTURE, &TONE, &webm, &live]);
    let mut bytes = fs_err::read(&path).unwrap();
    let report = see(&bytes);
    assert_eq!(report.completeness, Completeness::Complete);
    let length = report.probe.duration_ms.unwrap();
    assert!((1960..=2060).contains(&length), "{length} ms");
    // Browsers leave the sizes of clusters open, too.
    let places: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == CLUSTER)
        .map(|(place, _)| place + 4)
        .collect();
    assert!(places.len() >= 4, "{} clusters", places.len());
    for place in places {
        let width = bytes[place].leading_zeros() as usize;
        bytes[place] = 0xff >> width;
        bytes[place + 1..=place + width].fill(0xff);
    }
    assert_eq!(see(&bytes), report);
}

#[test]
fn a_file_of_a_pipe_has_no_index_and_is_whole() {
    let studio = Studio::open();
    let arguments: [&[&str]; 4] = [&PICTURE, &TONE, &H264, &["-c:a", "aac"]];
    let report = look(&studio.make_piped("pipe.mkv", "matroska", &arguments));
    assert_eq!(report.completeness, Completeness::Complete);
    let length = report.probe.duration_ms.unwrap();
    assert!((1960..=2060).contains(&length), "{length} ms");
}

#[test]
fn every_part_that_is_cut_is_named() {
    let studio = Studio::open();
    let path = studio.make("film.mkv", &[&PICTURE, &TONE, &H264, &["-c:a", "aac"]]);
    let bytes = fs_err::read(&path).unwrap();
    let find = |name: &[u8]| bytes.windows(4).rposition(|window| window == name).unwrap();
    let (tracks, clusters) = (find(b"\x16\x54\xae\x6b"), find(&CLUSTER));
    let cues = find(b"\x1c\x53\xbb\x6b");
    let named = [
        ("in the list of tracks", tracks + 20),
        ("before the clusters", clusters),
        ("in the clusters", usize::midpoint(clusters, cues)),
        ("in the index", cues + 10),
        ("the last byte", bytes.len() - 1),
    ]
    .map(|(place, length)| {
        let text = sentence(&bytes[..length]);
        let (before, after) = text.split_once(": ").unwrap();
        let (_, rest) = after.split_once(" missing").unwrap();
        format!("{place}: {before}: N missing{rest}")
    });
    insta::assert_snapshot!(named.join("\n"), @r#"
in the list of tracks: The file ends in the middle of its head: N missing. It looks as if a copy was cut short.
before the clusters: The file ends in the middle of its pictures and sound (clusters): N missing. It looks as if a copy was cut short.
in the clusters: The file ends in the middle of its pictures and sound (clusters): N missing. It looks as if a copy was cut short.
in the index: The file ends in the middle of its index (Cues): N missing. It looks as if a copy was cut short.
the last byte: The file ends in the middle of its index (Cues): N missing. It looks as if a copy was cut short.
"#);
}

#[test]
fn an_index_past_the_end_is_missed() {
    let seek = [
        element(b"\x53\xab", b"\x1c\x53\xbb\x6b"),
        element(b"\x53\xac", &5000_u16.to_be_bytes()),
    ];
    let seek = element(b"\x11\x4d\x9b\x74", &element(b"\x4d\xbb", &seek.concat()));
    let body = [seek, info(), track(None), cluster(0, 50, element)].concat();
    let bytes = [head(b"matroska"), open(b"\x18\x53\x80\x67", &body)].concat();
    assert!(
        sentence(&bytes).starts_with("The file ends before its index (Cues)"),
        "{}",
        sentence(&bytes)
    );
}

#[test]
fn what_is_no_element_is_a_contradiction() {
    let body = [info(), track(None), cluster(0, 50, element), vec![0; 64]].concat();
    let bytes = [head(b"matroska"), element(b"\x18\x53\x80\x67", &body)].concat();
    assert!(
        sentence(&bytes).starts_with("The file contradicts itself"),
        "{}",
        sentence(&bytes)
    );
    // Behind the segment anything may lie.
    let body = [info(), track(None), cluster(0, 50, element)].concat();
    let bytes = [
        head(b"matroska"),
        element(b"\x18\x53\x80\x67", &body),
        vec![0; 64],
    ]
    .concat();
    assert_eq!(see(&bytes).completeness, Completeness::Complete);
}

#[test]
fn a_file_without_tracks_or_pictures_is_damaged() {
    let segment = |body: &[u8]| [head(b"matroska"), open(b"\x18\x53\x80\x67", body)].concat();
    insta::assert_snapshot!(sentence(&head(b"matroska")), @"The file ends right after its first bytes: all of its content is missing. It looks as if a copy was cut short.");
    insta::assert_snapshot!(sentence(&segment(&info())), @"The file ends before its list of tracks: there is nothing to play. It looks as if a copy was cut short.");
    insta::assert_snapshot!(sentence(&segment(&[info(), track(None)].concat())), @"The file ends right after its list of tracks: pictures and sound are missing.");
    let empty = [info(), element(b"\x16\x54\xae\x6b", &[])].concat();
    insta::assert_snapshot!(sentence(&segment(&empty)), @"The file names no tracks: there is nothing to play.");
}

#[test]
fn a_picture_may_be_turned() {
    for (roll, degrees) in [(0.0, 0), (90.0, 270), (-90.0, 90), (180.0, 180)] {
        let body = [info(), track(Some(roll)), cluster(0, 5, element)].concat();
        let bytes = [head(b"matroska"), element(b"\x18\x53\x80\x67", &body)].concat();
        assert_eq!(see(&bytes).probe.rotation, Some(degrees));
    }
}

#[test]
fn camera_moment_and_chapters_are_read() {
    let studio = Studio::open();
    let list = studio.path("chapters.txt");
    let text = ";FFMETADATA1\nMAKE=Canon\nMODEL=EOS R5\n\
        [CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=Morning\n\
        [CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=2000\ntitle=Evening\n";
    fs_err::write(&list, text).unwrap();
    let notes = [
        "-i",
        list.to_str().unwrap(),
        "-map_metadata",
        "1",
        "-metadata",
        "creation_time=2026-07-14T10:20:30Z",
    ];
    let probe = look(&studio.make("film.mkv", &[&PICTURE, &notes, &H264])).probe;
    assert_eq!(probe.camera.as_deref(), Some("Canon EOS R5"));
    assert_eq!(
        probe.captured_at.unwrap().to_string(),
        "2026-07-14T10:20:30Z"
    );
    let chapters: Vec<_> = probe
        .extra
        .chapters
        .iter()
        .map(|it| (it.start_ms, it.title.as_deref()))
        .collect();
    assert_eq!(chapters, [(0, Some("Morning")), (700, Some("Evening"))]);
}

#[test]
fn a_long_live_recording_costs_its_beginning_and_its_end() {
    let clusters: Vec<_> = (0..400).map(|second| cluster(second, 4000, open)).collect();
    let source = Counted::new(live(&clusters));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(400_000));
    assert!(source.reads.get() < 2_500, "{} reads", source.reads.get());
    assert!(
        source.bytes.get() < 16 << 20,
        "{} bytes",
        source.bytes.get()
    );
    let bytes = source.source;
    sentence(&bytes[..bytes.len() - 1]);
}

#[test]
fn a_long_film_without_an_index_is_found_from_its_end() {
    let clusters: Vec<_> = (0..400)
        .map(|second| cluster(second, 4000, element))
        .collect();
    let source = Counted::new(live(&clusters));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(400_000));
    assert!(
        source.bytes.get() < 12 << 20,
        "{} bytes",
        source.bytes.get()
    );
}
