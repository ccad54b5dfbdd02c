//! Pictures of videos: what is needed to make them, and that they are there.

use heimdex_api::{Timestamp, VideoId};

use super::db::{Writes, on, on_tx, write_tx};
use super::events::{Told, append_event};
use super::jobs::{ClaimedJob, Held, JobEnd, end_job};
use super::moves::movable;
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

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
