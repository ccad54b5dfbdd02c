//! How a file is cut into parts.
//!
//! All parts are equal but the last, and their size is a power of two, so that each is a subtree of the file's
//! BLAKE3 tree ([`crate::hash`]).

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::{PART_SIZE_DEFAULT, PART_SIZE_MIN, PARTS_MAX};

/// The size of every part but the last: a power of two of at least 1 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PartSize(u64);

impl PartSize {
    /// `None` unless `bytes` is a power of two of at least 1 KiB (a BLAKE3 chunk).
    #[must_use]
    pub const fn new(bytes: u64) -> Option<Self> {
        if bytes.is_power_of_two() && bytes >= 1024 {
            Some(Self(bytes))
        } else {
            None
        }
    }

    /// The size in bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// What the server cuts a file of `size` bytes into: 16 MiB, or 8 MiB where `hint` asks for that little, or the
    /// smallest power of two that keeps the parts within [`PARTS_MAX`]. A larger hint is taken as it is, rounded
    /// down to a power of two, up to 1 GiB.
    #[must_use]
    pub fn choose(size: u64, hint: Option<u64>) -> Self {
        let wanted = match hint {
            None => PART_SIZE_DEFAULT,
            Some(hint) if hint < PART_SIZE_DEFAULT => PART_SIZE_MIN,
            Some(hint) => {
                let hint = hint.min(1 << 30);
                1 << hint.ilog2()
            }
        };
        let needed = size
            .div_ceil(u64::from(PARTS_MAX))
            .checked_next_power_of_two()
            .unwrap_or(1 << 63);
        Self(wanted.max(needed))
    }
}

impl<'de> Deserialize<'de> for PartSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = u64::deserialize(deserializer)?;
        Self::new(bytes)
            .ok_or_else(|| de::Error::custom("a part size is a power of two of at least 1024"))
    }
}

/// The number of a part: 1 to 10,000, as S3 counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PartNumber(u16);

impl PartNumber {
    /// `None` outside 1 to [`PARTS_MAX`].
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (1..=PARTS_MAX)
            .contains(&number)
            .then(|| u16::try_from(number).ok().map(Self))
            .flatten()
    }

    /// The part after `index` others; `None` beyond the last number.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        u32::try_from(index)
            .ok()
            .and_then(|index| Self::new(index.checked_add(1)?))
    }

    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// How many parts come before.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl std::fmt::Display for PartNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for PartNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| de::Error::custom("a part number is 1 to 10000"))
    }
}

/// A file of known size, cut into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlan {
    size: u64,
    part_size: PartSize,
    count: u32,
}

impl PartPlan {
    /// `None` where the file would need more than [`PARTS_MAX`] parts.
    #[must_use]
    pub fn new(size: u64, part_size: PartSize) -> Option<Self> {
        let count = u32::try_from(size.div_ceil(part_size.get())).ok()?;
        (count <= PARTS_MAX).then_some(Self {
            size,
            part_size,
            count,
        })
    }

    /// Bytes of the whole file.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of every part but the last.
    #[must_use]
    pub const fn part_size(&self) -> PartSize {
        self.part_size
    }

    /// How many parts there are; none for an empty file.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The bytes of a part within the file; `None` where the file has no such part.
    #[must_use]
    pub fn range(&self, part: PartNumber) -> Option<Range<u64>> {
        if u32::from(part.get()) > self.count {
            return None;
        }
        let start = part.index() as u64 * self.part_size.get();
        Some(start..self.size.min(start + self.part_size.get()))
    }

    /// Bytes of a part; `None` where the file has no such part.
    #[must_use]
    pub fn length(&self, part: PartNumber) -> Option<u64> {
        self.range(part).map(|range| range.end - range.start)
    }

    /// All parts in order.
    pub fn parts(&self) -> impl Iterator<Item = PartNumber> + use<> {
        (1..=self.count).filter_map(PartNumber::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::FILE_SIZE_MAX;

    proptest! {
        #[test]
        fn parts_tile_the_file_exactly(size in 0u64..(1 << 42), hint in proptest::option::of(any::<u64>())) {
            let part_size = PartSize::choose(size, hint);
            let plan = PartPlan::new(size, part_size).expect("the chosen size keeps within the limit");
            let mut end = 0;
            for part in plan.parts() {
                let range = plan.range(part).unwrap();
                prop_assert_eq!(range.start, end);
                prop_assert!(range.end > range.start);
                let last = u32::from(part.get()) == plan.count();
                prop_assert!(last || range.end - range.start == part_size.get());
                end = range.end;
            }
            prop_assert_eq!(end, size);
            prop_assert!(PartSize::new(part_size.get()).is_some());
        }
    }

    #[test]
    fn the_server_chooses_what_the_contract_says() {
        let mib = 1 << 20;
        for (size, hint, expected) in [
            (0, None, 16 * mib),
            (2 << 30, None, 16 * mib),
            (2 << 30, Some(1), 8 * mib),
            (2 << 30, Some(8 * mib), 8 * mib),
            (2 << 30, Some(100 * mib), 64 * mib),
            (160_000 * mib, None, 16 * mib),
            (160_000 * mib + 1, None, 32 * mib),
            (160_000 * mib, Some(mib), 16 * mib),
            (FILE_SIZE_MAX, None, 1024 * mib),
        ] {
            assert_eq!(
                PartSize::choose(size, hint).get(),
                expected,
                "{size} {hint:?}"
            );
        }
    }

    #[test]
    fn an_empty_file_has_no_parts_and_too_large_a_file_no_plan() {
        let size = PartSize::new(1024).unwrap();
        assert_eq!(PartPlan::new(0, size).unwrap().count(), 0);
        assert_eq!(PartPlan::new(10_000 * 1024, size).unwrap().count(), 10_000);
        assert_eq!(PartPlan::new(10_000 * 1024 + 1, size), None);
        assert_eq!(PartSize::new(1025), None);
        assert_eq!(PartSize::new(512), None);
    }

    #[test]
    fn part_numbers_are_one_to_ten_thousand() {
        assert_eq!(PartNumber::new(0), None);
        assert_eq!(PartNumber::new(10_001), None);
        assert_eq!(PartNumber::from_index(9_999), PartNumber::new(10_000));
        assert_eq!(PartNumber::from_index(usize::MAX), None);
    }
}
