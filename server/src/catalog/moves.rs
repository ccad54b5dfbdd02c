//! The one way in which a video comes to be, changes its state, and leaves: counters and events move with it.

use heimdex_api::{LibraryId, Timestamp, VideoId, VideoState};

use super::CatalogError;
use super::db::{Tx, on_tx};
use super::events::{Told, append_event};
use super::value::{Sql, row};
use crate::domain::video::may_become;

row! {
    /// What a move needs to know of a video.
    pub(super) struct MovableVideo {
        /// Where it stands.
        pub state: VideoState,
        /// Where it stood before it was put into the trash.
        pub state_before: Option<VideoState>,
        /// What it adds to the counters.
        pub held_bytes: u64,
        /// A person accepted a damaged container.
        pub damaged_accepted: bool,
        /// It is one.
        pub damaged: bool,
        /// Why it failed, or how it is damaged.
        pub error_text: Option<String>,
        /// Grows with every change by a person.
        pub version: u64,
    }
}

impl MovableVideo {
    /// Where the work on it stands, in the trash or not.
    pub(super) fn standing(&self) -> VideoState {
        self.state_before.unwrap_or(self.state)
    }
}

/// Where a video stands; `None` where there is none, or it is being purged.
pub(super) async fn movable(
    tx: &mut Tx,
    video: VideoId,
) -> Result<Option<MovableVideo>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT state, state_before, held_bytes, damaged_accepted, damaged, error_text, version FROM videos \
             WHERE video_id = $1 AND purging_at IS NULL",
        )
        .bind(Sql(video))
        .fetch_optional(connection)
        .await?
    }))
}

/// Moves a video on, or, where it lies in the trash, what it will come back to. `sentence` becomes its `error_text`.
///
/// Staying where it is changes the sentence only.
pub(super) async fn advance_video(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    to: VideoState,
    sentence: Option<&str>,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let Some(current) = movable(tx, video).await? else {
        return Ok(());
    };
    let from = current.standing();
    if from != to && !may_become(from, to) {
        return Err(CatalogError::InvalidMove { from, to });
    }
    let in_trash = current.state_before.is_some();
    let indexed_at = (to == VideoState::Indexed).then_some(now);
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET state = CASE WHEN $2 THEN state ELSE $3 END, \
             state_before = CASE WHEN $2 THEN $3 ELSE state_before END, error_text = $4, \
             indexed_at = COALESCE(indexed_at, $5), updated_at = $6 WHERE video_id = $1",
        )
        .bind(Sql(video))
        .bind(in_trash)
        .bind(Sql(to))
        .bind(sentence)
        .bind(Sql(indexed_at))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    if !in_trash && from != to {
        count(tx, library, from, Sign::Less, current.held_bytes).await?;
        count(tx, library, to, Sign::More, current.held_bytes).await?;
    }
    let shown = if in_trash { current.state } else { to };
    append_event(tx, library, video, &Told::state(shown), now).await
}

/// Changes what a video adds to the counters of its state.
pub(super) async fn set_held_bytes(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    bytes: u64,
) -> Result<(), CatalogError> {
    let Some(current) = movable(tx, video).await? else {
        return Ok(());
    };
    on_tx!(tx, |connection| {
        sqlx::query("UPDATE videos SET held_bytes = $2 WHERE video_id = $1")
            .bind(Sql(video))
            .bind(Sql(bytes))
            .execute(connection)
            .await?
            .rows_affected()
    });
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE library_counts SET bytes = bytes - $3 + $4 WHERE library_id = $1 AND state = $2",
        )
        .bind(Sql(library))
        .bind(Sql(current.state))
        .bind(Sql(current.held_bytes))
        .bind(Sql(bytes))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}

/// Whether a video comes to a counter or leaves it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    More,
    Less,
}

/// Counts one video of this many bytes into a state, or out of it.
pub(super) async fn count(
    tx: &mut Tx,
    library: LibraryId,
    state: VideoState,
    sign: Sign,
    bytes: u64,
) -> Result<(), CatalogError> {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let (videos, bytes) = match sign {
        Sign::More => (1, bytes),
        Sign::Less => (-1, -bytes),
    };
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO library_counts (library_id, state, videos, bytes) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (library_id, state) DO UPDATE SET videos = library_counts.videos + excluded.videos, \
             bytes = library_counts.bytes + excluded.bytes",
        )
        .bind(Sql(library))
        .bind(Sql(state))
        .bind(videos)
        .bind(bytes)
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}
