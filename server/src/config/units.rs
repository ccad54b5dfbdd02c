//! Sizes and spans of time as people write them: `64 MiB`, `30 days`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const SIZES: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

const SPANS: [(&str, &[&str], u64); 5] = [
    ("days", &["d", "day"], 86_400_000),
    ("hours", &["h", "hour"], 3_600_000),
    ("min", &["m", "minute", "minutes"], 60_000),
    ("s", &["sec", "second", "seconds"], 1_000),
    ("ms", &["millisecond", "milliseconds"], 1),
];

/// A number of bytes, written `64 MiB`, `5 TiB`, `1.5 GB` or as a bare number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteCount(pub u64);

impl ByteCount {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a size as 64 MiB, 5 TiB or 1000000".to_owned();
        let (number, unit) = split(text).ok_or_else(wrong)?;
        if unit.is_empty() {
            return number.parse().map(Self).map_err(|_| wrong());
        }
        let (_, factor) = SIZES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .ok_or_else(wrong)?;
        scaled(number, *factor).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, factor): &&(&str, u64)| {
            *factor == 1
                || (factor.is_power_of_two() && self.0 >= *factor && self.0.is_multiple_of(*factor))
        };
        match SIZES.iter().find(whole) {
            Some((unit, factor)) => write!(f, "{} {unit}", self.0 / factor),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// A span of time, written `30 days`, `15 min`, `10 s` or `250 ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Span {
    /// The duration.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "write a span of time as 30 days, 12 hours, 15 min, 10 s or 250 ms".to_owned();
        let (number, unit) = split(text).ok_or_else(wrong)?;
        let named =
            |(name, others, _): &&(&str, &[&str], u64)| *name == unit || others.contains(&unit);
        let (_, _, factor) = SPANS.iter().find(named).ok_or_else(wrong)?;
        let millis = scaled(number, *factor).ok_or_else(wrong)?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let whole = |(_, _, factor): &&(&str, &[&str], u64)| {
            millis >= *factor && millis.is_multiple_of(*factor)
        };
        match SPANS.iter().find(whole) {
            Some((unit, _, factor))
                if millis == *factor && unit.ends_with('s') && unit.len() > 2 =>
            {
                write!(f, "1 {}", unit.trim_end_matches('s'))
            }
            Some((unit, _, factor)) => write!(f, "{} {unit}", millis / factor),
            None => f.write_str("0 s"),
        }
    }
}

/// `1.5 GiB` as `1.5` and `GiB`.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (!number.is_empty()).then(|| (number, unit.trim()))
}

/// A decimal number times a factor, exactly; `None` where it does not fit or is no whole number.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 6 || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    u64::try_from(digits.checked_mul(factor.into())? / scale).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes, shown) in [
            ("64 MiB", 64 << 20, "64 MiB"),
            ("5tib", 5 << 40, "5 TiB"),
            ("1.5 GiB", 3 << 29, "1536 MiB"),
            ("1000000", 1_000_000, "1000000 B"),
            ("2 GB", 2_000_000_000, "1953125 KiB"),
            ("0", 0, "0 B"),
        ] {
            let size: ByteCount = text.parse().unwrap();
            assert_eq!(size.get(), bytes, "{text}");
            assert_eq!(size.to_string(), shown);
        }
        for text in [
            "",
            "MiB",
            "1 PiBB",
            "-1 B",
            "1.2.3 B",
            "99999999 TiB",
            "1. B",
        ] {
            assert!(text.parse::<ByteCount>().is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds, shown) in [
            ("30 days", 30 * 86_400, "30 days"),
            ("15min", 900, "15 min"),
            ("1.5 hours", 5_400, "90 min"),
            ("1 day", 86_400, "1 day"),
            ("0 s", 0, "0 s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.get(), Duration::from_secs(seconds), "{text}");
            assert_eq!(span.to_string(), shown);
        }
        for text in ["", "30", "thirty days", "1 fortnight"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(bytes in any::<u64>(), millis in 0u64..1 << 40) {
            let size = ByteCount(bytes);
            prop_assert_eq!(size.to_string().parse::<ByteCount>().unwrap(), size);
            let span = Span(Duration::from_millis(millis));
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }
    }
}
