//! `DELETE /videos/{id}`: into the trash, where it is kept for 30 days.

use axum::extract::State;
use axum::response::Response;
use heimdex_api::ops::NoQuery;
use heimdex_api::{Scope, VideoId, VideoState};

use super::reply;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::DeleteOutcome;
use crate::routes::uploads;
use crate::web::{ApiError, ClientOrigin, PathId, Query};

/// `DELETE /videos/{id}`
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    PathId(id): PathId<VideoId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, ApiError> {
    caller.require(Scope::Write)?;
    let gone = || ApiError::not_found("video");
    let library = caller.library_id;
    let video = app.catalog.video(library, id).await?.ok_or_else(gone)?;
    if video.row.state == VideoState::Uploading {
        // Whatever it comes to: somebody may have completed or cancelled it a moment ago.
        uploads::cancel(&app, library, id).await?;
    }
    match app
        .catalog
        .delete_video(library, id, app.clock.now())
        .await?
    {
        DeleteOutcome::Deleted => {}
        DeleteOutcome::NoSuchVideo => return Err(gone()),
    }
    let video = app.catalog.video(library, id).await?.ok_or_else(gone)?;
    Ok(reply::changed(&app, &origin, video))
}
