//! `POST /auth/refresh`: a refresh token for its successor and a new access token.

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::{AuthResponse, RefreshRequest};

use super::session;
use crate::app::App;
use crate::auth::jwt;
use crate::auth::refresh::{hash_of, successor, successor_row};
use crate::catalog::RefreshOutcome;
use crate::web::{ApiError, Body};

/// `POST /auth/refresh`
pub async fn refresh(
    State(app): State<App>,
    Body(request): Body<RefreshRequest>,
) -> Result<Json<AuthResponse>, ApiError> {
    let now = app.clock.now();
    let presented = request.refresh_token.expose();
    let keys = &app.keys.refresh_token;
    let successors: Vec<_> = keys
        .iter()
        .map(|key| successor_row(presented, key))
        .collect();
    let expires_at = now.saturating_add(app.config.auth.session_ttl.get());
    let outcome = app
        .catalog
        .refresh_session(&hash_of(presented), &successors, expires_at, now)
        .await?;
    let (kid, session) = match outcome {
        RefreshOutcome::Successor { kid, session } => (kid, session),
        RefreshOutcome::Unknown | RefreshOutcome::Ended => return Err(jwt::invalid()),
        RefreshOutcome::Stolen { session_id } => {
            app.sessions.forget(session_id);
            tracing::warn!(
                session.id = %session_id,
                "a used refresh token came again: the login was ended"
            );
            return Err(jwt::invalid());
        }
    };
    // The key of a successor that was given out may have been taken away since: then a login is due.
    let key = keys.find(&kid).ok_or_else(jwt::invalid)?;
    let account = app.catalog.account(session.user_id).await?;
    let account = account.ok_or_else(jwt::invalid)?;
    let refresh_token = successor(presented, key);
    session::reply(&app, account, session.session_id, refresh_token, now).map(Json)
}
