//! `GET /ingests/{id}/files`: what a card holds, and what has its bytes; a tree can be rebuilt from it.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heimdex_api::ingest::{IngestFileResponse, IngestFilesQuery, IngestFilesResponse};
use heimdex_api::limits::PAGE_MAX;
use heimdex_api::{IngestId, Open, Scope};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::IngestFileRow;
use crate::domain::listing::{
    ListIdentity, PageStart, Position, SortValue, decode_cursor, encode_cursor,
};
use crate::web::{ApiError, PathId, Query};

/// `GET /ingests/{id}/files`
pub async fn files(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<IngestId>,
    Query(query): Query<IngestFilesQuery>,
) -> Result<Json<IngestFilesResponse>, ApiError> {
    caller.require_one_of(&[Scope::Read, Scope::Upload])?;
    let library = caller.library_id;
    if app.catalog.ingest(library, id).await?.is_none() {
        return Err(ApiError::not_found("ingest"));
    }
    let identity = ListIdentity::new(library, &("ingest files", id));
    let after = match query
        .cursor
        .as_deref()
        .map(|cursor| decode_cursor(identity, cursor))
    {
        None => None,
        Some(Some(PageStart::After(Position {
            value: SortValue::Text(path),
            id,
        }))) => Some((path, id)),
        Some(_) => {
            return Err(ApiError::field(
                "cursor",
                "It is not a cursor of this list.",
            ));
        }
    };
    let after = after.as_ref().map(|(path, id)| (path.as_str(), *id));
    let mut rows = app.catalog.ingest_files(id, after, PAGE_MAX + 1).await?;
    let goes_on = rows.len() > PAGE_MAX as usize;
    rows.truncate(PAGE_MAX as usize);
    let next_cursor = rows.last().filter(|_| goes_on).and_then(|row| {
        let value = SortValue::Text(row.path_sort.clone());
        let position = Position {
            value,
            id: row.location_id,
        };
        encode_cursor(identity, &PageStart::After(position))
    });
    let files = rows.into_iter().map(shown).collect();
    Ok(Json(IngestFilesResponse { files, next_cursor }))
}

fn shown(row: IngestFileRow) -> IngestFileResponse {
    IngestFileResponse {
        path: row.path,
        path_raw: row.path_raw.map(|bytes| STANDARD.encode(bytes)),
        filename: row.filename,
        mtime: row.mtime,
        video_id: row.video_id,
        size_bytes: row.size_bytes,
        blake3: row.blake3,
        state: Open::Known(row.state),
        verified_at: row.verified_at,
        purged_at: row.purged_at,
    }
}
