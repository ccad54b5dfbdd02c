//! MPEG-1 and MPEG-2 video: the sequence header and its extension.

use super::Picture;
use super::bits::{Bits, units};

const SEQUENCE: u8 = 0xb3;
const EXTENSION: u8 = 0xb5;

/// Pictures a second by their code, from 1.
const RATES: [(u32, u32); 8] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
];

/// The first sequence header in a byte stream.
pub(super) fn find(bytes: &[u8]) -> Option<Picture> {
    let mut units = units(bytes);
    let sequence = units.find(|unit| unit.first() == Some(&SEQUENCE))?;
    let mut bits = Bits::new(&sequence[1..]);
    let mut picture = Picture {
        codec: Some("mpeg1video"),
        width: bits.number(12)?,
        height: bits.number(12)?,
        rate: None,
    };
    bits.skip(4)?;
    let code = usize::try_from(bits.number(4)?).ok()?;
    picture.rate = code
        .checked_sub(1)
        .and_then(|index| RATES.get(index))
        .copied();
    let extension = units.next().filter(|unit| unit.first() == Some(&EXTENSION));
    if let Some(extension) = extension {
        extend(&mut picture, &extension[1..]);
    }
    (picture.width > 0 && picture.height > 0).then_some(picture)
}

/// What MPEG-2 adds: two more bits of each size, and a factor of the rate.
fn extend(picture: &mut Picture, extension: &[u8]) -> Option<()> {
    const OF_SEQUENCE: u32 = 1;
    let mut bits = Bits::new(extension);
    if bits.number(4)? != OF_SEQUENCE {
        return None;
    }
    picture.codec = Some("mpeg2video");
    bits.skip(8 + 1 + 2)?;
    picture.width += bits.number(2)? << 12;
    picture.height += bits.number(2)? << 12;
    bits.skip(12 + 1 + 8 + 1)?;
    let (times, over) = (bits.number(2)? + 1, bits.number(5)? + 1);
    picture.rate = picture
        .rate
        .map(|(pictures, seconds)| (pictures * times, seconds * over));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_header_tells_size_and_rate() {
        let header = [0, 0, 1, 0xb3, 0x2d, 0x02, 0x40, 0x33, 0, 0];
        let expected = Picture {
            codec: Some("mpeg1video"),
            width: 720,
            height: 576,
            rate: Some((25, 1)),
        };
        assert_eq!(find(&header), Some(expected));
        assert_eq!(find(&header[..6]), None);
    }
}
