//! `GET /ingests`: the runs of a library, the newest first.

use axum::Json;
use axum::extract::State;
use heimdex_api::ingest::{IngestListQuery, IngestListResponse};
use heimdex_api::limits::PAGE_DEFAULT;
use heimdex_api::{LibraryId, Scope};

use super::shown;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::IngestFilter;
use crate::domain::listing::{
    IdPrefix, ListIdentity, PageStart, Position, SortValue, decode_cursor, encode_cursor,
};
use crate::web::{ApiError, Query};

/// `GET /ingests`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<IngestListQuery>,
) -> Result<Json<IngestListResponse>, ApiError> {
    caller.require_one_of(&[Scope::Read, Scope::Upload])?;
    let library = caller.library_id;
    let (filter, identity) = parse(query, library)?;
    let mut rows = app
        .catalog
        .ingests(library, &filter, PAGE_DEFAULT + 1)
        .await?;
    let goes_on = rows.len() > PAGE_DEFAULT as usize;
    rows.truncate(PAGE_DEFAULT as usize);
    let next_cursor = rows.last().filter(|_| goes_on).and_then(|row| {
        let value = SortValue::Number(row.started_at.as_micros());
        let position = Position {
            value,
            id: row.ingest_id.as_uuid(),
        };
        encode_cursor(identity, &PageStart::After(position))
    });
    let ingests = rows.into_iter().map(shown).collect();
    Ok(Json(IngestListResponse {
        ingests,
        next_cursor,
    }))
}

fn parse(
    query: IngestListQuery,
    library: LibraryId,
) -> Result<(IngestFilter, ListIdentity), ApiError> {
    let ids = match query.id_prefix.as_deref().map(IdPrefix::parse) {
        None => None,
        Some(Some(range)) => Some((range.first, range.last)),
        Some(None) => {
            let message = "It must be the first 4 to 32 hexadecimal digits of an id.";
            return Err(ApiError::field("id_prefix", message));
        }
    };
    let mut filter = IngestFilter {
        source: query.source,
        ids,
        before: None,
    };
    let identity = ListIdentity::new(library, &("ingests", &filter));
    if let Some(cursor) = &query.cursor {
        let Some(PageStart::After(Position {
            value: SortValue::Number(started_at),
            id,
        })) = decode_cursor(identity, cursor)
        else {
            return Err(ApiError::field(
                "cursor",
                "It is not a cursor of this list.",
            ));
        };
        filter.before = Some((started_at, id));
    }
    Ok((filter, identity))
}
