//! The route table and nothing else.

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Router, middleware};
use heimdex_api::{ErrorCode, limits};

use crate::app::App;
use crate::routes::health;
use crate::web::{ApiError, context};

/// Every route of the API.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/health", get(health::health))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(limits::BODY_MAX))
        .layer(middleware::from_fn(context::in_context))
        .with_state(app)
}

async fn no_such_route() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such route.")
}

async fn no_such_method() -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        "This route does not know this method; see `Allow`.",
    )
}
