//! Holds bytes back before they are handed to a socket. One for all transfers of a process; clones share it.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heimdex_api::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::bucket::{Bucket, piece};
use super::{Limit, Timetable};

/// The timetable is looked at so often while bytes move.
const GLANCE: Duration = Duration::from_secs(5);

/// What holds bytes back.
#[derive(Debug, Clone)]
pub struct Throttle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    timetable: watch::Sender<Timetable>,
    now: fn() -> Timestamp,
    zone: TimeZone,
    begun: Instant,
    /// One after another: whoever came first goes on first.
    turn: Semaphore,
    bucket: Mutex<Counted>,
}

/// The bucket, and which limit it counts against since when.
#[derive(Debug, Default)]
struct Counted {
    bucket: Bucket,
    limit: Limit,
    looked_at: Option<Duration>,
}

impl Throttle {
    /// By this timetable, as the clock `now` and the system's time zone say.
    #[must_use]
    pub fn new(timetable: Timetable, now: fn() -> Timestamp) -> Self {
        Self {
            inner: Arc::new(Inner {
                timetable: watch::Sender::new(timetable),
                now,
                zone: TimeZone::system(),
                begun: Instant::now(),
                turn: Semaphore::new(1),
                bucket: Mutex::default(),
            }),
        }
    }

    /// Another timetable from now on.
    pub fn set(&self, timetable: Timetable) {
        self.counted().looked_at = None;
        self.inner.timetable.send_replace(timetable);
    }

    /// The timetable that holds.
    #[must_use]
    pub fn timetable(&self) -> Timetable {
        self.inner.timetable.borrow().clone()
    }

    /// What holds now.
    #[must_use]
    pub fn limit(&self) -> Limit {
        let now = (self.inner.now)().to_jiff();
        let time = now.to_zoned_datetime(self.inner.zone.clone());
        self.inner.timetable.borrow().at(time.datetime())
    }

    /// How many of `bytes` may be handed on together.
    pub(crate) fn piece(&self, bytes: usize) -> usize {
        match self.counted_limit() {
            Some(limit) => piece(limit, bytes),
            None => bytes,
        }
    }

    /// Waits until `bytes` may leave.
    pub(crate) async fn pass(&self, bytes: usize) {
        if self.counted_limit().is_none() {
            return;
        }
        let mut changed = self.inner.timetable.subscribe();
        // It is never closed.
        let _turn = self.inner.turn.acquire().await;
        while let Some(limit) = self.counted_limit() {
            let wait = self.counted().bucket.take(self.since(), limit, bytes);
            if wait.is_zero() || self.is_over(wait, &mut changed).await {
                return;
            }
        }
    }

    /// Waits; false where the timetable was changed meanwhile, and the bytes are to be counted anew.
    async fn is_over(&self, wait: Duration, changed: &mut watch::Receiver<Timetable>) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait) => true,
            Ok(()) = changed.changed() => {
                self.counted().bucket.reset(self.since());
                false
            }
        }
    }

    /// What holds, looked up now and then only.
    fn counted_limit(&self) -> Option<NonZeroU64> {
        let now = self.since();
        let mut counted = self.counted();
        let is_fresh = counted
            .looked_at
            .is_some_and(|at| now.saturating_sub(at) < GLANCE);
        if !is_fresh {
            let limit = self.limit();
            if limit != counted.limit {
                counted.bucket.reset(now);
            }
            (counted.limit, counted.looked_at) = (limit, Some(now));
        }
        counted.limit
    }

    fn since(&self) -> Duration {
        self.inner.begun.elapsed()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.inner
            .bucket
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monday_noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn throttle(text: &str) -> Throttle {
        Throttle::new(text.parse().unwrap(), monday_noon)
    }

    #[tokio::test]
    async fn bytes_leave_at_the_rate_whoever_sends_them() {
        let throttle = throttle("16M");
        let begun = Instant::now();
        let send = async || {
            for _ in 0..8 {
                throttle.pass(throttle.piece(1 << 20)).await;
            }
        };
        futures::future::join(send(), send()).await;
        // 16 MiB; a quarter of a second may be caught up with, and the last piece need not be waited for.
        assert!(
            begun.elapsed().as_secs_f64() > 0.65,
            "{:?}",
            begun.elapsed()
        );
    }

    #[tokio::test]
    async fn another_timetable_holds_at_once() {
        let throttle = throttle("1K");
        // Seventeen minutes' worth.
        throttle.pass(1 << 20).await;
        let held = throttle.clone();
        let waiting = async { held.pass(1 << 20).await };
        let lifting = async {
            tokio::task::yield_now().await;
            throttle.set("off".parse().unwrap());
        };
        let both = futures::future::join(waiting, lifting);
        tokio::time::timeout(Duration::from_secs(10), both)
            .await
            .unwrap();
        let free = throttle.pass(1 << 30);
        tokio::time::timeout(Duration::from_secs(10), free)
            .await
            .unwrap();
    }
}
