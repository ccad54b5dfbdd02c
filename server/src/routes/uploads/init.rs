//! `POST /videos/upload/init`: a new video, and how its bytes are to come.

mod announce;
mod request;

use axum::Json;
use axum::extract::State;
use heimdex_api::Scope;
use heimdex_api::upload::InitUploadRequest;
use http::StatusCode;
use serde_json::Value;

use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, Body, ClientOrigin, IdempotencyKey};

pub(super) use announce::{Asked, announce};

/// `POST /videos/upload/init`
pub async fn init(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    IdempotencyKey(key): IdempotencyKey,
    Body(request): Body<InitUploadRequest>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.require(Scope::Upload)?;
    let asked = Asked { request, key };
    let mut replies = announce(&app, &caller, &origin, vec![Ok(asked)]).await?;
    let reply = replies
        .pop()
        .ok_or_else(|| ApiError::internal("an announcement without its reply"))??;
    Ok((StatusCode::CREATED, Json(reply)))
}
