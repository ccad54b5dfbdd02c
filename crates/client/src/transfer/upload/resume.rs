//! Going on with an upload that the journal knows, as far as file, journal and store agree.

use heimdex_api::plan::PartPlan;
use heimdex_api::upload::{StoredPart, UploadResponse};
use heimdex_api::{Blake3, ErrorCode, VideoId};

use super::{Asked, Opened, Run, UploadOutcome};
use crate::HttpError;
use crate::journal::{AnsweredUpload, Journal, JournaledUpload, UploadRow, UploadState};
use crate::transfer::answers::{is_stored, normal};
use crate::transfer::context::patiently;
use crate::transfer::engine::Upload;
use crate::transfer::error::TransferError;
use crate::transfer::known::Known;
use crate::transfer::progress::Progress;

/// What became of an upload that the journal knows.
pub(super) enum Resumed {
    /// It goes on.
    Open(Box<Opened>),
    /// It was complete already: the answer was lost.
    Stored(UploadOutcome),
    /// The server was asked for it and its answer lost: it is asked again, with the same key.
    Asked(Asked),
    /// It cannot be gone on with.
    Nothing,
}

impl Run<'_> {
    pub(super) async fn resume(
        &self,
        journaled: JournaledUpload,
        known: &mut Known,
    ) -> Result<Resumed, TransferError> {
        let row = journaled.row;
        let is_same = journaled.stamp == *self.source.stamp();
        if journaled.stamp.size != self.source.size() {
            return self.changed(&journaled).await;
        }
        let Some(answered) = &journaled.answered else {
            return Ok(match journaled.idempotency_key {
                Some(idempotency_key) => Resumed::Asked(Asked {
                    row,
                    idempotency_key,
                }),
                None => Resumed::Nothing,
            });
        };
        let video = answered.video_id;
        let api = &self.context.api;
        let status = match patiently!(self.context, api.upload_status(video)) {
            Ok(status) => status,
            Err(error) if is_closed(&error) => {
                return self.closed(&journaled, video, is_same).await;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(plan) = PartPlan::new(self.source.size(), status.part_size) else {
            self.end(Some(row)).await;
            return Ok(Resumed::Nothing);
        };
        let listed = normal(status.part_checksum, status.parts.clone());
        known.cut_as(status.part_size, status.part_checksum);
        if !self.learn(row, is_same, &plan, &listed, known).await? {
            return self.changed(&journaled).await;
        }
        let epoch = self.own_epoch(&journaled, answered, &status).await?;
        let upload = Upload {
            video_id: video,
            epoch,
            plan,
            algorithm: status.part_checksum,
            damaged: self.job.init.damaged,
            row: Some(row),
        };
        Ok(Resumed::Open(Box::new(Opened {
            upload,
            listed,
            presigned: Vec::new(),
            parts_per_request: heimdex_api::limits::PARTS_PER_REQUEST,
            is_to_be_located: journaled.ingest_id != self.job.init.ingest_id,
        })))
    }

    /// Learns what is known of the file's parts; false where the upload is of other bytes.
    async fn learn(
        &self,
        row: UploadRow,
        is_same: bool,
        plan: &PartPlan,
        listed: &[StoredPart],
        known: &mut Known,
    ) -> Result<bool, TransferError> {
        if is_same {
            let read = move |journal: &Journal| journal.upload_parts(row);
            let parts = self.context.journaled(read).await;
            known.parts.extend(parts.unwrap_or_default());
            return Ok(true);
        }
        // The card was plugged in again, or the file was touched: its bytes tell. Where nothing of them arrived, nothing
        // tells, and nothing is lost by beginning anew: the hash of other bytes may have been promised.
        if plan.count() > 0 && !self.is_ours(plan, known, listed).await? {
            return Ok(false);
        }
        let (stamp, now) = (*self.source.stamp(), self.context.now());
        self.context
            .journaled(move |journal| journal.restamp_upload(row, &stamp, now))
            .await;
        Ok(true)
    }

    /// The file has other bytes by now: what was begun is given up, here and on the server.
    async fn changed(&self, journaled: &JournaledUpload) -> Result<Resumed, TransferError> {
        if let Some(answered) = &journaled.answered {
            let status = patiently!(
                self.context,
                self.context.api.upload_status(answered.video_id)
            );
            match status {
                // Whoever took it over has the file as it was, perhaps.
                Ok(status) if status.epoch != answered.epoch => {}
                Ok(_) => self.abort(answered.video_id).await?,
                Err(error) if is_closed(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (then, now) = (&journaled.stamp, self.source.stamp());
        // Another inode alone is a card that was plugged in again.
        if (then.size, then.mtime) != (now.size, now.mtime) {
            self.report.tell(Progress::Changed);
        }
        self.end(Some(journaled.row)).await;
        Ok(Resumed::Nothing)
    }

    /// Frees on the server what was sent of an upload that nobody will go on with.
    pub(super) async fn abort(&self, video: VideoId) -> Result<(), TransferError> {
        match patiently!(self.context, self.context.api.abort_upload(video)) {
            Err(error) if !is_closed(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The epoch to go on with: where somebody else took the upload over since, it is taken back. A person, or the
    /// daemon after long silence, decided so by coming here.
    async fn own_epoch(
        &self,
        journaled: &JournaledUpload,
        answered: &AnsweredUpload,
        status: &UploadResponse,
    ) -> Result<u32, TransferError> {
        if status.epoch == answered.epoch {
            return Ok(status.epoch);
        }
        let api = &self.context.api;
        let adopted = patiently!(
            self.context,
            api.adopt_upload(answered.video_id, status.epoch)
        );
        let epoch = adopted?.epoch;
        let (row, now) = (journaled.row, self.context.now());
        let answered = AnsweredUpload {
            epoch,
            ..answered.clone()
        };
        self.context
            .journaled(move |journal| journal.answer_upload(row, &answered, now))
            .await;
        Ok(epoch)
    }

    /// An upload that is not open any more: complete, if its completion was asked for and the video says so.
    async fn closed(
        &self,
        journaled: &JournaledUpload,
        video: VideoId,
        is_same: bool,
    ) -> Result<Resumed, TransferError> {
        if journaled.state == UploadState::Completing && is_same {
            let api = &self.context.api;
            let status = match patiently!(self.context, api.status(video)) {
                Ok(status) => Some(status),
                Err(error) if error.code() == Some(ErrorCode::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            let stored = status
                .and_then(|status| status.state.known())
                .is_some_and(is_stored);
            if let Some(blake3) = journaled.blake3.filter(|_| stored) {
                let took = std::time::Duration::ZERO;
                self.remember(Some(journaled.row), blake3, 0, took).await;
                if journaled.ingest_id != self.job.init.ingest_id {
                    self.locate(video).await?;
                }
                return Ok(Resumed::Stored(self.was_stored(video, blake3)));
            }
        }
        self.end(Some(journaled.row)).await;
        Ok(Resumed::Nothing)
    }

    fn was_stored(&self, video_id: VideoId, blake3: Blake3) -> UploadOutcome {
        let size = self.source.size();
        UploadOutcome::Stored {
            video_id,
            blake3,
            size,
            resumed_bytes: size,
            sent_bytes: 0,
        }
    }
}

/// The server has no open upload of this video.
pub(in crate::transfer) fn is_closed(error: &HttpError) -> bool {
    matches!(
        error.code(),
        Some(
            ErrorCode::UploadNotOpen
                | ErrorCode::UploadExpired
                | ErrorCode::NotFound
                | ErrorCode::InvalidState
        )
    )
}
