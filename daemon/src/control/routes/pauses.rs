//! `POST /v1/pause` and `POST /v1/resume`.

use axum::Json;
use axum::extract::State;
use heimdex_client::control::{
    Changed, PauseRequest, Refusal, RefusalCode, Request, ResumeRequest,
};

use super::done;
use crate::control::App;
use crate::control::extract::Asked;
use crate::control::refused::Refused;

/// Pauses.
pub(super) async fn pause(
    State(app): State<App>,
    Asked(request): Asked<PauseRequest>,
) -> Result<Json<Changed>, Refused> {
    if request.until.is_some_and(|until| until <= app.clock.now()) {
        let detail = "`until` is over already";
        return Err(Refusal::new(RefusalCode::Invalid, detail).into());
    }
    done(&app, Request::Pause(request)).await
}

/// Ends a pause.
pub(super) async fn resume(
    State(app): State<App>,
    Asked(request): Asked<ResumeRequest>,
) -> Result<Json<Changed>, Refused> {
    done(&app, Request::Resume(request)).await
}
