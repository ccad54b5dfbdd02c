//! What to send: the file's parts, seen against what is remembered of them and what the store lists.
//!
//! Pure. It runs anew at every start, so nothing that was intended is ever believed, only what was observed.

use std::collections::BTreeMap;

use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::upload::StoredPart;
use heimdex_api::{Blake3, Checksum, PartChecksum};

/// What the first pass over a part's bytes gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedPart {
    /// What the second pass must find again.
    pub crc32c: u32,
    /// What the store verifies, by the upload's algorithm.
    pub checksum: Checksum,
    /// The part's BLAKE3 value; of a file of one part the file's own hash.
    pub subtree: Blake3,
}

/// Parts whose values are known of the very file that is to be sent.
pub type KnownParts = BTreeMap<PartNumber, HashedPart>;

/// Where one part stands before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The store has these bytes.
    Stored {
        /// As the store names it.
        etag: String,
        /// Of the local bytes, equal to the store's.
        hashed: HashedPart,
    },
    /// The store has something; whether it is these bytes, hashing them tells.
    Unproven {
        /// As the store names it.
        etag: String,
        /// What the local bytes must have.
        checksum: Checksum,
    },
    /// To be sent; its values are known.
    Hashed(HashedPart),
    /// To be hashed and sent.
    Unknown,
}

/// Where each part of a file stands, in order.
#[must_use]
pub fn standings(
    plan: &PartPlan,
    algorithm: PartChecksum,
    known: &KnownParts,
    listed: &[StoredPart],
) -> Vec<Standing> {
    let usable = usable(plan, algorithm, listed);
    plan.parts()
        .map(|part| match (usable.get(&part), known.get(&part)) {
            (Some((etag, checksum)), Some(hashed)) if hashed.checksum == *checksum => {
                Standing::Stored {
                    etag: (*etag).to_owned(),
                    hashed: hashed.clone(),
                }
            }
            (_, Some(hashed)) => Standing::Hashed(hashed.clone()),
            (Some((etag, checksum)), None) => Standing::Unproven {
                etag: (*etag).to_owned(),
                checksum: checksum.clone(),
            },
            (None, None) => Standing::Unknown,
        })
        .collect()
}

/// The listed parts that may be worth something: of the planned length and with a checksum that stands.
fn usable<'a>(
    plan: &PartPlan,
    algorithm: PartChecksum,
    listed: &'a [StoredPart],
) -> BTreeMap<PartNumber, (&'a str, Checksum)> {
    listed
        .iter()
        .filter(|part| plan.length(part.part_number) == Some(part.size_bytes))
        .filter_map(|part| {
            let checksum = algorithm.parse(part.checksum.as_ref()?.as_str())?;
            Some((part.part_number, (part.etag.as_str(), checksum)))
        })
        .collect()
}

/// The parts of an upload that tell whether it is of this file, and the checksums that the file must have there.
///
/// `None` where the upload cannot be of this file, or where nothing in it could tell.
#[must_use]
pub fn evidence(
    plan: &PartPlan,
    algorithm: PartChecksum,
    listed: &[StoredPart],
) -> Option<Vec<(PartNumber, Checksum)>> {
    let fits = |part: &StoredPart| plan.length(part.part_number) == Some(part.size_bytes);
    if !listed.iter().all(fits) {
        return None;
    }
    let parts: Vec<_> = usable(plan, algorithm, listed)
        .into_iter()
        .map(|(part, (_, checksum))| (part, checksum))
        .collect();
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use heimdex_api::plan::PartSize;
    use proptest::prelude::*;

    use super::*;

    fn hashed(seed: u32) -> HashedPart {
        HashedPart {
            crc32c: seed,
            checksum: Checksum::from_crc32c(seed),
            subtree: Blake3::new([seed.to_le_bytes()[0]; 32]),
        }
    }

    fn plan_of(parts: u32) -> PartPlan {
        PartPlan::new(u64::from(parts) * 1024 - 24, PartSize::new(1024).unwrap()).unwrap()
    }

    fn listed(plan: &PartPlan, part: PartNumber, checksum: Option<u32>) -> StoredPart {
        StoredPart {
            part_number: part,
            size_bytes: plan.length(part).unwrap_or(7),
            etag: format!("etag-{part}"),
            checksum: checksum.map(Checksum::from_crc32c),
        }
    }

    proptest! {
        /// However journal and store disagree, a part counts as stored only where the store's checksum is the file's.
        #[test]
        fn only_equal_bytes_count_as_stored(
            known in proptest::collection::btree_map(1u32..12, 0u32..3, 0..12),
            stored in proptest::collection::btree_map(1u32..14, proptest::option::of(0u32..3), 0..12),
            short in proptest::collection::btree_set(1u32..12, 0..3),
        ) {
            let plan = plan_of(10);
            let number = |n| PartNumber::new(n).unwrap();
            let known: KnownParts = known.into_iter().map(|(n, c)| (number(n), hashed(c))).collect();
            let listed: Vec<StoredPart> = stored
                .iter()
                .map(|(n, checksum)| {
                    let mut part = listed(&plan, number(*n), *checksum);
                    if short.contains(n) {
                        part.size_bytes += 1;
                    }
                    part
                })
                .collect();
            let standings = standings(&plan, PartChecksum::Crc32c, &known, &listed);
            prop_assert_eq!(standings.len(), 10);
            for (part, standing) in plan.parts().zip(&standings) {
                let n = u32::from(part.get());
                let trusted = stored.get(&n).copied().flatten().filter(|_| !short.contains(&n));
                let expected = match (known.get(&part), trusted) {
                    (Some(known), Some(sum)) if known.crc32c == sum => "stored",
                    (Some(_), _) => "hashed",
                    (None, Some(_)) => "unproven",
                    (None, None) => "unknown",
                };
                let seen = match standing {
                    Standing::Stored { .. } => "stored",
                    Standing::Unproven { .. } => "unproven",
                    Standing::Hashed(_) => "hashed",
                    Standing::Unknown => "unknown",
                };
                prop_assert_eq!(seen, expected, "part {}", n);
            }
        }
    }

    #[test]
    fn an_upload_without_a_known_checksum_is_no_evidence() {
        let plan = plan_of(3);
        let one = PartNumber::new(1).unwrap();
        let evidence = |listed: &[StoredPart]| evidence(&plan, PartChecksum::Crc32c, listed);
        assert_eq!(evidence(&[]), None);
        assert_eq!(evidence(&[listed(&plan, one, None)]), None);
        let known = evidence(&[listed(&plan, one, Some(5))]);
        assert_eq!(known, Some(vec![(one, Checksum::from_crc32c(5))]));
    }

    #[test]
    fn an_upload_cut_otherwise_is_of_another_file() {
        let plan = plan_of(3);
        let mut cut = listed(&plan, PartNumber::new(1).unwrap(), Some(5));
        cut.size_bytes = 2048;
        assert_eq!(evidence(&plan, PartChecksum::Crc32c, &[cut]), None);
        let beyond = listed(&plan, PartNumber::new(4).unwrap(), Some(5));
        assert_eq!(evidence(&plan, PartChecksum::Crc32c, &[beyond]), None);
    }

    #[test]
    fn a_checksum_of_another_algorithm_proves_nothing() {
        let plan = plan_of(2);
        let part = listed(&plan, PartNumber::new(1).unwrap(), Some(5));
        assert_eq!(evidence(&plan, PartChecksum::Md5, &[part]), None);
    }
}
