//! Throwing an upload away. The row is claimed first (`purging_at`, which every path treats as gone), then the store is
//! cleaned, then the row is closed; whoever finds a claim that was not finished finishes it.

use heimdex_api::{LibraryId, Timestamp, UploadId, VideoId, VideoState};

use super::parts::forget_parts;
use super::{COLUMNS, UploadRow, UploadStanding, upload_in};
use crate::catalog::db::{Tx, Writes, on, on_tx, write_tx};
use crate::catalog::moves::{advance_video, set_held_bytes};
use crate::catalog::value::Sql;
use crate::catalog::{Catalog, CatalogError};
use crate::domain::upload::{CANCELLED, EXPIRED};

/// What cancelling came to.
#[derive(Debug, Clone, PartialEq)]
pub enum CancelOutcome {
    /// The upload is claimed; its parts are to be freed.
    Cancelled(Box<UploadRow>),
    /// There is nothing to cancel.
    NotOpen(UploadStanding),
    /// The library has no such video.
    NoSuchVideo,
}

impl Catalog {
    /// Ends an upload that nobody wants any more: its video has failed, its parts are to be freed.
    pub async fn cancel_upload(
        &self,
        library: LibraryId,
        video: VideoId,
        now: Timestamp,
    ) -> Result<CancelOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let Some(upload) = upload_in(tx, library, video).await? else {
                return Ok(CancelOutcome::NoSuchVideo);
            };
            if upload.standing() != UploadStanding::Open {
                return Ok(CancelOutcome::NotOpen(upload.standing()));
            }
            claim(tx, upload.upload_id, now).await?;
            set_held_bytes(tx, library, video, 0).await?;
            advance_video(tx, library, video, VideoState::Failed, Some(CANCELLED), now).await?;
            Ok(CancelOutcome::Cancelled(Box::new(upload)))
        })
    }

    /// Uploads that were claimed before a time and not finished since.
    pub async fn unfinished_purges(
        &self,
        claimed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<UploadRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM uploads u JOIN videos v ON v.video_id = u.video_id \
                 WHERE u.closed_at IS NULL AND u.purging_at <= $1 ORDER BY u.purging_at LIMIT $2"
            )))
            .bind(Sql(claimed_before))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }))
    }

    /// The upload of a video that is being purged, if it is still open.
    pub async fn upload_of_purged(
        &self,
        video: VideoId,
    ) -> Result<Option<UploadRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM uploads u JOIN videos v ON v.video_id = u.video_id \
                 WHERE u.video_id = $1 AND u.closed_at IS NULL"
            )))
            .bind(Sql(video))
            .fetch_optional(pool)
            .await?
        }))
    }

    /// Open uploads whose time is over.
    pub async fn expired_uploads(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<UploadRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM uploads u JOIN videos v ON v.video_id = u.video_id \
                 WHERE u.closed_at IS NULL AND u.purging_at IS NULL AND u.expires_at <= $1 \
                 ORDER BY u.expires_at LIMIT $2"
            )))
            .bind(Sql(now))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }))
    }

    /// Claims an upload whose time is still over; `false` where something arrived meanwhile.
    pub async fn claim_expired(
        &self,
        upload: &UploadRow,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Library(upload.library_id), |tx| {
            let claimed = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE uploads SET purging_at = $2 \
                     WHERE upload_id = $1 AND closed_at IS NULL AND purging_at IS NULL AND expires_at <= $2",
                )
                .bind(Sql(upload.upload_id))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(claimed > 0)
        })
    }

    /// Ends a claim after the store was cleaned. A video that still waits for its bytes has failed: they expired.
    pub async fn finish_purge(
        &self,
        upload: &UploadRow,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        let (library, video) = (upload.library_id, upload.video_id);
        write_tx!(self.db, Writes::Library(library), |tx| {
            let closed = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE uploads SET closed_at = $2 \
                     WHERE upload_id = $1 AND closed_at IS NULL AND purging_at IS NOT NULL",
                )
                .bind(Sql(upload.upload_id))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            if closed == 0 {
                return Ok(());
            }
            forget_parts(tx, upload.upload_id).await?;
            if crate::catalog::moves::movable(tx, video)
                .await?
                .is_some_and(|video| video.standing() == VideoState::Uploading)
            {
                set_held_bytes(tx, library, video, 0).await?;
                advance_video(tx, library, video, VideoState::Failed, Some(EXPIRED), now).await?;
            }
            Ok(())
        })
    }
}

async fn claim(tx: &mut Tx, upload: UploadId, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query("UPDATE uploads SET purging_at = $2 WHERE upload_id = $1")
            .bind(Sql(upload))
            .bind(Sql(now))
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}
