//! What a side-car tells of a video: everything that people would miss if the database were lost.

use heimdex_api::{IngestId, LibraryId, Timestamp, UserId, VideoId};

use super::db::on;
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A video as its side-car describes it.
    pub struct DescribedVideo {
        /// Which.
        pub video_id: VideoId,
        /// Whose.
        pub library_id: LibraryId,
        /// Who sent it.
        pub user_id: UserId,
        /// What people call it.
        pub title: Option<String>,
        /// What people say of it.
        pub description: Option<String>,
        /// The file's name.
        pub filename: String,
        /// As the client said.
        pub mime_type: String,
        /// Bytes.
        pub size_bytes: u64,
        /// The video that it is a newer version of.
        pub replaces: Option<VideoId>,
        /// When it was shot.
        pub captured_at: Option<Timestamp>,
        /// A damaged container was accepted.
        pub damaged_accepted: bool,
        /// When it was announced.
        pub created_at: Timestamp,
        /// Where its bytes are.
        pub object_key: String,
    }
}

row! {
    /// A place where a video's bytes were found.
    pub struct DescribedLocation {
        /// The run that found them.
        pub ingest_id: IngestId,
        /// The card, reel or folder.
        pub source: String,
        /// Within it.
        pub path: String,
        /// The exact bytes, where they are not UTF-8.
        pub path_raw: Option<Vec<u8>>,
        /// The file's own time.
        pub mtime: Option<Timestamp>,
    }
}

/// A video with its tags and its places.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The row.
    pub video: DescribedVideo,
    /// As they are shown, in order.
    pub tags: Vec<String>,
    /// The oldest first.
    pub locations: Vec<DescribedLocation>,
}

impl Catalog {
    /// What a side-car tells; `None` where there is no such video, or no bytes of it.
    pub async fn describe(&self, video: VideoId) -> Result<Option<Description>, CatalogError> {
        let described: Option<DescribedVideo> = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT v.video_id, v.library_id, v.user_id, v.title, v.description, v.filename, v.mime_type, \
                 o.size_bytes, v.replaces, v.captured_at, v.damaged_accepted, v.created_at, o.object_key \
                 FROM videos v JOIN objects o ON o.video_id = v.video_id \
                 WHERE v.video_id = $1 AND v.purging_at IS NULL ORDER BY o.created_at LIMIT 1",
            )
            .bind(Sql(video))
            .fetch_optional(pool)
            .await?
        });
        let Some(described) = described else {
            return Ok(None);
        };
        let tags = on!(self.db, |pool| {
            sqlx::query_scalar(
                "SELECT t.name FROM tags t JOIN video_tags vt ON vt.tag_id = t.tag_id \
                 WHERE vt.video_id = $1 ORDER BY t.name_fold",
            )
            .bind(Sql(video))
            .fetch_all(pool)
            .await?
        });
        let locations = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT l.ingest_id, i.source, l.path, l.path_raw, l.mtime \
                 FROM locations l JOIN ingests i ON i.ingest_id = l.ingest_id \
                 WHERE l.video_id = $1 ORDER BY l.created_at, l.location_id",
            )
            .bind(Sql(video))
            .fetch_all(pool)
            .await?
        });
        Ok(Some(Description {
            video: described,
            tags,
            locations,
        }))
    }
}
