//! `POST /v1/stop`, and what is refused once the daemon stops.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use heimdex_client::control::{Changed, Refusal, RefusalCode, StopRequest};

use crate::control::App;
use crate::control::extract::Asked;
use crate::control::refused::Refused;

/// Ends the daemon: softly, or at once.
pub(super) async fn stop(
    State(app): State<App>,
    Asked(request): Asked<StopRequest>,
) -> Json<Changed> {
    // Where one waits already, or nobody reads any more, it stops anyway.
    let _ = app.stop.try_send(request);
    Json(Changed::default())
}

/// A daemon that stops takes no new work, and says so.
pub(super) async fn refuse_when_stopping(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if app.soft.is_cancelled() {
        let refusal = Refusal::new(RefusalCode::Stopping, "the daemon is stopping");
        return Refused(refusal).into_response();
    }
    next.run(request).await
}
