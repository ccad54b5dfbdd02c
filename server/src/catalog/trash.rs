//! The trash: videos that are deleted, and come back as they were.

use heimdex_api::{LibraryId, Timestamp, VideoId, VideoState};

use super::db::{Tx, Writes, on_tx, write_tx};
use super::events::{Told, VideoTold, append_event};
use super::moves::{MovableVideo, Sign, count, movable, set_held_bytes};
use super::value::Sql;
use super::{Catalog, CatalogError};
use crate::domain::upload::CANCELLED;

/// What deleting a video came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// It is in the trash, since now or since earlier.
    Deleted,
    /// The library has no such video.
    NoSuchVideo,
}

/// What restoring a video came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreOutcome {
    /// It is not in the trash, any more or at all.
    Restored,
    /// The library has no such video.
    NoSuchVideo,
}

impl Catalog {
    /// Puts a video into the trash. One that is there stays there, with its time.
    ///
    /// The upload of one that still waits for its bytes is cancelled before; what remains of it here comes back as
    /// failed.
    pub async fn delete_video(
        &self,
        library: LibraryId,
        video: VideoId,
        now: Timestamp,
    ) -> Result<DeleteOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let Some(current) = movable_of(tx, library, video).await? else {
                return Ok(DeleteOutcome::NoSuchVideo);
            };
            if current.state != VideoState::Deleted {
                trash(tx, library, video, &current, now).await?;
            }
            Ok(DeleteOutcome::Deleted)
        })
    }

    /// Takes a video out of the trash again, to where it stood, or where the work on it has come meanwhile.
    pub async fn restore_video(
        &self,
        library: LibraryId,
        video: VideoId,
        now: Timestamp,
    ) -> Result<RestoreOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let Some(current) = movable_of(tx, library, video).await? else {
                return Ok(RestoreOutcome::NoSuchVideo);
            };
            if current.state == VideoState::Deleted {
                restore(tx, library, video, &current, now).await?;
            }
            Ok(RestoreOutcome::Restored)
        })
    }
}

/// The video, if it is this library's and not being purged.
async fn movable_of(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
) -> Result<Option<MovableVideo>, CatalogError> {
    let owned: Option<i64> = on_tx!(tx, |connection| {
        sqlx::query_scalar("SELECT version FROM videos WHERE video_id = $1 AND library_id = $2")
            .bind(Sql(video))
            .bind(Sql(library))
            .fetch_optional(connection)
            .await?
    });
    match owned {
        Some(_) => movable(tx, video).await,
        None => Ok(None),
    }
}

async fn trash(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    current: &MovableVideo,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let cancelled = current.state == VideoState::Uploading;
    if cancelled {
        set_held_bytes(tx, library, video, 0).await?;
    }
    let (before, sentence, held) = if cancelled {
        (VideoState::Failed, Some(CANCELLED), 0)
    } else {
        (
            current.state,
            current.error_text.as_deref(),
            current.held_bytes,
        )
    };
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET state = 'deleted', state_before = $2, error_text = $3, deleted_at = $4, \
             updated_at = $4, version = version + 1 WHERE video_id = $1",
        )
        .bind(Sql(video))
        .bind(Sql(before))
        .bind(sentence)
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    count(tx, library, current.state, Sign::Less, held).await?;
    count(tx, library, VideoState::Deleted, Sign::More, held).await?;
    let told = Told::Deleted(told(current, VideoState::Deleted));
    append_event(tx, library, video, &told, now).await
}

async fn restore(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    current: &MovableVideo,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET state = state_before, state_before = NULL, deleted_at = NULL, updated_at = $2, \
             version = version + 1 WHERE video_id = $1",
        )
        .bind(Sql(video))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    count(
        tx,
        library,
        VideoState::Deleted,
        Sign::Less,
        current.held_bytes,
    )
    .await?;
    count(
        tx,
        library,
        current.standing(),
        Sign::More,
        current.held_bytes,
    )
    .await?;
    let told = Told::Video(told(current, current.standing()));
    append_event(tx, library, video, &told, now).await
}

fn told(current: &MovableVideo, state: VideoState) -> VideoTold {
    VideoTold {
        version: Some(current.version + 1),
        changed: vec!["deleted_at".to_owned()],
        state: Some(state),
        purged: false,
    }
}
