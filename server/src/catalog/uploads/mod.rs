//! Uploads as rows: who brings a video's bytes, in which shape, and what was signed and acknowledged.

mod complete;
mod open;
mod parts;
mod purge;
mod streams;

use heimdex_api::plan::PartSize;
use heimdex_api::{
    Blake3, LibraryId, PartChecksum, Timestamp, UploadId, UserId, VideoId, VideoState,
};
use uuid::Uuid;

use super::db::{Tx, on, on_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::upload::{EXPIRED, Shape};

pub use complete::{CompleteOutcome, Completed, CompletedBy};
pub use open::{NewUpload, OpenOutcome};
pub use parts::{AdoptOutcome, PartsOutcome, PartsReport};
pub use purge::CancelOutcome;

row! {
    /// An upload with what its video says of it.
    pub struct UploadRow {
        /// This attempt.
        pub upload_id: UploadId,
        /// What the bytes are for.
        pub video_id: VideoId,
        /// Whose that is.
        pub library_id: LibraryId,
        /// Who sends it.
        pub user_id: UserId,
        /// The store's name of it; none for one PUT.
        pub store_upload_id: Option<String>,
        /// Whether the client speaks of parts.
        pub multipart: bool,
        /// Of every part but the last.
        pub part_size: Option<u64>,
        /// What the parts are checked by.
        pub part_checksum: Option<PartChecksum>,
        /// Of all bytes, as promised at init.
        pub expected_blake3: Option<Blake3>,
        /// Grows with every adoption.
        pub epoch: u32,
        /// The session or token that took it over.
        pub adopted_by: Option<Uuid>,
        /// What the store acknowledged.
        pub bytes_received: u64,
        /// When something last arrived.
        pub last_progress_at: Timestamp,
        /// When it expires without progress.
        pub expires_at: Timestamp,
        /// Since when it is being thrown away.
        pub purging_at: Option<Timestamp>,
        /// Its end.
        pub closed_at: Option<Timestamp>,
        /// The file's name.
        pub filename: String,
        /// As the client said.
        pub mime_type: String,
        /// Bytes promised; null for a stream.
        pub size_bytes: Option<u64>,
        /// Of all bytes, once somebody told.
        pub blake3: Option<Blake3>,
        /// Where the video stands.
        pub state: VideoState,
        /// Why it failed.
        pub error_text: Option<String>,
    }
}

/// What may be done with an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStanding {
    /// Parts may come.
    Open,
    /// Its bytes are complete: the video stands here by now.
    Complete(VideoState),
    /// It had no progress for too long.
    Expired,
    /// It was cancelled, or its video thrown away.
    Cancelled,
}

/// The columns of an [`UploadRow`], of `uploads u` and `videos v`.
const COLUMNS: &str = "u.upload_id, u.video_id, u.library_id, v.user_id, u.store_upload_id, u.multipart, \
    u.part_size, u.part_checksum, u.expected_blake3, u.epoch, u.adopted_by, u.bytes_received, \
    u.last_progress_at, u.expires_at, u.purging_at, u.closed_at, v.filename, v.mime_type, v.size_bytes, \
    v.blake3, v.state, v.error_text";

/// The newest upload of one video of one library.
const OF_VIDEO: &str = "FROM uploads u JOIN videos v ON v.video_id = u.video_id \
    WHERE u.video_id = $1 AND v.library_id = $2 AND v.purging_at IS NULL \
    ORDER BY u.created_at DESC, u.upload_id DESC LIMIT 1";

impl UploadRow {
    /// How its bytes travel.
    pub fn shape(&self) -> Result<Shape, CatalogError> {
        self.part_size
            .and_then(PartSize::new)
            .and_then(|part_size| Shape::of(self.size_bytes, part_size))
            .ok_or_else(|| {
                CatalogError::Corrupt("an upload with an impossible part size".to_owned())
            })
    }

    /// What may be done with it.
    #[must_use]
    pub fn standing(&self) -> UploadStanding {
        let thrown_away = self.purging_at.is_some();
        match self.state {
            VideoState::Uploading if thrown_away => UploadStanding::Expired,
            VideoState::Uploading if self.closed_at.is_none() => UploadStanding::Open,
            VideoState::Failed if self.error_text.as_deref() == Some(EXPIRED) => {
                UploadStanding::Expired
            }
            VideoState::Uploading | VideoState::Deleted => UploadStanding::Cancelled,
            VideoState::Failed if thrown_away => UploadStanding::Cancelled,
            // A failure of the checks comes after the end of the upload.
            VideoState::Validating
            | VideoState::Processing
            | VideoState::Indexed
            | VideoState::Failed => UploadStanding::Complete(self.state),
        }
    }
}

impl Catalog {
    /// The newest upload of a video; `None` where the library has no such video.
    pub async fn upload(
        &self,
        library: LibraryId,
        video: VideoId,
    ) -> Result<Option<UploadRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {OF_VIDEO}")))
                .bind(Sql(video))
                .bind(Sql(library))
                .fetch_optional(pool)
                .await?
        }))
    }

    /// Whether the whole of this video's bytes may still come, whoever's it is: not once its upload is over. A video that
    /// nobody announced has none; `doctor` tries the store out with such.
    pub async fn may_still_come(&self, video: VideoId) -> Result<bool, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_scalar(
                "SELECT NOT EXISTS (SELECT 1 FROM uploads WHERE video_id = $1) OR EXISTS (SELECT 1 FROM uploads \
                 WHERE video_id = $1 AND closed_at IS NULL AND purging_at IS NULL)",
            )
            .bind(Sql(video))
            .fetch_one(pool)
            .await?
        }))
    }

    /// Open uploads of a library, the newest first, after the one that a cursor names.
    pub async fn open_uploads(
        &self,
        library: LibraryId,
        filter: &OpenUploadsFilter,
        limit: u32,
    ) -> Result<Vec<OpenUploadRow>, CatalogError> {
        let (at, id) = filter.after.unzip();
        Ok(on!(self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT u.created_at, {COLUMNS} FROM uploads u JOIN videos v ON v.video_id = u.video_id \
                 WHERE u.library_id = $1 AND u.closed_at IS NULL AND u.purging_at IS NULL \
                 AND v.state = 'uploading' AND v.purging_at IS NULL \
                 AND (CAST($2 AS TEXT) IS NULL OR v.filename = $2) \
                 AND (CAST($3 AS BIGINT) IS NULL OR v.size_bytes = $3) \
                 AND (CAST($4 AS BIGINT) IS NULL OR u.created_at < $4 OR (u.created_at = $4 AND u.upload_id < $5)) \
                 ORDER BY u.created_at DESC, u.upload_id DESC LIMIT $6"
            )))
            .bind(Sql(library))
            .bind(filter.filename.as_deref())
            .bind(Sql(filter.size_bytes))
            .bind(Sql(at))
            .bind(Sql(id))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }))
    }
}

/// Which open uploads are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenUploadsFilter {
    /// Exactly this name.
    pub filename: Option<String>,
    /// Exactly this size.
    pub size_bytes: Option<u64>,
    /// Those after this one.
    pub after: Option<(Timestamp, UploadId)>,
}

row! {
    /// An open upload as a list has it.
    pub struct OpenUploadRow {
        /// Which.
        pub upload_id: UploadId,
        /// What the bytes are for.
        pub video_id: VideoId,
        /// The file's name.
        pub filename: String,
        /// Bytes promised; null for a stream.
        pub size_bytes: Option<u64>,
        /// What the store acknowledged.
        pub bytes_received: u64,
        /// Of all bytes, as they were promised.
        pub expected_blake3: Option<Blake3>,
        /// Grows with every adoption.
        pub epoch: u32,
        /// When it was begun.
        pub created_at: Timestamp,
        /// When something last arrived.
        pub last_progress_at: Timestamp,
        /// When it expires without progress.
        pub expires_at: Timestamp,
    }
}

/// The newest upload of a video, within a transaction that holds the library.
async fn upload_in(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
) -> Result<Option<UploadRow>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} {OF_VIDEO}")))
            .bind(Sql(video))
            .bind(Sql(library))
            .fetch_optional(connection)
            .await?
    }))
}
