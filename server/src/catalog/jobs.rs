//! The queue of background work: rows with a lease.
//!
//! Whoever holds a lease writes only while the row still names it and its attempt, so a worker that was thought dead
//! changes nothing when it comes back.

mod claim;

use heimdex_api::{JobId, JobState, LibraryId, Timestamp, VideoId, VideoState};

use super::db::{Tx, Writes, on_tx, write_tx};
use super::events::append_job_event;
use super::moves::advance_video;
use super::value::Sql;
use super::{Catalog, CatalogError};
use crate::domain::job::{AfterFault, Stage};

/// A job that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Which row.
    pub job_id: JobId,
    /// On which video.
    pub video_id: VideoId,
    /// Whose that is.
    pub library_id: LibraryId,
    /// What to do.
    pub stage: Stage,
    /// From 1; faults count, outages do not.
    pub attempt: u32,
    /// Who holds it.
    pub worker: String,
}

/// Whether a job was still the caller's when it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Held {
    /// It was, and what it said is written.
    Yes,
    /// It was not, and nothing is written.
    No,
}

impl Catalog {
    /// Keeps the lease and tells how far the job is.
    pub async fn beat(
        &self,
        job: &ClaimedJob,
        progress: f64,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            let Some(before) = held_progress(tx, job).await? else {
                return Ok(Held::No);
            };
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE jobs SET lease_until = $2, progress = $3 WHERE job_id = $1")
                    .bind(Sql(job.job_id))
                    .bind(Sql(lease_until))
                    .bind(progress)
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            if job.stage.is_told() && percent(progress) != percent(before) {
                append_job_event(tx, job.job_id, now).await?;
            }
            Ok(Held::Yes)
        })
    }

    /// Gives a job back that neither failed nor was finished: the attempt does not count.
    pub async fn release_job(
        &self,
        job: &ClaimedJob,
        run_at: Timestamp,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            let released = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE jobs SET state = 'pending', worker = NULL, lease_until = NULL, \
                     attempt = attempt - 1, run_at = $4 \
                     WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
                )
                .bind(Sql(job.job_id))
                .bind(job.worker.as_str())
                .bind(Sql(job.attempt))
                .bind(Sql(run_at))
                .execute(connection)
                .await?
                .rows_affected()
            });
            told_if_held(tx, job, released, now).await
        })
    }

    /// Records that an attempt failed by a fault of ours: the job runs again, or it has failed, and with it its video.
    pub async fn job_faulted(
        &self,
        job: &ClaimedJob,
        after: AfterFault,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        let sentence = format!(
            "The step `{}` failed {} times by a fault of the server; its log tells more.",
            job.stage, job.attempt
        );
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            match after {
                AfterFault::Again(run_at) => put_back(tx, job, run_at, now).await,
                AfterFault::GivenUp => {
                    let end = JobEnd::Failed(&sentence);
                    if end_job(tx, job, end, now).await? == Held::No {
                        return Ok(Held::No);
                    }
                    if !job.stage.decides() {
                        return Ok(Held::Yes);
                    }
                    advance_video(
                        tx,
                        job.library_id,
                        job.video_id,
                        VideoState::Failed,
                        Some(&sentence),
                        now,
                    )
                    .await?;
                    Ok(Held::Yes)
                }
            }
        })
    }
}

/// How far a job was when it was told last; `None` where it is not the caller's any more.
async fn held_progress(tx: &mut Tx, job: &ClaimedJob) -> Result<Option<f64>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT progress FROM jobs WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
        )
        .bind(Sql(job.job_id))
        .bind(job.worker.as_str())
        .bind(Sql(job.attempt))
        .fetch_optional(connection)
        .await?
    }))
}

/// Progress as it is told: what is less than a step of it waits for the next.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 100"
)]
fn percent(progress: f64) -> u8 {
    (progress.clamp(0.0, 1.0) * 100.0) as u8
}

/// What a write of the holder came to; where it was still held, it is told of.
async fn told_if_held(
    tx: &mut Tx,
    job: &ClaimedJob,
    rows: u64,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    if rows == 0 {
        return Ok(Held::No);
    }
    if job.stage.is_told() {
        append_job_event(tx, job.job_id, now).await?;
    }
    Ok(Held::Yes)
}

/// Gives a job that is still the caller's back, because what it worked on has changed meanwhile.
pub(super) async fn begin_again(
    tx: &mut Tx,
    job: &ClaimedJob,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    let rows = on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE jobs SET state = 'pending', worker = NULL, lease_until = NULL, attempt = 0, run_at = $4 \
             WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
        )
        .bind(Sql(job.job_id))
        .bind(job.worker.as_str())
        .bind(Sql(job.attempt))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    told_if_held(tx, job, rows, now).await
}

async fn put_back(
    tx: &mut Tx,
    job: &ClaimedJob,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    let rows = on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE jobs SET state = 'pending', worker = NULL, lease_until = NULL, run_at = $4, \
             error_text = 'The last attempt failed by a fault of the server; it is tried again.' \
             WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
        )
        .bind(Sql(job.job_id))
        .bind(job.worker.as_str())
        .bind(Sql(job.attempt))
        .bind(Sql(run_at))
        .execute(connection)
        .await?
        .rows_affected()
    });
    told_if_held(tx, job, rows, now).await
}

/// How a job ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum JobEnd<'a> {
    Completed,
    Failed(&'a str),
    /// Nobody could do it here.
    Cancelled(&'a str),
}

/// Ends a job that is still the caller's.
pub(super) async fn end_job(
    tx: &mut Tx,
    job: &ClaimedJob,
    end: JobEnd<'_>,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    let (state, sentence) = match end {
        JobEnd::Completed => (JobState::Completed, None),
        JobEnd::Failed(sentence) => (JobState::Failed, Some(sentence)),
        JobEnd::Cancelled(sentence) => (JobState::Cancelled, Some(sentence)),
    };
    let rows = on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE jobs SET state = $4, error_text = $5, finished_at = $6, lease_until = NULL, \
             progress = CASE WHEN $7 THEN 1.0 ELSE progress END \
             WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
        )
        .bind(Sql(job.job_id))
        .bind(job.worker.as_str())
        .bind(Sql(job.attempt))
        .bind(Sql(state))
        .bind(sentence)
        .bind(Sql(now))
        .bind(state == JobState::Completed)
        .execute(connection)
        .await?
        .rows_affected()
    });
    told_if_held(tx, job, rows, now).await
}

/// Adds a job, unless the same is open already; how many were added.
pub(super) async fn enqueue(
    tx: &mut Tx,
    id: JobId,
    video: VideoId,
    stage: Stage,
    now: Timestamp,
) -> Result<u64, CatalogError> {
    let added = on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO jobs (job_id, video_id, library_id, stage, version, state, run_at, priority, created_at) \
             SELECT $1, v.video_id, v.library_id, $3, $4, 'pending', $5, $6, $5 FROM videos v WHERE v.video_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(Sql(id))
        .bind(Sql(video))
        .bind(stage.as_str())
        .bind(stage.version())
        .bind(Sql(now))
        .bind(stage.priority())
        .execute(connection)
        .await?.rows_affected()
    });
    if added > 0 && stage.is_told() {
        append_job_event(tx, id, now).await?;
    }
    Ok(added)
}

/// Ends what is still open on a video that goes away.
pub(super) async fn cancel_jobs(
    tx: &mut Tx,
    video: VideoId,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE jobs SET state = 'cancelled', finished_at = $2, lease_until = NULL \
             WHERE video_id = $1 AND state IN ('pending', 'running')",
        )
        .bind(Sql(video))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}
