//! Going on with an upload that the server knows and this journal does not: begun elsewhere, or the journal was lost.
//!
//! It is adopted only if every part of it with a known checksum equals the local file's, and at least one does:
//! `C0001.MP4`, cut at one size, is on every card. One of which nothing has arrived tells by the hash that was promised
//! of it; it is left to whoever began it as long as they may still be at it.

use std::sync::Arc;
use std::time::Duration;

use heimdex_api::plan::PartPlan;
use heimdex_api::upload::{OpenUpload, OpenUploadsQuery, StoredPart};
use heimdex_api::{ErrorCode, VideoId};

use super::resume::is_closed;
use super::{Opened, Run};
use crate::journal::{AnsweredUpload, Journal};
use crate::transfer::answers::normal;
use crate::transfer::context::{given_up, patiently};
use crate::transfer::engine::Upload;
use crate::transfer::error::TransferError;
use crate::transfer::known::Known;
use crate::transfer::plan::evidence;
use crate::transfer::source::Piece;

/// Pages of candidates that are looked at; more files of one name and size are no accident.
const PAGES_MAX: usize = 5;
/// Who has sent nothing for so long is not sending.
const ABANDONED_AFTER: Duration = Duration::from_mins(15);

impl Run<'_> {
    /// Takes over the first open upload that is of this very file.
    pub(super) async fn adopt(&self, known: &mut Known) -> Result<Option<Opened>, TransferError> {
        if self.source.size() == 0 {
            // Nothing in it could tell it from another.
            return Ok(None);
        }
        let mut query = OpenUploadsQuery {
            filename: Some(self.job.init.filename.clone()),
            size_bytes: Some(self.source.size().to_string()),
            cursor: None,
        };
        for _ in 0..PAGES_MAX {
            let api = &self.context.api;
            let page = patiently!(self.context, api.open_uploads(&query))?;
            for candidate in &page.uploads {
                if let Some(opened) = self.adopt_one(candidate, known).await? {
                    return Ok(Some(opened));
                }
            }
            match page.next_cursor {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        Ok(None)
    }

    async fn adopt_one(
        &self,
        candidate: &OpenUpload,
        known: &mut Known,
    ) -> Result<Option<Opened>, TransferError> {
        let video = candidate.video_id;
        // What it says of bytes received is a hint, and may be nothing of much: the store's list tells.
        if candidate.size_bytes != Some(self.source.size()) || self.is_another_files(video).await {
            return Ok(None);
        }
        let api = &self.context.api;
        let status = match patiently!(self.context, api.upload_status(video)) {
            Ok(status) => status,
            Err(error) if is_closed(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(plan) = PartPlan::new(self.source.size(), status.part_size) else {
            return Ok(None);
        };
        let listed = normal(status.part_checksum, status.parts);
        let mut compared = known.clone();
        compared.cut_as(status.part_size, status.part_checksum);
        let is_ours = if listed.is_empty() {
            self.is_abandoned(candidate, known)
        } else {
            self.is_ours(&plan, &mut compared, &listed).await?
        };
        if !is_ours {
            return Ok(None);
        }
        let epoch = match patiently!(self.context, api.adopt_upload(video, status.epoch)) {
            Ok(reply) => reply.epoch,
            // Somebody was quicker, or it is complete by now.
            Err(error) if error.code() == Some(ErrorCode::UploadTakenOver) || is_closed(&error) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        *known = compared;
        let answered = AnsweredUpload {
            video_id: video,
            upload_id: status.upload_id,
            epoch,
            part_size: status.part_size,
            part_checksum: status.part_checksum,
        };
        Ok(Some(self.adopted(answered, plan, listed).await))
    }

    /// Whether an upload of which nothing has arrived is of this file, and nobody is at it any more.
    fn is_abandoned(&self, candidate: &OpenUpload, known: &Known) -> bool {
        let root = known.root(self.source.size());
        let silent = self.context.now().since(candidate.last_progress_at);
        root.is_some() && candidate.blake3 == root && silent >= ABANDONED_AFTER
    }

    /// Writes down what was taken over.
    async fn adopted(
        &self,
        answered: AnsweredUpload,
        plan: PartPlan,
        listed: Vec<StoredPart>,
    ) -> Opened {
        let (written, now) = (answered.clone(), self.context.now());
        let row = self
            .journal_new(move |journal, new| journal.adopt_upload(new, &written, now))
            .await;
        heimdex_api::failpoint!("client.upload.adopted");
        let upload = Upload {
            video_id: answered.video_id,
            epoch: answered.epoch,
            plan,
            algorithm: answered.part_checksum,
            damaged: self.job.init.damaged,
            row,
        };
        Opened {
            upload,
            listed,
            presigned: Vec::new(),
            parts_per_request: heimdex_api::limits::PARTS_PER_REQUEST,
            is_to_be_located: true,
        }
    }

    /// Whether this machine brings another file with that upload: it must not be taken from itself.
    async fn is_another_files(&self, video: VideoId) -> bool {
        let profile = self.key.profile.clone();
        let row = self
            .context
            .journaled(move |journal: &Journal| journal.unfinished_upload_of(&profile, video))
            .await
            .flatten();
        row.is_some_and(|row| row.file != self.key.file)
    }

    /// Whether an upload is of this file: the listed parts are hashed here and compared, until one differs.
    pub(super) async fn is_ours(
        &self,
        plan: &PartPlan,
        known: &mut Known,
        listed: &[StoredPart],
    ) -> Result<bool, TransferError> {
        let Some(evidence) = evidence(plan, known.algorithm, listed) else {
            return Ok(false);
        };
        for (part, checksum) in evidence {
            self.still_wanted()?;
            if !known.parts.contains_key(&part) {
                let piece = Piece {
                    range: plan.range(part).unwrap_or_default(),
                    algorithm: known.algorithm,
                    is_whole: plan.count() == 1,
                };
                let source = Arc::clone(&self.source);
                let hashed = tokio::task::spawn_blocking(move || source.hash(&piece, |_| {}))
                    .await
                    .unwrap_or_else(|error| Err(given_up(error)))
                    .map_err(|stop| self.stopped(stop))?;
                known.parts.insert(part, hashed);
            }
            if known
                .parts
                .get(&part)
                .is_none_or(|hashed| hashed.checksum != checksum)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
