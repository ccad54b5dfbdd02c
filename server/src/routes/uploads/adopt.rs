//! `POST /videos/{id}/upload/adopt`: from now on the caller sends the parts.

use axum::Json;
use axum::extract::State;
use heimdex_api::upload::{AdoptUploadRequest, AdoptUploadResponse};
use heimdex_api::{Scope, SessionId, TokenId, VideoId};

use super::{not_open, taken_over};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::AdoptOutcome;
use crate::web::{ApiError, Body, PathId};

/// `POST /videos/{id}/upload/adopt`
pub async fn adopt(
    State(app): State<App>,
    caller: Caller,
    PathId(video): PathId<VideoId>,
    Body(request): Body<AdoptUploadRequest>,
) -> Result<Json<AdoptUploadResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    let by = caller
        .session()
        .map(SessionId::as_uuid)
        .or(caller.token().map(TokenId::as_uuid))
        .unwrap_or(caller.user_id.as_uuid());
    match app
        .catalog
        .adopt_upload(caller.library_id, video, request.epoch, by)
        .await?
    {
        AdoptOutcome::Adopted(epoch) => Ok(Json(AdoptUploadResponse { epoch })),
        AdoptOutcome::TakenOver => Err(taken_over()),
        AdoptOutcome::NotOpen(standing) => Err(not_open(standing)),
        AdoptOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}
