//! Which job is taken next, and taking it.

use heimdex_api::{JobId, LibraryId, Timestamp, VideoId};

use super::ClaimedJob;
use crate::catalog::db::{Tx, Writes, on, on_tx, write_tx};
use crate::catalog::events::append_job_event;
use crate::catalog::value::{Sql, row};
use crate::catalog::{Catalog, CatalogError};
use crate::domain::job::Stage;

row! {
    struct ClaimRow {
        job_id: JobId,
        video_id: VideoId,
        stage: String,
        attempt: u32,
    }
}

row! {
    struct DueRow {
        job_id: JobId,
        library_id: LibraryId,
        priority: i64,
        is_abandoned: bool,
    }
}

/// What is due, of the stages that a caller takes.
const DUE: &str =
    "((j.state = 'pending' AND j.run_at <= $1) OR (j.state = 'running' AND j.lease_until <= $1))";
/// Of the pending jobs of one priority the first of each library, and how many of that library are worked on; the library
/// with the fewest comes first. The libraries are found one by one in the index, however many jobs each has.
const TURNS: &str = "WITH RECURSIVE waiting(library_id) AS (\
    SELECT (SELECT j.library_id FROM jobs j WHERE j.state = 'pending' AND j.priority = $2 AND j.library_id IS NOT NULL \
    ORDER BY j.library_id LIMIT 1) \
    UNION ALL SELECT (SELECT j.library_id FROM jobs j WHERE j.state = 'pending' AND j.priority = $2 \
    AND j.library_id > w.library_id ORDER BY j.library_id LIMIT 1) FROM waiting w WHERE w.library_id IS NOT NULL), \
    busy(library_id, jobs) AS (SELECT j.library_id, COUNT(*) FROM jobs j WHERE j.state = 'running' AND j.lease_until > $1 \
    GROUP BY j.library_id), \
    firsts(library_id, job_id) AS (SELECT w.library_id, (SELECT j.job_id FROM jobs j WHERE j.state = 'pending' \
    AND j.priority = $2 AND j.library_id = w.library_id AND j.run_at <= $1 ORDER BY j.run_at, j.job_id LIMIT 1) \
    FROM waiting w WHERE w.library_id IS NOT NULL) \
    SELECT j.job_id, j.library_id, j.priority, FALSE AS is_abandoned FROM firsts f JOIN jobs j ON j.job_id = f.job_id \
    LEFT JOIN busy b ON b.library_id = f.library_id ORDER BY COALESCE(b.jobs, 0), j.run_at, j.job_id LIMIT 1";

impl Catalog {
    /// Takes the job that is due first, for as long as a lease lasts; a job whose worker fell silent is due again. Of several
    /// libraries whose jobs are equally urgent the one comes first of which the fewest are worked on.
    pub async fn claim_job(
        &self,
        worker: &str,
        stages: &[Stage],
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, CatalogError> {
        // A job that is gone when it is reached for went to somebody else: each turn of the loop is one job's progress.
        while let Some(due) = self.due_job(stages, now).await? {
            let claimed: Option<ClaimRow> =
                write_tx!(self.db, Writes::Library(due.library_id), |tx| {
                    let claimed = claim(tx, &due, worker, lease_until, now).await?;
                    if let Some(row) = &claimed
                        && row.stage.parse().is_ok_and(Stage::is_told)
                    {
                        append_job_event(tx, due.job_id, now).await?;
                    }
                    Ok(claimed)
                })?;
            if let Some(row) = claimed {
                return held_by(worker, due.library_id, &row).map(Some);
            }
        }
        Ok(None)
    }

    async fn due_job(
        &self,
        stages: &[Stage],
        now: Timestamp,
    ) -> Result<Option<DueRow>, CatalogError> {
        // The words are ours.
        let words: Vec<String> = stages.iter().map(|stage| format!("'{stage}'")).collect();
        let sql = format!(
            "SELECT j.job_id, j.priority, j.state = 'running' AS is_abandoned, \
             COALESCE(j.library_id, (SELECT v.library_id FROM videos v WHERE v.video_id = j.video_id)) AS library_id \
             FROM jobs j WHERE j.stage IN ({}) AND {DUE} \
             ORDER BY j.priority, j.run_at, j.job_id LIMIT 1",
            words.join(", ")
        );
        let first: Option<DueRow> = on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(Sql(now))
                .fetch_optional(pool)
                .await?
        });
        let Some(first) = first else {
            return Ok(None);
        };
        if first.is_abandoned {
            return Ok(Some(first));
        }
        // A priority is a stage's own, so whatever comes instead is one that the caller takes, too.
        let turn: Option<DueRow> = on!(self.db, |pool| {
            sqlx::query_as(TURNS)
                .bind(Sql(now))
                .bind(first.priority)
                .fetch_optional(pool)
                .await?
        });
        Ok(Some(turn.unwrap_or(first)))
    }
}

/// Takes a job that is still due.
async fn claim(
    tx: &mut Tx,
    due: &DueRow,
    worker: &str,
    lease_until: Timestamp,
    now: Timestamp,
) -> Result<Option<ClaimRow>, CatalogError> {
    let sql = format!(
        "UPDATE jobs AS j SET state = 'running', worker = $2, lease_until = $3, attempt = attempt + 1, \
         started_at = COALESCE(started_at, $1) WHERE job_id = $4 AND {DUE} \
         RETURNING job_id, video_id, stage, attempt"
    );
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(Sql(now))
            .bind(worker)
            .bind(Sql(lease_until))
            .bind(Sql(due.job_id))
            .fetch_optional(connection)
            .await?
    }))
}

fn held_by(worker: &str, library: LibraryId, row: &ClaimRow) -> Result<ClaimedJob, CatalogError> {
    Ok(ClaimedJob {
        job_id: row.job_id,
        video_id: row.video_id,
        library_id: library,
        stage: row
            .stage
            .parse()
            .map_err(|error| CatalogError::Corrupt(format!("{error}")))?,
        attempt: row.attempt,
        worker: worker.to_owned(),
    })
}
