//! Matroska and `WebM`: an EBML header whose document type tells which.

use crate::container::Container;
use crate::matroska::ebml::{Marker, number};

const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
const DOC_TYPE: u64 = 0x4282;

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    let mut rest = head.strip_prefix(&EBML)?;
    let length = size(&mut rest)?;
    let mut header = &rest[..length.min(rest.len())];
    while !header.is_empty() {
        let (id, _) = number(&mut header, 4, Marker::Kept).ok()?;
        let length = size(&mut header)?;
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

fn size(bytes: &mut &[u8]) -> Option<usize> {
    let (size, _) = number(bytes, 8, Marker::Dropped).ok()?;
    usize::try_from(size).ok()
}

/// EBML strings may be filled up with zeros.
fn without_filling(value: &[u8]) -> &[u8] {
    let length = value
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    &value[..length]
}
