//! `POST /videos/lookup`: which of a client's files the library has already.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use heimdex_api::limits::LOOKUP_MAX;
use heimdex_api::ops::NoQuery;
use heimdex_api::upload::{LookupRequest, LookupResponse, LookupResult};
use heimdex_api::{Blake3, Open, Scope};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::KnownContentRow;
use crate::web::{ApiError, Body, Query};

/// `POST /videos/lookup`
pub async fn lookup(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
    Body(request): Body<LookupRequest>,
) -> Result<Json<LookupResponse>, ApiError> {
    caller.require(Scope::Upload)?;
    check(&request)?;
    let contents: BTreeSet<(u64, Blake3)> = request
        .files
        .iter()
        .filter_map(|file| Some((file.size_bytes, file.blake3?)))
        .collect();
    let sizes: BTreeSet<u64> = request
        .files
        .iter()
        .filter(|file| file.blake3.is_none())
        .map(|file| file.size_bytes)
        .collect();
    let library = caller.library_id;
    let contents: Vec<_> = contents.into_iter().collect();
    let sizes: Vec<_> = sizes.into_iter().collect();
    let known = app.catalog.known_contents(library, &contents).await?;
    let candidates = app.catalog.candidates_of_size(library, &sizes).await?;
    let results = request
        .files
        .iter()
        .map(|file| match file.blake3 {
            Some(hash) => known.get(&(file.size_bytes, hash)).map(found),
            None => Some(counted(&candidates, file.size_bytes)),
        })
        .collect();
    Ok(Json(LookupResponse { results }))
}

fn check(request: &LookupRequest) -> Result<(), ApiError> {
    if request.files.len() > LOOKUP_MAX {
        return Err(ApiError::field(
            "files",
            format!("At most {LOOKUP_MAX} at once."),
        ));
    }
    match request.check.as_deref() {
        None | Some("catalog") => Ok(()),
        Some(_) => Err(ApiError::field(
            "check",
            "This server checks by `catalog` only.",
        )),
    }
}

fn found(row: &KnownContentRow) -> LookupResult {
    LookupResult {
        video_id: Some(row.video_id),
        state: Some(Open::Known(row.state)),
        verified_at: row.verified_at,
        verified_how: row.verified_how.map(Open::Known),
        damaged: Some(row.damaged),
        candidates: None,
    }
}

fn counted(candidates: &HashMap<u64, u64>, size: u64) -> LookupResult {
    LookupResult {
        candidates: Some(candidates.get(&size).copied().unwrap_or(0)),
        ..LookupResult::default()
    }
}
