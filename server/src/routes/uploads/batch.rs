//! `POST /videos/upload/batch` and `POST /videos/upload/complete/batch`: a card of small files in few requests.
//!
//! Every body is checked and answered as if it came alone; what is written of all of them is one transaction.

use axum::Json;
use axum::extract::State;
use heimdex_api::Scope;
use heimdex_api::batch::{BatchRequest, BatchResponse, BatchResult, IDEMPOTENCY_KEY};
use heimdex_api::limits::BATCH_MAX;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::complete::finish;
use super::init::{Asked, announce};
use crate::app::App;
use crate::auth::Caller;
use crate::web::context::told;
use crate::web::extract::{IDEMPOTENCY_KEY_NEEDED, is_idempotency_key, parse_fields};
use crate::web::{ApiError, Body, ClientOrigin, RequestId};

/// `POST /videos/upload/batch`
pub async fn init_batch(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    RequestId(request_id): RequestId,
    Body(batch): Body<BatchRequest>,
) -> Result<Json<BatchResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    check_count(&batch)?;
    let asked = batch.requests.into_iter().map(asked).collect();
    let replies = announce(&app, &caller, &origin, asked).await?;
    Ok(answered(replies, StatusCode::CREATED, &request_id))
}

/// `POST /videos/upload/complete/batch`
pub async fn complete_batch(
    State(app): State<App>,
    caller: Caller,
    RequestId(request_id): RequestId,
    Body(batch): Body<BatchRequest>,
) -> Result<Json<BatchResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    check_count(&batch)?;
    let requests = batch.requests.into_iter().map(parse_fields).collect();
    let replies = finish(&app, &caller, requests).await?;
    Ok(answered(replies, StatusCode::ACCEPTED, &request_id))
}

fn check_count(batch: &BatchRequest) -> Result<(), ApiError> {
    if batch.requests.len() <= BATCH_MAX {
        return Ok(());
    }
    Err(ApiError::field(
        "requests",
        format!("At most {BATCH_MAX} at once."),
    ))
}

/// One body of the batch of init. Its key is needed: a batch whose reply is lost is repeated as a whole.
fn asked(mut fields: Map<String, Value>) -> Result<Asked, ApiError> {
    let key = match fields.remove(IDEMPOTENCY_KEY) {
        Some(Value::String(key)) if is_idempotency_key(&key) => key,
        Some(_) => return Err(ApiError::field(IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_NEEDED)),
        None => return Err(ApiError::field(IDEMPOTENCY_KEY, "It is missing.")),
    };
    Ok(Asked {
        request: parse_fields(fields)?,
        key: Some(key),
    })
}

fn answered<T: Serialize>(
    replies: Vec<Result<T, ApiError>>,
    success: StatusCode,
    request_id: &str,
) -> Json<BatchResponse> {
    let results = replies
        .into_iter()
        .map(|reply| {
            let body =
                reply.and_then(|reply| serde_json::to_value(reply).map_err(ApiError::internal));
            match body {
                Ok(body) => BatchResult {
                    status: success.as_u16(),
                    body,
                },
                Err(error) => refused(&error, request_id),
            }
        })
        .collect();
    Json(BatchResponse { results })
}

fn refused(error: &ApiError, request_id: &str) -> BatchResult {
    BatchResult {
        status: error.code().status(),
        // A problem is strings and numbers: writing it as JSON cannot fail.
        body: serde_json::to_value(told(error, request_id)).unwrap_or_default(),
    }
}
