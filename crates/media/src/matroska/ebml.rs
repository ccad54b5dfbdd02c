//! One EBML element: its head, its value, and the walk over the elements within one.

use crate::reader::{Reader, Stop};

/// Elements that only a segment holds: one of them ends a cluster of unknown size.
const OF_SEGMENT: [u32; 8] = [
    id::SEEK_HEAD,
    id::INFO,
    id::TRACKS,
    id::CLUSTER,
    id::CUES,
    id::CHAPTERS,
    id::TAGS,
    id::ATTACHMENTS,
];

/// The names of elements, with the bits that mark their length.
pub(super) mod id {
    pub(in super::super) const EBML: u32 = 0x1a45_dfa3;
    pub(in super::super) const SEGMENT: u32 = 0x1853_8067;
    pub(in super::super) const SEEK_HEAD: u32 = 0x114d_9b74;
    pub(in super::super) const INFO: u32 = 0x1549_a966;
    pub(in super::super) const TRACKS: u32 = 0x1654_ae6b;
    pub(in super::super) const CLUSTER: u32 = 0x1f43_b675;
    pub(in super::super) const CUES: u32 = 0x1c53_bb6b;
    pub(in super::super) const CHAPTERS: u32 = 0x1043_a770;
    pub(in super::super) const TAGS: u32 = 0x1254_c367;
    pub(in super::super) const ATTACHMENTS: u32 = 0x1941_a469;
    pub(in super::super) const TIMESTAMP: u32 = 0xe7;
    pub(in super::super) const SIMPLE_BLOCK: u32 = 0xa3;
    pub(in super::super) const BLOCK_GROUP: u32 = 0xa0;
    pub(in super::super) const BLOCK: u32 = 0xa1;
    pub(in super::super) const BLOCK_DURATION: u32 = 0x9b;
    pub(in super::super) const VOID: u32 = 0xec;
    pub(in super::super) const CRC32: u32 = 0xbf;
    pub(in super::super) const POSITION: u32 = 0xa7;
    pub(in super::super) const PREV_SIZE: u32 = 0xab;
}

/// The longest head of an element: four bytes of name, eight of size.
pub(super) const HEAD: u64 = 12;

/// The head of an element. All positions count from the start of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) id: u32,
    pub(super) body: u64,
    /// Where it says that it ends, be it past the end of what holds it; `None` where its size is
    /// unknown.
    pub(super) end: Option<u64>,
}

/// What lies where an element is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    Element(Element),
    /// The source ends within its head.
    Cut,
    /// These bytes begin no element.
    Nothing,
}

/// Looks for an element at `at`, which must lie before `limit`, which must not lie past the end of
/// the source.
pub(super) fn find(reader: &mut Reader<'_>, at: u64, limit: u64) -> Result<Found, Stop> {
    reader.count_box()?;
    reader.prefetch(at, HEAD, HEAD)?;
    let bytes = reader.bytes(at, limit, 12)?;
    let mut rest = bytes.as_slice();
    // Fewer than that were there only at the end of the source, or of what holds the element.
    let cut = bytes.len() < 12 && limit >= reader.size();
    Ok(match element(&mut rest) {
        Ok((id, size)) => {
            let body = at + (bytes.len() - rest.len()) as u64;
            let end = size.map(|size| body.saturating_add(size).min(i64::MAX as u64));
            Found::Element(Element { id, body, end })
        }
        Err(Short) if cut => Found::Cut,
        Err(Short | Invalid) => Found::Nothing,
    })
}

#[derive(Debug)]
pub(crate) enum HeadError {
    Short,
    Invalid,
}
use HeadError::{Invalid, Short};

/// The name and the size at the beginning of `bytes`, which is moved on past them.
fn element(bytes: &mut &[u8]) -> Result<(u32, Option<u64>), HeadError> {
    let (id, _) = number(bytes, 4, Marker::Kept)?;
    let (size, length) = number(bytes, 8, Marker::Dropped)?;
    // All bits set: the size is unknown.
    let unknown = size == (1 << (7 * length)) - 1;
    let id = u32::try_from(id).map_err(|_| Invalid)?;
    Ok((id, (!unknown).then_some(size)))
}

/// Whether the bit that marks the length of a number is part of it (ids) or not (sizes).
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Marker {
    Kept,
    Dropped,
}

/// A number that tells its own length, and that length.
pub(crate) fn number(
    bytes: &mut &[u8],
    longest: usize,
    marker: Marker,
) -> Result<(u64, usize), HeadError> {
    let &first = bytes.first().ok_or(Short)?;
    let length = usize::try_from(first.leading_zeros()).map_err(|_| Invalid)? + 1;
    if length > longest {
        return Err(Invalid);
    }
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Short)?;
    *bytes = rest;
    let value = taken
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte));
    let mark = 1_u64 << (7 * length);
    Ok(match marker {
        Marker::Kept => (value, length),
        Marker::Dropped => (value & !mark, length),
    })
}

/// Whether this element cannot be within a cluster.
pub(super) fn ends_cluster(id: u32) -> bool {
    OF_SEGMENT.contains(&id) || matches!(id, id::EBML | id::SEGMENT)
}

/// The elements within bytes at hand; what contradicts itself ends them.
pub(super) fn elements_in(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (id, size) = element(&mut rest).ok()?;
        let size = usize::try_from(size?).ok()?;
        let (body, after) = rest.split_at_checked(size)?;
        rest = after;
        Some((id, body))
    })
}

/// An unsigned number of at most eight bytes.
pub(super) fn unsigned(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// A signed number of at most eight bytes.
pub(super) fn signed(bytes: &[u8]) -> Option<i64> {
    let unused = 64 - 8 * u32::try_from(bytes.len().clamp(1, 8)).ok()?;
    Some(unsigned(bytes).cast_signed().wrapping_shl(unused) >> unused)
}

/// A number of four or eight bytes.
pub(super) fn float(bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => bytes
            .first_chunk()
            .map(|&bytes| f64::from(f32::from_be_bytes(bytes))),
        8 => bytes.first_chunk().map(|&bytes| f64::from_be_bytes(bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_every_length_may_be_unknown() {
        for (bytes, size) in [
            (&b"\xa3\x81"[..], Some(1)),
            (b"\xa3\xff", None),
            (b"\xa3\x7f\xff", None),
            (b"\xa3\x40\x7f", Some(127)),
            (b"\xa3\x01\xff\xff\xff\xff\xff\xff\xff", None),
            (b"\xa3\x01\0\0\0\0\0\0\x05", Some(5)),
        ] {
            assert_eq!(element(&mut &*bytes).unwrap(), (id::SIMPLE_BLOCK, size));
        }
        assert!(matches!(element(&mut &b"\x08aaaaaa"[..]), Err(Invalid)));
        assert!(matches!(element(&mut &b"\xa3\0"[..]), Err(Invalid)));
        assert!(matches!(element(&mut &b"\x1f\x43"[..]), Err(Short)));
    }

    #[test]
    fn numbers_are_read_in_their_length() {
        assert_eq!(unsigned(&[1, 0]), 256);
        assert_eq!(unsigned(&[0xff; 12]), u64::MAX);
        assert_eq!(signed(&[0xff]), Some(-1));
        assert_eq!(signed(&[0x80, 0]), Some(-32_768));
        assert_eq!(signed(&[]), Some(0));
        assert_eq!(float(&1.5_f32.to_be_bytes()), Some(1.5));
        assert_eq!(float(&[]), None);
    }
}
