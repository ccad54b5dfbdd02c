//! `/videos/upload/…`, `/videos/{id}/upload…`, `/videos/lookup`: announcing, signing, completing.

use std::time::Duration;

use heimdex_api::ops::feature;
use heimdex_api::reread::{RereadRequest, RereadResponse, RereadStarted};
use heimdex_api::upload::{
    AdoptUploadRequest, AdoptUploadResponse, CompleteUploadRequest, CompleteUploadResponse,
    InitUploadRequest, InitUploadResponse, LookupRequest, LookupResponse, OpenUploadsQuery,
    OpenUploadsResponse, SignPartsRequest, SignPartsResponse, SignedPart, SinglePutResponse,
    UploadResponse,
};
use heimdex_api::{RereadId, VideoId};

use super::call::Call;
use super::{ApiClient, HttpError};

/// Putting thousands of parts together takes some stores minutes.
pub(super) const COMPLETE_LIMIT: Duration = Duration::from_mins(5);

/// The two shapes of the reply to init.
#[derive(Debug, Clone, PartialEq)]
pub enum InitReply {
    /// Parts.
    Multipart(InitUploadResponse),
    /// The original's single PUT.
    SinglePut(SinglePutResponse),
}

impl ApiClient {
    /// `POST /videos/upload/init`
    ///
    /// A server without parts gets the original's fields alone, and answers with a single PUT.
    pub async fn init_upload(
        &self,
        request: &InitUploadRequest,
        idempotency_key: &str,
    ) -> Result<InitReply, HttpError> {
        let extended = self.has(feature::MULTIPART).await?;
        let call = Call::post("/videos/upload/init");
        if extended && request.multipart == Some(true) {
            let call = call.body(request)?.idempotency_key(Some(idempotency_key));
            let reply: InitUploadResponse = self.send(call).await?;
            self.check_parts(reply.parts.as_deref())?;
            return Ok(InitReply::Multipart(reply));
        }
        let original;
        let request = if extended {
            request
        } else {
            original = InitUploadRequest {
                filename: request.filename.clone(),
                mime_type: request.mime_type.clone(),
                size_bytes: request.size_bytes,
                title: request.title.clone(),
                description: request.description.clone(),
                ..InitUploadRequest::default()
            };
            &original
        };
        let key = self
            .has(feature::IDEMPOTENCY)
            .await?
            .then_some(idempotency_key);
        let call = call.body(request)?.idempotency_key(key);
        let reply: SinglePutResponse = self.send(call).await?;
        self.check_store(&reply.upload_url)?;
        Ok(InitReply::SinglePut(reply))
    }

    /// Fails where one of the parts would go in the clear.
    pub(super) fn check_parts(&self, parts: Option<&[SignedPart]>) -> Result<(), HttpError> {
        let mut parts = parts.unwrap_or_default().iter();
        parts.try_for_each(|part| self.check_store(&part.url))
    }

    /// `POST /videos/{id}/upload/parts`: URLs for parts, and word of what the store took.
    pub async fn sign_parts(
        &self,
        video: VideoId,
        request: &SignPartsRequest,
    ) -> Result<SignPartsResponse, HttpError> {
        let call = Call::post(format!("/videos/{video}/upload/parts")).body(request)?;
        let reply: SignPartsResponse = self.send(call).await?;
        self.check_parts(Some(&reply.parts))?;
        Ok(reply)
    }

    /// `GET /videos/{id}/upload`: what the store has of it.
    pub async fn upload_status(&self, video: VideoId) -> Result<UploadResponse, HttpError> {
        self.send(Call::get(format!("/videos/{video}/upload")))
            .await
    }

    /// `POST /videos/{id}/upload/adopt`: goes on with an upload of somebody else's.
    pub async fn adopt_upload(
        &self,
        video: VideoId,
        epoch: u32,
    ) -> Result<AdoptUploadResponse, HttpError> {
        let request = AdoptUploadRequest { epoch };
        self.send(Call::post(format!("/videos/{video}/upload/adopt")).body(&request)?)
            .await
    }

    /// `DELETE /videos/{id}/upload`: gives it up and frees its parts.
    pub async fn abort_upload(&self, video: VideoId) -> Result<(), HttpError> {
        self.send_for_nothing(Call::delete(format!("/videos/{video}/upload")))
            .await
    }

    /// `GET /videos/uploads`: one page of what could be gone on with.
    pub async fn open_uploads(
        &self,
        query: &OpenUploadsQuery,
    ) -> Result<OpenUploadsResponse, HttpError> {
        self.need(feature::MULTIPART, "uploads in parts").await?;
        self.send(Call::get("/videos/uploads").query(query)?).await
    }

    /// `POST /videos/upload/complete`; repeating it answers the same.
    ///
    /// A server without parts gets the video's id alone.
    pub async fn complete_upload(
        &self,
        request: &CompleteUploadRequest,
    ) -> Result<CompleteUploadResponse, HttpError> {
        let call = Call::post("/videos/upload/complete").limit(COMPLETE_LIMIT);
        let call = if self.has(feature::MULTIPART).await? {
            call.body(request)?
        } else {
            call.body(&serde_json::json!({ "video_id": request.video_id }))?
        };
        self.send(call).await
    }

    /// `POST /videos/lookup`: which of these files the catalog has, and with `check: store` the store.
    pub async fn lookup(&self, request: &LookupRequest) -> Result<LookupResponse, HttpError> {
        self.need(feature::LOOKUP, "look-ups").await?;
        let call = Call::post("/videos/lookup").body(request)?;
        if request.check.as_deref() == Some("store") {
            self.need(feature::LOOKUP_STORE, "look-ups that ask the store")
                .await?;
            return self.send(call.limit(COMPLETE_LIMIT)).await;
        }
        self.send(call).await
    }

    /// `POST /videos/lookup/reread`: has the store's bytes of these videos read and hashed again.
    pub async fn start_reread(
        &self,
        request: &RereadRequest,
        idempotency_key: &str,
    ) -> Result<RereadStarted, HttpError> {
        self.need(feature::REREAD, "reading stored bytes again")
            .await?;
        let call = Call::post("/videos/lookup/reread").body(request)?;
        self.send(call.idempotency_key(Some(idempotency_key))).await
    }

    /// `GET /videos/lookup/reread/{id}`: how far it is, and what came of it.
    pub async fn reread(&self, run: RereadId) -> Result<RereadResponse, HttpError> {
        self.send(Call::get(format!("/videos/lookup/reread/{run}")))
            .await
    }
}
