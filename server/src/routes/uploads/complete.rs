//! `POST /videos/upload/complete`: all bytes are there; the checks begin.

mod finish;
mod join;

use axum::Json;
use axum::extract::State;
use heimdex_api::Scope;
use heimdex_api::upload::{CompleteUploadRequest, CompleteUploadResponse};
use http::StatusCode;

use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, Body};

pub(super) use finish::finish;

/// `POST /videos/upload/complete`
pub async fn complete(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CompleteUploadRequest>,
) -> Result<(StatusCode, Json<CompleteUploadResponse>), ApiError> {
    caller.require(Scope::Upload)?;
    let mut replies = finish(&app, &caller, vec![Ok(request)]).await?;
    let reply = replies
        .pop()
        .ok_or_else(|| ApiError::internal("a completion without its reply"))??;
    Ok((StatusCode::ACCEPTED, Json(reply)))
}
