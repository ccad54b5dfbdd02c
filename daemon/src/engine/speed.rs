//! How fast bytes arrive, of late. Pure but for the kind of clock: it is told when and how many.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What "of late" means.
const WINDOW: Duration = Duration::from_secs(20);

/// How fast bytes arrive.
#[derive(Debug, Default)]
pub(super) struct Speed {
    /// What ended turns brought.
    ended: u64,
    /// When how many bytes had been brought in all.
    seen: VecDeque<(Instant, u64)>,
}

impl Speed {
    /// A file ended, which brought so much.
    pub(super) fn ended(&mut self, bytes: u64) {
        self.ended = self.ended.saturating_add(bytes);
    }

    /// Looks: so much was brought by those that are on their way.
    pub(super) fn measure(&mut self, now: Instant, running: u64) {
        self.seen
            .push_back((now, self.ended.saturating_add(running)));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| now - *at > WINDOW) {
            self.seen.pop_front();
        }
    }

    /// Bytes a second.
    pub(super) fn rate(&self) -> u64 {
        let (Some((from, before)), Some((to, after))) = (self.seen.front(), self.seen.back())
        else {
            return 0;
        };
        let millis = u64::try_from((*to - *from).as_millis()).unwrap_or(u64::MAX);
        after.saturating_sub(*before).saturating_mul(1000) / millis.max(1)
    }

    /// Nothing moves: what was is over.
    pub(super) fn rest(&mut self) {
        self.seen.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_of_late_counts() {
        let begun = Instant::now();
        let mut speed = Speed::default();
        assert_eq!(speed.rate(), 0);
        for second in 0..60_u64 {
            // Fast at first, then slow.
            let bytes = if second < 30 {
                second * 1000
            } else {
                30_000 + (second - 30) * 10
            };
            speed.measure(begun + Duration::from_secs(second), bytes);
        }
        assert_eq!(speed.rate(), 10);
        speed.rest();
        assert_eq!(speed.rate(), 0);
    }
}
