//! Time code as people read it.

/// How frame numbers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimecodeFormat {
    pub(crate) drop_frame: bool,
    /// Frames a second as they are counted: 30 where 29.97 are shown.
    pub(crate) frames: u8,
}

impl TimecodeFormat {
    /// The time code of a frame.
    pub(crate) fn show(self, frame: u32) -> String {
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
