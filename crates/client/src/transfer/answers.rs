//! What answers of the API mean for an upload that is under way.

use heimdex_api::plan::PartNumber;
use heimdex_api::upload::{LookupResult, StoredPart};
use heimdex_api::{ErrorCode, Open, PartChecksum, StoreStanding, VideoId, VideoState};

use super::event::Event;
use super::retry::Failure;
use super::upload::UploadOptions;
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

/// What is asked for, so that [`stored_in`] can tell.
pub(crate) fn check(options: &UploadOptions) -> Option<String> {
    options.ask_store.then(|| "store".to_owned())
}

/// The video that a look-up found, where it has all its bytes; where the store was asked, only if that has them. What is
/// not looked at yet may be about to be moved to where the store is asked for it.
pub(crate) fn stored_in(result: &LookupResult, options: &UploadOptions) -> Option<VideoId> {
    let state = result.state.as_ref()?.known()?;
    let is_there = !options.ask_store
        || state == VideoState::Validating
        || result.store.as_ref().and_then(Open::known) == Some(StoreStanding::Present);
    result.video_id.filter(|_| is_stored(state) && is_there)
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
