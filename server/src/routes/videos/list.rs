//! `GET /videos`: a page of the library.

use axum::Json;
use axum::extract::State;
use heimdex_api::Scope;
use heimdex_api::video::{VideoListQuery, VideoListResponse};

use super::{query, reply};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::listing::encode_cursor;
use crate::web::{ApiError, ClientOrigin, Query};

/// `GET /videos`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    Query(query): Query<VideoListQuery>,
) -> Result<Json<VideoListResponse>, ApiError> {
    caller.require(Scope::Read)?;
    let (query, identity) = query::parse(&query, caller.library_id)?;
    let library = caller.library_id;
    let (page, total) = tokio::try_join!(
        app.catalog.list_videos(library, &query),
        app.catalog.count_videos(library, &query.filter)
    )?;
    Ok(Json(VideoListResponse {
        videos: page
            .videos
            .into_iter()
            .map(|video| reply::shown(&app, &origin, video))
            .collect(),
        total: total.videos,
        total_is_lower_bound: total.is_lower_bound,
        next_cursor: page.next.and_then(|start| encode_cursor(identity, &start)),
        prev_cursor: page
            .previous
            .and_then(|start| encode_cursor(identity, &start)),
    }))
}
