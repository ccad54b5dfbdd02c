//! HEVC: the sequence parameter set, as far as the size of the pictures.

use super::Picture;
use super::bits::{Bits, units, without_prevention};

const SEQUENCE_PARAMETERS: u8 = 33;

/// Bits of a profile without its level.
const PROFILE: usize = 88;

/// The first parameter set in a byte stream that can be read.
pub(super) fn find(bytes: &[u8]) -> Option<Picture> {
    units(bytes)
        .filter(|unit| unit.len() > 2 && unit[0] >> 1 & 0x3f == SEQUENCE_PARAMETERS)
        .find_map(|unit| parse(&without_prevention(&unit[2..])))
}

fn parse(set: &[u8]) -> Option<Picture> {
    let mut bits = Bits::new(set);
    bits.skip(4)?;
    let layers = bits.number(3)?;
    bits.skip(1 + PROFILE + 8)?;
    let mut told = Vec::new();
    for _ in 0..layers {
        told.push((bits.bit()?, bits.bit()?));
    }
    if layers > 0 {
        bits.skip(2 * (8 - usize::try_from(layers).ok()?))?;
    }
    for (profile, level) in told {
        bits.skip(if profile { PROFILE } else { 0 } + if level { 8 } else { 0 })?;
    }
    bits.golomb()?;
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.skip(1)?;
    }
    let (mut width, mut height) = (bits.golomb()?, bits.golomb()?);
    if bits.bit()? {
        let (across, down) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let (left, right) = (bits.golomb()?, bits.golomb()?);
        let (top, bottom) = (bits.golomb()?, bits.golomb()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(across)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(down)?)?;
    }
    (width > 0 && height > 0).then_some(Picture {
        codec: None,
        width,
        height,
        rate: None,
    })
}
