//! `POST /videos/{id}/upload/parts`: URLs for parts, and word of those that arrived.

use axum::Json;
use axum::extract::State;
use heimdex_api::upload::{SignPartsRequest, SignPartsResponse};
use heimdex_api::{Scope, VideoId, failpoint};

use super::{
    checked_acknowledgements, checked_parts, never_signed, not_open, over_quota, signed, taken_over,
};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::{PartsOutcome, PartsReport, UploadStanding};
use crate::web::{ApiError, Body, ClientOrigin, PathId};

/// `POST /videos/{id}/upload/parts`
pub async fn parts(
    State(app): State<App>,
    caller: Caller,
    PathId(video): PathId<VideoId>,
    ClientOrigin(origin): ClientOrigin,
    Body(request): Body<SignPartsRequest>,
) -> Result<Json<SignPartsResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    let library = caller.library_id;
    let upload = app
        .catalog
        .upload(library, video)
        .await?
        .ok_or_else(|| ApiError::not_found("video"))?;
    if upload.standing() != UploadStanding::Open {
        return Err(not_open(upload.standing()));
    }
    let algorithm = upload
        .part_checksum
        .unwrap_or_else(|| app.objects.part_checksum());
    let to_sign = checked_parts(request.parts, upload.shape()?, algorithm)?;
    let acknowledged =
        checked_acknowledgements(request.acknowledged.unwrap_or_default(), algorithm)?;
    let now = app.clock.now();
    let report = PartsReport {
        library,
        video,
        epoch: request.epoch,
        to_sign: &to_sign,
        acknowledged: &acknowledged,
        expires_at: now.saturating_add(app.config.limits.upload_ttl.get()),
    };
    // Written down before a URL leaves: what the store may hold is always among what was signed.
    let upload = match app.catalog.record_parts(report, now).await? {
        PartsOutcome::Recorded(upload) => upload,
        PartsOutcome::NotOpen(standing) => return Err(not_open(standing)),
        PartsOutcome::TakenOver => return Err(taken_over()),
        PartsOutcome::QuotaExceeded { quota_bytes } => return Err(over_quota(quota_bytes)),
        PartsOutcome::NeverSigned(index) => return Err(never_signed(index)),
        PartsOutcome::NoSuchVideo => return Err(ApiError::not_found("video")),
    };
    failpoint!("upload.parts.recorded");
    Ok(Json(SignPartsResponse {
        parts: signed(&app, &origin, &upload, &to_sign)?,
    }))
}
