//! `POST /ingests/{id}/finish`: what the card holds in all, unreadable files too.

use axum::Json;
use axum::extract::State;
use heimdex_api::ingest::{FinishIngestRequest, IngestResponse};
use heimdex_api::ops::NoQuery;
use heimdex_api::{FieldError, IngestId, Scope};

use super::shown;
use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, Body, PathId, Query};

/// `POST /ingests/{id}/finish`
pub async fn finish(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<IngestId>,
    Query(NoQuery {}): Query<NoQuery>,
    Body(request): Body<FinishIngestRequest>,
) -> Result<Json<IngestResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    check(&request)?;
    let gone = || ApiError::not_found("ingest");
    let library = caller.library_id;
    let finished = app
        .catalog
        .finish_ingest(library, id, request.files, request.bytes, app.clock.now())
        .await?;
    if !finished {
        return Err(gone());
    }
    let row = app.catalog.ingest(library, id).await?.ok_or_else(gone)?;
    Ok(Json(shown(row)))
}

fn check(request: &FinishIngestRequest) -> Result<(), ApiError> {
    let wrong: Vec<FieldError> = [("files", request.files), ("bytes", request.bytes)]
        .into_iter()
        .filter(|(_, number)| i64::try_from(*number).is_err())
        .map(|(field, _)| FieldError {
            field: field.to_owned(),
            message: "It is larger than any card.".to_owned(),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ApiError::fields(wrong))
    }
}
