//! A point in time as the catalog keeps it: microseconds since 1970, UTC.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time with microsecond precision; RFC 3339 in UTC on the wire.
///
/// Reading tolerates what the original API sends: an offset, a `Z`, or neither (then it is UTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a time that RFC 3339 knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time; write it as 2026-11-23T09:30:00Z")]
pub struct InvalidTimestamp(String);

impl Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z, or `None` where the calendar ends (about ±10,000 years).
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        jiff::Timestamp::from_microsecond(micros)
            .ok()
            .map(|_| Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The same instant for calendar arithmetic.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// This much later, held at the calendar's end.
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::clamped(self.0.saturating_add(by))
    }

    /// This much earlier, held at the calendar's beginning.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::clamped(self.0.saturating_sub(by))
    }

    /// How long before this `earlier` was; zero if it was not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The fraction of the calendar's last second is left out: `jiff` writes it as microseconds, but does not read it.
    fn clamped(micros: i64) -> Self {
        let (min, max) = (
            jiff::Timestamp::MIN.as_second() * 1_000_000,
            jiff::Timestamp::MAX.as_second() * 1_000_000,
        );
        Self(micros.clamp(min, max))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self::clamped(time.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_jiff(), f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Ok(time.into());
        }
        text.parse::<jiff::civil::DateTime>()
            .ok()
            .and_then(|civil| jiff::tz::TimeZone::UTC.to_timestamp(civil).ok())
            .map(Into::into)
            .ok_or_else(|| InvalidTimestamp(text.chars().take(64).collect()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_original_api_writes() {
        let expected: Timestamp = "2025-11-03T10:20:30.5Z".parse().unwrap();
        for text in [
            "2025-11-03T10:20:30.500000",
            "2025-11-03T11:20:30.5+01:00",
            "2025-11-03 10:20:30.5Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), expected, "{text}");
        }
        assert_eq!(expected.to_string(), "2025-11-03T10:20:30.5Z");
    }

    #[test]
    fn what_is_no_time_is_named() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`yesterday` is not a time; write it as 2026-11-23T09:30:00Z"
        );
    }

    #[test]
    fn every_time_that_is_read_can_be_kept() {
        for time in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
            let kept = Timestamp::from(time);
            assert_eq!(
                Timestamp::from_micros(kept.as_micros()),
                Some(kept),
                "{time}"
            );
        }
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_the_calendar() {
        let epoch = Timestamp::from_micros(0).unwrap();
        assert!(epoch.saturating_add(Duration::MAX).to_jiff() <= jiff::Timestamp::MAX);
        assert_eq!(
            epoch.since(epoch.saturating_add(Duration::from_secs(1))),
            Duration::ZERO
        );
    }
}
