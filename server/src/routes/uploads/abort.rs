//! `DELETE /videos/{id}/upload`: the upload is thrown away and its parts are freed.

use axum::extract::State;
use heimdex_api::{Scope, VideoId, failpoint};
use http::StatusCode;

use super::not_open;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::{CancelOutcome, UploadStanding};
use crate::jobs::free_upload;
use crate::web::{ApiError, PathId};

/// `DELETE /videos/{id}/upload`
pub async fn abort(
    State(app): State<App>,
    caller: Caller,
    PathId(video): PathId<VideoId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Scope::Upload)?;
    let now = app.clock.now();
    let upload = match app
        .catalog
        .cancel_upload(caller.library_id, video, now)
        .await?
    {
        CancelOutcome::Cancelled(upload) => upload,
        // It is gone, which is what was asked for.
        CancelOutcome::NotOpen(UploadStanding::Cancelled | UploadStanding::Expired) => {
            return Ok(StatusCode::NO_CONTENT);
        }
        CancelOutcome::NotOpen(standing) => return Err(not_open(standing)),
        CancelOutcome::NoSuchVideo => return Err(ApiError::not_found("video")),
    };
    failpoint!("upload.abort.claimed");
    free_upload(&app.objects, &upload).await?;
    app.catalog.finish_purge(&upload, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
