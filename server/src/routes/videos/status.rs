//! `GET /videos/{id}/status`: where a video stands, and the work on it.

use axum::Json;
use axum::extract::State;
use heimdex_api::ops::NoQuery;
use heimdex_api::video::{JobResponse, VideoStatusResponse};
use heimdex_api::{Open, VideoId};

use super::visible;
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::VideoJobRow;
use crate::web::{ApiError, PathId, Query};

/// `GET /videos/{id}/status`
pub async fn status(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<VideoId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<VideoStatusResponse>, ApiError> {
    let (video, _) = visible(&app, &caller, id).await?;
    let jobs = app.catalog.work_on_video(id).await?;
    Ok(Json(VideoStatusResponse {
        video_id: id,
        state: Open::Known(video.row.state),
        error_text: video.row.error_text,
        jobs: jobs.into_iter().map(shown).collect(),
    }))
}

fn shown(row: VideoJobRow) -> JobResponse {
    JobResponse {
        job_id: row.job_id,
        stage: row.stage,
        state: Open::Known(row.state),
        progress: row.progress,
        error_text: row.error_text,
        started_at: row.started_at,
        finished_at: row.finished_at,
    }
}
