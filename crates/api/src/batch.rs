//! `POST /videos/upload/batch` and `POST /videos/upload/complete/batch`: many small requests as one.
//!
//! Each body is checked and answered by itself, so that one that is wrong stops none of the others.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::request::request;
use crate::upload::InitUploadRequest;

/// The field that a body of the batch of init has beside those of init itself, where init has a header.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";

request! {
    /// `POST /videos/upload/batch` and `POST /videos/upload/complete/batch`
    #[derive(Default)]
    pub struct BatchRequest {
        /// Up to 500 bodies of init, each with its `idempotency_key`, or of complete.
        pub requests: Vec<Map<String, Value>>,
    }
}

impl BatchRequest {
    /// Adds the body of an init and the key under which it may be repeated, in this batch or alone.
    ///
    /// # Errors
    /// Only if the body could not be written as JSON, which all of its fields can.
    pub fn add_init(
        &mut self,
        body: &InitUploadRequest,
        idempotency_key: &str,
    ) -> Result<(), serde_json::Error> {
        let mut fields = fields(body)?;
        fields.insert(IDEMPOTENCY_KEY.to_owned(), idempotency_key.into());
        self.requests.push(fields);
        Ok(())
    }

    /// Adds any other body.
    ///
    /// # Errors
    /// Only if it could not be written as a JSON object.
    pub fn add<T: Serialize>(&mut self, body: &T) -> Result<(), serde_json::Error> {
        self.requests.push(fields(body)?);
        Ok(())
    }
}

fn fields<T: Serialize>(body: &T) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(body)?)
}

/// The reply to a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchResponse {
    /// One a body, in order.
    pub results: Vec<BatchResult>,
}

/// What one body of a batch came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchResult {
    /// The status that it would have had alone.
    pub status: u16,
    /// The reply that it would have had alone: a [`Problem`](crate::Problem) where the status is no success.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_init_carries_its_key_beside_its_own_fields() {
        let mut batch = BatchRequest::default();
        let body = InitUploadRequest {
            filename: "C0001.XML".to_owned(),
            size_bytes: Some(5),
            ..InitUploadRequest::default()
        };
        batch.add_init(&body, "k-1").unwrap();
        let json = serde_json::to_string(&batch).unwrap();
        assert_eq!(
            json,
            r#"{"requests":[{"filename":"C0001.XML","idempotency_key":"k-1","size_bytes":5}]}"#
        );
    }
}
