//! `GET /v1/version` and `GET /v1/status`.

use axum::Json;
use axum::extract::State;
use heimdex_client::control::{DaemonFacts, Status};

use crate::control::App;

/// Which daemon this is.
pub(super) async fn version(State(app): State<App>) -> Json<DaemonFacts> {
    Json(app.facts)
}

/// All that it does.
pub(super) async fn status(State(app): State<App>) -> Json<Status> {
    let mut status = Status::clone(&app.engine.now());
    status.say(&app.moment());
    Json(status)
}
