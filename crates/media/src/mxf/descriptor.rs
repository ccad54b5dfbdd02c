//! What a descriptor says of pictures or sound.

use super::klv::Label;
use super::metadata::{Rate, Set, length};
use crate::fields::Fields;
use crate::report::Hdr;

/// Rows that fill up the last macroblocks are fewer than this; more rows are part of the picture.
const PADDING: u32 = 16;

/// The fields of all kinds of descriptors; each is there where the set has it.
#[derive(Debug, Default)]
pub(super) struct Descriptor {
    pub(super) linked_track: Option<u32>,
    pub(super) sample_rate: Option<Rate>,
    pub(super) duration: Option<u64>,
    pub(super) container: Option<Label>,
    pub(super) coding: Option<Label>,
    stored: (Option<u32>, Option<u32>),
    displayed: (Option<u32>, Option<u32>),
    frame_layout: u8,
    transfer: Option<Label>,
    pub(super) sound_coding: Option<Label>,
    sound_rate: Option<Rate>,
    pub(super) channels: Option<u32>,
    pub(super) bits: Option<u32>,
}

impl Descriptor {
    pub(super) fn note(&mut self, tag: u16, value: &[u8]) {
        let label = || value.first_chunk().copied();
        let number = || Fields::new(value).u32();
        match tag {
            0x3006 => self.linked_track = number(),
            0x3001 => self.sample_rate = Set::rate_of(value),
            0x3002 => self.duration = length(value),
            0x3004 => self.container = label(),
            0x3201 => self.coding = label(),
            0x3202 => self.stored.1 = number(),
            0x3203 => self.stored.0 = number(),
            0x3208 => self.displayed.1 = number(),
            0x3209 => self.displayed.0 = number(),
            0x320c => self.frame_layout = value.first().copied().unwrap_or_default(),
            0x3210 => self.transfer = label(),
            0x3d01 => self.bits = number(),
            0x3d03 => self.sound_rate = Set::rate_of(value),
            0x3d06 => self.sound_coding = label(),
            0x3d07 => self.channels = number(),
            _ => {}
        }
    }

    pub(super) fn is_picture(&self) -> bool {
        self.stored.0.is_some() && self.stored.1.is_some()
    }

    pub(super) fn is_sound(&self) -> bool {
        !self.is_picture() && (self.sound_rate.is_some() || self.channels.is_some())
    }

    pub(super) fn width(&self) -> Option<u32> {
        size(self.stored.0, self.displayed.0)
    }

    /// Rows of the whole picture, where the file counts those of a field.
    pub(super) fn height(&self) -> Option<u32> {
        let fields = if matches!(self.frame_layout, 1 | 4) {
            2
        } else {
            1
        };
        let whole = |rows: Option<u32>| rows.and_then(|rows| rows.checked_mul(fields));
        size(whole(self.stored.1), whole(self.displayed.1))
    }

    pub(super) fn hertz(&self) -> Option<u32> {
        let rate = self.sound_rate?;
        rate.units
            .checked_div(rate.seconds)
            .filter(|&rate| rate > 0)
    }

    pub(super) fn hdr(&self) -> Option<Hdr> {
        match self.transfer?.get(8..14)? {
            [0x04, 0x01, 0x01, 0x01, 0x01, 0x0a] => Some(Hdr::Pq),
            [0x04, 0x01, 0x01, 0x01, 0x01, 0x0b] => Some(Hdr::Hlg),
            _ => None,
        }
    }
}

/// The picture as it is coded, without the rows or columns that only fill it up.
fn size(stored: Option<u32>, displayed: Option<u32>) -> Option<u32> {
    let stored = stored.filter(|&length| length > 0)?;
    match displayed {
        Some(shown) if shown > 0 && shown <= stored && stored - shown < PADDING => Some(shown),
        _ => Some(stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filling_is_left_out_of_a_size() {
        assert_eq!(size(Some(1088), Some(1080)), Some(1080));
        assert_eq!(size(Some(608), Some(576)), Some(608));
        assert_eq!(size(Some(1080), None), Some(1080));
        assert_eq!(size(Some(0), Some(0)), None);
        assert_eq!(size(Some(10), Some(20)), Some(10));
    }
}
