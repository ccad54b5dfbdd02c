//! `DELETE /videos/{id}/upload`: the upload is thrown away and its parts are freed.

use axum::extract::State;
use heimdex_api::{LibraryId, Scope, VideoId, failpoint};
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
    match cancel(&app, caller.library_id, video).await? {
        // It is gone, now or already, which is what was asked for.
        CancelOutcome::Cancelled(_)
        | CancelOutcome::NotOpen(UploadStanding::Cancelled | UploadStanding::Expired) => {
            Ok(StatusCode::NO_CONTENT)
        }
        CancelOutcome::NotOpen(standing) => Err(not_open(standing)),
        CancelOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}

/// Cancels the open upload of a video, if there is one, and frees its parts.
pub(crate) async fn cancel(
    app: &App,
    library: LibraryId,
    video: VideoId,
) -> Result<CancelOutcome, ApiError> {
    let outcome = app
        .catalog
        .cancel_upload(library, video, app.clock.now())
        .await?;
    if let CancelOutcome::Cancelled(upload) = &outcome {
        failpoint!("upload.abort.claimed");
        free_upload(&app.objects, upload).await?;
        app.catalog.finish_purge(upload, app.clock.now()).await?;
    }
    Ok(outcome)
}
