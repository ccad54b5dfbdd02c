//! When a refresh token that was used already is a repetition, and when it is a theft. Pure.

use std::time::Duration;

use heimdex_api::Timestamp;

/// A used refresh token is forgiven for this long, whatever happened since.
pub const FORGIVENESS: Duration = Duration::from_secs(30);

/// What it means that a used refresh token comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// A lost reply, or two processes at once: the same successor is given again.
    Repetition,
    /// Somebody has a copy: the whole family ends.
    Theft,
}

/// Judges a token that was used at `used_at`, whose successor was first presented at `successor_presented_at`.
#[must_use]
pub fn judge_reuse(
    used_at: Timestamp,
    successor_presented_at: Option<Timestamp>,
    now: Timestamp,
) -> Reuse {
    if successor_presented_at.is_none() || now.since(used_at) <= FORGIVENESS {
        Reuse::Repetition
    } else {
        Reuse::Theft
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000).unwrap()
    }

    #[test]
    fn a_used_token_is_forgiven_for_a_while_and_until_its_successor_is_presented() {
        for (presented, now, expected) in [
            (None, 1, Reuse::Repetition),
            (None, 1_000_000, Reuse::Repetition),
            (Some(at(5)), 30, Reuse::Repetition),
            (Some(at(5)), 31, Reuse::Theft),
            (Some(at(29)), 31, Reuse::Theft),
        ] {
            assert_eq!(
                judge_reuse(at(0), presented, at(now)),
                expected,
                "{presented:?} {now}"
            );
        }
    }

    #[test]
    fn a_clock_that_was_set_back_is_no_theft() {
        assert_eq!(
            judge_reuse(at(100), Some(at(101)), at(50)),
            Reuse::Repetition
        );
    }
}
