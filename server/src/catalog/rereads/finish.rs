//! What reading one video's bytes again came to, written into every row that it concerns.

use heimdex_api::{RereadOutcome, Timestamp, VerifiedHow, VideoState};

use crate::catalog::db::{Tx, Writes, on_tx, write_tx};
use crate::catalog::jobs::{ClaimedJob, Held, JobEnd, end_job};
use crate::catalog::moves::{advance_video, movable};
use crate::catalog::value::Sql;
use crate::catalog::{Catalog, CatalogError};

/// What reading a video's bytes again came to.
#[derive(Debug, Clone, PartialEq)]
pub enum RereadFinding {
    /// They are what they were.
    Equal {
        /// As the store names the object.
        etag: String,
        /// When reading ended.
        verified_at: Timestamp,
        /// What was read.
        how: VerifiedHow,
    },
    /// They are others: a sentence for a person.
    Differs {
        /// How.
        sentence: String,
    },
    /// They are not there any more.
    Missing {
        /// For the job.
        sentence: String,
    },
    /// They cannot be read to their end.
    Unreadable {
        /// For the job.
        sentence: String,
    },
}

impl Catalog {
    /// Records what reading again came to, and ends the job. Other bytes fail the video.
    pub async fn finish_reread(
        &self,
        job: &ClaimedJob,
        finding: &RereadFinding,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            if movable(tx, job.video_id).await?.is_none() {
                return Ok(Held::No);
            }
            finish(tx, job, finding, now).await
        })
    }
}

async fn finish(
    tx: &mut Tx,
    job: &ClaimedJob,
    finding: &RereadFinding,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    let (outcome, end) = match finding {
        RereadFinding::Equal { .. } => (RereadOutcome::Equal, JobEnd::Completed),
        RereadFinding::Differs { sentence } => (RereadOutcome::Differs, JobEnd::Failed(sentence)),
        RereadFinding::Missing { sentence } => (RereadOutcome::Missing, JobEnd::Failed(sentence)),
        RereadFinding::Unreadable { sentence } => {
            (RereadOutcome::Unreadable, JobEnd::Failed(sentence))
        }
    };
    if end_job(tx, job, end, now).await? == Held::No {
        return Ok(Held::No);
    }
    let (etag, verified) = match finding {
        RereadFinding::Equal {
            etag,
            verified_at,
            how,
        } => (Some(etag.as_str()), Some((*verified_at, *how))),
        _ => (None, None),
    };
    let (verified_at, how) = verified.unzip();
    // What memory may have answered takes nothing from what was once read past it.
    let is_weak = how == Some(VerifiedHow::Cached);
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE objects SET etag = COALESCE($2, etag), verified_at = $3, verified_how = $4 WHERE video_id = $1 \
             AND (NOT $5 OR verified_how IS NULL OR verified_how = 'cached' OR etag <> $2)",
        )
        .bind(Sql(job.video_id))
        .bind(etag)
        .bind(Sql(verified_at))
        .bind(Sql(how))
        .bind(is_weak)
        .execute(connection)
        .await?
        .rows_affected()
    });
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE reread_videos SET outcome = $2, verified_at = $3, verified_how = $4 \
             WHERE video_id = $1 AND outcome = 'pending'",
        )
        .bind(Sql(job.video_id))
        .bind(Sql(outcome))
        .bind(Sql(verified_at))
        .bind(Sql(how))
        .execute(connection)
        .await?
        .rows_affected()
    });
    if let RereadFinding::Differs { sentence } = finding {
        let (library, video) = (job.library_id, job.video_id);
        let to = VideoState::Failed;
        advance_video(tx, library, video, to, Some(sentence), now).await?;
    }
    Ok(Held::Yes)
}
