//! `/ingests`: runs over cards and folders, and where their files went.

use heimdex_api::IngestId;
use heimdex_api::ingest::{
    CreateIngestRequest, CreateIngestResponse, FinishIngestRequest, IngestFilesQuery,
    IngestFilesResponse, IngestListQuery, IngestListResponse, IngestResponse,
    PutIngestFilesRequest, PutIngestFilesResponse,
};
use heimdex_api::ops::feature;
use reqwest::Method;

use super::call::Call;
use super::{ApiClient, HttpError};

const WHAT: &str = "ingests";

impl ApiClient {
    /// `POST /ingests`
    pub async fn create_ingest(
        &self,
        request: &CreateIngestRequest,
        idempotency_key: &str,
    ) -> Result<CreateIngestResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        let call = Call::post("/ingests").body(request)?;
        self.send(call.idempotency_key(Some(idempotency_key))).await
    }

    /// `PUT /ingests/{id}/files`: which video has the bytes of which path; repeating it is nothing.
    pub async fn put_ingest_files(
        &self,
        ingest: IngestId,
        request: &PutIngestFilesRequest,
    ) -> Result<PutIngestFilesResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        self.send(Call::new(Method::PUT, format!("/ingests/{ingest}/files")).body(request)?)
            .await
    }

    /// `POST /ingests/{id}/finish`: how much the card holds; may be told again.
    pub async fn finish_ingest(
        &self,
        ingest: IngestId,
        request: &FinishIngestRequest,
    ) -> Result<IngestResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        self.send(Call::post(format!("/ingests/{ingest}/finish")).body(request)?)
            .await
    }

    /// `GET /ingests`: one page.
    pub async fn ingests(&self, query: &IngestListQuery) -> Result<IngestListResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        self.send(Call::get("/ingests").query(query)?).await
    }

    /// `GET /ingests/{id}`
    pub async fn ingest(&self, ingest: IngestId) -> Result<IngestResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        self.send(Call::get(format!("/ingests/{ingest}"))).await
    }

    /// `GET /ingests/{id}/files`: one page.
    pub async fn ingest_files(
        &self,
        ingest: IngestId,
        query: &IngestFilesQuery,
    ) -> Result<IngestFilesResponse, HttpError> {
        self.need(feature::INGESTS, WHAT).await?;
        self.send(Call::get(format!("/ingests/{ingest}/files")).query(query)?)
            .await
    }
}
