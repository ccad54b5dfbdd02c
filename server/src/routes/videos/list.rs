//! `GET /videos`: a page of the library.

use axum::Json;
use axum::extract::State;
use heimdex_api::video::{VideoListQuery, VideoListResponse};
use heimdex_api::{LibraryId, Scope};

use super::{query, reply};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::{Total, VideoListQuery as ListQuery, VideoPage};
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
    let (page, total) = page_and_total(&app, library, &query).await?;
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

async fn page_and_total(
    app: &App,
    library: LibraryId,
    query: &ListQuery,
) -> Result<(VideoPage, Total), ApiError> {
    let count = app.catalog.count_videos(library, &query.filter);
    if !query.filter.is_counted() {
        return Ok(tokio::try_join!(
            app.catalog.list_videos(library, query),
            count
        )?);
    }
    // The page brings the number along, unless there is nothing on it.
    let page = app.catalog.list_videos(library, query).await?;
    let total = match page.total {
        Some(videos) => Total {
            videos,
            is_lower_bound: false,
        },
        None => count.await?,
    };
    Ok((page, total))
}
