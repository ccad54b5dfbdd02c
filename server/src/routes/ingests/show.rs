//! `GET /ingests/{id}`: one run, and how much of it arrived.

use axum::Json;
use axum::extract::State;
use heimdex_api::ingest::IngestResponse;
use heimdex_api::ops::NoQuery;
use heimdex_api::{IngestId, Scope};

use super::shown;
use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, PathId, Query};

/// `GET /ingests/{id}`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<IngestId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<IngestResponse>, ApiError> {
    caller.require_one_of(&[Scope::Read, Scope::Upload])?;
    let row = app.catalog.ingest(caller.library_id, id).await?;
    row.map(|row| Json(shown(row)))
        .ok_or_else(|| ApiError::not_found("ingest"))
}
