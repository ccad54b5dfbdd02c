//! The line that groups share: one sends at a time, and how many files are in flight is measured over all of them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::transfer::pace::Pace;

/// The line of one run.
pub(super) struct Line {
    /// Held while a group sends.
    turn: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
    begun: Instant,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            pace: Mutex::new(Pace::of_small_files(Duration::ZERO)),
            begun: Instant::now(),
        }
    }
}

impl Line {
    /// Waits until no other group sends.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The time, as the pace has it.
    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// How many files may be in flight.
    pub(super) fn limit(&self) -> usize {
        self.pace().limit()
    }

    /// A file that was begun then has arrived.
    pub(super) fn acknowledged(&self, bytes: u64, begun: Duration) {
        let now = self.now();
        self.pace()
            .acknowledged(now, bytes, now.saturating_sub(begun));
    }

    /// A file that was begun then did not arrive, for a reason of the line or the store.
    pub(super) fn failed(&self, begun: Duration) {
        let now = self.now();
        self.pace().failed(now, begun);
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
