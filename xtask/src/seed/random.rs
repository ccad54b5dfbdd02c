//! Chance that is the same every time: a generator of our own, because no two versions of a library promise that.

use std::fmt::Write as _;

/// `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 where that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // What is lost to the remainder does not show in a catalog.
        self.number().checked_rem(bound).unwrap_or(0)
    }

    /// Whether something happens that happens in so many of a thousand cases.
    pub(crate) fn permille(&mut self, cases: u64) -> bool {
        self.below(1_000) < cases
    }

    /// One of these, the first ones far more often than the last.
    pub(crate) fn skewed<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(choices.len()).ok()?;
        let (a, b) = (self.below(count), self.below(count));
        let place = usize::try_from(a * b / count.max(1)).ok()?;
        choices.get(place)
    }

    /// Any one of these.
    pub(crate) fn one<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let place = self.below(u64::try_from(choices.len()).ok()?);
        choices.get(usize::try_from(place).ok()?)
    }

    /// A version 4 UUID, as 32 hexadecimal digits.
    pub(crate) fn uuid(&mut self) -> String {
        let high = (self.number() & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (self.number() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        format!("{high:016x}{low:016x}")
    }

    /// So many bytes, as hexadecimal digits.
    pub(crate) fn bytes(&mut self, count: u64) -> String {
        let mut digits = String::new();
        for _ in 0..count.div_ceil(8) {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{:016x}", self.number());
        }
        digits.truncate(usize::try_from(count * 2).unwrap_or(usize::MAX));
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(7);
        assert_eq!(random.number(), 0x63cb_e1e4_5932_0dd7);
        assert_eq!(Random::new(7).uuid(), Random::new(7).uuid());
        assert_ne!(Random::new(7).uuid(), Random::new(8).uuid());
        let uuid = Random::new(1).uuid();
        assert_eq!((uuid.len(), &uuid[12..13]), (32, "4"));
        assert!("89ab".contains(&uuid[16..17]), "{uuid}");
        assert_eq!(Random::new(3).bytes(5).len(), 10);
        assert_eq!(Random::new(3).below(0), 0);
        assert_eq!(Random::new(3).one::<u8>(&[]), None);
    }
}
