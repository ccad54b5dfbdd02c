//! Pictures of videos: what is needed to make them, and that they are there.

use heimdex_api::{JobId, LibraryId, Timestamp, VideoId};

use super::db::{Writes, on, on_tx, write_tx};
use super::events::{Told, append_event};
use super::jobs::{ClaimedJob, Held, JobEnd, end_job, enqueue};
use super::moves::movable;
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::job::Stage;

row! {
    /// A video of which pictures are to be made.
    pub struct PicturedVideo {
        /// Where its bytes are.
        pub object_key: String,
        /// How many.
        pub size_bytes: u64,
        /// Milliseconds.
        pub duration_ms: Option<u64>,
        /// Degrees clockwise that it is turned for showing.
        pub rotation: Option<u16>,
        /// Pixels; none where it has no picture.
        pub width: Option<u32>,
    }
}

row! {
    /// A video that has no pictures.
    pub struct UnpicturedVideo {
        /// Which.
        pub video_id: VideoId,
        /// Whose.
        pub library_id: LibraryId,
        /// When it came.
        pub created_at: Timestamp,
    }
}

/// Videos that show something, are ready, and have no picture; and none is on its way or, unless that is wanted, was
/// tried in vain.
const UNPICTURED: &str = "SELECT v.video_id, v.library_id, v.created_at FROM videos v \
    WHERE ($1 IS NULL OR v.created_at > $1 OR (v.created_at = $1 AND v.video_id > $2)) \
    AND v.state = 'indexed' AND v.poster_bytes IS NULL AND v.width IS NOT NULL AND v.purging_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.video_id = v.video_id AND j.stage = $3 AND j.version = $4 \
    AND (j.state IN ('pending', 'running') OR (j.state = 'failed' AND NOT $5))) \
    ORDER BY v.created_at, v.video_id LIMIT $6";

/// What came of making pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PicturesOutcome {
    /// They are in the store.
    Made {
        /// The poster's size.
        poster_bytes: u64,
        /// The contact sheet's size.
        contact_sheet_bytes: u64,
    },
    /// The video has none to give.
    Nothing,
    /// Nobody could make them here, for this reason.
    LeftOut(String),
    /// They could not be made of this video, for this reason.
    Failed(String),
}

impl Catalog {
    /// A video of which pictures are to be made; `None` where there is none, or it is being purged.
    pub async fn pictured_video(
        &self,
        video: VideoId,
    ) -> Result<Option<PicturedVideo>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT o.object_key, o.size_bytes, v.duration_ms, v.rotation, v.width \
                 FROM videos v JOIN objects o ON o.video_id = v.video_id AND o.store = 'primary' \
                 WHERE v.video_id = $1 AND v.purging_at IS NULL",
            )
            .bind(Sql(video))
            .fetch_optional(pool)
            .await?
        }))
    }

    /// Videos without pictures that could have some, the oldest first, behind that one; `with_failed` are also those of
    /// which none could be made.
    pub async fn videos_without_pictures(
        &self,
        after: Option<(Timestamp, VideoId)>,
        with_failed: bool,
        most: u64,
    ) -> Result<Vec<UnpicturedVideo>, CatalogError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(on!(self.db, |pool| {
            sqlx::query_as(UNPICTURED)
                .bind(after.map(|(created_at, _)| Sql(created_at)))
                .bind(after.map(|(_, video)| Sql(video)))
                .bind(Stage::Thumbnail.as_str())
                .bind(Stage::Thumbnail.version())
                .bind(with_failed)
                .bind(most)
                .fetch_all(pool)
                .await?
        }))
    }

    /// Queues the making of pictures; for how many videos none were on their way.
    pub async fn queue_pictures(
        &self,
        library: LibraryId,
        jobs: &[(VideoId, JobId)],
        now: Timestamp,
    ) -> Result<u64, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let mut queued = 0;
            for (video, job) in jobs {
                queued += enqueue(tx, *job, *video, Stage::Thumbnail, now).await?;
            }
            Ok(queued)
        })
    }

    /// Records what came of making pictures, and ends the job. The video stays where it is, whatever that was.
    pub async fn finish_pictures(
        &self,
        job: &ClaimedJob,
        outcome: &PicturesOutcome,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            let Some(video) = movable(tx, job.video_id).await? else {
                return Ok(Held::No);
            };
            let end = match outcome {
                PicturesOutcome::Made { .. } | PicturesOutcome::Nothing => JobEnd::Completed,
                PicturesOutcome::LeftOut(sentence) => JobEnd::Cancelled(sentence),
                PicturesOutcome::Failed(sentence) => JobEnd::Failed(sentence),
            };
            if end_job(tx, job, end, now).await? == Held::No {
                return Ok(Held::No);
            }
            let PicturesOutcome::Made {
                poster_bytes,
                contact_sheet_bytes,
            } = outcome
            else {
                return Ok(Held::Yes);
            };
            on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE videos SET poster_bytes = $2, contact_sheet_bytes = $3, updated_at = $4 \
                     WHERE video_id = $1",
                )
                .bind(Sql(job.video_id))
                .bind(Sql(*poster_bytes))
                .bind(Sql(*contact_sheet_bytes))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            let told = Told::state(video.state);
            append_event(tx, job.library_id, job.video_id, &told, now).await?;
            Ok(Held::Yes)
        })
    }
}
