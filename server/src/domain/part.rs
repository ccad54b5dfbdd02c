//! Which checksum a stored part has, and whether the stored parts make the promised file.
//!
//! The store lists numbers, sizes and ETags; the catalog knows which checksums were signed for a part and which of
//! them the client saw acknowledged. Only where these agree is a part's content known.

use std::collections::HashMap;

use heimdex_api::Checksum;
use heimdex_api::limits::PARTS_PER_REQUEST;
use heimdex_api::plan::PartNumber;
use heimdex_api::upload::StoredPart;

use crate::domain::upload::Shape;

/// A part as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPart {
    /// From 1.
    pub number: PartNumber,
    /// Bytes.
    pub size: u64,
    /// As the store names it.
    pub etag: String,
    /// What the store says that it verified, where it says so.
    pub checksum: Option<Checksum>,
}

/// A checksum that was signed for a part, and the ETag with which the store acknowledged it, as the client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedChecksum {
    /// From 1.
    pub number: PartNumber,
    /// What the URL held.
    pub checksum: Checksum,
    /// What the store answered, where the client told.
    pub acknowledged: Option<String>,
}

/// A part as Complete names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPart {
    /// From 1.
    pub number: PartNumber,
    /// As the store names it.
    pub etag: String,
    /// What the store verified.
    pub checksum: Checksum,
}

/// Why the stored parts cannot be put together; at most [`PARTS_PER_REQUEST`] numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incomplete {
    /// These parts are not in the store.
    Missing(Vec<u32>),
    /// These are, but have another size than planned, or nobody knows which of two checksums they have.
    Unsure(Vec<u32>),
}

/// An ETag without its quotes, as both spellings travel.
#[must_use]
pub fn bare_etag(etag: &str) -> &str {
    etag.trim().trim_matches('"')
}

/// Gives each listed part the checksum that stands.
///
/// That is the one that the store itself lists; else the one acknowledged with the ETag that it lists; else, as the
/// store verifies every part before it keeps it, the only one ever signed. Where none of these decides, it is null and
/// the part is sent again.
#[must_use]
pub fn with_standing_checksums(
    listed: &[ListedPart],
    signed: &[SignedChecksum],
) -> Vec<StoredPart> {
    let mut of_part: HashMap<PartNumber, Vec<&SignedChecksum>> = HashMap::new();
    for one in signed {
        of_part.entry(one.number).or_default().push(one);
    }
    listed
        .iter()
        .map(|part| StoredPart {
            part_number: part.number,
            size_bytes: part.size,
            etag: part.etag.clone(),
            checksum: part.checksum.clone().or_else(|| {
                let signed = of_part.get(&part.number)?;
                standing(part, signed).cloned()
            }),
        })
        .collect()
}

fn standing<'a>(part: &ListedPart, signed: &[&'a SignedChecksum]) -> Option<&'a Checksum> {
    let acknowledged_as_listed = |one: &&&SignedChecksum| {
        one.acknowledged
            .as_deref()
            .is_some_and(|etag| bare_etag(etag) == bare_etag(&part.etag))
    };
    let mut fitting = signed.iter().filter(acknowledged_as_listed);
    match (fitting.next(), fitting.next(), signed) {
        (Some(only), None, _) | (None, None, [only]) => Some(&only.checksum),
        _ => None,
    }
}

/// The parts that Complete names: all of the plan and nothing else, each with its checksum.
///
/// # Errors
/// [`Incomplete`] names what has to be sent.
pub fn for_completion(
    shape: Shape,
    size: u64,
    stored: &[StoredPart],
) -> Result<Vec<KnownPart>, Incomplete> {
    let by_number: HashMap<PartNumber, &StoredPart> =
        stored.iter().map(|part| (part.part_number, part)).collect();
    let (mut known, mut missing, mut unsure) = (Vec::new(), Vec::new(), Vec::new());
    for (number, length) in shape.lengths(size) {
        match by_number.get(&number) {
            None => missing.push(u32::from(number.get())),
            Some(StoredPart {
                size_bytes,
                checksum: Some(checksum),
                etag,
                ..
            }) if *size_bytes == length => {
                known.push(KnownPart {
                    number,
                    etag: etag.clone(),
                    checksum: checksum.clone(),
                });
            }
            Some(_) => unsure.push(u32::from(number.get())),
        }
    }
    missing.truncate(PARTS_PER_REQUEST);
    unsure.truncate(PARTS_PER_REQUEST);
    if !missing.is_empty() {
        return Err(Incomplete::Missing(missing));
    }
    if !unsure.is_empty() {
        return Err(Incomplete::Unsure(unsure));
    }
    Ok(known)
}

#[cfg(test)]
mod tests;
