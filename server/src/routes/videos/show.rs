//! `GET /videos/{id}`: one video, with where it was found and what else the probe found.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use heimdex_api::VideoId;
use heimdex_api::ops::NoQuery;
use http::header::ETAG;

use super::{Sight, reply, visible};
use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, ClientOrigin, PathId, Query};

/// `GET /videos/{id}`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    PathId(id): PathId<VideoId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, ApiError> {
    let (video, sight) = visible(&app, &caller, id).await?;
    let locations = app.catalog.locations_of_video(id).await?;
    let media = video
        .row
        .media
        .as_deref()
        .map(serde_json::from_str)
        .transpose();
    let etag = reply::etag(&video.row);
    let mut shown = reply::shown(&app, &origin, video);
    shown.locations = Some(locations.into_iter().map(reply::location).collect());
    // Every key is always there: null says that nothing was found, or not yet.
    let media = media.map_err(ApiError::internal)?;
    shown.media = Some(media.unwrap_or(serde_json::Value::Null));
    if sight == Sight::WithoutUrls {
        shown.thumbnail_url = None;
        shown.contact_sheet_url = None;
    }
    Ok(([(ETAG, etag)], Json(shown)).into_response())
}
