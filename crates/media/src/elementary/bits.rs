//! Bits taken one after another; past the end there is `None`.

/// The most bytes of a parameter set that are looked at.
const MAX_UNIT: usize = 4096;

pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The bytes that it was made of.
    pub(super) fn all(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of at most 32 bits.
    pub(super) fn number(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u64;
        for _ in 0..count {
            value = value << 1 | u64::from(self.bit()?);
        }
        u32::try_from(value).ok()
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// An Exp-Golomb number.
    pub(super) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let rest = self.number(zeros)?;
        (1_u32 << zeros).checked_sub(1)?.checked_add(rest)
    }

    /// A signed Exp-Golomb number.
    pub(super) fn signed_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 1 {
            code / 2 + 1
        } else {
            -(code / 2)
        })
    }
}

/// The units that start codes (`00 00 01`) stand before, each as far as the next one.
pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let start = rest.windows(3).position(|window| window == [0, 0, 1])? + 3;
        let unit = &rest[start..];
        let length = unit
            .windows(3)
            .position(|window| window == [0, 0, 1])
            .unwrap_or(unit.len());
        rest = &unit[length..];
        Some(&unit[..length])
    })
}

/// A unit without the bytes that keep start codes out of it, at most [`MAX_UNIT`] of it.
pub(super) fn without_prevention(unit: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(unit.len().min(MAX_UNIT));
    let mut zeros = 0;
    for &byte in unit.iter().take(MAX_UNIT) {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_golomb_are_read() {
        // 1 | 010 | 011 | 00100 | 1…
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_1000]);
        let mut next = || bits.golomb();
        assert_eq!(
            [next(), next(), next(), next()],
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert_eq!(Bits::new(&[0; 8]).golomb(), None);
        assert_eq!(Bits::new(&[0b0110_0000]).signed_golomb(), Some(-1));
        assert_eq!(Bits::new(&[0b0100_0000]).signed_golomb(), Some(1));
    }

    #[test]
    fn units_lie_between_start_codes() {
        let bytes = [9, 0, 0, 1, 7, 8, 0, 0, 1, 5];
        let found: Vec<&[u8]> = units(&bytes).collect();
        assert_eq!(found, [&[7, 8][..], &[5]]);
        assert_eq!(
            without_prevention(&[1, 0, 0, 3, 1, 0, 3]),
            [1, 0, 0, 1, 0, 3]
        );
    }
}
