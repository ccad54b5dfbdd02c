//! Answers where there is no route, or not with this method.

use heimdex_api::ErrorCode;

use crate::web::ApiError;

/// No route has this path.
pub async fn no_such_route() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such route.")
}

/// The route is there, but not with this method; axum adds `Allow`.
pub async fn no_such_method() -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        "This route does not know this method; see `Allow`.",
    )
}
