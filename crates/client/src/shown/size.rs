//! Sizes and rates for people, in IEC units.

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// A size: about three digits and a unit.
#[must_use]
pub fn bytes(size: u64) -> String {
    if size < 1024 {
        return format!("{size} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = size as f64 / 1024.0;
    let mut unit = 1;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let unit = UNITS[unit];
    if value < 99.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// So much of a size: `41.2 of 58.0 GiB`.
#[must_use]
pub fn part_of(part: u64, whole: u64) -> String {
    let (part, whole) = (bytes(part), bytes(whole));
    match (part.split_once(' '), whole.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} of {whole}"),
        _ => format!("{part} of {whole}"),
    }
}

/// A length of time in a video: `0:42:10`.
#[must_use]
pub fn length(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "-".to_owned();
    }
    let whole = std::time::Duration::try_from_secs_f64(seconds).map_or(0, |d| {
        let carry = u64::from(d.subsec_millis() >= 500);
        d.as_secs() + carry
    });
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// A waiting time for people: `2 min 34 s`.
#[must_use]
pub fn duration(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits() {
        for (size, expected) in [
            (0, "0 B"),
            (1, "1 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (10 * 1024 + 512, "10.5 KiB"),
            (200 * 1024, "200 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (58 * (1 << 30), "58.0 GiB"),
            (1_319_413_953_331, "1.2 TiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(bytes(size), expected, "{size}");
        }
    }

    #[test]
    fn a_part_says_its_unit_only_where_it_is_another() {
        assert_eq!(part_of(5 << 30, 58 << 30), "5.0 of 58.0 GiB");
        assert_eq!(part_of(5 << 20, 58 << 30), "5.0 MiB of 58.0 GiB");
        assert_eq!(part_of(0, 0), "0 of 0 B");
    }

    #[test]
    fn lengths_read_like_a_player() {
        for (seconds, expected) in [
            (0.0, "0:00:00"),
            (2530.4, "0:42:10"),
            (4364.0, "1:12:44"),
            (59.6, "0:01:00"),
            (f64::NAN, "-"),
            (-1.0, "-"),
        ] {
            assert_eq!(length(seconds), expected);
        }
    }
}
