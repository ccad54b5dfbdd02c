//! How long a file waits after a failure of its own: full jitter, doubling up to an hour.

use std::time::Duration;

/// The longest first pause.
const FIRST: Duration = Duration::from_secs(10);
/// The longest pause at all.
pub const MOST: Duration = Duration::from_hours(1);
/// No pause is shorter: whoever failed does not fail a hundred times a second.
pub const LEAST: Duration = Duration::from_secs(1);
/// Somebody else took the upload over: it is theirs until nothing arrived for so long.
pub const TAKEN_OVER: Duration = Duration::from_mins(15);
/// Another process of this machine works on the file.
pub const BUSY: Duration = Duration::from_secs(30);

/// The pause after the `attempts`th failure in a row, from 1. `jitter` is a random number of 0 to 1.
#[must_use]
pub fn pause(attempts: u32, jitter: f64) -> Duration {
    let doubled = 1_u32
        .checked_shl(attempts.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let most = FIRST.saturating_mul(doubled).min(MOST);
    most.mul_f64(jitter.clamp(0.0, 1.0)).max(LEAST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_pause_is_shorter_or_longer_than_it_may_be(attempts: u32, jitter in -1.0f64..=2.0) {
            let pause = pause(attempts, jitter);
            prop_assert!((LEAST..=MOST).contains(&pause));
        }

        #[test]
        fn more_failures_never_make_it_shorter(attempts in 1u32..60, jitter in 0.0f64..=1.0) {
            prop_assert!(pause(attempts, jitter) <= pause(attempts + 1, jitter));
        }
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<u64> = (1..=11)
            .map(|attempt| pause(attempt, 1.0).as_secs())
            .collect();
        assert_eq!(
            seconds,
            [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
        );
    }
}
