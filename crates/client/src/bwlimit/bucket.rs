//! Counts bytes against a rate: how long the next ones must wait. Pure: the clock is a parameter.

use std::num::NonZeroU64;
use std::time::Duration;

/// A line that stood still may catch up with so much.
const CATCH_UP: Duration = Duration::from_millis(250);
/// Bytes that are handed on at once at the slowest.
const PIECE_LEAST: usize = 512;
/// A piece is what goes in this share of a second, so that a slow line moves evenly.
const PIECES_A_SECOND: u64 = 16;

/// Bytes that left, against what may leave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bucket {
    /// When the bytes that were let through so far have left, at the rate that held for each.
    free_at: Duration,
}

impl Bucket {
    /// How long `bytes` must wait at `now`; they are counted, and whoever asked waits that long.
    pub fn take(&mut self, now: Duration, rate: NonZeroU64, bytes: usize) -> Duration {
        let begins = self.free_at.max(now.saturating_sub(CATCH_UP));
        let wait = begins.saturating_sub(now);
        self.free_at = begins.saturating_add(lasts(rate, bytes));
        wait
    }

    /// Forgets what has not left yet: another rate holds from now on.
    pub fn reset(&mut self, now: Duration) {
        self.free_at = self.free_at.min(now);
    }
}

/// How many of `bytes` are handed on at once.
pub(super) fn piece(rate: NonZeroU64, bytes: usize) -> usize {
    let share = usize::try_from(rate.get() / PIECES_A_SECOND).unwrap_or(usize::MAX);
    bytes.min(share.max(PIECE_LEAST))
}

fn lasts(rate: NonZeroU64, bytes: usize) -> Duration {
    let nanos = (bytes as u128) * 1_000_000_000 / u128::from(rate.get());
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(bytes: u64) -> NonZeroU64 {
        NonZeroU64::new(bytes).unwrap()
    }

    proptest! {
        /// Whatever is asked for, and whenever: in no stretch of time leaves more than the rate, what may be caught up
        /// with, and the last piece.
        #[test]
        fn never_more_than_the_rate(
            per_second in 1_000u64..10_000_000,
            asked in proptest::collection::vec((0u64..400, 1usize..1_000_000), 1..200),
        ) {
            let (rate, mut bucket, mut now) = (rate(per_second), Bucket::default(), Duration::ZERO);
            let mut left: Vec<(Duration, u64)> = Vec::new();
            for (pause, bytes) in asked {
                now += Duration::from_millis(pause);
                let bytes = piece(rate, bytes);
                now += bucket.take(now, rate, bytes);
                left.push((now, bytes as u64));
            }
            for from in (0..left.len()).step_by(7) {
                let (began, mut sum) = (left[from].0, 0);
                for (at, bytes) in &left[from..] {
                    sum += bytes;
                    let seconds = (at.saturating_sub(began) + CATCH_UP).as_secs_f64();
                    #[expect(clippy::cast_precision_loss, reason = "a test's bound")]
                    let bound = per_second as f64 * (seconds + 1.0 / 16.0) + 1024.0;
                    #[expect(clippy::cast_precision_loss, reason = "a test's bound")]
                    let sum = sum as f64;
                    prop_assert!(sum <= bound, "{sum} > {bound}");
                }
            }
        }

        #[test]
        fn a_busy_line_uses_all_of_the_rate(per_second in 10_000u64..100_000_000) {
            let (rate, mut bucket, mut now) = (rate(per_second), Bucket::default(), Duration::ZERO);
            let mut sum = 0;
            while now < Duration::from_secs(20) {
                let bytes = piece(rate, 256 * 1024);
                now += bucket.take(now, rate, bytes);
                sum += bytes as u64;
            }
            prop_assert!(sum >= per_second * 20);
        }
    }

    #[test]
    fn a_piece_is_small_where_the_line_is_slow() {
        assert_eq!(piece(rate(1024), 262_144), 512);
        assert_eq!(piece(rate(1 << 20), 262_144), 65_536);
        assert_eq!(piece(rate(1 << 30), 262_144), 262_144);
        assert_eq!(piece(rate(1 << 20), 100), 100);
    }
}
