//! Files that lie: whatever the bytes are, a look ends, without a panic, within its budget.

use heimdex_media::{Completeness, READ_BUDGET, READ_LIMIT, SNIFF_LEN, inspect, sniff};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::boxes::{Film, atom, ftyp, group, words};
use crate::sources::{Counted, Sparse};

const KINDS: &[&[u8; 4]] = &[
    b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"free", b"wide", b"trak", b"mdia",
    b"minf", b"stbl", b"stsd", b"stts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"mvhd",
    b"tkhd", b"mdhd", b"hdlr", b"edts", b"elst", b"tref", b"chap", b"dinf", b"dref", b"mvex",
    b"trex", b"mehd", b"traf", b"tfhd", b"tfdt", b"trun", b"udta", b"meta", b"keys", b"ilst",
    b"chpl", b"esds", b"wave", b"xml ",
];

fn film() -> Vec<u8> {
    let mut film = Film::at(28);
    let text = atom(*b"\xa9mod", b"\0\x04\x55\xc4Iris");
    let chapters = atom(
        *b"chpl",
        &[&[1, 0, 0, 0, 0, 0, 0, 0, 1], [0; 8].as_slice(), b"\x01a"].concat(),
    );
    film.user_data = [
        group(*b"udta", &[text, chapters]),
        group(*b"mvex", &[atom(*b"trex", &words(&[0, 1, 1, 1000, 10, 0]))]),
    ]
    .concat();
    let traf = group(
        *b"traf",
        &[
            atom(*b"tfhd", &words(&[0x02_0000, 1])),
            atom(*b"trun", &words(&[0x301, 1, 8, 500, 10])),
        ],
    );
    let moof = group(*b"moof", &[atom(*b"mfhd", &words(&[0, 1])), traf]);
    let media = atom(*b"mdat", &[0xa5; 1000]);
    [ftyp(*b"isom"), media.clone(), film.moov(), moof, media].concat()
}

/// Boxes in boxes, most of them where they do not belong.
fn tree() -> impl Strategy<Value = Vec<u8>> {
    let leaf = (select(KINDS), vec(any::<u8>(), 0..48)).prop_map(|(kind, body)| atom(*kind, &body));
    leaf.prop_recursive(6, 40, 6, |inner| {
        (select(KINDS), vec(inner, 0..6)).prop_map(|(kind, boxes)| group(*kind, &boxes))
    })
}

#[test]
fn the_film_that_is_changed_is_whole() {
    let report = inspect(&film()).unwrap().unwrap();
    assert_eq!(report.completeness, Completeness::Complete);
    assert!(report.probe.extra.fragmented);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_looked_at(bytes in vec(any::<u8>(), 0..2048)) {
        let seen = inspect(&bytes).unwrap();
        prop_assert_eq!(sniff(&bytes), seen.map(|report| report.container));
    }

    #[test]
    fn any_bytes_after_a_brand_are_looked_at(bytes in vec(any::<u8>(), 0..2048)) {
        prop_assert!(inspect(&[ftyp(*b"isom"), bytes].concat()).unwrap().is_some());
    }

    #[test]
    fn any_tree_of_boxes_is_looked_at(boxes in vec(tree(), 0..6)) {
        prop_assert!(inspect(&[ftyp(*b"isom"), boxes.concat()].concat()).unwrap().is_some());
    }

    #[test]
    fn any_changed_film_is_looked_at(
        changes in vec((any::<Index>(), any::<u8>()), 1..12),
        length in any::<Index>(),
    ) {
        let mut bytes = film();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        inspect(&bytes).unwrap();
        bytes.truncate(length.index(bytes.len()));
        inspect(&bytes).unwrap();
    }

    #[test]
    fn any_changed_word_is_looked_at(
        place in any::<Index>(),
        value in select(&[0_u32, 1, 7, 8, 0x7fff_ffff, 0x8000_0000, u32::MAX]),
    ) {
        let mut bytes = film();
        let place = place.index(bytes.len() / 4) * 4;
        bytes[place..place + 4].copy_from_slice(&value.to_be_bytes());
        inspect(&bytes).unwrap();
    }

    #[test]
    fn any_changed_index_of_a_large_film_is_looked_at_within_the_budget(
        changes in vec((any::<Index>(), select(&[0_u32, 1, 8, 0x0100_0000, u32::MAX])), 1..4),
    ) {
        let mut film = Sparse::film(1 << 32, &Film::at(36));
        for (place, value) in changes {
            let place = place.index(film.tail.len() / 4) * 4;
            film.tail[place..place + 4].copy_from_slice(&value.to_be_bytes());
        }
        let source = Counted::new(film);
        inspect(&source).unwrap();
        prop_assert!(source.reads.get() <= READ_LIMIT);
        prop_assert!(source.bytes.get() <= READ_BUDGET);
    }

    #[test]
    fn sniffing_needs_no_more_than_its_length(bytes in vec(any::<u8>(), 0..SNIFF_LEN + 64)) {
        prop_assert_eq!(sniff(&bytes), sniff(&bytes[..bytes.len().min(SNIFF_LEN)]));
    }
}
