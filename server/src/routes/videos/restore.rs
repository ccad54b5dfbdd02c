//! `POST /videos/{id}/restore`: out of the trash again.

use axum::extract::State;
use axum::response::Response;
use heimdex_api::ops::NoQuery;
use heimdex_api::{Scope, VideoId};

use super::reply;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::RestoreOutcome;
use crate::web::{ApiError, ClientOrigin, PathId, Query};

/// `POST /videos/{id}/restore`
pub async fn restore(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    PathId(id): PathId<VideoId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, ApiError> {
    caller.require(Scope::Write)?;
    let gone = || ApiError::not_found("video");
    let library = caller.library_id;
    match app
        .catalog
        .restore_video(library, id, app.clock.now())
        .await?
    {
        RestoreOutcome::Restored => {}
        RestoreOutcome::NoSuchVideo => return Err(gone()),
    }
    let video = app.catalog.video(library, id).await?.ok_or_else(gone)?;
    Ok(reply::changed(&app, &origin, video))
}
