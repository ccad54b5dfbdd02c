//! What a side-car tells of a video: everything that people would miss if the database were lost.

use heimdex_api::plan::PartSize;
use heimdex_api::{
    Blake3, IngestId, JobId, LibraryId, Timestamp, UserId, VerifiedHow, VideoId, VideoKind,
};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::jobs::{ClaimedJob, Held, JobEnd, begin_again, end_job, enqueue};
use super::objects::{ReadAt, Verified};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::job::Stage;

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

row! {
    /// What was found when a video's bytes were read back.
    struct FoundRow {
        kind: VideoKind,
        damage: Option<String>,
        blake3: Option<Blake3>,
        part_size: Option<u64>,
        subtrees: Option<Vec<Blake3>>,
        etag: Option<String>,
        verified_at: Option<Timestamp>,
        verified_how: Option<VerifiedHow>,
    }
}

const VIDEO: &str = "SELECT v.video_id, v.library_id, v.user_id, v.title, v.description, v.filename, v.mime_type, \
    o.size_bytes, v.replaces, v.captured_at, v.damaged_accepted, v.created_at, o.object_key \
    FROM videos v JOIN objects o ON o.video_id = v.video_id \
    WHERE v.video_id = $1 AND v.purging_at IS NULL ORDER BY o.created_at LIMIT 1";
const TAGS: &str = "SELECT t.name FROM tags t JOIN video_tags vt ON vt.tag_id = t.tag_id \
    WHERE vt.video_id = $1 ORDER BY t.name_fold";
const LOCATIONS: &str = "SELECT l.ingest_id, i.source, l.path, l.path_raw, l.mtime \
    FROM locations l JOIN ingests i ON i.ingest_id = l.ingest_id \
    WHERE l.video_id = $1 ORDER BY l.created_at, l.location_id";
/// The sentence of a damaged container is what the checks ended with, or what was accepted.
const FOUND: &str = "SELECT v.kind, CASE WHEN v.damaged OR EXISTS (SELECT 1 FROM jobs j \
    WHERE j.video_id = v.video_id AND j.stage = 'upload_validate' AND j.state = 'failed' \
    AND j.error_text = v.error_text) THEN v.error_text END AS damage, \
    v.blake3, o.part_size, o.subtrees, o.etag, o.verified_at, o.verified_how \
    FROM videos v JOIN objects o ON o.video_id = v.video_id \
    WHERE v.video_id = $1 AND v.purging_at IS NULL \
    AND (o.verified_at IS NOT NULL OR v.state IN ('processing', 'indexed')) ORDER BY o.created_at LIMIT 1";

/// Reads a description on a pool (`on`) or within a transaction (`on_tx`).
macro_rules! described {
    ($run:ident, $on:expr, $video:expr) => {{
        let video: Option<DescribedVideo> = $run!($on, |at| {
            sqlx::query_as(VIDEO)
                .bind(Sql($video))
                .fetch_optional(at)
                .await?
        });
        match video {
            None => None,
            Some(video) => {
                let tags = $run!($on, |at| {
                    sqlx::query_scalar(TAGS)
                        .bind(Sql($video))
                        .fetch_all(at)
                        .await?
                });
                let locations = $run!($on, |at| {
                    sqlx::query_as(LOCATIONS)
                        .bind(Sql($video))
                        .fetch_all(at)
                        .await?
                });
                Some(Description {
                    video,
                    tags,
                    locations,
                })
            }
        }
    }};
}

impl Catalog {
    /// What a side-car tells; `None` where there is no such video, or no bytes of it.
    pub async fn describe(&self, video: VideoId) -> Result<Option<Description>, CatalogError> {
        Ok(described!(on, self.db, video))
    }

    /// What the checks found; `None` where there is no such video, or its bytes have not passed them.
    pub async fn verified_content(&self, video: VideoId) -> Result<Option<Verified>, CatalogError> {
        let found: Option<FoundRow> = on!(self.db, |pool| {
            sqlx::query_as(FOUND)
                .bind(Sql(video))
                .fetch_optional(pool)
                .await?
        });
        Ok(found.and_then(|found| {
            Some(Verified {
                kind: found.kind,
                damage: found.damage,
                blake3: found.blake3?,
                part_size: found.part_size.and_then(PartSize::new)?,
                subtrees: found.subtrees?,
                etag: found.etag?,
                read: found
                    .verified_at
                    .zip(found.verified_how)
                    .map(|(at, how)| ReadAt { at, how }),
            })
        }))
    }

    /// Ends the job of a side-car that tells this; where something has changed meanwhile, the job runs again.
    pub async fn finish_side_car(
        &self,
        job: &ClaimedJob,
        written: &Description,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            match described!(on_tx, tx, job.video_id) {
                None => Ok(Held::No),
                Some(current) if current == *written => {
                    end_job(tx, job, JobEnd::Completed, now).await
                }
                Some(_) => begin_again(tx, job, now).await,
            }
        })
    }
}

/// Has the side-car of a video written anew, where it has one: an unverified video gets its first later.
pub(super) async fn rewrite_side_car(
    tx: &mut Tx,
    job: JobId,
    video: VideoId,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let has_one: bool = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM objects WHERE video_id = $1 AND verified_at IS NOT NULL)",
        )
        .bind(Sql(video))
        .fetch_one(connection)
        .await?
    });
    if has_one {
        enqueue(tx, job, video, Stage::SideCar, now).await?;
    }
    Ok(())
}

/// Has it written anew, where it does not tell what is so by now.
pub(super) async fn rewrite_if_stale(
    tx: &mut Tx,
    job: JobId,
    written: &Description,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let video = written.video.video_id;
    match described!(on_tx, tx, video) {
        Some(current) if current != *written => rewrite_side_car(tx, job, video, now).await,
        _ => Ok(()),
    }
}
