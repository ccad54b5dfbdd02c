//! Which web pages of other origins may use the API and the store: none, unless the operator names them.

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::{CorsSettings, WebOrigin};
use crate::web::context::REQUEST_ID;

/// What pages may read of a reply beyond what browsers let them.
const EXPOSED: [HeaderName; 7] = [
    header::ETAG,
    header::RETRY_AFTER,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::CONTENT_DISPOSITION,
    header::WWW_AUTHENTICATE,
    REQUEST_ID,
];

/// The layer for the whole listener.
pub fn layer(settings: &CorsSettings) -> CorsLayer {
    let layer = CorsLayer::new();
    if settings.origins.is_empty() {
        return layer;
    }
    // Credentials are never allowed: who calls sends a token by hand, so nothing can be ridden on.
    layer
        .allow_origin(origins(&settings.origins))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED)
}

fn origins(origins: &[WebOrigin]) -> AllowOrigin {
    if origins.contains(&WebOrigin::Any) {
        return AllowOrigin::any();
    }
    let value = |origin: &WebOrigin| HeaderValue::from_str(&origin.to_string()).ok();
    AllowOrigin::list(origins.iter().filter_map(value))
}
