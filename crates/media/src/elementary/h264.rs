//! H.264: the sequence parameter set.

use super::Picture;
use super::bits::{Bits, units, without_prevention};

const SEQUENCE_PARAMETERS: u8 = 7;

/// Profiles whose parameter sets say how colours are stored.
const HIGH: [u32; 13] = [44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244];

/// The most reference frames in a cycle of the picture order.
const MAX_CYCLE: u32 = 255;

/// The first parameter set in a byte stream that can be read.
pub(super) fn find(bytes: &[u8]) -> Option<Picture> {
    units(bytes)
        .filter(|unit| {
            unit.first()
                .is_some_and(|head| head & 0x1f == SEQUENCE_PARAMETERS)
        })
        .find_map(|unit| parse(&without_prevention(&unit[1..])))
}

fn parse(set: &[u8]) -> Option<Picture> {
    let mut bits = Bits::new(set);
    let profile = bits.number(8)?;
    bits.skip(16)?;
    bits.golomb()?;
    let chroma = if HIGH.contains(&profile) {
        read_high(&mut bits)?
    } else {
        1
    };
    bits.golomb()?;
    read_order(&mut bits)?;
    bits.golomb()?;
    bits.skip(1)?;
    let columns = bits.golomb()?.checked_add(1)?;
    let rows = bits.golomb()?.checked_add(1)?;
    let frames_only = bits.bit()?;
    if !frames_only {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    let mut crop = [0; 4];
    if bits.bit()? {
        for edge in &mut crop {
            *edge = bits.golomb()?;
        }
    }
    let fields = if frames_only { 1 } else { 2 };
    let (across, down) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let [left, right, top, bottom] = crop;
    let width = columns
        .checked_mul(16)?
        .checked_sub(left.checked_add(right)?.checked_mul(across)?)?;
    let height = rows
        .checked_mul(16 * fields)?
        .checked_sub(top.checked_add(bottom)?.checked_mul(down * fields)?)?;
    Some(Picture {
        codec: None,
        width: Some(width).filter(|&it| it > 0)?,
        height: Some(height).filter(|&it| it > 0)?,
        rate: read_rate(&mut bits),
    })
}

/// How colours are stored, which high profiles tell: answers the format of the chroma.
fn read_high(bits: &mut Bits<'_>) -> Option<u32> {
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.skip(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    bits.skip(1)?;
    if bits.bit()? {
        let lists = if chroma == 3 { 12 } else { 8 };
        for list in 0..lists {
            if bits.bit()? {
                skip_scaling(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(chroma)
}

fn skip_scaling(bits: &mut Bits<'_>, size: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed_golomb()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn read_order(bits: &mut Bits<'_>) -> Option<()> {
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.skip(1)?;
            bits.signed_golomb()?;
            bits.signed_golomb()?;
            let cycle = bits.golomb()?;
            if cycle > MAX_CYCLE {
                return None;
            }
            for _ in 0..cycle {
                bits.signed_golomb()?;
            }
        }
        _ => {}
    }
    Some(())
}

/// How often there are pictures, where the parameters of presentation tell.
fn read_rate(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    const EXPLICIT: u32 = 255;
    if !bits.bit()? {
        return None;
    }
    if bits.bit()? && bits.number(8)? == EXPLICIT {
        bits.skip(32)?;
    }
    if bits.bit()? {
        bits.skip(1)?;
    }
    if bits.bit()? {
        bits.skip(4)?;
        if bits.bit()? {
            bits.skip(24)?;
        }
    }
    if bits.bit()? {
        bits.golomb()?;
        bits.golomb()?;
    }
    if !bits.bit()? {
        return None;
    }
    // A tick is the time of a field.
    let ticks = bits.number(32)?.checked_mul(2)?;
    let scale = bits.number(32)?;
    (ticks > 0 && scale > 0).then_some((scale, ticks))
}
