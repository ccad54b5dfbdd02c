//! How much is sent at once, and how often a folder is looked through: numbers that a person may set, within bounds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::shown::time;

/// So many files, or groups of small ones, are sent at once, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Parallel(u32);

impl Parallel {
    /// The most that can be asked for: each has requests of its own in flight.
    pub const MOST: u32 = 32;
    /// What a daemon sends at once of which nothing was said.
    pub const DEFAULT: Self = Self(3);

    /// A number from 1 to [`Parallel::MOST`].
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (1..=Self::MOST).contains(&number).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// All of a folder is looked through so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RescanEvery(u32);

impl RescanEvery {
    /// Seconds; more often would be polling.
    const LEAST: u32 = 10;
    /// Seconds; what no event told of would wait for longer than anybody expects.
    const MOST: u32 = 7 * 24 * 3600;
    /// Where nothing was said.
    pub const DEFAULT: Self = Self(3600);

    /// A number of seconds, from ten to a week.
    #[must_use]
    pub fn from_secs(seconds: u32) -> Option<Self> {
        let is_possible = (Self::LEAST..=Self::MOST).contains(&seconds);
        is_possible.then_some(Self(seconds))
    }

    /// Its seconds.
    #[must_use]
    pub fn as_secs(self) -> u32 {
        self.0
    }

    /// How long that is.
    #[must_use]
    pub fn get(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

/// A number that cannot be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWithin {
    /// As [`Parallel`].
    #[error("not a number from 1 to {}", Parallel::MOST)]
    Parallel,
    /// As [`RescanEvery`].
    #[error("not a length of time from 10s to 7d, as `30m` or `2h`")]
    Rescan,
}

impl FromStr for Parallel {
    type Err = NotWithin;

    fn from_str(text: &str) -> Result<Self, NotWithin> {
        let number = text.trim().parse().ok().and_then(Self::new);
        number.ok_or(NotWithin::Parallel)
    }
}

impl FromStr for RescanEvery {
    type Err = NotWithin;

    fn from_str(text: &str) -> Result<Self, NotWithin> {
        let length = time::length(text.trim()).and_then(|length| length.as_secs().try_into().ok());
        length.and_then(Self::from_secs).ok_or(NotWithin::Rescan)
    }
}

impl TryFrom<u32> for Parallel {
    type Error = NotWithin;

    fn try_from(number: u32) -> Result<Self, NotWithin> {
        Self::new(number).ok_or(NotWithin::Parallel)
    }
}

impl TryFrom<u32> for RescanEvery {
    type Error = NotWithin;

    fn try_from(seconds: u32) -> Result<Self, NotWithin> {
        Self::from_secs(seconds).ok_or(NotWithin::Rescan)
    }
}

impl From<Parallel> for u32 {
    fn from(parallel: Parallel) -> Self {
        parallel.0
    }
}

impl From<RescanEvery> for u32 {
    fn from(every: RescanEvery) -> Self {
        every.0
    }
}

impl fmt::Display for Parallel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RescanEvery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            hours if hours % 3600 == 0 => write!(f, "{}h", hours / 3600),
            minutes if minutes % 60 == 0 => write!(f, "{}m", minutes / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_within_their_bounds() {
        assert_eq!("2".parse(), Ok(Parallel(2)));
        for wrong in ["0", "33", "-1", "many", ""] {
            assert_eq!(
                wrong.parse::<Parallel>(),
                Err(NotWithin::Parallel),
                "{wrong}"
            );
        }
        for (typed, shown) in [
            ("30m", "30m"),
            ("60m", "1h"),
            ("90s", "90s"),
            ("7d", "168h"),
        ] {
            let every: RescanEvery = typed.parse().unwrap();
            assert_eq!(every.to_string(), shown);
            assert_eq!(shown.parse(), Ok(every));
        }
        for wrong in ["9s", "8d", "soon", "30", ""] {
            assert_eq!(
                wrong.parse::<RescanEvery>(),
                Err(NotWithin::Rescan),
                "{wrong}"
            );
        }
    }
}
