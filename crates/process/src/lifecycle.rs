//! Shutdown in two stages, and a list of everything that runs.
//!
//! Soft: take no new work, finish what is in flight. Hard: drop it. Whatever is spawned is spawned here, so that the
//! end of the process waits for it.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// The two stages and the tasks. Clones are the same lifecycle.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

/// How a process came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything in flight was finished.
    Finished,
    /// The grace was over, or a second signal came: what was left was dropped.
    CutShort,
}

impl Lifecycle {
    /// Nothing runs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when no new work is to be taken.
    #[must_use]
    pub const fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled when what is still in flight is to be dropped.
    #[must_use]
    pub const fn hard(&self) -> &CancellationToken {
        &self.hard
    }

    /// Runs `future` until it ends or the hard stop drops it. `name` is for the log alone.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<Option<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let hard = self.hard.clone();
        let span = tracing::Span::current();
        self.tasks.spawn(
            async move {
                let output = hard.run_until_cancelled(future).await;
                if output.is_none() {
                    tracing::debug!(task = name, "dropped by the hard stop");
                }
                output
            }
            .instrument(span),
        )
    }

    /// Waits for a signal, then lets everything finish for at most `grace`, or until the next signal.
    pub async fn run_until(&self, mut signal: impl AsyncFnMut(), grace: Duration) -> Ending {
        signal().await;
        self.soft.cancel();
        self.tasks.close();
        let finished = tokio::select! {
            done = timeout(grace, self.tasks.wait()) => done.is_ok(),
            () = signal() => false,
        };
        self.hard.cancel();
        self.tasks.wait().await;
        if finished {
            Ending::Finished
        } else {
            Ending::CutShort
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// The first signals come at once, later ones never.
    fn signals(mut count: u32) -> impl AsyncFnMut() {
        async move || match count.checked_sub(1) {
            Some(left) => count = left,
            None => pending().await,
        }
    }

    #[tokio::test]
    async fn work_in_flight_is_finished_by_a_soft_stop() {
        let lifecycle = Lifecycle::new();
        let soft = lifecycle.soft().clone();
        let task = lifecycle.spawn("waits for the stop", async move {
            soft.cancelled().await;
            7
        });
        let ending = lifecycle
            .run_until(signals(1), Duration::from_mins(1))
            .await;
        assert_eq!(ending, Ending::Finished);
        assert_eq!(task.await.unwrap(), Some(7));
    }

    #[tokio::test]
    async fn a_second_signal_drops_what_does_not_end() {
        let lifecycle = Lifecycle::new();
        let task = lifecycle.spawn("never ends", pending::<()>());
        let ending = lifecycle
            .run_until(signals(2), Duration::from_mins(1))
            .await;
        assert_eq!(ending, Ending::CutShort);
        assert_eq!(task.await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_grace_ends() {
        let lifecycle = Lifecycle::new();
        let _never = lifecycle.spawn("never ends", pending::<()>());
        let ending = lifecycle.run_until(signals(1), Duration::ZERO).await;
        assert_eq!(ending, Ending::CutShort);
    }
}
