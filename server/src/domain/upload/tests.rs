//! Completions that keep and break what was promised.

use heimdex_api::hash::PartHasher;
use proptest::prelude::*;

use super::*;

fn size_of(shape: Shape) -> Option<u64> {
    match shape {
        Shape::Empty => Some(0),
        Shape::OnePut(plan) | Shape::Parts(plan) => Some(plan.size()),
        Shape::Stream(_) => None,
    }
}

fn hashes(bytes: &[u8], part_size: u64) -> Vec<Blake3> {
    let part_size = usize::try_from(part_size).unwrap();
    let single = bytes.len() <= part_size;
    bytes
        .chunks(part_size)
        .enumerate()
        .map(|(index, chunk)| {
            let mut hasher = PartHasher::at((index * part_size) as u64);
            hasher.update(chunk);
            if single {
                hasher.root()
            } else {
                hasher.subtree().unwrap()
            }
        })
        .collect()
}

fn claim_of(root: Blake3, size: u64, subtrees: &[Blake3]) -> CompletionClaim<'_> {
    CompletionClaim {
        blake3: Some(root),
        size: Some(size),
        subtrees: Some(subtrees),
    }
}

proptest! {
    #[test]
    fn every_part_of_the_plan_and_no_other_may_be_sent(size in 0u64..40_000, number in 1u32..60, length in 0u64..3000) {
        let part_size = PartSize::new(1024).unwrap();
        let shape = Shape::of(Some(size), part_size).unwrap();
        let lengths = shape.lengths(size);
        prop_assert_eq!(lengths.iter().map(|(_, length)| length).sum::<u64>(), size);
        for (part, length) in &lengths {
            prop_assert_eq!(shape.check_part(*part, *length), Ok(()));
        }
        let part = PartNumber::new(number).unwrap();
        let planned = lengths.contains(&(part, length));
        prop_assert_eq!(shape.check_part(part, length).is_ok(), planned);
        prop_assert_eq!(shape.is_multipart(), size > 1024);
    }

    #[test]
    fn true_subtrees_are_accepted_and_any_changed_one_is_not(
        bytes in proptest::collection::vec(any::<u8>(), 0..9000),
        stream: bool,
        flipped in any::<prop::sample::Index>(),
    ) {
        let part_size = PartSize::new(1024).unwrap();
        let size = bytes.len() as u64;
        let shape = Shape::of((!stream).then_some(size), part_size).unwrap();
        let root = Blake3::from(blake3::hash(&bytes));
        let mut subtrees = hashes(&bytes, 1024);
        prop_assert_eq!(
            check_completion(shape, size_of(shape), Some(root), claim_of(root, size, &subtrees)),
            Ok(Completion { size, blake3: Some(root) })
        );
        if !subtrees.is_empty() {
            let index = flipped.index(subtrees.len());
            let mut wrong = *subtrees[index].as_bytes();
            wrong[0] ^= 1;
            subtrees[index] = Blake3::new(wrong);
            prop_assert_eq!(
                check_completion(shape, size_of(shape), Some(root), claim_of(root, size, &subtrees)),
                Err(Contradiction::Subtrees)
            );
        }
    }

    #[test]
    fn of_any_callers_adopting_at_once_one_holds_the_epoch(callers in proptest::collection::vec((0u8..4, 0u32..4), 1..20)) {
        let (mut epoch, mut holder) = (1, None);
        for (caller, back) in callers {
            let caller = Uuid::from_u128(u128::from(caller));
            let seen = epoch - back.min(epoch - 1);
            match adopt(epoch, holder, seen, caller) {
                Ok(Adoption::Raised(next)) => {
                    prop_assert_eq!(next, epoch + 1);
                    (epoch, holder) = (next, Some(caller));
                }
                Ok(Adoption::Repeated(again)) => {
                    prop_assert_eq!(again, epoch);
                    prop_assert_eq!(holder, Some(caller));
                }
                Err(TakenOver) => prop_assert!(seen < epoch),
            }
        }
        prop_assert!(check_epoch(epoch, Some(epoch)).is_ok());
        prop_assert_eq!(check_epoch(epoch, None).is_ok(), epoch == 1);
    }
}

#[test]
fn a_completion_that_contradicts_the_promise_is_refused() {
    let part_size = PartSize::new(1024).unwrap();
    let shape = Shape::of(Some(2000), part_size).unwrap();
    let (one, other) = (Blake3::new([1; 32]), Blake3::new([2; 32]));
    let too_few = [one];
    let check = |hash, claim: CompletionClaim<'_>| check_completion(shape, Some(2000), hash, claim);
    assert_eq!(
        check(
            None,
            CompletionClaim {
                size: Some(1999),
                ..Default::default()
            }
        ),
        Err(Contradiction::Size {
            promised: 2000,
            claimed: 1999
        })
    );
    assert_eq!(
        check(
            Some(one),
            CompletionClaim {
                blake3: Some(other),
                ..Default::default()
            }
        ),
        Err(Contradiction::Hash)
    );
    assert_eq!(
        check(
            None,
            CompletionClaim {
                subtrees: Some(&too_few),
                ..Default::default()
            }
        ),
        Err(Contradiction::SubtreeCount {
            expected: 2,
            given: 1
        })
    );
    assert_eq!(
        check(Some(one), CompletionClaim::default()),
        Ok(Completion {
            size: 2000,
            blake3: Some(one)
        })
    );
    let stream = Shape::Stream(part_size);
    assert_eq!(
        check_completion(stream, None, None, CompletionClaim::default()),
        Err(Contradiction::SizeNeeded)
    );
    let claim = CompletionClaim {
        size: Some(u64::MAX),
        ..Default::default()
    };
    assert_eq!(
        check_completion(stream, None, None, claim),
        Err(Contradiction::TooLong { most: 10_240_000 })
    );
}

#[test]
fn a_single_put_is_one_part_whatever_its_size() {
    for size in [1, 1024, 1025, 16 << 20, (5 << 30) - 1, 5 << 30] {
        let shape = Shape::of(Some(size), single_part_size(size)).unwrap();
        assert_eq!(shape.part_count(), Some(1), "{size}");
    }
}

#[test]
fn an_end_is_announced_for_its_last_week_only() {
    let end = Timestamp::from_micros(90 * 86_400_000_000).unwrap();
    let day = Duration::from_hours(24);
    assert_eq!(announced_expiry(end, end.saturating_sub(day * 8)), None);
    assert_eq!(
        announced_expiry(end, end.saturating_sub(day * 7)),
        Some(end)
    );
    assert_eq!(announced_expiry(end, end.saturating_add(day)), Some(end));
}
