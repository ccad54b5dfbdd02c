//! Which checksum of a part stands, and which parts are sent again.

use heimdex_api::plan::PartSize;
use proptest::prelude::*;

use super::*;

fn part(number: u32) -> PartNumber {
    PartNumber::new(number).unwrap()
}

fn checksum(of: u32) -> Checksum {
    Checksum::from_crc32c(of)
}

fn signed(number: u32, of: u32, acknowledged: Option<&str>) -> SignedChecksum {
    SignedChecksum {
        number: part(number),
        checksum: checksum(of),
        acknowledged: acknowledged.map(str::to_owned),
    }
}

fn stands(etag: &str, rows: &[SignedChecksum]) -> Option<Checksum> {
    let listed = [ListedPart {
        number: part(1),
        size: 5,
        etag: etag.into(),
        checksum: None,
    }];
    with_standing_checksums(&listed, rows)[0].checksum.clone()
}

#[test]
fn the_only_checksum_signed_stands_whatever_was_acknowledged() {
    assert_eq!(stands("e", &[signed(1, 7, None)]), Some(checksum(7)));
    assert_eq!(
        stands("e", &[signed(1, 7, Some("older"))]),
        Some(checksum(7))
    );
    assert_eq!(stands("e", &[]), None);
    assert_eq!(stands("e", &[signed(2, 7, None)]), None);
}

#[test]
fn what_the_store_itself_says_stands_above_all() {
    let listed = [ListedPart {
        number: part(1),
        size: 5,
        etag: "e".into(),
        checksum: Some(checksum(9)),
    }];
    let stored = with_standing_checksums(&listed, &[signed(1, 7, Some("e")), signed(1, 9, None)]);
    assert_eq!(stored[0].checksum, Some(checksum(9)));
}

#[test]
fn of_two_signed_the_one_acknowledged_with_the_listed_etag_stands() {
    let rows = [signed(1, 7, Some("\"e\"")), signed(1, 8, Some("f"))];
    assert_eq!(stands("e", &rows), Some(checksum(7)));
    assert_eq!(stands("\"f\"", &rows), Some(checksum(8)));
    assert_eq!(stands("g", &rows), None);
    assert_eq!(stands("e", &[signed(1, 7, None), signed(1, 8, None)]), None);
    assert_eq!(
        stands("e", &[signed(1, 7, Some("e")), signed(1, 8, Some("e"))]),
        None
    );
}

proptest! {
    /// A store that keeps the last PUT, clients that sign, send and tell in any order: a checksum that is given is
    /// the one that the store verified.
    #[test]
    fn a_given_checksum_is_always_the_stored_one(
        steps in proptest::collection::vec((0u32..3, any::<bool>(), any::<bool>()), 1..12),
    ) {
        let mut rows: Vec<SignedChecksum> = Vec::new();
        let mut stored: Option<(u32, String)> = None;
        for (step, (of, sends, tells)) in steps.into_iter().enumerate() {
            if !rows.iter().any(|row| row.checksum == checksum(of)) {
                rows.push(signed(1, of, None));
            }
            if sends {
                let etag = format!("e{step}");
                if tells {
                    let row = rows.iter_mut().find(|row| row.checksum == checksum(of)).unwrap();
                    row.acknowledged = Some(etag.clone());
                }
                stored = Some((of, etag));
            }
            if let Some((truth, etag)) = &stored
                && let Some(given) = stands(etag, &rows)
            {
                prop_assert_eq!(given, checksum(*truth));
            }
        }
    }

    #[test]
    fn completion_names_exactly_the_plan(size in 1u64..20_000, lost in proptest::collection::vec(1u32..20, 0..4)) {
        let shape = Shape::of(Some(size), PartSize::new(1024).unwrap()).unwrap();
        let all: Vec<StoredPart> = shape
            .lengths(size)
            .into_iter()
            .map(|(number, length)| StoredPart {
                part_number: number,
                size_bytes: length,
                etag: format!("e{number}"),
                checksum: Some(checksum(u32::from(number.get()))),
            })
            .collect();
        let here: Vec<StoredPart> =
            all.iter().filter(|p| !lost.contains(&u32::from(p.part_number.get()))).cloned().collect();
        let gone: Vec<u32> = all
            .iter()
            .map(|p| u32::from(p.part_number.get()))
            .filter(|number| lost.contains(number))
            .collect();
        match for_completion(shape, size, &here) {
            Ok(known) => {
                prop_assert!(gone.is_empty());
                prop_assert_eq!(known.len(), all.len());
            }
            Err(Incomplete::Missing(missing)) => prop_assert_eq!(missing, gone),
            Err(Incomplete::Unsure(_)) => prop_assert!(false, "every part is known"),
        }
    }
}

#[test]
fn a_part_of_another_size_or_of_unknown_content_is_sent_again() {
    let shape = Shape::of(Some(2048), PartSize::new(1024).unwrap()).unwrap();
    let stored = |size_bytes, checksum| StoredPart {
        part_number: part(1),
        size_bytes,
        etag: "e".into(),
        checksum,
    };
    let second = StoredPart {
        part_number: part(2),
        ..stored(1024, Some(checksum(2)))
    };
    for first in [stored(1023, Some(checksum(1))), stored(1024, None)] {
        assert_eq!(
            for_completion(shape, 2048, &[first, second.clone()]),
            Err(Incomplete::Unsure(vec![1]))
        );
    }
}

#[test]
fn parts_beyond_the_end_of_a_stream_do_not_enter_it() {
    let stream = Shape::Stream(PartSize::new(1024).unwrap());
    let stored = |number: u32, size_bytes| StoredPart {
        part_number: part(number),
        size_bytes,
        etag: "e".into(),
        checksum: Some(checksum(number)),
    };
    let known =
        for_completion(stream, 1030, &[stored(1, 1024), stored(2, 6), stored(3, 9)]).unwrap();
    assert_eq!(known.len(), 2);
}
