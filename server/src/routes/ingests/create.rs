//! `POST /ingests`: a run over a card or folder begins.

use axum::Json;
use axum::extract::State;
use heimdex_api::ingest::{CreateIngestRequest, CreateIngestResponse};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::ops::NoQuery;
use heimdex_api::{ErrorCode, FieldError, IngestId, Scope};
use http::StatusCode;

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::{CreateIngestOutcome, NewIngest};
use crate::web::{ApiError, Body, IdempotencyKey, Query};

/// `POST /ingests`
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
    key: IdempotencyKey,
    Body(request): Body<CreateIngestRequest>,
) -> Result<(StatusCode, Json<CreateIngestResponse>), ApiError> {
    caller.require(Scope::Upload)?;
    check(&request)?;
    let idempotency = key.with("POST /ingests", &request)?;
    let new = NewIngest {
        ingest_id: IngestId::new(app.random.uuid()),
        library_id: caller.library_id,
        user_id: caller.user_id,
        source: request.source,
        root_name: request.root_name,
        host: request.host,
    };
    let outcome = app
        .catalog
        .create_ingest(&new, idempotency.as_ref(), app.clock.now())
        .await?;
    match outcome {
        CreateIngestOutcome::Created(ingest_id) => Ok((
            StatusCode::CREATED,
            Json(CreateIngestResponse { ingest_id }),
        )),
        CreateIngestOutcome::IdempotencyConflict => Err(ApiError::new(
            ErrorCode::IdempotencyConflict,
            "This `Idempotency-Key` came before, with another request.",
        )),
    }
}

fn check(request: &CreateIngestRequest) -> Result<(), ApiError> {
    let fields = [
        ("source", Some(&request.source)),
        ("root_name", request.root_name.as_ref()),
        ("host", request.host.as_ref()),
    ];
    let wrong: Vec<FieldError> = fields
        .into_iter()
        .filter(|(_, text)| {
            text.is_some_and(|text| !(1..=NAME_MAX).contains(&text.chars().count()))
        })
        .map(|(field, _)| FieldError {
            field: field.to_owned(),
            message: format!("It must have 1 to {NAME_MAX} characters."),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ApiError::fields(wrong))
    }
}
