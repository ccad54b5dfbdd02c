//! What an event looks like on the wire: the row's own words, and what is read when it is told.

use std::collections::HashMap;
use std::fmt::Write as _;

use heimdex_api::event::{
    DeletedEvent, EventKind, JobEvent, ResetEvent, ResetReason, UploadEvent, VideoEvent,
};
use heimdex_api::{LibraryId, Open, Timestamp, VideoId, VideoState};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::position::Position;
use crate::app::App;
use crate::catalog::events::{EventRow, JobTold, UploadTold, VideoTold};
use crate::catalog::{CatalogError, Video};
use crate::objects::Origin;
use crate::routes::videos::reply;

/// Writes these events out, one after another.
pub(super) async fn write(
    app: &App,
    origin: &Origin,
    library: LibraryId,
    rows: &[EventRow],
) -> Result<String, CatalogError> {
    let mut videos: Vec<VideoId> = rows
        .iter()
        .filter(|row| row.kind == EventKind::Video.as_str())
        .filter_map(|row| row.video_id)
        .collect();
    videos.sort_unstable();
    videos.dedup();
    let found = Found {
        videos: app.catalog.videos_of(library, &videos).await?,
        running: app
            .catalog
            .running_on(&videos)
            .await?
            .into_iter()
            .map(|row| (row.video_id, row.progress))
            .collect(),
        app,
        origin,
    };
    let mut text = String::new();
    for row in rows {
        let position = Position {
            seq: row.seq,
            at: Some(row.created_at),
        };
        // One that a newer or older server wrote in another way is passed over; its number is not.
        if let Some((kind, data)) = found.told(row) {
            push(&mut text, &position.id(library), kind, &data);
        }
    }
    Ok(text)
}

/// Tells that what was known does not hold any more.
pub(super) fn reset(library: LibraryId, to: Position, reason: ResetReason) -> String {
    let mut text = String::new();
    let reason = Open::Known(reason);
    if let Some(data) = json(&ResetEvent { reason }) {
        push(&mut text, &to.id(library), EventKind::Reset, &data);
    }
    text
}

fn push(text: &mut String, id: &str, kind: EventKind, data: &str) {
    // Writing to a string cannot fail. JSON has no line breaks but within its strings, where they are escaped.
    let _ = write!(text, "id: {id}\nevent: {kind}\ndata: {data}\n\n");
}

/// What is read when events are told.
struct Found<'a> {
    app: &'a App,
    origin: &'a Origin,
    videos: HashMap<VideoId, Video>,
    running: HashMap<VideoId, f64>,
}

impl Found<'_> {
    fn told(&self, row: &EventRow) -> Option<(EventKind, String)> {
        let kind: EventKind = row.kind.parse().ok()?;
        let (video_id, at) = (row.video_id?, row.created_at);
        let data = match kind {
            EventKind::Video => self.video(video_id, at, &read(row)?),
            EventKind::Deleted => {
                let told: VideoTold = read(row)?;
                json(&DeletedEvent {
                    video_id,
                    at,
                    purged: told.purged,
                })
            }
            EventKind::Upload => {
                let told: UploadTold = read(row)?;
                json(&UploadEvent {
                    video_id,
                    at,
                    bytes_received: told.bytes_received,
                    size_bytes: told.size_bytes,
                })
            }
            EventKind::Job => {
                let told: JobTold = read(row)?;
                json(&JobEvent {
                    video_id,
                    at,
                    job_id: told.job_id,
                    stage: told.stage,
                    state: Open::Known(told.state),
                    progress: told.progress,
                    error_text: told.error_text,
                })
            }
            EventKind::Reset => None,
        };
        Some((kind, data?))
    }

    fn video(&self, video_id: VideoId, at: Timestamp, told: &VideoTold) -> Option<String> {
        let video = self.videos.get(&video_id);
        let gone = video.map_or(VideoState::Deleted, |video| video.row.state);
        json(&VideoEvent {
            video_id,
            at,
            state: Open::Known(told.state.unwrap_or(gone)),
            progress: video.and_then(|video| self.progress(video)),
            changed: told.changed.clone(),
            video: video.map(|video| Box::new(reply::shown(self.app, self.origin, video.clone()))),
        })
    }

    /// How far a video is in the state that it is in.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share is shown, to a percent at best"
    )]
    fn progress(&self, video: &Video) -> Option<f64> {
        let row = &video.row;
        match row.state {
            VideoState::Uploading => {
                let (received, size) = (row.bytes_received?, row.size_bytes?);
                (size > 0).then(|| received.min(size) as f64 / size as f64)
            }
            VideoState::Validating | VideoState::Processing => {
                Some(self.running.get(&row.video_id).copied().unwrap_or(0.0))
            }
            VideoState::Indexed | VideoState::Failed | VideoState::Deleted => None,
        }
    }
}

fn read<T: DeserializeOwned>(row: &EventRow) -> Option<T> {
    serde_json::from_str(&row.payload).ok()
}

fn json<T: Serialize>(event: &T) -> Option<String> {
    serde_json::to_string(event).ok()
}
