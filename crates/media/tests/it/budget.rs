//! What a look costs: reads are few and small, however large the file is.

use std::io;

use heimdex_media::{Completeness, MediaError, READ_BUDGET, READ_LIMIT, ReadAt, inspect};

use crate::boxes::{Film, atom, ftyp, group, words};
use crate::sources::{Counted, Sparse};

#[test]
fn a_gibibyte_costs_two_reads() {
    let source = Counted::new(Sparse::film(1 << 30, &Film::at(36)));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(400));
    assert_eq!(source.reads.get(), 2);
    assert!(
        source.bytes.get() < 128 * 1024,
        "{} bytes",
        source.bytes.get()
    );
}

#[test]
fn a_large_index_is_streamed_once() {
    let samples = 500_000_u32;
    let mut film = Film::at(0);
    film.sizes = atom(
        *b"stsz",
        &[words(&[0, 0, samples]), words(&[100]).repeat(500_000)].concat(),
    );
    let chunks: Vec<u32> = (0..50_000).map(|chunk| 36 + chunk * 1000).collect();
    film.chunks = atom(*b"stco", &[words(&[0, 50_000]), words(&chunks)].concat());
    let source = Counted::new(Sparse::film(50_000_000, &film));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    let index = source.source.tail.len() as u64;
    assert!(
        source.bytes.get() < index + (2 << 20),
        "{} of {index} bytes",
        source.bytes.get()
    );
    assert!(source.reads.get() < 60, "{} reads", source.reads.get());
}

#[test]
fn an_index_beyond_the_budget_is_not_judged() {
    let samples = 17_000_000_u32;
    let mut film = Film::at(36);
    film.runs = atom(*b"stsc", &words(&[0, 1, 1, samples, 1]));
    let head = words(&[samples * 4 + 20]);
    film.sizes = [
        head,
        b"stsz".to_vec(),
        words(&[0, 0, samples]),
        vec![0; 68_000_000],
    ]
    .concat();
    let source = Counted::new(Sparse::film(1 << 20, &film));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::NotJudged);
    assert_eq!(report.probe.duration_ms, Some(400));
    assert!(source.bytes.get() <= READ_BUDGET);
}

/// Fragments of a second each, with the places where they begin.
fn recording(fragments: u32) -> (Vec<u8>, Vec<u32>) {
    let mut bytes = [ftyp(*b"isom"), fragmented_moov()].concat();
    let mut places = Vec::new();
    for number in 0..fragments {
        places.push(u32::try_from(bytes.len()).unwrap());
        bytes.extend_from_slice(&fragment(number));
        bytes.extend_from_slice(&atom(*b"mdat", &[0xa5; 10_000]));
    }
    (bytes, places)
}

fn fragment_list(places: &[u32]) -> Vec<u8> {
    let entries = places
        .iter()
        .zip(0..)
        .flat_map(|(place, time)| words(&[time * 25_000, *place]));
    let entries: Vec<u8> = entries
        .collect::<Vec<u8>>()
        .chunks(8)
        .flat_map(|entry| [entry, &[1, 1, 1]].concat())
        .collect();
    let count = u32::try_from(places.len()).unwrap();
    let tfra = atom(*b"tfra", &[words(&[0, 1, 0, count]), entries].concat());
    let size = u32::try_from(8 + tfra.len() + 16).unwrap();
    group(*b"mfra", &[tfra, atom(*b"mfro", &words(&[0, size]))])
}

#[test]
fn fragments_cost_one_small_read_each() {
    let source = Counted::new(recording(2_000).0);
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(2_000_000));
    assert!(source.reads.get() < 2_100, "{} reads", source.reads.get());
    assert!(source.bytes.get() < 3 << 20, "{} bytes", source.bytes.get());
}

#[test]
fn a_list_of_fragments_saves_the_look_at_those_in_the_middle() {
    let (bytes, places) = recording(2_000);
    let source = Counted::new([bytes, fragment_list(&places)].concat());
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(2_000_000));
    assert_eq!(report.probe.frame_rate, Some(25.0));
    assert!(source.reads.get() < 300, "{} reads", source.reads.get());
}

#[test]
fn a_list_that_lies_is_not_followed() {
    let (bytes, places) = recording(300);
    for wrong in [0, 1, 20, places[299] + 4, u32::MAX] {
        let list = fragment_list(&[places[0], wrong]);
        let source = Counted::new([bytes.clone(), list].concat());
        let report = inspect(&source).unwrap().unwrap();
        assert_eq!(report.completeness, Completeness::Complete);
        assert_eq!(report.probe.duration_ms, Some(300_000), "{wrong}");
    }
}

#[test]
fn more_fragments_than_one_look_reads_are_not_judged() {
    let mut bytes = [ftyp(*b"isom"), fragmented_moov()].concat();
    for _ in 0..40_000 {
        bytes.extend_from_slice(&atom(*b"moof", &[]));
        bytes.extend_from_slice(&atom(*b"free", &[0; 1500]));
    }
    let source = Counted::new(bytes);
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::NotJudged);
    assert!(source.reads.get() <= READ_LIMIT);
}

#[test]
fn an_index_of_countless_boxes_is_not_judged() {
    let bytes = [
        ftyp(*b"isom"),
        atom(*b"moov", &atom(*b"free", &[]).repeat(1_200_000)),
    ]
    .concat();
    let report = inspect(&bytes).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::NotJudged);
}

#[test]
fn a_film_in_many_pieces_is_hopped_through_by_heads() {
    let mut bytes = ftyp(*b"isom");
    for _ in 0..4_000 {
        bytes.extend_from_slice(&atom(*b"mdat", &[0; 2000]));
    }
    let source = Counted::new([bytes, Film::at(28).moov()].concat());
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert!(source.bytes.get() < 1 << 20, "{} bytes", source.bytes.get());
}

fn fragmented_moov() -> Vec<u8> {
    let mut film = Film::at(0);
    film.sizes = atom(*b"stsz", &words(&[0, 0, 0]));
    film.chunks = atom(*b"stco", &words(&[0, 0]));
    film.user_data = group(
        *b"mvex",
        &[atom(*b"trex", &words(&[0, 1, 1, 1000, 400, 0]))],
    );
    film.moov()
}

/// A second of 25 pictures.
fn fragment(number: u32) -> Vec<u8> {
    let traf = group(
        *b"traf",
        &[
            atom(*b"tfhd", &words(&[0x02_0000, 1])),
            atom(*b"tfdt", &words(&[0, number * 25_000])),
            // The media data follow, after the head of their box.
            atom(*b"trun", &words(&[0x1, 25, 92])),
        ],
    );
    group(*b"moof", &[atom(*b"mfhd", &words(&[0, number])), traf])
}

#[test]
fn a_source_that_fails_or_shrinks_is_an_error() {
    struct Fails;
    impl ReadAt for Fails {
        fn size(&self) -> u64 {
            1000
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the card is gone"))
        }
    }
    struct Shrinks;
    impl ReadAt for Shrinks {
        fn size(&self) -> u64 {
            1000
        }
        fn read_at(&self, _: u64, buf: &mut [u8]) -> io::Result<usize> {
            Ok(buf.len() / 2)
        }
    }
    assert!(matches!(
        inspect(&Fails),
        Err(MediaError::Read { offset: 0, .. })
    ));
    assert!(matches!(
        inspect(&Shrinks),
        Err(MediaError::Shrunk {
            ended: 500,
            size: 1000
        })
    ));
}

#[test]
fn a_size_beyond_every_file_is_no_trouble() {
    struct Endless;
    impl ReadAt for Endless {
        fn size(&self) -> u64 {
            u64::MAX
        }
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            buf.fill(0);
            [ftyp(*b"isom"), words(&[1]), b"mdat".to_vec(), vec![0x7f; 8]]
                .concat()
                .read_at(offset, buf)?;
            Ok(buf.len())
        }
    }
    let report = inspect(&Endless).unwrap().unwrap();
    assert!(matches!(report.completeness, Completeness::Damaged { .. }));
}
