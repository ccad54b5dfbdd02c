//! `/videos/upload/batch` and `/videos/upload/complete/batch`: many small files by few requests.

use heimdex_api::batch::{BatchRequest, BatchResponse, BatchResult};
use heimdex_api::ops::feature;
use heimdex_api::upload::{CompleteUploadRequest, CompleteUploadResponse, InitUploadRequest};
use serde::de::DeserializeOwned;

use super::call::Call;
use super::uploads::COMPLETE_LIMIT;
use super::{ApiClient, HttpError, InitReply};

const WHAT: &str = "batches of uploads";

impl ApiClient {
    /// `POST /videos/upload/batch`: announces up to 500 files, each under its idempotency key; one answer a file, in order.
    ///
    /// The whole request may be repeated, and so may each file alone by [`init_upload`](Self::init_upload).
    pub async fn init_uploads<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a InitUploadRequest, &'a str)>,
    ) -> Result<Vec<Result<InitReply, HttpError>>, HttpError> {
        self.need(feature::BATCH, WHAT).await?;
        let mut batch = BatchRequest::default();
        let mut in_parts = Vec::new();
        for (file, idempotency_key) in files {
            batch
                .add_init(file, idempotency_key)
                .map_err(|error| HttpError::Request(error.to_string()))?;
            in_parts.push(file.multipart == Some(true));
        }
        let call = Call::post("/videos/upload/batch").limit(COMPLETE_LIMIT);
        let results = self.send_batch(call, &batch).await?;
        let mut replies = Vec::with_capacity(results.len());
        for (result, in_parts) in results.into_iter().zip(in_parts) {
            let reply = if in_parts {
                self.one_of_batch(result).map(InitReply::Multipart)
            } else {
                self.one_of_batch(result).map(InitReply::SinglePut)
            };
            // Not one file's affair: the store is the same for all.
            match &reply {
                Ok(InitReply::Multipart(reply)) => self.check_parts(reply.parts.as_deref())?,
                Ok(InitReply::SinglePut(reply)) => self.check_store(&reply.upload_url)?,
                Err(_) => {}
            }
            replies.push(reply);
        }
        Ok(replies)
    }

    /// `POST /videos/upload/complete/batch`: completes up to 500 uploads; one answer each, in order. Repeating it
    /// answers the same.
    pub async fn complete_uploads<'a>(
        &self,
        uploads: impl IntoIterator<Item = &'a CompleteUploadRequest>,
    ) -> Result<Vec<Result<CompleteUploadResponse, HttpError>>, HttpError> {
        self.need(feature::BATCH, WHAT).await?;
        let mut batch = BatchRequest::default();
        for upload in uploads {
            batch
                .add(upload)
                .map_err(|error| HttpError::Request(error.to_string()))?;
        }
        let call = Call::post("/videos/upload/complete/batch").limit(COMPLETE_LIMIT);
        let results = self.send_batch(call, &batch).await?;
        Ok(results
            .into_iter()
            .map(|result| self.one_of_batch(result))
            .collect())
    }

    async fn send_batch(
        &self,
        call: Call,
        batch: &BatchRequest,
    ) -> Result<Vec<BatchResult>, HttpError> {
        let reply: BatchResponse = self.send(call.body(batch)?).await?;
        let (asked, answered) = (batch.requests.len(), reply.results.len());
        if asked == answered {
            Ok(reply.results)
        } else {
            Err(self.invalid(format!("{answered} results for {asked} requests")))
        }
    }

    fn one_of_batch<T: DeserializeOwned>(&self, result: BatchResult) -> Result<T, HttpError> {
        let status = result.status;
        if (200..300).contains(&status) {
            // The error would quote what it was given, and that may be a signed URL.
            return serde_json::from_value(result.body)
                .map_err(|_| self.invalid("a result of its batch has another shape".to_owned()));
        }
        let problem = serde_json::from_value(result.body);
        Err(HttpError::Api {
            status,
            problem: Box::new(problem.unwrap_or_else(|_| self.wordless(status))),
            retry_after: None,
        })
    }
}
