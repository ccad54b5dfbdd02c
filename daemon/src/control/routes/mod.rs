//! What is answered: one line a route.

mod events;
mod fallback;
mod look_again;
mod pauses;
mod queue;
mod status;
mod stop;
mod why;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use heimdex_client::control::{Answer, Changed, Request};

use super::App;
use super::negotiate::negotiate;
use super::refused::Refused;

/// All routes.
pub(super) fn router(app: App) -> Router {
    let commands = Router::new()
        .route("/v1/queue/send", post(queue::send))
        .route("/v1/queue/retry", post(queue::retry))
        .route("/v1/queue/cancel", post(queue::cancel))
        .route("/v1/queue/move", post(queue::move_item))
        .route("/v1/pause", post(pauses::pause))
        .route("/v1/resume", post(pauses::resume))
        .route("/v1/rescan", post(look_again::rescan))
        .route("/v1/reload", post(look_again::reload))
        .route_layer(from_fn_with_state(app.clone(), stop::refuse_when_stopping));
    Router::new()
        .route("/v1/version", get(status::version))
        .route("/v1/status", get(status::status))
        .route("/v1/queue", get(queue::list))
        .route("/v1/why", get(why::why))
        .route("/v1/events", get(events::events))
        .route("/v1/stop", post(stop::stop))
        .merge(commands)
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::wrong_method)
        .layer(from_fn(negotiate))
        .with_state(app)
}

/// Asks the engine for something that changes.
async fn done(app: &App, request: Request) -> Result<axum::Json<Changed>, Refused> {
    match app.engine.ask(request).await? {
        Answer::Done(changed) => Ok(axum::Json(changed)),
        Answer::Queue(_) | Answer::Why(_) => Err(Refused::confused()),
    }
}
