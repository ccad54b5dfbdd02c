//! Videos that are thrown away for good. As with uploads: the row is claimed first, then the store is cleaned, then the
//! row goes.

use heimdex_api::{LibraryId, Timestamp, VideoId, VideoState};

use super::db::{Writes, on, on_tx, write_tx};
use super::events::{Told, VideoTold, append_event};
use super::jobs::cancel_jobs;
use super::moves::{Sign, count};
use super::purged_files::name_purged_files;
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A video that is claimed for good.
    pub struct PurgedVideo {
        /// Which.
        pub video_id: VideoId,
        /// Whose.
        pub library_id: LibraryId,
        /// As the client said: its key is built with it.
        pub mime_type: String,
        /// What it adds to the counters.
        pub held_bytes: u64,
    }
}

const COLUMNS: &str = "video_id, library_id, mime_type, held_bytes";

impl Catalog {
    /// Videos that were put into the trash before a time.
    pub async fn trashed_before(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PurgedVideo>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM videos WHERE deleted_at <= $1 AND purging_at IS NULL \
                 ORDER BY deleted_at LIMIT $2"
            )))
            .bind(Sql(before))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }))
    }

    /// Videos that were claimed before a time and are still there: whoever claimed them died.
    pub async fn unfinished_video_purges(
        &self,
        claimed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PurgedVideo>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM videos WHERE purging_at <= $1 ORDER BY purging_at LIMIT $2"
            )))
            .bind(Sql(claimed_before))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }))
    }

    /// Claims a video that is still in the trash since before a time: from now on every path treats it as gone.
    /// `false` where it was restored, or somebody else was first.
    pub async fn claim_video_purge(
        &self,
        video: &PurgedVideo,
        trashed_before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Library(video.library_id), |tx| {
            let claimed = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE videos SET purging_at = $3 \
                     WHERE video_id = $1 AND deleted_at <= $2 AND purging_at IS NULL",
                )
                .bind(Sql(video.video_id))
                .bind(Sql(trashed_before))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            if claimed > 0 {
                cancel_jobs(tx, video.video_id, now).await?;
            }
            Ok(claimed > 0)
        })
    }

    /// Removes the row of a claimed video whose bytes are gone, and all that hangs on it. The cards that it was found on
    /// still name its files.
    pub async fn finish_video_purge(
        &self,
        video: &PurgedVideo,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Library(video.library_id), |tx| {
            name_purged_files(tx, video.video_id, now).await?;
            let removed = on_tx!(tx, |connection| {
                sqlx::query("DELETE FROM videos WHERE video_id = $1 AND purging_at IS NOT NULL")
                    .bind(Sql(video.video_id))
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            if removed > 0 {
                let state = VideoState::Deleted;
                count(tx, video.library_id, state, Sign::Less, video.held_bytes).await?;
                let told = Told::Deleted(VideoTold {
                    state: Some(state),
                    purged: true,
                    ..VideoTold::default()
                });
                append_event(tx, video.library_id, video.video_id, &told, now).await?;
            }
            Ok(())
        })
    }

    /// Whether a video's bytes are still to come, or lie under this key.
    pub async fn awaits_bytes(&self, video: VideoId, key: &str) -> Result<bool, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM uploads WHERE video_id = $1 AND closed_at IS NULL) \
                 OR EXISTS (SELECT 1 FROM objects WHERE video_id = $1 AND object_key = $2)",
            )
            .bind(Sql(video))
            .bind(key)
            .fetch_one(pool)
            .await?
        }))
    }

    /// Whether a row names an upload of the store.
    pub async fn names_store_upload(&self, id: &str) -> Result<bool, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM uploads WHERE store_upload_id = $1 AND closed_at IS NULL)")
                .bind(id)
                .fetch_one(pool)
                .await?
        }))
    }
}
