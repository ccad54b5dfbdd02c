//! What a look costs: reads are few and small, however large the file is.

use std::cell::Cell;
use std::io;

use heimdex_media::{Completeness, MediaError, READ_BUDGET, READ_LIMIT, ReadAt, inspect};

use crate::boxes::{Film, atom, ftyp, group, words};

/// Counts what is read.
struct Counted<S> {
    source: S,
    reads: Cell<u32>,
    bytes: Cell<u64>,
}

impl<S> Counted<S> {
    fn new(source: S) -> Self {
        Self {
            source,
            reads: Cell::new(0),
            bytes: Cell::new(0),
        }
    }
}

impl<S: ReadAt> ReadAt for Counted<S> {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.reads.set(self.reads.get() + 1);
        self.bytes.set(self.bytes.get() + buf.len() as u64);
        self.source.read_at(offset, buf)
    }
}

/// Bytes with a hole of zeros of any size in them.
struct Sparse {
    head: Vec<u8>,
    hole: u64,
    tail: Vec<u8>,
}

impl ReadAt for Sparse {
    fn size(&self) -> u64 {
        self.head.len() as u64 + self.hole + self.tail.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let tail = self.head.len() as u64 + self.hole;
        let length = usize::try_from(self.size() - offset)
            .unwrap()
            .min(buf.len());
        for (at, byte) in (offset..).zip(&mut buf[..length]) {
            let from_head = usize::try_from(at).ok().and_then(|at| self.head.get(at));
            let from_tail = at
                .checked_sub(tail)
                .map(|at| self.tail[usize::try_from(at).unwrap()]);
            *byte = from_head.copied().or(from_tail).unwrap_or(0);
        }
        Ok(length)
    }
}

/// A film whose media data are `hole` zeros, with its index after them.
fn large_film(hole: u64, film: &Film) -> Sparse {
    let size = words(&[1]);
    let long = [size, b"mdat".to_vec(), (hole + 16).to_be_bytes().to_vec()].concat();
    Sparse {
        head: [ftyp(*b"isom"), long].concat(),
        hole,
        tail: film.moov(),
    }
}

#[test]
fn a_gibibyte_costs_two_reads() {
    let source = Counted::new(large_film(1 << 30, &Film::at(36)));
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
    let source = Counted::new(large_film(50_000_000, &film));
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
    let samples = 20_000_000_u32;
    let mut film = Film::at(36);
    film.runs = atom(*b"stsc", &words(&[0, 1, 1, samples, 1]));
    let head = words(&[samples * 4 + 20]);
    film.sizes = [
        head,
        b"stsz".to_vec(),
        words(&[0, 0, samples]),
        vec![0; 80_000_000],
    ]
    .concat();
    let source = Counted::new(large_film(1 << 20, &film));
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::NotJudged);
    assert_eq!(report.probe.duration_ms, Some(400));
    assert!(source.bytes.get() <= READ_BUDGET);
}

#[test]
fn a_day_of_fragments_costs_one_read_each() {
    let mut bytes = [ftyp(*b"isom"), fragmented_moov()].concat();
    for number in 0..2_000 {
        let fragment = fragment(number);
        bytes.extend_from_slice(&fragment);
        bytes.extend_from_slice(&atom(*b"mdat", &vec![0xa5; 100_000]));
    }
    let source = Counted::new(bytes);
    let report = inspect(&source).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.duration_ms, Some(2_000_000));
    assert!(source.reads.get() < 2_100, "{} reads", source.reads.get());
    assert!(source.bytes.get() < 3 << 20, "{} bytes", source.bytes.get());
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

fn fragmented_moov() -> Vec<u8> {
    let mut film = Film::at(0);
    film.sizes = atom(*b"stsz", &words(&[0, 0, 0]));
    film.chunks = atom(*b"stco", &words(&[0, 0]));
    film.user_data = group(
        *b"mvex",
        &[atom(*b"trex", &words(&[0, 1, 1, 1000, 4000, 0]))],
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
