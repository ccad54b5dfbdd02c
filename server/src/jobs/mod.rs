//! Background work: the rows of `jobs` are the queue, a worker runs one stage of one video at a time, the janitor
//! cleans up.
//!
//! The row is the truth, a notification only a hint, polling the net below it.

pub mod cage;
mod janitor;
mod keys;
mod lost;
pub mod pictures;
mod read_back;
mod side_car;
mod source;
mod stages;
mod worker;

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::Lifecycle;
use tokio::task::JoinError;

use crate::app::{App, JobWaker};
use crate::catalog::{Catalog, CatalogError};
use crate::config::{Config, VerifyStore};
use crate::objects::{ObjectStore, ObjectsError};
use crate::random::Random;

pub use cage::CageLimits;
pub use janitor::{Janitor, free_upload};
pub use keys::{home, incoming};
pub use lost::{Lost, lost};
pub use worker::Worker;

/// What every stage works with.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// The rows.
    pub catalog: Catalog,
    /// The bytes.
    pub objects: ObjectStore,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// Told when a job was added.
    pub wake: JobWaker,
    /// Whether what is stored is read back.
    pub verify_store: VerifyStore,
    /// How pictures are made.
    pub pictures: PictureTools,
}

/// How pictures are made.
#[derive(Debug, Clone)]
pub struct PictureTools {
    /// Whether they are.
    pub wanted: bool,
    /// The ffmpeg that is set, if one is.
    pub ffmpeg: Option<PathBuf>,
    /// The directories in which it is looked for otherwise.
    pub path: Option<OsString>,
    /// What one run of it may take.
    pub limits: CageLimits,
    /// How long all of it may take for one video.
    pub time: Duration,
}

impl JobContext {
    /// What this server's stages work with.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            catalog: app.catalog.clone(),
            objects: app.objects.clone(),
            clock: app.clock.clone(),
            random: app.random,
            wake: app.wake.clone(),
            verify_store: app.config.jobs.verify_store,
            pictures: PictureTools::of(&app.config),
        }
    }
}

impl PictureTools {
    /// As the configuration says.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let limits = CageLimits {
            wall: config.jobs.thumbnail_time.get() / 6,
            ..CageLimits::default()
        };
        Self {
            wanted: config.jobs.thumbnails,
            ffmpeg: config.jobs.ffmpeg.clone(),
            path: config.search_path.clone(),
            limits,
            time: config.jobs.thumbnail_time.get(),
        }
    }
}

/// How far a job is; shared with whoever tells the database.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    const WHOLE: u32 = 1_000_000;

    /// `done` of `all` are done.
    pub fn set(&self, done: u64, all: u64) {
        let millionths = u128::from(done) * u128::from(Self::WHOLE) / u128::from(all.max(1));
        let millionths = u64::try_from(millionths)
            .unwrap_or(u64::MAX)
            .min(u64::from(Self::WHOLE));
        self.0.fetch_max(millionths, Ordering::Relaxed);
    }

    /// From 0 to 1.
    #[must_use]
    pub fn get(&self) -> f64 {
        let millionths = u32::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(Self::WHOLE);
        f64::from(millionths) / f64::from(Self::WHOLE)
    }
}

/// Why a stage did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Store or database did not answer: waiting costs no attempt.
    #[error("store or database did not answer")]
    Outage(#[source] Box<dyn Error + Send + Sync>),
    /// A fault of ours: it costs an attempt.
    #[error("the stage failed")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
    /// The job is another worker's by now, or its video is gone.
    #[error("the job is not this worker's any more")]
    Lost,
    /// The process ends: another worker begins again.
    #[error("the worker was stopped")]
    Stopped,
}

/// Whatever a store answers, it is no fault of the video's: only what is read from it can be.
impl From<ObjectsError> for StageError {
    fn from(error: ObjectsError) -> Self {
        match error {
            ObjectsError::Other(source) if source.is::<JoinError>() => Self::Fault(source),
            error => Self::Outage(Box::new(error)),
        }
    }
}

impl From<CatalogError> for StageError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Unavailable(_) | CatalogError::Full | CatalogError::Busy => {
                Self::Outage(Box::new(error))
            }
            CatalogError::Refused { .. }
            | CatalogError::Corrupt(_)
            | CatalogError::Statement(_)
            | CatalogError::InvalidMove { .. } => Self::Fault(Box::new(error)),
        }
    }
}

/// Begins the background work of a process: its worker and its janitor. The lifecycle ends both.
pub fn start(app: &App, lifecycle: &Lifecycle) {
    let context = JobContext::of(app);
    if context.verify_store == VerifyStore::Never {
        tracing::warn!(
            "`jobs.verify_store` is `never`: what is stored is not read back, and its videos stay unverified"
        );
    }
    Worker::spawn(&context, &app.config.jobs, lifecycle);
    Janitor::new(context, &app.config.limits, &app.config.jobs).spawn(lifecycle);
}
