//! The log of what happened in a library: how it is written. What is told is in the row, but for what is read when it is
//! told: the fields of a video, and every URL.
//!
//! Numbers come from one counter a library, whose row stays locked until the transaction that changed it is over: so they
//! follow the order of commits, none is left out, and whoever read up to a number has missed nothing below it.

mod forget;
mod read;

use heimdex_api::event::EventKind;
use heimdex_api::{JobId, JobState, LibraryId, Timestamp, VideoId, VideoState};
use serde::{Deserialize, Serialize};

use super::CatalogError;
use super::db::{Tx, on_tx};
use super::value::{Sql, row};

pub use read::{EventRow, LogEnd, LogPage, RunningRow};

/// The channel on which PostgreSQL tells other processes that a library's log grew.
pub(super) const CHANNEL: &str = "heimdex_events";

/// What a `video` or `deleted` event tells. Version policy: fields are added and all may be missing; what an older or newer
/// server wrote in another way tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoTold {
    /// The version that the video came to have by it, where a person changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The fields that they changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Where it stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<VideoState>,
    /// Nothing is left of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub purged: bool,
}

/// What an `upload` event tells. Version policy as [`VideoTold`]'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadTold {
    /// What the store acknowledged.
    pub bytes_received: u64,
    /// Of so many.
    pub size_bytes: Option<u64>,
}

/// What a `job` event tells. Version policy as [`VideoTold`]'s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobTold {
    /// Which.
    pub job_id: JobId,
    /// What it does.
    pub stage: String,
    /// Where it stood.
    pub state: JobState,
    /// How far it was.
    pub progress: f64,
    /// Why it failed, or was left out.
    pub error_text: Option<String>,
}

/// What is written into a row.
#[derive(Debug, Clone)]
pub(super) enum Told {
    Video(VideoTold),
    Deleted(VideoTold),
    Upload(UploadTold),
    Job(JobTold),
}

impl Told {
    /// A video that came to stand here.
    pub(super) fn state(state: VideoState) -> Self {
        Self::Video(VideoTold {
            state: Some(state),
            ..VideoTold::default()
        })
    }

    /// So many bytes of an upload arrived.
    pub(super) fn upload(bytes_received: u64, size_bytes: Option<u64>) -> Self {
        Self::Upload(UploadTold {
            bytes_received,
            size_bytes,
        })
    }

    fn written(&self) -> serde_json::Result<(EventKind, String)> {
        Ok(match self {
            Self::Video(told) => (EventKind::Video, serde_json::to_string(told)?),
            Self::Deleted(told) => (EventKind::Deleted, serde_json::to_string(told)?),
            Self::Upload(told) => (EventKind::Upload, serde_json::to_string(told)?),
            Self::Job(told) => (EventKind::Job, serde_json::to_string(told)?),
        })
    }
}

/// Adds to the log, last in the transaction that changed the rows: nobody else writes to the log until it is over.
pub(super) async fn append_event(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    told: &Told,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let (kind, payload) = told
        .written()
        .map_err(|error| CatalogError::Corrupt(error.to_string()))?;
    let seq: i64 = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "UPDATE libraries SET event_seq = event_seq + 1 WHERE library_id = $1 RETURNING event_seq",
        )
        .bind(Sql(library))
        .fetch_one(connection)
        .await?
    });
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO events (library_id, seq, kind, video_id, payload, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(Sql(library))
        .bind(seq)
        .bind(kind.as_str())
        .bind(Sql(video))
        .bind(payload)
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    if let Tx::Postgres(transaction) = tx {
        // Told when the transaction is over, and once a transaction, whatever it wrote.
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(library.to_string())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

row! {
    struct ToldJobRow {
        library_id: LibraryId,
        video_id: VideoId,
        stage: String,
        state: JobState,
        progress: f64,
        error_text: Option<String>,
    }
}

/// Tells of a job as it stands in its row by now.
pub(super) async fn append_job_event(
    tx: &mut Tx,
    job: JobId,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let row: Option<ToldJobRow> = on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT v.library_id, j.video_id, j.stage, j.state, j.progress, j.error_text \
             FROM jobs j JOIN videos v ON v.video_id = j.video_id WHERE j.job_id = $1",
        )
        .bind(Sql(job))
        .fetch_optional(connection)
        .await?
    });
    let Some(row) = row else {
        return Ok(());
    };
    let told = Told::Job(JobTold {
        job_id: job,
        stage: row.stage,
        state: row.state,
        progress: row.progress,
        error_text: row.error_text,
    });
    append_event(tx, row.library_id, row.video_id, &told, now).await
}
