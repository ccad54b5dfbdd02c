//! Waiting until the server is done with a video.

use std::time::Duration;

use heimdex_api::VideoId;
use heimdex_api::VideoState;
use heimdex_api::video::VideoResponse;
use heimdex_client::{ApiClient, HttpError};
use tokio::time::Instant;

use crate::args::WaitFor;

const POLL_FIRST: Duration = Duration::from_millis(100);
const POLL_MOST: Duration = Duration::from_secs(2);
/// How long a server may be away meanwhile.
const PATIENCE: Duration = Duration::from_mins(5);

/// How waiting ended.
#[derive(Debug)]
pub(super) enum Waited {
    /// It came so far.
    There(Box<VideoResponse>),
    /// It will not: failed, or deleted meanwhile.
    Failed(Box<VideoResponse>),
}

/// Looks again and again until the video came so far.
pub(super) async fn until(
    client: &ApiClient,
    video: VideoId,
    stage: WaitFor,
) -> Result<Waited, HttpError> {
    let mut pause = POLL_FIRST;
    let mut answered = Instant::now();
    loop {
        match client.video(video).await {
            Ok(video) => {
                answered = Instant::now();
                match reached(&video) {
                    Reached::Nothing => return Ok(Waited::Failed(Box::new(video))),
                    Reached::Stage(there) if there >= stage => {
                        return Ok(Waited::There(Box::new(video)));
                    }
                    Reached::Stage(_) | Reached::NotYet => {}
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

#[derive(Debug, PartialEq, Eq)]
enum Reached {
    NotYet,
    Stage(WaitFor),
    Nothing,
}

fn reached(video: &VideoResponse) -> Reached {
    match video.state.known() {
        Some(VideoState::Uploading) => Reached::NotYet,
        Some(VideoState::Processing) if video.verified_at.is_some() => {
            Reached::Stage(WaitFor::Verified)
        }
        // A newer server's word as well: only the known ones end the waiting.
        Some(VideoState::Validating | VideoState::Processing) | None => {
            Reached::Stage(WaitFor::Stored)
        }
        Some(VideoState::Indexed) => Reached::Stage(WaitFor::Ready),
        Some(VideoState::Failed | VideoState::Deleted) => Reached::Nothing,
    }
}
