//! The sets of the metadata, as they stand in the file: what each says, and what it points to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::descriptor::Descriptor;
use super::klv::{Label, items_in};
use crate::fields::Fields;

const MAX_SETS: usize = 8192;
const MAX_REFERENCES: usize = 1024;

/// Numbers of sets.
pub(super) mod set {
    pub(in super::super) const TIMECODE: u8 = 0x14;
    pub(in super::super) const MATERIAL_PACKAGE: u8 = 0x36;
    pub(in super::super) const SOURCE_PACKAGE: u8 = 0x37;
}

/// Units a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) units: u32,
    pub(super) seconds: u32,
}

impl Rate {
    fn parse(value: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(value);
        let (units, seconds) = (fields.u32()?, fields.u32()?);
        (units > 0 && seconds > 0).then_some(Self { units, seconds })
    }

    pub(super) fn milliseconds(self, units: u64) -> Option<u64> {
        crate::time::milliseconds(units, self.seconds.into(), self.units.into())
    }
}

/// One set; fields are there where it has them.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) number: u8,
    /// Units of the track or the sequence; negative values mean that nobody knew.
    pub(super) duration: Option<u64>,
    pub(super) edit_rate: Option<Rate>,
    pub(super) track_id: Option<u32>,
    /// What kind of thing the track holds.
    pub(super) definition: Option<Label>,
    pub(super) sequence: Option<Label>,
    pub(super) descriptor: Option<Label>,
    /// Tracks of a package, parts of a sequence, or descriptors of a descriptor.
    pub(super) parts: Vec<Label>,
    pub(super) created: Option<Timestamp>,
    pub(super) timecode: Option<Timecode>,
    pub(super) described: Descriptor,
}

/// The time code of a track.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Timecode {
    pub(super) start: u64,
    pub(super) frames: u16,
    pub(super) drop_frame: bool,
}

/// All sets, by their instance's identity and in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) sets: Vec<Set>,
    by_identity: BTreeMap<Label, usize>,
    /// How many units the index covers, and their rate.
    pub(super) indexed: Option<(u64, Rate)>,
}

impl Metadata {
    /// The most bytes of a set that are read.
    pub(super) const MAX_SET: usize = 16 * 1024;

    pub(super) fn get(&self, identity: Option<Label>) -> Option<&Set> {
        self.by_identity
            .get(&identity?)
            .map(|&index| &self.sets[index])
    }

    pub(super) fn of_number(&self, number: u8) -> impl Iterator<Item = &Set> {
        self.sets.iter().filter(move |set| set.number == number)
    }

    pub(super) fn add_set(&mut self, number: u8, bytes: &[u8]) {
        if self.sets.len() >= MAX_SETS {
            return;
        }
        let mut set = Set {
            number,
            ..Set::default()
        };
        let mut identity = None;
        for (tag, value) in items_in(bytes) {
            if tag == 0x3c0a {
                identity = value.first_chunk().copied();
            } else {
                set.note(tag, value);
            }
        }
        if let Some(identity) = identity {
            // Of two with one identity the first holds.
            self.by_identity.entry(identity).or_insert(self.sets.len());
        }
        self.sets.push(set);
    }

    /// Notes how far a part of the index reaches.
    pub(super) fn add_index(&mut self, bytes: &[u8]) {
        let (mut rate, mut start, mut duration) = (None, 0, 0);
        for (tag, value) in items_in(bytes) {
            match tag {
                0x3f0b => rate = Rate::parse(value),
                0x3f0c => start = length(value).unwrap_or_default(),
                0x3f0d => duration = length(value).unwrap_or_default(),
                _ => {}
            }
        }
        let end = u64::saturating_add(start, duration);
        if let Some(rate) = rate.filter(|_| duration > 0) {
            let before = self.indexed.map_or(0, |(units, _)| units);
            self.indexed = Some((before.max(end), rate));
        }
    }
}

impl Set {
    fn note(&mut self, tag: u16, value: &[u8]) {
        let label = || value.first_chunk().copied();
        match tag {
            0x0201 => self.definition = label(),
            0x0202 => self.duration = length(value),
            0x4b01 => self.edit_rate = Rate::parse(value),
            0x4801 => self.track_id = Fields::new(value).u32(),
            0x4803 => self.sequence = label(),
            0x4701 => self.descriptor = label(),
            0x4403 | 0x1001 | 0x3f01 => self.parts = labels(value).unwrap_or_default(),
            0x4405 => self.created = timestamp(value),
            0x1501 => self.timecode.get_or_insert_default().start = length(value).unwrap_or(0),
            0x1502 => {
                self.timecode.get_or_insert_default().frames =
                    Fields::new(value).u16().unwrap_or_default();
            }
            0x1503 => {
                self.timecode.get_or_insert_default().drop_frame = value.first() == Some(&1);
            }
            _ => self.described.note(tag, value),
        }
    }

    pub(super) fn rate_of(value: &[u8]) -> Option<Rate> {
        Rate::parse(value)
    }
}

/// A number of units; where nobody knew it, it is negative.
pub(super) fn length(value: &[u8]) -> Option<u64> {
    let value = i64::from_be_bytes(Fields::new(value).array()?);
    u64::try_from(value).ok()
}

/// A count, the length of each, and as many labels.
fn labels(value: &[u8]) -> Option<Vec<Label>> {
    let mut fields = Fields::new(value);
    let count = fields.u32()?;
    if fields.u32()? != 16 {
        return None;
    }
    let labels = std::iter::from_fn(|| fields.array());
    Some(
        labels
            .take(MAX_REFERENCES.min(usize::try_from(count).ok()?))
            .collect(),
    )
}

/// A moment, which the standard wants in UTC; zeros stand for none.
fn timestamp(value: &[u8]) -> Option<Timestamp> {
    let mut fields = Fields::new(value);
    let year = i16::try_from(fields.u16()?).ok()?;
    let mut small = || fields.u8().and_then(|value| i8::try_from(value).ok());
    let (month, day, hour, minute, second) = (small()?, small()?, small()?, small()?, small()?);
    let quarter_milliseconds = fields.u8().unwrap_or_default();
    let nanoseconds = i32::from(quarter_milliseconds.min(249)) * 4_000_000;
    let civil = DateTime::new(year, month, day, hour, minute, second, nanoseconds).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_zeros_are_none() {
        let value = [0x07, 0xea, 7, 14, 10, 20, 30, 125];
        assert_eq!(
            timestamp(&value).unwrap().to_string(),
            "2026-07-14T10:20:30.5Z"
        );
        assert_eq!(timestamp(&[0; 8]), None);
        assert_eq!(timestamp(&[0xff; 8]), None);
        assert_eq!(timestamp(&[7]), None);
    }

    #[test]
    fn unknown_lengths_are_none() {
        assert_eq!(length(&5_i64.to_be_bytes()), Some(5));
        assert_eq!(length(&(-1_i64).to_be_bytes()), None);
        assert_eq!(length(&[0; 4]), None);
    }
}
