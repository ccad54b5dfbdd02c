//! Asking the server for a new upload; the key of the question is on this disk before it is sent.

use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::upload::{InitUploadRequest, InitUploadResponse, PartToSign};
use heimdex_api::{ErrorCode, failpoint};
use uuid::Uuid;

use super::{Asked, Opened, Run};
use crate::HttpError;
use crate::http::InitReply;
use crate::journal::{AnsweredUpload, UploadRow};
use crate::transfer::context::patiently;
use crate::transfer::engine::Upload;
use crate::transfer::error::TransferError;
use crate::transfer::known::Known;
use crate::transfer::stop::Stop;

impl Run<'_> {
    /// Opens a new upload, or the one that was asked for before with the same key.
    pub(super) async fn begin(
        &self,
        asked: Option<Asked>,
        known: &Known,
    ) -> Result<Opened, TransferError> {
        let mut request = self.request(known);
        let mut asked = asked;
        let mut corrections = 0;
        loop {
            let (row, key) = match asked.take() {
                Some(asked) => (Some(asked.row), asked.idempotency_key),
                None => self.ask().await,
            };
            let api = &self.context.api;
            let reply = patiently!(self.context, api.init_upload(&request, &key));
            let error = match reply {
                Ok(InitReply::Multipart(reply)) => return self.opened(reply, row).await,
                Ok(InitReply::SinglePut(_)) => {
                    return Err(self.senseless("it offers one PUT where parts were asked for"));
                }
                Err(error) => error,
            };
            self.end(row).await;
            corrections += 1;
            let parts_refused = request.parts.is_some() && names_parts(&error);
            if parts_refused {
                // Its store verifies by something else; the reply without parts says what.
                request.parts = None;
            }
            // What was asked with this key before was asked in other words.
            let conflict = error.code() == Some(ErrorCode::IdempotencyConflict);
            if corrections > 2 || !(parts_refused || conflict) {
                return Err(error.into());
            }
        }
    }

    async fn ask(&self) -> (Option<UploadRow>, String) {
        let key = Uuid::new_v4().to_string();
        let (written, now) = (key.clone(), self.context.now());
        let row = self
            .journal_new(move |journal, new| journal.ask_upload(new, &written, now))
            .await;
        failpoint!("client.upload.asked");
        (row, key)
    }

    fn request(&self, known: &Known) -> InitUploadRequest {
        let size = self.source.size();
        let root = known.root(size);
        let only = PartNumber::new(1).and_then(|part| {
            // Of a file that is one part however it is cut.
            let hashed =
                (size <= heimdex_api::limits::PART_SIZE_MIN).then(|| known.parts.get(&part))??;
            Some(PartToSign {
                part_number: part,
                size_bytes: size,
                checksum: hashed.checksum.clone(),
            })
        });
        InitUploadRequest {
            size_bytes: Some(size),
            multipart: Some(true),
            blake3: root,
            part_size_hint: self.part_size_hint(),
            parts: only.map(|part| vec![part]),
            ..self.job.init.clone()
        }
    }

    async fn opened(
        &self,
        reply: InitUploadResponse,
        row: Option<UploadRow>,
    ) -> Result<Opened, TransferError> {
        let plan = PartPlan::new(self.source.size(), reply.part_size)
            .filter(|plan| reply.part_count == Some(plan.count()))
            .ok_or_else(|| self.senseless("its parts do not make the file"))?;
        if let Some(row) = row {
            let answered = AnsweredUpload {
                video_id: reply.video_id,
                upload_id: reply.upload_id,
                epoch: reply.epoch,
                part_size: reply.part_size,
                part_checksum: reply.part_checksum,
            };
            let now = self.context.now();
            self.context
                .journaled(move |journal| journal.answer_upload(row, &answered, now))
                .await;
        }
        failpoint!("client.upload.opened");
        let upload = Upload {
            video_id: reply.video_id,
            epoch: reply.epoch,
            plan,
            algorithm: reply.part_checksum,
            damaged: self.job.init.damaged,
            row,
        };
        Ok(Opened {
            upload,
            listed: Vec::new(),
            presigned: reply.parts.unwrap_or_default(),
            parts_per_request: reply.max_parts_per_request as usize,
            is_to_be_located: false,
        })
    }

    pub(super) fn senseless(&self, what: &str) -> TransferError {
        self.stopped(Stop::Api {
            code: None,
            class: crate::ErrorClass::Failed,
            message: format!("the server's reply makes no sense: {what}"),
            hint: None,
        })
    }
}

/// Whether the server refused a request for what it says of parts.
pub(in crate::transfer) fn names_parts(error: &HttpError) -> bool {
    match error {
        HttpError::Api { problem, .. } => {
            error.code() == Some(ErrorCode::ValidationFailed)
                && problem
                    .errors
                    .iter()
                    .any(|field| field.field.starts_with("parts"))
        }
        _ => false,
    }
}
