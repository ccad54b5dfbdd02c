//! What registration, login and refresh have in common: a new login, and the reply that carries it.

use axum::extract::FromRequestParts;
use heimdex_api::auth::{AuthResponse, UserResponse};
use heimdex_api::{Secret, SessionId, Timestamp, UserId};
use http::header::USER_AGENT;
use http::request::Parts;

use crate::app::App;
use crate::auth::jwt::{self, AccessClaims};
use crate::auth::refresh;
use crate::catalog::{AccountRow, NewSession};
use crate::web::ApiError;

const CLIENT_MAX: usize = 200;

/// What a client calls itself, for the list of logins.
#[derive(Debug, Clone)]
pub struct ClientName(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for ClientName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let agent = parts.headers.get(USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok());
        Ok(Self(
            agent.map(|text| text.chars().take(CLIENT_MAX).collect()),
        ))
    }
}

/// A login by password and its first refresh token.
pub(super) fn by_password(
    app: &App,
    user_id: UserId,
    client: ClientName,
    now: Timestamp,
) -> (NewSession, Secret) {
    let token = refresh::encode(&app.random.bytes());
    let session = NewSession {
        session_id: SessionId::new(app.random.uuid()),
        user_id,
        client: client.0,
        by_password: true,
        refresh_hash: refresh::hash_of(token.expose()),
        refresh_expires_at: now.saturating_add(app.config.auth.session_ttl.get()),
    };
    (session, token)
}

/// The reply, with a fresh access token.
pub(super) fn reply(
    app: &App,
    account: AccountRow,
    session_id: SessionId,
    refresh_token: Secret,
    now: Timestamp,
) -> Result<AuthResponse, ApiError> {
    let ttl = app.config.auth.access_token_ttl.get();
    let claims = AccessClaims {
        user_id: account.user_id,
        session_id,
    };
    Ok(AuthResponse {
        access_token: jwt::sign(claims, app.keys.access_token.current(), now, ttl)?,
        token_type: "bearer".to_owned(),
        expires_in: ttl.as_secs(),
        refresh_token,
        user: user(account),
    })
}

/// An account, as its owner sees it.
pub(super) fn user(account: AccountRow) -> UserResponse {
    UserResponse {
        id: account.user_id,
        email: account.email,
        email_verified: account.email_verified,
        display_name: account.display_name,
        created_at: account.created_at,
    }
}
