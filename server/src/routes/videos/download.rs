//! `GET /videos/{id}/download`: a URL of the stored bytes, and what to verify them by.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use heimdex_api::limits::{DOWNLOAD_EXPIRY_DEFAULT, DOWNLOAD_EXPIRY_MAX};
use heimdex_api::video::{DownloadQuery, DownloadResponse};
use heimdex_api::{ErrorCode, Scope, VideoId, VideoState};

use crate::app::App;
use crate::auth::Caller;
use crate::web::{ApiError, ClientOrigin, PathId, Query};

/// `GET /videos/{id}/download`
pub async fn download(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    PathId(id): PathId<VideoId>,
    Query(query): Query<DownloadQuery>,
) -> Result<Json<DownloadResponse>, ApiError> {
    caller.require(Scope::Read)?;
    let expires = expiry(query.expires_in.as_deref())?;
    let found = app.catalog.video(caller.library_id, id).await?;
    let row = found.ok_or_else(|| ApiError::not_found("video"))?.row;
    let object = app.catalog.stored_object(id).await?;
    let object = match object {
        _ if row.state == VideoState::Deleted => {
            return Err(wrong_state("It is in the trash; restore it first."));
        }
        None => {
            return Err(wrong_state(
                "Its bytes are not stored, or not all of them yet.",
            ));
        }
        Some(object) => object,
    };
    let url = app
        .objects
        .presign_get(
            &origin,
            &object.object_key,
            &row.filename,
            &row.mime_type,
            expires,
        )?
        .url;
    Ok(Json(DownloadResponse {
        url,
        expires_in: expires.as_secs(),
        size_bytes: object.size_bytes,
        blake3: row.blake3,
        part_size: object.part_size,
        subtrees: object.subtrees,
        filename: row.filename,
        mtime: object.mtime,
    }))
}

fn wrong_state(sentence: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidState, sentence)
}

fn expiry(asked: Option<&str>) -> Result<Duration, ApiError> {
    let most = DOWNLOAD_EXPIRY_MAX.as_secs();
    match asked.map(str::parse::<u64>) {
        None => Ok(DOWNLOAD_EXPIRY_DEFAULT),
        Some(Ok(seconds)) if (1..=most).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(ApiError::field(
            "expires_in",
            format!("It must be 1 to {most} seconds."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_holds_for_at_most_twelve_hours() {
        assert_eq!(expiry(None).unwrap(), Duration::from_mins(10));
        assert_eq!(expiry(Some("43200")).unwrap(), Duration::from_hours(12));
        for bad in ["0", "43201", "-1", "soon", ""] {
            assert_eq!(
                expiry(Some(bad)).unwrap_err().code(),
                ErrorCode::ValidationFailed,
                "{bad}"
            );
        }
    }
}
