//! Heads of every container, and of what only looks like one.

use super::*;

fn packets(length: usize, at: usize, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; length * count];
    bytes
        .iter_mut()
        .skip(at)
        .step_by(length)
        .for_each(|byte| *byte = 0x47);
    bytes
}

#[test]
fn transport_streams_repeat_their_sync() {
    for (length, at) in [(188, 0), (192, 4), (204, 0)] {
        assert_eq!(sniff(&packets(length, at, 20)), Some(Container::MpegTs));
        assert_eq!(sniff(&packets(length, at, 5)), Some(Container::MpegTs));
        assert_eq!(sniff(&packets(length, at, 4)), None);
        let mut broken = packets(length, at, 20);
        broken[length * 3 + at] = 0;
        assert_eq!(sniff(&broken), None);
    }
}

#[test]
fn matroska_is_told_by_its_document_type() {
    let header = |doc_type: &[u8]| {
        let length = doc_type.len().to_be_bytes()[7];
        let body = [&[0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x80 | length], doc_type].concat();
        let size = body.len().to_be_bytes()[7];
        [
            &[0x1a, 0x45, 0xdf, 0xa3, 0x80 | size],
            body.as_slice(),
            &[0; 16],
        ]
        .concat()
    };
    assert_eq!(sniff(&header(b"matroska")), Some(Container::Matroska));
    assert_eq!(sniff(&header(b"matroska\0")), Some(Container::Matroska));
    assert_eq!(sniff(&header(b"webm")), Some(Container::WebM));
    assert_eq!(sniff(&header(b"doom")), None);
    assert_eq!(sniff(&header(b"webm")[..9]), None);
    // A size in the full eight bytes, and one of no length at all.
    let long = [
        &[0x1a, 0x45, 0xdf, 0xa3, 1, 0, 0, 0, 0, 0, 0, 7],
        b"\x42\x82\x84webm".as_slice(),
    ];
    assert_eq!(sniff(&long.concat()), Some(Container::WebM));
    assert_eq!(sniff(&[0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0, 0, 0, 0]), None);
}

#[test]
fn mxf_begins_with_its_header_partition() {
    let mut key = vec![
        0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0d, 0x01, 0x02, 0x01, 0x01, 0x02, 0x04, 0,
    ];
    assert_eq!(sniff(&key), Some(Container::Mxf));
    key[13] = 0x03;
    assert_eq!(sniff(&key), None);
}

#[test]
fn riff_is_told_by_its_form() {
    assert_eq!(sniff(b"RIFF\0\0\0\0AVI LIST"), Some(Container::Avi));
    assert_eq!(sniff(b"RIFF\0\0\0\0WAVEfmt "), None);
    assert_eq!(sniff(b"RIFF\0\0\0\0AVI"), None);
}

#[test]
fn brands_tell_the_family() {
    let cases: [(&[u8; 4], Option<Container>); 8] = [
        (b"isom", Some(Container::Mp4)),
        (b"M4A ", Some(Container::Mp4)),
        (b"XAVC", Some(Container::Mp4)),
        (b"qt  ", Some(Container::QuickTime)),
        (b"3gp5", Some(Container::ThreeGp)),
        (b"3g2a", Some(Container::ThreeGp)),
        (b"avif", None),
        (b"\0\0\0\0", None),
    ];
    for (brand, container) in cases {
        let head = [b"\0\0\0\x14ftyp", brand.as_slice(), &[0; 8]].concat();
        assert_eq!(sniff(&head), container);
    }
}

#[test]
fn a_filler_counts_only_before_a_box_that_follows() {
    assert_eq!(
        sniff(b"\0\0\0\x08wide\0\0\0\0mdat"),
        Some(Container::QuickTime)
    );
    assert_eq!(
        sniff(b"\0\0\0\x0cfree\0\0\0\0\0\0\0\x08moov"),
        Some(Container::QuickTime)
    );
    assert_eq!(sniff(b"\0\0\0\x0cfree\0\0\0\0\0\0\0\x08abcd"), None);
    assert_eq!(sniff(b"\0\x10\0\0free\0\0\0\0\0\0\0\x08moov"), None);
}
