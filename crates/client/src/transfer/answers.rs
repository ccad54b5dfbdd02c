//! What answers of the API mean for an upload that is under way.

use heimdex_api::plan::PartNumber;
use heimdex_api::upload::StoredPart;
use heimdex_api::{ErrorCode, PartChecksum, VideoId, VideoState};

use super::event::Event;
use super::retry::Failure;
use crate::{ApiClient, HttpError};

/// Checksums in the one spelling that ours have.
pub(crate) fn normal(algorithm: PartChecksum, parts: Vec<StoredPart>) -> Vec<StoredPart> {
    parts
        .into_iter()
        .map(|part| StoredPart {
            checksum: part
                .checksum
                .and_then(|checksum| algorithm.parse(checksum.as_str())),
            ..part
        })
        .collect()
}

/// An upload that is not open may be one that is complete: a completion whose answer was lost.
pub(crate) async fn closed(api: &ApiClient, video: VideoId, error: &HttpError) -> Option<Event> {
    if error.code() != Some(ErrorCode::UploadNotOpen) {
        return None;
    }
    match api.status(video).await {
        Ok(status) if status.state.known().is_some_and(is_stored) => Some(Event::Completed),
        Ok(_) => None,
        Err(error) => Some(Event::AskFailed(Failure::of_api(&error))),
    }
}

/// Whether a video in this state has all its bytes.
pub(crate) fn is_stored(state: VideoState) -> bool {
    match state {
        VideoState::Validating | VideoState::Processing | VideoState::Indexed => true,
        VideoState::Uploading | VideoState::Failed | VideoState::Deleted => false,
    }
}

pub(crate) async fn complete_failed(api: &ApiClient, video: VideoId, error: &HttpError) -> Event {
    if let Some(event @ Event::Completed) = closed(api, video, error).await {
        return event;
    }
    let missing = match error {
        HttpError::Api { problem, .. } => problem
            .missing
            .iter()
            .filter_map(|number| PartNumber::new(*number))
            .collect(),
        _ => Vec::new(),
    };
    Event::CompleteFailed {
        failure: Failure::of_api(error),
        missing,
    }
}
