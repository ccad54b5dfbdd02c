//! The time code of the first picture: a frame number in a track of its own.

use super::track::Track;
use crate::fields::Fields;
use crate::reader::{Reader, Stop};

const DROP_FRAME: u32 = 0x1;

/// How frame numbers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimecodeFormat {
    drop_frame: bool,
    /// Frames a second as they are counted: 30 where 29.97 are shown.
    frames: u8,
}

impl TimecodeFormat {
    /// Reads what follows the head of a `tmcd` sample description.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(body);
        fields.skip(4)?;
        let flags = fields.u32()?;
        fields.skip(8)?;
        let frames = fields.u8().filter(|&frames| frames > 0)?;
        Some(Self {
            drop_frame: flags & DROP_FRAME != 0,
            frames,
        })
    }

    /// The time code of a frame.
    fn show(self, frame: u32) -> String {
        let rate = u64::from(self.frames);
        let mut frame = u64::from(frame);
        // Two numbers (four at 60) are left out each minute, but not each tenth.
        let left_out = rate.div_ceil(30) * 2;
        let minute = rate * 60;
        if self.drop_frame && minute > left_out {
            let ten_minutes = minute * 10 - left_out * 9;
            let (tens, rest) = (frame / ten_minutes, frame % ten_minutes);
            let later = rest.saturating_sub(left_out) / (minute - left_out);
            frame += left_out * (9 * tens + later);
        }
        let seconds = frame / rate;
        let separator = if self.drop_frame { ';' } else { ':' };
        format!(
            "{:02}:{:02}:{:02}{separator}{:02}",
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60,
            frame % rate
        )
    }
}

/// Reads the first sample of a time code track.
pub(super) fn read(reader: &mut Reader<'_>, track: &Track) -> Result<Option<String>, Stop> {
    let Some(format) = track.entry.as_ref().and_then(|entry| entry.timecode) else {
        return Ok(None);
    };
    if track.external {
        return Ok(None);
    }
    let Some(offset) = track.tables.first_offset(reader)? else {
        return Ok(None);
    };
    let frame = u32::from_be_bytes(reader.array(offset)?);
    Ok(Some(format.show(frame)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_count_to_the_rate() {
        let format = TimecodeFormat {
            drop_frame: false,
            frames: 25,
        };
        assert_eq!(format.show(0), "00:00:00:00");
        assert_eq!(format.show(24), "00:00:00:24");
        assert_eq!(format.show(25 * 3600), "01:00:00:00");
        assert_eq!(format.show(25 * 3600 * 24), "00:00:00:00");
    }

    #[test]
    fn dropped_numbers_are_passed_over() {
        let format = TimecodeFormat {
            drop_frame: true,
            frames: 30,
        };
        assert_eq!(format.show(1799), "00:00:59;29");
        assert_eq!(format.show(1800), "00:01:00;02");
        assert_eq!(format.show(17_981), "00:09:59;29");
        assert_eq!(format.show(17_982), "00:10:00;00");
        assert_eq!(format.show(107_892), "01:00:00;00");
        let format = TimecodeFormat {
            drop_frame: true,
            frames: 60,
        };
        assert_eq!(format.show(3600), "00:01:00;04");
        let odd = TimecodeFormat {
            drop_frame: true,
            frames: 1,
        };
        assert_eq!(odd.show(u32::MAX).len(), 11);
    }
}
