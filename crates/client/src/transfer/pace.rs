//! Decides how many parts are in flight: a few more while that makes it faster, fewer where the line is slow or breaks.
//!
//! Pure: the clock is a parameter. It begins with four parts. A slow line falls to one part at a time, so that a part
//! is done, and kept, before the line breaks again.

use std::time::Duration;

/// Parts in flight at first.
pub const PARTS_AT_FIRST: usize = 4;
/// Most parts in flight.
pub const PARTS_MOST: usize = 8;

/// Small files in flight at first, and at most: each costs a round trip and little else.
const FILES_AT_FIRST: usize = 8;
/// See [`FILES_AT_FIRST`].
const FILES_MOST: usize = 64;

/// A part that takes longer than this shares the line with too many others.
const SLOW_PART: Duration = Duration::from_mins(1);
/// One more part must make the whole this much faster to be kept.
const GAIN: f64 = 1.05;

/// How many parts may be in flight, from what was seen of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    limit: usize,
    most: usize,
    /// One step up, as a share of the limit; at least one.
    share: usize,
    /// No step up beyond this: it brought nothing, or failures.
    ceiling: usize,
    /// The window that measures the present limit: since when, how many bytes, how many parts.
    since: Duration,
    bytes: u64,
    parts: usize,
    /// Bytes a second before the latest step up, and the limit then.
    before: Option<(f64, usize)>,
    /// Failures before this do not count again: they are of the same breakdown.
    fell_at: Option<Duration>,
}

impl Pace {
    /// Begins at `now` with at most `most` parts.
    #[must_use]
    pub fn new(most: usize, now: Duration) -> Self {
        let most = most.clamp(1, PARTS_MOST);
        Self::between(PARTS_AT_FIRST.min(most), most, PARTS_MOST, now)
    }

    /// Begins at `now` for files so small that each is one part: more of them at once, in larger steps.
    #[must_use]
    pub fn of_small_files(now: Duration) -> Self {
        Self::between(FILES_AT_FIRST, FILES_MOST, 4, now)
    }

    fn between(first: usize, most: usize, share: usize, now: Duration) -> Self {
        Self {
            limit: first,
            most,
            share,
            ceiling: most,
            since: now,
            bytes: 0,
            parts: 0,
            before: None,
            fell_at: None,
        }
    }

    /// Parts that may be in flight now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A part of `bytes` was acknowledged `took` after it was begun.
    pub fn acknowledged(&mut self, now: Duration, bytes: u64, took: Duration) {
        if took > SLOW_PART && self.limit > 1 {
            self.settle(now, self.limit - 1);
            self.ceiling = self.limit;
            return;
        }
        self.bytes += bytes;
        self.parts += 1;
        // Two rounds of parts make a measurement.
        if self.parts < self.limit * 2 {
            return;
        }
        let rate = self.rate(now);
        match self.before {
            Some((before, limit)) if rate < before * GAIN => {
                self.ceiling = limit;
                self.settle(now, limit);
            }
            _ if self.limit < self.ceiling && took < SLOW_PART / 4 => {
                let before = self.limit;
                let step = (before / self.share).max(1);
                // A last step that is shorter than the others would be judged by a gain that it cannot bring.
                let next = match before + step {
                    next if next + step > self.ceiling => self.ceiling,
                    next => next,
                };
                self.settle(now, next);
                self.before = Some((rate, before));
            }
            _ => self.settle(now, self.limit),
        }
    }

    /// Sending a part that was begun at `begun` failed for a reason that has to do with the line or the store.
    pub fn failed(&mut self, now: Duration, begun: Duration) {
        // Parts that were in flight when it broke down break down together.
        if self.fell_at.is_some_and(|fell_at| begun <= fell_at) {
            return;
        }
        self.settle(now, (self.limit / 2).max(1));
        self.fell_at = Some(now);
        // What worked before the breakdown may be tried again later.
        self.ceiling = self.most;
    }

    fn settle(&mut self, now: Duration, limit: usize) {
        self.limit = limit.clamp(1, self.most);
        self.since = now;
        self.bytes = 0;
        self.parts = 0;
        self.before = None;
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
    fn rate(&self, now: Duration) -> f64 {
        let seconds = now.saturating_sub(self.since).as_secs_f64().max(1e-3);
        self.bytes as f64 / seconds
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB16: u64 = 16 << 20;

    /// Sends `parts` over a line whose whole rate is `rate(limit)` bytes a second; returns the limit at the end.
    fn run(pace: &mut Pace, start: Duration, parts: usize, rate: impl Fn(usize) -> f64) -> usize {
        let mut now = start;
        for _ in 0..parts {
            let rate = rate(pace.limit());
            #[expect(clippy::cast_precision_loss, reason = "a test's line")]
            let (each, limit) = (
                Duration::from_secs_f64(MIB16 as f64 / rate),
                pace.limit() as f64,
            );
            now += each;
            pace.acknowledged(now, MIB16, each.mul_f64(limit));
        }
        pace.limit()
    }

    proptest! {
        #[test]
        fn the_limit_stays_within_one_and_most(
            most in 0usize..20,
            events in proptest::collection::vec((any::<bool>(), 0u64..200, 0u64..200), 0..200),
        ) {
            let mut pace = Pace::new(most, Duration::ZERO);
            let mut now = Duration::ZERO;
            for (ok, step, took) in events {
                now += Duration::from_secs(step);
                let took = Duration::from_secs(took).min(now);
                if ok {
                    pace.acknowledged(now, MIB16, took);
                } else {
                    pace.failed(now, now.checked_sub(took).unwrap());
                }
                prop_assert!((1..=most.clamp(1, PARTS_MOST)).contains(&pace.limit()));
            }
        }
    }

    #[test]
    fn small_files_go_many_at_once_where_that_gains() {
        let mut pace = Pace::of_small_files(Duration::ZERO);
        #[expect(clippy::cast_precision_loss, reason = "a test's line")]
        let gains = |limit: usize| 5e6 * limit as f64;
        assert_eq!(run(&mut pace, Duration::ZERO, 2000, gains), FILES_MOST);
        let mut pace = Pace::of_small_files(Duration::ZERO);
        assert_eq!(
            run(&mut pace, Duration::ZERO, 2000, |_| 50e6),
            FILES_AT_FIRST
        );
    }

    #[test]
    fn a_slow_line_falls_to_one_part() {
        let mut pace = Pace::new(8, Duration::ZERO);
        assert_eq!(run(&mut pace, Duration::ZERO, 40, |_| 100_000.0), 1);
    }

    #[test]
    fn a_line_that_gains_by_more_parts_gets_them() {
        let mut pace = Pace::new(8, Duration::ZERO);
        #[expect(clippy::cast_precision_loss, reason = "a test's line")]
        let rate = |limit: usize| 5e6 * limit as f64;
        assert_eq!(run(&mut pace, Duration::ZERO, 200, rate), 8);
    }

    #[test]
    fn a_line_that_gains_nothing_keeps_what_it_had() {
        let mut pace = Pace::new(8, Duration::ZERO);
        assert_eq!(
            run(&mut pace, Duration::ZERO, 200, |_| 50e6),
            PARTS_AT_FIRST
        );
    }

    #[test]
    fn one_breakdown_halves_once() {
        let mut pace = Pace::new(8, Duration::ZERO);
        let (begun, now) = (Duration::from_secs(1), Duration::from_secs(5));
        for _ in 0..4 {
            pace.failed(now, begun);
        }
        assert_eq!(pace.limit(), 2);
        pace.failed(now + Duration::from_secs(9), now + Duration::from_secs(1));
        assert_eq!(pace.limit(), 1);
    }
}
