//! Whether first bytes begin an MP4, `QuickTime` or 3GP file.

use super::atom::boxes_in;
use crate::container::Container;

/// Brands of what has the same boxes but is a picture or a raw photograph.
const PICTURES: &[&[u8; 4]] = &[
    b"avif", b"avis", b"crx ", b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevm", b"hevs",
    b"hevx", b"j2is", b"j2ki", b"jpeg", b"jpgs", b"mif1", b"mif2", b"miaf", b"msf1", b"jp2 ",
    b"jpx ", b"jxl ",
];

/// What may begin a `QuickTime` file from before there was `ftyp`.
const FIRST: &[&[u8; 4]] = &[b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// A filler before the first box of interest is short.
const MAX_FILLER: u32 = 64 * 1024;

pub(crate) fn sniff(head: &[u8]) -> Option<Container> {
    let size = u32::from_be_bytes(*head.first_chunk()?);
    let kind: &[u8; 4] = head.get(4..)?.first_chunk()?;
    if kind == b"ftyp" {
        return if size >= 12 {
            brand(*head.get(8..)?.first_chunk()?)
        } else {
            None
        };
    }
    if !FIRST.contains(&kind) {
        return None;
    }
    let believable = match kind {
        b"mdat" => matches!(size, 0 | 1 | 8..),
        b"moov" => boxes_in_moov(head),
        b"wide" => size == 8,
        b"pnot" => size == 20,
        _ => (8..MAX_FILLER).contains(&size) && filler_is_followed(head),
    };
    believable.then_some(Container::QuickTime)
}

fn brand(brand: [u8; 4]) -> Option<Container> {
    if PICTURES.contains(&&brand) {
        return None;
    }
    match &brand {
        b"qt  " => Some(Container::QuickTime),
        [
            b'3',
            b'g',
            b'p' | b'2' | b'e' | b'g' | b'h' | b'r' | b's' | b't',
            _,
        ] => Some(Container::ThreeGp),
        _ => brand
            .iter()
            .all(|byte| (0x20..0x7f).contains(byte))
            .then_some(Container::Mp4),
    }
}

/// An index begins with a box that belongs in one.
fn boxes_in_moov(head: &[u8]) -> bool {
    let first = head.get(12..16).unwrap_or_default();
    matches!(
        first,
        b"mvhd" | b"cmov" | b"rmra" | b"trak" | b"udta" | b"iods" | b"meta" | b"free"
    )
}

/// After a filler comes another known box, as far as the head reaches.
fn filler_is_followed(head: &[u8]) -> bool {
    let Some((_, body)) = boxes_in(head).next() else {
        return true;
    };
    match head.get(8 + body.len() + 4..8 + body.len() + 8) {
        Some(next) => next == b"ftyp" || FIRST.iter().any(|kind| next == kind.as_slice()),
        None => true,
    }
}
