//! A video's bytes in the store, and what reading them back came to.

use heimdex_api::plan::PartSize;
use heimdex_api::{
    Blake3, JobId, LibraryId, ObjectId, Timestamp, VerifiedHow, VideoId, VideoKind, VideoState,
};
use heimdex_media::Probe;

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::jobs::{ClaimedJob, Held, JobEnd, end_job, enqueue};
use super::moves::{advance_video, movable};
use super::side_cars::{Description, rewrite_if_stale};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::fold::fold;
use crate::domain::job::{Damage, Stage, after_validation};

row! {
    /// What a stage needs to know of a video and of its bytes.
    pub struct StoredVideo {
        /// Which.
        pub video_id: VideoId,
        /// Whose.
        pub library_id: LibraryId,
        /// As the client said.
        pub mime_type: String,
        /// Bytes that were promised.
        pub size_bytes: u64,
        /// Of all bytes, where somebody told.
        pub blake3: Option<Blake3>,
        /// The row of the copy.
        pub object_id: ObjectId,
        /// Where it is.
        pub object_key: String,
        /// What `subtrees` are cut at.
        pub part_size: Option<u64>,
        /// The parts' values, as told or as read.
        pub subtrees: Option<Vec<Blake3>>,
    }
}

/// What reading a video's bytes back came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Validation {
    /// They are what was promised.
    Verified {
        /// What was read.
        verified: Verified,
        /// What the side-car tells that was written of it.
        side_car: Box<Description>,
    },
    /// They are not, or are not there: a sentence for a person.
    Refused {
        /// What is wrong.
        sentence: String,
    },
}

/// Bytes that are what was promised: read back and found equal, or taken at their word.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What the bytes are, by the bytes themselves.
    pub kind: VideoKind,
    /// How their container is damaged.
    pub damage: Option<String>,
    /// Of all of them.
    pub blake3: Blake3,
    /// What `subtrees` are cut at.
    pub part_size: PartSize,
    /// One value a part.
    pub subtrees: Vec<Blake3>,
    /// As the store names the object.
    pub etag: String,
    /// When and how they were read back; `None` where they were not.
    pub read: Option<ReadAt>,
}

/// The reading that a comparison rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAt {
    /// When it ended.
    pub at: Timestamp,
    /// What was read.
    pub how: VerifiedHow,
}

impl Catalog {
    /// A video with its copy in the store; `None` where there is none, or it is being purged.
    pub async fn stored_video(&self, video: VideoId) -> Result<Option<StoredVideo>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT v.video_id, v.library_id, v.mime_type, o.size_bytes, v.blake3, o.object_id, \
                 o.object_key, o.part_size, o.subtrees \
                 FROM videos v JOIN objects o ON o.video_id = v.video_id \
                 WHERE v.video_id = $1 AND v.purging_at IS NULL ORDER BY o.created_at LIMIT 1",
            )
            .bind(Sql(video))
            .fetch_optional(pool)
            .await?
        }))
    }

    /// Records where an object lies by now.
    pub async fn object_moved(
        &self,
        library: LibraryId,
        object: ObjectId,
        key: &str,
        etag: &str,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE objects SET object_key = $2, etag = $3 WHERE object_id = $1")
                    .bind(Sql(object))
                    .bind(key)
                    .bind(etag)
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }
}

impl Catalog {
    /// Records what reading back came to, ends the job, and begins what follows: `next_jobs` are for the stage that is
    /// next, and for the side-car, where something has changed since it was written.
    pub async fn finish_validation(
        &self,
        job: &ClaimedJob,
        validation: &Validation,
        next_jobs: [JobId; 2],
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            let Some(video) = movable(tx, job.video_id).await? else {
                return Ok(Held::No);
            };
            let (verified, side_car) = match validation {
                Validation::Verified { verified, side_car } => (verified, side_car),
                Validation::Refused { sentence } => {
                    return refuse(tx, job, sentence, now).await;
                }
            };
            let accepted = if video.damaged_accepted {
                Damage::Accepted
            } else {
                Damage::Refused
            };
            let damage = verified.damage.as_ref().map(|_| accepted);
            let (to, next) = after_validation(verified.kind, damage);
            let end = match (&verified.damage, damage) {
                (Some(sentence), Some(Damage::Refused)) => JobEnd::Failed(sentence),
                _ => JobEnd::Completed,
            };
            if end_job(tx, job, end, now).await? == Held::No {
                return Ok(Held::No);
            }
            record_verified(tx, job.video_id, verified).await?;
            record_content(tx, job.video_id, verified, damage).await?;
            let [next_job, side_car_job] = next_jobs;
            if let Some(stage) = next {
                enqueue(tx, next_job, job.video_id, stage, now).await?;
            }
            rewrite_if_stale(tx, side_car_job, side_car, now).await?;
            let to = forward(video.standing(), to);
            advance_video(
                tx,
                job.library_id,
                job.video_id,
                to,
                verified.damage.as_deref(),
                now,
            )
            .await?;
            Ok(Held::Yes)
        })
    }

    /// Records what the container says, ends the job; the video is indexed. `pictures` is for the job that makes some, where
    /// that is wanted.
    pub async fn finish_probe(
        &self,
        job: &ClaimedJob,
        probe: &Probe,
        pictures: Option<JobId>,
        now: Timestamp,
    ) -> Result<Held, CatalogError> {
        let media = serde_json::to_string(&probe.extra)
            .map_err(|error| CatalogError::Corrupt(error.to_string()))?;
        write_tx!(self.db, Writes::Library(job.library_id), |tx| {
            let Some(video) = movable(tx, job.video_id).await? else {
                return Ok(Held::No);
            };
            if end_job(tx, job, JobEnd::Completed, now).await? == Held::No {
                return Ok(Held::No);
            }
            record_probe(tx, job.video_id, probe, &media).await?;
            if let Some(next) = pictures {
                enqueue(tx, next, job.video_id, Stage::Thumbnail, now).await?;
            }
            let sentence = video.error_text.filter(|_| video.damaged);
            let to = forward(
                video.state_before.unwrap_or(video.state),
                VideoState::Indexed,
            );
            advance_video(
                tx,
                job.library_id,
                job.video_id,
                to,
                sentence.as_deref(),
                now,
            )
            .await?;
            Ok(Held::Yes)
        })
    }
}

/// A stage that runs again on a video that is further already takes it no step back.
fn forward(from: VideoState, to: VideoState) -> VideoState {
    match (from, to) {
        (VideoState::Indexed, VideoState::Processing) => VideoState::Indexed,
        _ => to,
    }
}

async fn refuse(
    tx: &mut Tx,
    job: &ClaimedJob,
    sentence: &str,
    now: Timestamp,
) -> Result<Held, CatalogError> {
    if end_job(tx, job, JobEnd::Failed(sentence), now).await? == Held::No {
        return Ok(Held::No);
    }
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE objects SET verified_at = NULL, verified_how = NULL WHERE video_id = $1",
        )
        .bind(Sql(job.video_id))
        .execute(connection)
        .await?
        .rows_affected()
    });
    advance_video(
        tx,
        job.library_id,
        job.video_id,
        VideoState::Failed,
        Some(sentence),
        now,
    )
    .await?;
    Ok(Held::Yes)
}

async fn record_verified(
    tx: &mut Tx,
    video: VideoId,
    verified: &Verified,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE objects SET etag = $2, part_size = $3, subtrees = $4, verified_at = $5, verified_how = $6 \
             WHERE video_id = $1",
        )
        .bind(Sql(video))
        .bind(verified.etag.as_str())
        .bind(Sql(verified.part_size.get()))
        .bind(Sql(verified.subtrees.clone()))
        .bind(Sql(verified.read.map(|read| read.at)))
        .bind(Sql(verified.read.map(|read| read.how)))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}

async fn record_content(
    tx: &mut Tx,
    video: VideoId,
    verified: &Verified,
    damage: Option<Damage>,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query("UPDATE videos SET kind = $2, blake3 = $3, damaged = $4 WHERE video_id = $1")
            .bind(Sql(video))
            .bind(Sql(verified.kind))
            .bind(Sql(verified.blake3))
            .bind(damage == Some(Damage::Accepted))
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}

async fn record_probe(
    tx: &mut Tx,
    video: VideoId,
    probe: &Probe,
    media: &str,
) -> Result<(), CatalogError> {
    let captured_at: Option<Timestamp> = probe.captured_at.map(Into::into);
    // Rows hold the picture as it is shown, the container as it is stored.
    let on_its_side = matches!(probe.rotation, Some(90 | 270));
    let (width, height) = if on_its_side {
        (probe.height, probe.width)
    } else {
        (probe.width, probe.height)
    };
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET duration_ms = $2, width = $3, height = $4, rotation = $5, frame_rate = $6, \
             video_codec = $7, audio_codec = $8, camera = $9, camera_fold = $10, \
             captured_at = COALESCE(captured_at, $11), media = $12 WHERE video_id = $1",
        )
        .bind(Sql(video))
        .bind(Sql(probe.duration_ms))
        .bind(Sql(width))
        .bind(Sql(height))
        .bind(Sql(probe.rotation))
        .bind(probe.frame_rate)
        .bind(probe.video_codec.as_deref())
        .bind(probe.audio_codec.as_deref())
        .bind(probe.camera.as_deref())
        .bind(fold(probe.camera.as_deref().unwrap_or_default()))
        .bind(Sql(captured_at))
        .bind(media)
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}
