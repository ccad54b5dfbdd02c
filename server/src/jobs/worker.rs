//! Runs jobs: claims one, keeps its lease, runs its stage, and says in the row how it went.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use heimdex_api::Timestamp;
use heimdex_process::lifecycle::Lifecycle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::catalog::CatalogError;
use crate::catalog::jobs::{ClaimedJob, Held};
use crate::config::JobsSettings;
use crate::domain::job::{self, AfterFault, Stage};
use crate::jobs::{JobContext, Progress, StageError, stages};

/// A stage that still runs this long after the soft stop is let go: another worker begins it again.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// How often the queue is looked at without a hint: another process may have added a job.
const POLL: Duration = Duration::from_secs(2);

/// The loops of one process.
#[derive(Debug)]
pub struct Worker;

impl Worker {
    /// Begins to work; the lifecycle ends it.
    pub fn spawn(context: &JobContext, settings: &JobsSettings, lifecycle: &Lifecycle) {
        let process = context.random.uuid();
        let thumbnails = Arc::new(Semaphore::new(settings.thumbnails_at_once.get()));
        for number in 1..=settings.concurrency.get() {
            let one = One {
                context: context.clone(),
                name: format!("{process}/{number}"),
                lease: settings.lease.get(),
                attempts: u32::try_from(settings.max_attempts.get()).unwrap_or(u32::MAX),
                soft: lifecycle.soft().clone(),
                thumbnails: Arc::clone(&thumbnails),
            };
            drop(lifecycle.spawn("worker", one.run()));
        }
    }
}

/// One loop, one job at a time.
struct One {
    context: JobContext,
    name: String,
    lease: Duration,
    attempts: u32,
    soft: CancellationToken,
    /// Places for the one stage that takes a processor for long and is not urgent.
    thumbnails: Arc<Semaphore>,
}

impl One {
    async fn run(self) {
        while !self.soft.is_cancelled() {
            // Listen before looking: a job that is added meanwhile must not wait for the poll.
            let mut woken = pin!(self.context.wake.notify().notified());
            woken.as_mut().enable();
            let now = self.context.clock.now();
            // A place is held while a job is looked for, so that no more of them are claimed than there are places.
            let place = Arc::clone(&self.thumbnails).try_acquire_owned().ok();
            let stages: Vec<Stage> = Stage::ALL
                .iter()
                .copied()
                .filter(|stage| place.is_some() || *stage != Stage::Thumbnail)
                .collect();
            let claimed = self
                .context
                .catalog
                .claim_job(&self.name, &stages, self.lease_until(), now)
                .await;
            match claimed {
                Ok(Some(job)) => {
                    let place = place.filter(|_| job.stage == Stage::Thumbnail);
                    let span = tracing::info_span!(
                        "job", job.id = %job.job_id, job.stage = %job.stage,
                        video.id = %job.video_id, job.attempt = job.attempt,
                    );
                    self.work(&job).instrument(span).await;
                    if place.is_some() {
                        drop(place);
                        // Another loop may have left a job lie for want of this place.
                        self.context.wake.wake();
                    }
                }
                Ok(None) => {
                    drop(place);
                    let _ = self.soft.run_until_cancelled(timeout(POLL, woken)).await;
                }
                Err(error) => {
                    drop(place);
                    tracing::warn!(error = causes(&error), "cannot look for work");
                    let _ = self.soft.run_until_cancelled(sleep(POLL)).await;
                }
            }
        }
    }

    async fn work(&self, job: &ClaimedJob) {
        let outcome = if job.attempt > self.attempts {
            // Each of the workers that had it died without a word.
            Err(StageError::Fault(
                "every attempt ended with the death of its worker".into(),
            ))
        } else {
            self.attempt(job).await
        };
        let now = self.context.clock.now();
        let written = match outcome {
            Ok(()) => {
                tracing::info!("the job is done");
                return;
            }
            Err(StageError::Lost) => {
                tracing::info!("the job is another worker's, or its video is gone");
                return;
            }
            Err(StageError::Stopped) => self.context.catalog.release_job(job, now, now).await,
            Err(StageError::Outage(error)) => {
                tracing::warn!(
                    error = causes(error.as_ref()),
                    "the job waits for store or database"
                );
                let again = job::after_outage(now, self.context.random.fraction());
                self.context.catalog.release_job(job, again, now).await
            }
            Err(StageError::Fault(error)) => {
                tracing::error!(error = causes(error.as_ref()), "the attempt failed");
                let after = job::after_fault(
                    job.attempt,
                    self.attempts,
                    now,
                    self.context.random.fraction(),
                );
                self.fault(job, after).await
            }
        };
        if let Err(error) = written {
            // The lease ends by itself, and the job runs again.
            tracing::warn!(error = causes(&error), "cannot write down how the job went");
        }
    }

    async fn fault(&self, job: &ClaimedJob, after: AfterFault) -> Result<Held, CatalogError> {
        let now = self.context.clock.now();
        self.context.catalog.job_faulted(job, after, now).await
    }

    async fn attempt(&self, job: &ClaimedJob) -> Result<(), StageError> {
        let progress = Progress::default();
        let stage = AssertUnwindSafe(stages::run(&self.context, job, &progress)).catch_unwind();
        tokio::select! {
            biased;
            done = stage => done.unwrap_or_else(|_| Err(StageError::Fault("the stage panicked".into()))),
            () = self.beat(job, &progress) => Err(StageError::Lost),
            () = self.grace_after_stop() => Err(StageError::Stopped),
        }
    }

    /// Tells that the job is worked on, and how far it is; comes back when the job is no longer ours.
    async fn beat(&self, job: &ClaimedJob, progress: &Progress) {
        loop {
            sleep(job::HEARTBEAT).await;
            match self
                .context
                .catalog
                .beat(
                    job,
                    progress.get(),
                    self.lease_until(),
                    self.context.clock.now(),
                )
                .await
            {
                Ok(Held::Yes) => {}
                Ok(Held::No) => return,
                // An outage of less than a lease changes nothing.
                Err(error) => tracing::warn!(error = causes(&error), "cannot renew the lease"),
            }
        }
    }

    fn lease_until(&self) -> Timestamp {
        self.context.clock.now().saturating_add(self.lease)
    }

    async fn grace_after_stop(&self) {
        self.soft.cancelled().await;
        sleep(STOP_GRACE).await;
    }
}

/// An error with everything below it, for one line of the log.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        next = cause.source();
    }
    words
}
