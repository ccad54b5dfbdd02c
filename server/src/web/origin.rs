//! The address that the client of a request can reach: what URLs for it are signed for.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use heimdex_api::ErrorCode;
use http::request::Parts;

use crate::app::App;
use crate::objects::Origin;
use crate::web::ApiError;

/// The origin that a request came to, or the configured `public_url`.
#[derive(Debug, Clone)]
pub struct ClientOrigin(pub Origin);

impl FromRequestParts<App> for ClientOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        app.origins
            .origin(peer, &parts.headers, &parts.uri)
            .map(Self)
            .map_err(|error| {
                ApiError::new(ErrorCode::ValidationFailed, "The request names no host.")
                    .because(error)
            })
    }
}
