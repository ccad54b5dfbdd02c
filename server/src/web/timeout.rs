//! How long the API may think about a request. The store's routes have no such limit: a part may be large.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::web::ApiError;

/// Answers 503 for a request that takes too long. What it was doing is dropped, and may be repeated.
pub async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = app.config.http.request_timeout.get();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("the request took too long").into_response(),
    }
}
