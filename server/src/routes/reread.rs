//! `POST /videos/lookup/reread` and `GET /videos/lookup/reread/{id}`: stored bytes are read and hashed again.

use std::collections::HashSet;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use heimdex_api::limits::REREAD_MAX;
use heimdex_api::ops::NoQuery;
use heimdex_api::reread::{RereadRequest, RereadResponse, RereadResult, RereadStarted};
use heimdex_api::{
    ErrorCode, JobId, Open, RereadId, RereadOutcome, RereadState, Scope, Timestamp, VideoId,
    failpoint,
};
use http::StatusCode;

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::rereads::{NewReread, RereadRow, RereadVideoRow, StartRereadOutcome};
use crate::web::{ApiError, Body, IdempotencyKey, PathId, Query};

const ROUTE: &str = "POST /videos/lookup/reread";
/// For so long the bytes of a run count against the account's budget.
const BUDGET_WINDOW: Duration = Duration::from_hours(24);

/// `POST /videos/lookup/reread`
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Query(NoQuery {}): Query<NoQuery>,
    key: IdempotencyKey,
    Body(request): Body<RereadRequest>,
) -> Result<(StatusCode, Json<RereadStarted>), ApiError> {
    caller.require(Scope::Write)?;
    let count = request.video_ids.len();
    if !(1..=REREAD_MAX).contains(&count) {
        let message = format!("Name 1 to {REREAD_MAX} videos.");
        return Err(ApiError::field("video_ids", message));
    }
    let idempotency = key.with(ROUTE, &request)?;
    let mut seen = HashSet::new();
    let videos: Vec<(VideoId, JobId)> = request
        .video_ids
        .iter()
        .filter(|video| seen.insert(**video))
        .map(|video| (*video, JobId::new(app.random.uuid())))
        .collect();
    let now = app.clock.now();
    let budget = app.config.limits.reread_budget.get();
    let new = NewReread {
        reread_id: RereadId::new(app.random.uuid()),
        library: caller.library_id,
        user: caller.user_id,
        videos: &videos,
        budget,
        since: now.saturating_sub(BUDGET_WINDOW),
        idempotency: idempotency.as_ref(),
    };
    match app.catalog.start_reread(&new, now).await? {
        StartRereadOutcome::Started(id) => {
            failpoint!("reread.started");
            app.wake.wake();
            Ok((StatusCode::ACCEPTED, Json(RereadStarted { id })))
        }
        StartRereadOutcome::IdempotencyConflict => Err(ApiError::new(
            ErrorCode::IdempotencyConflict,
            "This idempotency key came before with another request; use a new one.",
        )),
        StartRereadOutcome::Running(id) => Err(ApiError::new(
            ErrorCode::InvalidState,
            format!("The account has a run already: {id}. Another one can begin when it is done."),
        )),
        StartRereadOutcome::OverBudget { bytes, .. } if bytes > budget => Err(ApiError::field(
            "video_ids",
            format!("They hold {bytes} bytes; an account may have {budget} read again in a day."),
        )),
        StartRereadOutcome::OverBudget {
            bytes,
            used,
            frees_since,
        } => Err(over_budget((bytes, used, budget), frees_since, now)),
    }
}

fn over_budget(
    (bytes, used, budget): (u64, u64, u64),
    frees_since: Option<Timestamp>,
    now: Timestamp,
) -> ApiError {
    let free_at = frees_since.map(|oldest| oldest.saturating_add(BUDGET_WINDOW));
    let wait = free_at.map_or(BUDGET_WINDOW, |free_at| free_at.since(now));
    let words = format!(
        "An account may have {budget} bytes read again in a day; {used} were, and these are {bytes}."
    );
    ApiError::new(ErrorCode::RateLimited, words).with_retry_after(wait)
}

/// `GET /videos/lookup/reread/{id}`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<RereadId>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<RereadResponse>, ApiError> {
    caller.require(Scope::Write)?;
    let found = app.catalog.reread(caller.library_id, id).await?;
    let (run, videos) = found.ok_or_else(|| ApiError::not_found("run"))?;
    Ok(Json(told(&run, &videos)))
}

fn told(run: &RereadRow, videos: &[RereadVideoRow]) -> RereadResponse {
    let results: Vec<RereadResult> = videos.iter().map(result).collect();
    let is_running = results
        .iter()
        .any(|result| result.outcome == Open::Known(RereadOutcome::Pending));
    RereadResponse {
        id: run.reread_id,
        state: Open::Known(if is_running {
            RereadState::Running
        } else {
            RereadState::Done
        }),
        progress: if is_running { progress(videos) } else { 1.0 },
        bytes: run.bytes,
        created_at: run.created_at,
        results,
    }
}

fn result(row: &RereadVideoRow) -> RereadResult {
    // Its job was given up, or went with the video: nobody will read it any more.
    let outcome = match (row.outcome, row.progress) {
        (RereadOutcome::Pending, None) => RereadOutcome::Unreadable,
        (outcome, _) => outcome,
    };
    RereadResult {
        video_id: row.video_id,
        outcome: Open::Known(outcome),
        verified_at: row.verified_at,
        verified_how: row.verified_how.map(Open::Known),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a fraction of bytes for people to look at"
)]
fn progress(videos: &[RereadVideoRow]) -> f64 {
    let (mut done, mut all) = (0.0, 0.0);
    for video in videos {
        // An empty file is work too.
        let size = video.size_bytes.max(1) as f64;
        all += size;
        done += match (video.outcome, video.progress) {
            (RereadOutcome::Pending, Some(progress)) => size * progress.clamp(0.0, 1.0),
            _ => size,
        };
    }
    if all > 0.0 { done / all } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use heimdex_api::VerifiedHow;
    use uuid::Uuid;

    use super::*;

    fn video(outcome: RereadOutcome, size_bytes: u64, progress: Option<f64>) -> RereadVideoRow {
        let equal = outcome == RereadOutcome::Equal;
        RereadVideoRow {
            video_id: VideoId::new(Uuid::nil()),
            size_bytes,
            outcome,
            verified_at: None,
            verified_how: equal.then_some(VerifiedHow::Medium),
            progress,
        }
    }

    #[test]
    fn a_run_is_done_when_nothing_of_it_waits_for_a_job() {
        use RereadOutcome as O;
        let run = RereadRow {
            reread_id: RereadId::new(Uuid::nil()),
            bytes: 400,
            created_at: Timestamp::from_micros(0).unwrap(),
        };
        let half = told(
            &run,
            &[
                video(O::Equal, 100, None),
                video(O::Pending, 200, Some(0.5)),
                video(O::Pending, 100, Some(0.0)),
            ],
        );
        assert_eq!(half.state, Open::Known(RereadState::Running));
        assert!((half.progress - 0.5).abs() < 1e-9, "{}", half.progress);
        let done = told(
            &run,
            &[video(O::Pending, 200, None), video(O::NotCounted, 0, None)],
        );
        assert_eq!(done.state, Open::Known(RereadState::Done));
        assert_eq!(done.results[0].outcome, Open::Known(O::Unreadable));
        assert!((done.progress - 1.0).abs() < 1e-9);
    }
}
