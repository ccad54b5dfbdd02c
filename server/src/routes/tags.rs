//! `GET /tags`: what the library's videos are tagged with.

use axum::Json;
use axum::extract::State;
use heimdex_api::Scope;
use heimdex_api::ops::NoQuery;
use heimdex_api::tag::{TagCount, TagsResponse};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::TagRow;
use crate::web::{ApiError, Query};

/// `GET /tags`
pub async fn tags(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<TagsResponse>, ApiError> {
    caller.require(Scope::Read)?;
    let tags = app.catalog.tags(caller.library_id).await?;
    let tags = tags.into_iter().map(|TagRow { name, videos }| TagCount {
        name,
        count: videos,
    });
    Ok(Json(TagsResponse {
        tags: tags.collect(),
    }))
}
