//! Waiting until the server is done with a video.

use std::time::Duration;

use heimdex_api::upload::{LookupFile, LookupRequest};
use heimdex_api::{Blake3, Open, Timestamp, VerifiedHow, VideoId, VideoState};
use heimdex_client::{ApiClient, HttpError};
use tokio::time::Instant;

use crate::args::WaitFor;

const POLL_FIRST: Duration = Duration::from_millis(100);
const POLL_MOST: Duration = Duration::from_secs(2);
/// How long a server may be away meanwhile.
const PATIENCE: Duration = Duration::from_mins(5);

/// What is known of a video that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) video_id: VideoId,
    pub(super) blake3: Blake3,
    pub(super) state: Open<VideoState>,
    pub(super) verified_at: Option<Timestamp>,
    pub(super) verified_how: Option<Open<VerifiedHow>>,
    pub(super) damaged: bool,
    pub(super) error_text: Option<String>,
}

/// How waiting ended.
#[derive(Debug)]
pub(super) enum Waited {
    /// It came so far.
    There(Seen),
    /// It will not: failed, or deleted meanwhile.
    Failed(Seen),
}

/// A video to wait for, and the bytes that it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited {
    pub(super) video_id: VideoId,
    pub(super) blake3: Blake3,
    pub(super) size: u64,
}

/// Looks again and again until the video came so far.
pub(super) async fn until(
    client: &ApiClient,
    awaited: Awaited,
    stage: WaitFor,
) -> Result<Waited, HttpError> {
    let mut pause = POLL_FIRST;
    let mut answered = Instant::now();
    loop {
        match look(client, awaited).await {
            Ok(seen) => {
                answered = Instant::now();
                match reached(&seen) {
                    None => return Ok(Waited::Failed(seen)),
                    Some(there) if there >= stage => return Ok(Waited::There(seen)),
                    Some(_) => {}
                }
            }
            Err(error) if error.is_temporary() && answered.elapsed() < PATIENCE => {
                tracing::debug!(%error, "the server is away; it is waited for");
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(POLL_MOST);
    }
}

async fn look(client: &ApiClient, awaited: Awaited) -> Result<Seen, HttpError> {
    match client.video(awaited.video_id).await {
        Ok(video) => Ok(Seen {
            video_id: video.video_id,
            blake3: video.blake3.unwrap_or(awaited.blake3),
            state: video.state,
            verified_at: video.verified_at,
            verified_how: video.verified_how,
            damaged: video.damaged,
            error_text: video.error_text,
        }),
        // A token that may only send sees what it sent; of other videos it may ask for the bytes alone.
        Err(error) if error.status() == Some(403) => look_up(client, awaited).await,
        Err(error) => Err(error),
    }
}

async fn look_up(client: &ApiClient, awaited: Awaited) -> Result<Seen, HttpError> {
    let file = LookupFile {
        size_bytes: awaited.size,
        blake3: Some(awaited.blake3),
    };
    let mut reply = client
        .lookup(&LookupRequest {
            files: vec![file],
            check: None,
        })
        .await?;
    // What failed or was deleted never counts there, so nothing found is such a one.
    let found = reply.results.pop().flatten().unwrap_or_default();
    Ok(Seen {
        video_id: found.video_id.unwrap_or(awaited.video_id),
        blake3: awaited.blake3,
        state: found.state.unwrap_or(Open::Known(VideoState::Failed)),
        verified_at: found.verified_at,
        verified_how: found.verified_how,
        damaged: found.damaged.unwrap_or(false),
        error_text: None,
    })
}

/// How far it came; `None` where it will come no farther.
fn reached(seen: &Seen) -> Option<WaitFor> {
    match seen.state.known() {
        Some(VideoState::Processing) if seen.verified_at.is_some() => Some(WaitFor::Verified),
        Some(VideoState::Indexed) => Some(WaitFor::Ready),
        Some(VideoState::Failed | VideoState::Deleted) => None,
        // It was stored when the waiting began. A newer server's word too: only the known ones end it.
        Some(VideoState::Uploading | VideoState::Validating | VideoState::Processing) | None => {
            Some(WaitFor::Stored)
        }
    }
}
