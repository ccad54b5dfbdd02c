//! `GET /ready`: database and store answer.

use std::fmt::Display;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use heimdex_api::ops::ReadyResponse;
use http::StatusCode;
use tokio::time::timeout;

use crate::app::App;

/// Who asks is a load balancer, and it will not wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// An object that need not be there: that the store says so is answer enough.
const PROBE: &str = "heimdex-store.json";

/// `GET /ready`
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<ReadyResponse>) {
    let database = async { answered("database", timeout(PATIENCE, app.catalog.ping()).await) };
    let store = async { answered("store", timeout(PATIENCE, app.objects.head(PROBE)).await) };
    let (database, store) = tokio::join!(database, store);
    let all = database && store;
    let word = |truth| if truth { "ok" } else { "failing" }.to_owned();
    let reply = ReadyResponse {
        status: if all { "ready" } else { "not_ready" }.to_owned(),
        database: word(database),
        store: word(store),
    };
    let status = if all {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(reply))
}

fn answered<T, E: Display, L>(what: &str, answer: Result<Result<T, E>, L>) -> bool {
    match answer {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::warn!(what, error = %error, "not ready");
            false
        }
        Err(_) => {
            tracing::warn!(what, error = "no answer in time", "not ready");
            false
        }
    }
}
