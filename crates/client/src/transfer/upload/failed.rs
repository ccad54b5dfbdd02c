//! Files that are stored and failed: look-ups never count them, and yet sending them again would bring nothing new.

use heimdex_api::upload::CompleteUploadRequest;
use heimdex_api::video::VideoResponse;
use heimdex_api::{Blake3, VideoId, VideoState};

use super::{Run, UploadOutcome};
use crate::journal::Journal;
use crate::transfer::context::patiently;
use crate::transfer::error::TransferError;

impl Run<'_> {
    /// The video that has these bytes and failed by what they are, if this machine, or the ingest, remembers one.
    ///
    /// It goes on where the damage is accepted by now; else that is the error.
    pub(super) async fn find_failed(
        &self,
        blake3: Blake3,
    ) -> Result<Option<UploadOutcome>, TransferError> {
        let Some(video_id) = self.stored_before(blake3).await else {
            return Ok(None);
        };
        let api = &self.context.api;
        let video = match patiently!(self.context, api.video(video_id)) {
            Ok(video) => video,
            // Whoever may not look, or finds nothing, sends it.
            Err(error) if matches!(error.status(), Some(403 | 404)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !has_the_bytes(&video, &blake3) {
            return Ok(None);
        }
        if self.job.init.damaged != Some(true) {
            return Err(TransferError::StoredButFailed {
                path: self.job.path.clone(),
                video: video_id,
                why: video.error_text.unwrap_or_default(),
            });
        }
        let accept = CompleteUploadRequest {
            video_id,
            epoch: None,
            blake3: Some(blake3),
            size_bytes: Some(self.source.size()),
            subtrees: None,
            acknowledged: None,
            damaged: Some(true),
        };
        let accepted = patiently!(self.context, api.complete_upload(&accept))?;
        if accepted.state.known() == Some(VideoState::Failed) {
            // Not by its container, then: the bytes are worth sending anew.
            return Ok(None);
        }
        self.locate(video_id).await?;
        Ok(Some(UploadOutcome::AlreadyStored {
            video_id,
            blake3,
            size: self.source.size(),
        }))
    }

    async fn stored_before(&self, blake3: Blake3) -> Option<VideoId> {
        let (profile, size) = (self.context.profile.clone(), self.source.size());
        self.context
            .journaled(move |journal: &Journal| journal.stored_video_of(&profile, size, &blake3))
            .await
            .flatten()
            .or(self.job.failed_before)
    }
}

/// Whether a failed video has these very bytes in the store, read back and found equal: then its container failed it.
fn has_the_bytes(video: &VideoResponse, blake3: &Blake3) -> bool {
    video.state.known() == Some(VideoState::Failed)
        && video.verified_at.is_some()
        && video.quarantined_at.is_none()
        && video.blake3.as_ref() == Some(blake3)
}
