//! Matroska and `WebM`: an EBML header whose document type tells which.

use crate::container::Container;

const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
const DOC_TYPE: u64 = 0x4282;

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    let mut rest = head.strip_prefix(&EBML)?;
    let length = usize::try_from(number(&mut rest, Marker::Dropped)?).ok()?;
    let mut header = &rest[..length.min(rest.len())];
    while !header.is_empty() {
        let id = number(&mut header, Marker::Kept)?;
        let length = usize::try_from(number(&mut header, Marker::Dropped)?).ok()?;
        let (value, after) = header.split_at_checked(length)?;
        if id == DOC_TYPE {
            return match without_filling(value) {
                b"matroska" => Some(Container::Matroska),
                b"webm" => Some(Container::WebM),
                _ => None,
            };
        }
        header = after;
    }
    None
}

/// Whether the bit that marks the length of an EBML number is part of it (ids) or not (sizes).
#[derive(Clone, Copy, PartialEq)]
enum Marker {
    Kept,
    Dropped,
}

fn number(bytes: &mut &[u8], marker: Marker) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    let more = usize::try_from(first.leading_zeros()).ok()?;
    let (tail, rest) = rest.split_at_checked(more)?;
    // Eight zero bits mark no length at all.
    let mark = 0x80_u8.checked_shr(first.leading_zeros())?;
    let first = if marker == Marker::Kept {
        first
    } else {
        first & !mark
    };
    *bytes = rest;
    Some(tail.iter().fold(u64::from(first), |value, &byte| {
        value << 8 | u64::from(byte)
    }))
}

/// EBML strings may be filled up with zeros.
fn without_filling(value: &[u8]) -> &[u8] {
    let length = value
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    &value[..length]
}
