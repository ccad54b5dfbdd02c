//! Where a video stands, in people's words: sent, stored, verified, ready.

use heimdex_api::video::VideoResponse;
use heimdex_api::{Open, VideoState};

use super::text::Colour;

/// The word for people, and its colour.
pub(crate) fn of(video: &VideoResponse) -> (String, Colour) {
    let word = |word: &str, colour| (word.to_owned(), colour);
    match video.state.known() {
        Some(VideoState::Uploading) => match percent(video) {
            Some(percent) => (format!("sent {percent}%"), Colour::Cyan),
            None => word("sending", Colour::Cyan),
        },
        Some(VideoState::Processing) if video.verified_at.is_some() => {
            word("verified", Colour::Cyan)
        }
        Some(VideoState::Validating | VideoState::Processing) => word("stored", Colour::Cyan),
        Some(VideoState::Indexed) if video.damaged => word("ready, damaged", Colour::Yellow),
        Some(VideoState::Indexed) => word("ready", Colour::Green),
        Some(VideoState::Failed) => word("failed", Colour::Red),
        Some(VideoState::Deleted) => word("deleted", Colour::Dim),
        None => (video.state.to_string(), Colour::Dim),
    }
}

/// The word for a state alone, where nothing else is known of a video.
pub(crate) fn word(state: &Open<VideoState>) -> String {
    match state.known() {
        Some(VideoState::Uploading) => "sending".to_owned(),
        Some(VideoState::Validating | VideoState::Processing) => "stored".to_owned(),
        Some(VideoState::Indexed) => "ready".to_owned(),
        Some(VideoState::Failed) => "failed".to_owned(),
        Some(VideoState::Deleted) => "deleted".to_owned(),
        None => state.to_string(),
    }
}

/// How much of an upload the store acknowledged; never 100 before all of it is there.
fn percent(video: &VideoResponse) -> Option<u64> {
    let (received, size) = (
        video.bytes_received?,
        video.size_bytes.filter(|size| *size > 0)?,
    );
    let percent = u128::from(received.min(size)) * 100 / u128::from(size);
    u64::try_from(percent).ok()
}
