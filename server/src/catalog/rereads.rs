//! Runs in which stored bytes are read and hashed again: which videos, and what came of each.
//!
//! What is still to be done are jobs, one a video, so a run goes on after a restart. A run is done when none of its videos
//! waits for one.

mod finish;

use std::collections::HashMap;

use heimdex_api::{
    JobId, LibraryId, RereadId, RereadOutcome, Timestamp, UserId, VerifiedHow, VideoId,
};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::idempotency::{Claim, Idempotency, look_up, record};
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::job::Stage;

pub use finish::RereadFinding;

/// Rows of one statement: both engines have a limit of places.
const AT_ONCE: usize = 1_000;

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct NewReread<'a> {
    /// Its id.
    pub reread_id: RereadId,
    /// Whose videos are meant.
    pub library: LibraryId,
    /// Who asks.
    pub user: UserId,
    /// The videos, each once, with the ids of their jobs.
    pub videos: &'a [(VideoId, JobId)],
    /// Bytes that the account may have read since `since`, these included.
    pub budget: u64,
    /// Since when they count.
    pub since: Timestamp,
    /// Under which key the request may be repeated.
    pub idempotency: Option<&'a Idempotency>,
}

/// What asking for a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRereadOutcome {
    /// It runs, since now or since the same request came before.
    Started(RereadId),
    /// The key came before with another request.
    IdempotencyConflict,
    /// The account has one that runs.
    Running(RereadId),
    /// The account may not have so many bytes read.
    OverBudget {
        /// How many these are.
        bytes: u64,
        /// How many count already.
        used: u64,
        /// When the first of these stop to count.
        frees_since: Option<Timestamp>,
    },
}

row! {
    /// A run.
    pub struct RereadRow {
        /// Which.
        pub reread_id: RereadId,
        /// All that is, or was, to be read.
        pub bytes: u64,
        /// When it was asked for.
        pub created_at: Timestamp,
    }
}

row! {
    /// A video of a run.
    pub struct RereadVideoRow {
        /// Which, as asked for.
        pub video_id: VideoId,
        /// Its bytes.
        pub size_bytes: u64,
        /// What came of it.
        pub outcome: RereadOutcome,
        /// When it was found equal.
        pub verified_at: Option<Timestamp>,
        /// What was read then.
        pub verified_how: Option<VerifiedHow>,
        /// How far its job is; none where it has no open one.
        pub progress: Option<f64>,
    }
}

row! {
    struct CountedRow {
        video_id: VideoId,
        size_bytes: u64,
    }
}

row! {
    struct UsedRow {
        bytes: u64,
        oldest: Option<Timestamp>,
    }
}

impl Catalog {
    /// Begins a run over those of the videos that somebody may lean on. The others are written down as not counted.
    pub async fn start_reread(
        &self,
        new: &NewReread<'_>,
        now: Timestamp,
    ) -> Result<StartRereadOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(new.library), |tx| {
            start(tx, new, now).await
        })
    }

    /// A run of a library, and its videos in the order of the request.
    pub async fn reread(
        &self,
        library: LibraryId,
        reread: RereadId,
    ) -> Result<Option<(RereadRow, Vec<RereadVideoRow>)>, CatalogError> {
        let row: Option<RereadRow> = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT reread_id, bytes, created_at FROM rereads WHERE reread_id = $1 AND library_id = $2",
            )
            .bind(Sql(reread))
            .bind(Sql(library))
            .fetch_optional(pool)
            .await?
        });
        let Some(row) = row else {
            return Ok(None);
        };
        let videos = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT r.video_id, r.size_bytes, r.outcome, r.verified_at, r.verified_how, j.progress \
                 FROM reread_videos r LEFT JOIN jobs j ON r.outcome = 'pending' AND j.video_id = r.video_id \
                 AND j.stage = 'reread' AND j.state IN ('pending', 'running') \
                 WHERE r.reread_id = $1 ORDER BY r.place",
            )
            .bind(Sql(reread))
            .fetch_all(pool)
            .await?
        });
        Ok(Some((row, videos)))
    }

    /// Forgets runs that were asked for before a time; answers how many.
    pub async fn forget_rereads(&self, before: Timestamp) -> Result<u64, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            Ok(on_tx!(tx, |connection| {
                sqlx::query("DELETE FROM rereads WHERE created_at < $1")
                    .bind(Sql(before))
                    .execute(connection)
                    .await?
                    .rows_affected()
            }))
        })
    }
}

async fn start(
    tx: &mut Tx,
    new: &NewReread<'_>,
    now: Timestamp,
) -> Result<StartRereadOutcome, CatalogError> {
    if let Some(idempotency) = new.idempotency {
        match look_up(tx, new.user, idempotency, now).await? {
            Claim::New => {}
            Claim::Repeated(row) => return Ok(StartRereadOutcome::Started(RereadId::new(row))),
            Claim::Conflict => return Ok(StartRereadOutcome::IdempotencyConflict),
        }
    }
    if let Some(running) = running(tx, new.library).await? {
        return Ok(StartRereadOutcome::Running(running));
    }
    let counted = counted(tx, new).await?;
    let bytes = counted.values().sum();
    let used = used(tx, new).await?;
    if used.bytes.saturating_add(bytes) > new.budget {
        return Ok(StartRereadOutcome::OverBudget {
            bytes,
            used: used.bytes,
            frees_since: used.oldest,
        });
    }
    insert_run(tx, new, bytes, now).await?;
    for chunk in (0_i64..)
        .zip(new.videos)
        .collect::<Vec<_>>()
        .chunks(AT_ONCE)
    {
        insert_videos(tx, new.reread_id, chunk, &counted).await?;
        insert_jobs(tx, new.library, chunk, &counted, now).await?;
    }
    if let Some(idempotency) = new.idempotency {
        record(tx, new.user, idempotency, new.reread_id.as_uuid(), now).await?;
    }
    Ok(StartRereadOutcome::Started(new.reread_id))
}

async fn running(tx: &mut Tx, library: LibraryId) -> Result<Option<RereadId>, CatalogError> {
    let running: Option<Sql<RereadId>> = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT r.reread_id FROM rereads r WHERE r.library_id = $1 AND EXISTS (\
             SELECT 1 FROM reread_videos rv JOIN jobs j ON j.video_id = rv.video_id \
             WHERE rv.reread_id = r.reread_id AND rv.outcome = 'pending' \
             AND j.stage = 'reread' AND j.state IN ('pending', 'running')) LIMIT 1",
        )
        .bind(Sql(library))
        .fetch_optional(connection)
        .await?
    });
    Ok(running.map(|id| id.0))
}

/// The sizes of those videos that somebody may lean on.
async fn counted(tx: &mut Tx, new: &NewReread<'_>) -> Result<HashMap<VideoId, u64>, CatalogError> {
    let mut counted = HashMap::new();
    for chunk in new.videos.chunks(AT_ONCE) {
        let mut statement = Statement::new(
            "SELECT v.video_id, o.size_bytes FROM videos v \
             JOIN objects o ON o.video_id = v.video_id AND o.store = 'primary' WHERE v.library_id = ",
        );
        statement
            .bind(Bind::Id(new.library.as_uuid()))
            .push(
                " AND v.deleted_at IS NULL AND v.purging_at IS NULL AND v.quarantined_at IS NULL \
                 AND v.state IN ('processing', 'indexed') AND v.blake3 IS NOT NULL AND v.video_id IN ",
            )
            .bind_list(chunk.iter().map(|(video, _)| Bind::Id(video.as_uuid())));
        let (text, binds) = statement.finish();
        let rows: Vec<CountedRow> = on_tx!(tx, |connection| {
            bound!(sqlx::query_as(text), binds)
                .fetch_all(connection)
                .await?
        });
        counted.extend(rows.into_iter().map(|row| (row.video_id, row.size_bytes)));
    }
    Ok(counted)
}

async fn used(tx: &mut Tx, new: &NewReread<'_>) -> Result<UsedRow, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes, MIN(created_at) AS oldest \
             FROM rereads WHERE library_id = $1 AND created_at > $2 AND bytes > 0",
        )
        .bind(Sql(new.library))
        .bind(Sql(new.since))
        .fetch_one(connection)
        .await?
    }))
}

async fn insert_run(
    tx: &mut Tx,
    new: &NewReread<'_>,
    bytes: u64,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO rereads (reread_id, library_id, user_id, bytes, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(Sql(new.reread_id))
        .bind(Sql(new.library))
        .bind(Sql(new.user))
        .bind(Sql(bytes))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

/// A video of a run, with its place in the request and the id of its job.
type Placed<'a> = (i64, &'a (VideoId, JobId));

async fn insert_videos(
    tx: &mut Tx,
    run: RereadId,
    videos: &[Placed<'_>],
    counted: &HashMap<VideoId, u64>,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO reread_videos (reread_id, place, video_id, size_bytes, outcome) ",
        );
        sql.push_values(videos, |mut row, (place, (video, _))| {
            let size = counted.get(video).copied();
            let outcome = match size {
                Some(_) => RereadOutcome::Pending,
                None => RereadOutcome::NotCounted,
            };
            row.push_bind(Sql(run))
                .push_bind(*place)
                .push_bind(Sql(*video))
                .push_bind(Sql(size.unwrap_or(0)))
                .push_bind(Sql(outcome));
        });
        sql.build().execute(connection).await?.rows_affected()
    });
    Ok(())
}

async fn insert_jobs(
    tx: &mut Tx,
    library: LibraryId,
    videos: &[Placed<'_>],
    counted: &HashMap<VideoId, u64>,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let videos: Vec<_> = videos
        .iter()
        .filter(|(_, (video, _))| counted.contains_key(video))
        .collect();
    if videos.is_empty() {
        return Ok(());
    }
    let stage = Stage::Reread;
    on_tx!(tx, |connection| {
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO jobs (job_id, video_id, library_id, stage, version, state, run_at, priority, created_at) ",
        );
        sql.push_values(videos, |mut row, (_, (video, job))| {
            row.push_bind(Sql(*job))
                .push_bind(Sql(*video))
                .push_bind(Sql(library))
                .push_bind(stage.as_str())
                .push_bind(stage.version())
                .push_bind(Sql(heimdex_api::JobState::Pending))
                .push_bind(Sql(now))
                .push_bind(stage.priority())
                .push_bind(Sql(now));
        });
        sql.push(" ON CONFLICT DO NOTHING");
        sql.build().execute(connection).await?.rows_affected()
    });
    Ok(())
}
