//! Files built by hand: forms of boxes that ffmpeg does not write.

use heimdex_media::{Completeness, Container, Report, inspect};

use crate::boxes::{Film, atom, ftyp, group, long_atom, open_atom, words};

const MEDIA: [u8; 1000] = [0xa5; 1000];

fn look(bytes: &[u8]) -> Report {
    inspect(&bytes).unwrap().unwrap()
}

fn whole(bytes: &[u8]) -> Report {
    let report = look(bytes);
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(400));
    assert_eq!(
        (report.probe.width, report.probe.height),
        (Some(64), Some(48))
    );
    assert_eq!(report.probe.frame_rate, Some(25.0));
    assert_eq!(report.probe.video_codec.as_deref(), Some("h264"));
    report
}

#[test]
fn quicktime_without_a_brand_is_recognised() {
    let bytes = [atom(*b"mdat", &MEDIA), Film::at(8).moov()].concat();
    assert_eq!(whole(&bytes).container, Container::QuickTime);
    let bytes = [
        atom(*b"wide", &[]),
        atom(*b"mdat", &MEDIA),
        Film::at(16).moov(),
    ]
    .concat();
    assert_eq!(whole(&bytes).container, Container::QuickTime);
    let length = u32::try_from(Film::at(0).moov().len()).unwrap();
    let bytes = [Film::at(length + 8).moov(), atom(*b"mdat", &MEDIA)].concat();
    assert_eq!(whole(&bytes).container, Container::QuickTime);
}

#[test]
fn boxes_of_64_bits_are_read() {
    let bytes = [
        ftyp(*b"isom"),
        long_atom(*b"mdat", &MEDIA),
        Film::at(36).moov(),
    ]
    .concat();
    whole(&bytes);
    let mut film = Film::at(0);
    film.chunks = atom(*b"co64", &words(&[0, 1, 0, 28]));
    whole(&[ftyp(*b"isom"), atom(*b"mdat", &MEDIA), film.moov()].concat());
}

#[test]
fn a_last_box_may_reach_to_the_end() {
    let length = u32::try_from(Film::at(0).moov().len()).unwrap();
    let moov = Film::at(20 + length + 8).moov();
    whole(&[ftyp(*b"mp42"), moov, open_atom(*b"mdat", &MEDIA)].concat());
    let mut moov = Film::at(28).moov();
    moov[..4].fill(0);
    whole(&[ftyp(*b"mp42"), atom(*b"mdat", &MEDIA), moov].concat());
}

#[test]
fn sizes_of_few_bits_are_read() {
    for (bits, sizes, length) in [
        (4, vec![0xff; 5], 150),
        (8, vec![100; 10], 1000),
        (16, [0, 100].repeat(10), 1000),
    ] {
        let mut film = Film::at(0);
        film.sizes = atom(*b"stz2", &[words(&[0, bits, 10]), sizes].concat());
        let start = u32::try_from(20 + film.moov().len() + 8).unwrap();
        film.chunks = Film::at(start).chunks;
        let film = [ftyp(*b"isom"), film.moov()].concat();
        whole(&[film.clone(), atom(*b"mdat", &MEDIA[..length])].concat());
        let short = look(&[film, atom(*b"mdat", &MEDIA[1..length])].concat());
        assert!(
            matches!(short.completeness, Completeness::Damaged { .. }),
            "{bits} bits"
        );
    }
}

#[test]
fn the_matrix_turns_clockwise() {
    let (one, minus) = (0x1_0000, 0xffff_0000);
    let cases = [
        ([one, 0, 0, one], 0),
        // As a telephone held upright writes it.
        ([0, one, minus, 0], 90),
        ([minus, 0, 0, minus], 180),
        ([0, minus, one, 0], 270),
        ([minus, 0, 0, one], 0),
    ];
    for (matrix, rotation) in cases {
        let film = Film {
            matrix,
            ..Film::at(28)
        };
        let bytes = [ftyp(*b"isom"), atom(*b"mdat", &MEDIA), film.moov()].concat();
        assert_eq!(whole(&bytes).probe.rotation, Some(rotation));
    }
}

#[test]
fn what_cameras_append_is_no_damage() {
    let film = [ftyp(*b"isom"), atom(*b"mdat", &MEDIA), Film::at(28).moov()].concat();
    for trailer in [
        &b"\0\0\0"[..],
        &[0; 64],
        b"SEFHe\0\0\0SEFT",
        b"8db42d694ccc418790edff439fe026bf",
    ] {
        whole(&[&film, trailer].concat());
    }
}

#[test]
fn user_data_may_be_nonsense() {
    let film = [ftyp(*b"isom"), atom(*b"mdat", &MEDIA)].concat();
    let junk: [&[u8]; 4] = [
        &[0; 4],
        b"\0\0\xff\xffabcd",
        b"\0\0\0\x03abcd",
        b"\0\0\0\x0emeta\0\0\0\0ab",
    ];
    for content in junk {
        let mut last = Film::at(28);
        last.user_data = atom(*b"udta", content);
        whole(&[film.clone(), last.moov()].concat());
    }
}

#[test]
fn the_time_of_the_index_is_read() {
    let cases = [
        (0, None),
        (3_866_869_230, Some("2026-07-14T10:20:30Z")),
        // Some cameras count from 1970.
        (1_784_024_430, Some("2026-07-14T10:20:30Z")),
    ];
    for (created, expected) in cases {
        let film = Film {
            created,
            ..Film::at(28)
        };
        let bytes = [ftyp(*b"isom"), atom(*b"mdat", &MEDIA), film.moov()].concat();
        let captured = whole(&bytes).probe.captured_at.map(|at| at.to_string());
        assert_eq!(captured.as_deref(), expected);
    }
}

#[test]
fn the_notes_of_a_sony_are_read() {
    let xml = concat!(
        r#"<NonRealTimeMeta><CreationDate value="2026-07-14T10:20:30+09:00"/>"#,
        r#"<Device manufacturer="Sony" modelName="ILCE-7SM3" serialNo="1"/></NonRealTimeMeta>"#
    );
    let meta = group(
        *b"meta",
        &[
            words(&[0]),
            atom(*b"xml ", &[&[0; 4], xml.as_bytes()].concat()),
        ],
    );
    let film = Film {
        user_data: meta,
        ..Film::at(28)
    };
    let probe = whole(&[ftyp(*b"XAVC"), atom(*b"mdat", &MEDIA), film.moov()].concat()).probe;
    assert_eq!(probe.camera.as_deref(), Some("Sony ILCE-7SM3"));
    assert_eq!(
        probe.captured_at.unwrap().to_string(),
        "2026-07-14T01:20:30Z"
    );
}

#[test]
fn the_notes_of_a_gopro_and_a_canon_are_read() {
    let gpmf = [
        b"DEVC\0\x01\0\x20".as_slice(),
        b"MINFc\x0c\0\x01HERO13 Black",
    ]
    .concat();
    let cases = [
        (atom(*b"GPMF", &gpmf), "GoPro HERO13 Black"),
        (atom(*b"CNMN", b"Canon EOS R5\0\0\0"), "Canon EOS R5"),
        (atom(*b"GPMF", b"MINFc\xff\xff\xff"), "GoPro"),
    ];
    for (notes, camera) in cases {
        let film = Film {
            user_data: atom(*b"udta", &notes),
            ..Film::at(28)
        };
        let bytes = [ftyp(*b"isom"), atom(*b"mdat", &MEDIA), film.moov()].concat();
        assert_eq!(whole(&bytes).probe.camera.as_deref(), Some(camera));
    }
}

#[test]
fn control_characters_in_tags_are_left_out() {
    let model = atom(*b"\xa9mod", b"\0\x08\x55\xc4Bo\x1b[31m\x07x");
    let film = Film {
        user_data: atom(*b"udta", &model),
        ..Film::at(28)
    };
    let probe = whole(&[ftyp(*b"qt  "), atom(*b"mdat", &MEDIA), film.moov()].concat()).probe;
    assert_eq!(probe.camera.as_deref(), Some("Bo[31m"));
}

#[test]
fn an_index_that_is_packed_is_not_judged() {
    let bytes = [
        atom(*b"mdat", &MEDIA),
        group(*b"moov", &[atom(*b"cmov", &[1; 32])]),
    ]
    .concat();
    let report = look(&bytes);
    assert_eq!(report.completeness, Completeness::NotJudged);
    assert_eq!(report.probe.duration_ms, None);
}

#[test]
fn what_only_looks_like_a_video_is_none() {
    let texts: [&[u8]; 12] = [
        b"",
        b"\0",
        b"a text file named .mp4\n",
        b"The moov atom is the index of a file.",
        b"The free world",
        b"0000ftypisom",
        &[b'G'; 4096],
        &[0; 4096],
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
        b"\x1a\x45\xdf\xa3\x88\x42\x82\x85other",
    ];
    for bytes in texts {
        assert_eq!(inspect(&bytes).unwrap(), None, "{bytes:?}");
    }
}
