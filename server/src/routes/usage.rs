//! `GET /usage`: what the library holds.

use axum::Json;
use axum::extract::State;
use heimdex_api::ops::{NoQuery, UsageResponse};
use heimdex_api::{Scope, VideoState};

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::CountRow;
use crate::web::{ApiError, Query};

/// `GET /usage`
pub async fn usage(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<UsageResponse>, ApiError> {
    caller.require_one_of(&[Scope::Read, Scope::Upload])?;
    let counts = app.catalog.counts(caller.library_id).await?;
    let quota_bytes = app.catalog.quota(caller.library_id).await?;
    Ok(Json(summed(&counts, quota_bytes)))
}

fn summed(counts: &[CountRow], quota_bytes: Option<u64>) -> UsageResponse {
    let mut usage = UsageResponse {
        videos: 0,
        bytes: 0,
        bytes_uploading: 0,
        bytes_deleted: 0,
        quota_bytes,
    };
    for count in counts {
        match count.state {
            VideoState::Deleted => usage.bytes_deleted += count.bytes,
            VideoState::Uploading => {
                usage.videos += count.videos;
                usage.bytes_uploading += count.bytes;
            }
            VideoState::Validating
            | VideoState::Processing
            | VideoState::Indexed
            | VideoState::Failed => {
                usage.videos += count.videos;
                usage.bytes += count.bytes;
            }
        }
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_is_told_apart_from_what_is_stored_and_from_the_trash() {
        let counts: Vec<CountRow> = (1..)
            .zip(VideoState::ALL)
            .map(|(number, state)| CountRow {
                state: *state,
                videos: number,
                bytes: number * 100,
            })
            .collect();
        let usage = summed(&counts, Some(7));
        assert_eq!(usage.videos, 1 + 2 + 3 + 4 + 5);
        assert_eq!((usage.bytes, usage.bytes_uploading), (1_400, 100));
        assert_eq!(usage.bytes_deleted, 600);
        assert_eq!(usage.quota_bytes, Some(7));
    }
}
