//! The queue of background work: rows with a lease.
//!
//! Whoever holds a lease writes only while the row still names it and its attempt, so a worker that was thought dead
//! changes nothing when it comes back.

use heimdex_api::{JobId, JobState, LibraryId, Timestamp, VideoId, VideoState};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::moves::advance_video;
use super::value::{Sql, row};
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

row! {
    struct ClaimRow {
        job_id: JobId,
        video_id: VideoId,
        library_id: LibraryId,
        stage: String,
        attempt: u32,
    }
}

const CLAIMABLE: &str = "stage IN ('upload_validate', 'probe', 'side_car', 'reread') AND \
    ((state = 'pending' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1))";
const CLAIM: &str = "UPDATE jobs SET state = 'running', worker = $2, lease_until = $3, attempt = attempt + 1, \
    started_at = COALESCE(started_at, $1) WHERE job_id = ";
const CLAIMED: &str = " RETURNING job_id, video_id, stage, attempt, \
    (SELECT library_id FROM videos WHERE videos.video_id = jobs.video_id) AS library_id";

impl Catalog {
    /// Takes the job that is due first, for as long as a lease lasts; a job whose worker fell silent is due again.
    pub async fn claim_job(
        &self,
        worker: &str,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, CatalogError> {
        if !self.has_due_job(now).await? {
            return Ok(None);
        }
        let claimed: Option<ClaimRow> = write_tx!(self.db, Writes::Shared, |tx| {
            // Of several workers each takes another row: PostgreSQL skips what is locked, SQLite has one writer.
            let skip = match tx {
                Tx::Sqlite(_) => "",
                Tx::Postgres(_) => " FOR UPDATE SKIP LOCKED",
            };
            let sql = format!(
                "{CLAIM} (SELECT job_id FROM jobs WHERE {CLAIMABLE} \
                 ORDER BY priority, run_at, job_id LIMIT 1{skip}) {CLAIMED}"
            );
            let claimed = on_tx!(tx, |connection| {
                sqlx::query_as(sqlx::AssertSqlSafe(sql))
                    .bind(Sql(now))
                    .bind(worker)
                    .bind(Sql(lease_until))
                    .fetch_optional(connection)
                    .await?
            });
            Ok(claimed)
        })?;
        claimed.map(|row| held_by(worker, &row)).transpose()
    }

    async fn has_due_job(&self, now: Timestamp) -> Result<bool, CatalogError> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM jobs WHERE {CLAIMABLE})");
        Ok(on!(self.db, |pool| {
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .bind(Sql(now))
                .fetch_one(pool)
                .await?
        }))
    }

    /// Keeps the lease and tells how far the job is.
    pub async fn beat(
        &self,
        job: &ClaimedJob,
        progress: f64,
        lease_until: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            let beaten = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE jobs SET lease_until = $4, progress = $5 \
                     WHERE job_id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'",
                )
                .bind(Sql(job.job_id))
                .bind(job.worker.as_str())
                .bind(Sql(job.attempt))
                .bind(Sql(lease_until))
                .bind(progress)
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(held(beaten))
        })
    }

    /// Gives a job back that neither failed nor was finished: the attempt does not count.
    pub async fn release_job(
        &self,
        job: &ClaimedJob,
        run_at: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
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
            Ok(held(released))
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
                AfterFault::Again(run_at) => put_back(tx, job, run_at).await,
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

fn held(rows: u64) -> Held {
    if rows > 0 { Held::Yes } else { Held::No }
}

fn held_by(worker: &str, row: &ClaimRow) -> Result<ClaimedJob, CatalogError> {
    Ok(ClaimedJob {
        job_id: row.job_id,
        video_id: row.video_id,
        library_id: row.library_id,
        stage: row
            .stage
            .parse()
            .map_err(|error| CatalogError::Corrupt(format!("{error}")))?,
        attempt: row.attempt,
        worker: worker.to_owned(),
    })
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
    Ok(held(rows))
}

async fn put_back(tx: &mut Tx, job: &ClaimedJob, run_at: Timestamp) -> Result<Held, CatalogError> {
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
    Ok(held(rows))
}

/// How a job ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum JobEnd<'a> {
    Completed,
    Failed(&'a str),
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
    Ok(held(rows))
}

/// Adds a job, unless the same is open already.
pub(super) async fn enqueue(
    tx: &mut Tx,
    id: JobId,
    video: VideoId,
    stage: Stage,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO jobs (job_id, video_id, stage, version, state, run_at, priority, created_at) \
             VALUES ($1, $2, $3, $4, 'pending', $5, $6, $5) ON CONFLICT DO NOTHING",
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
    Ok(())
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
