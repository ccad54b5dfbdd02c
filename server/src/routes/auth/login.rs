//! `POST /auth/login`: a new login by password. An unknown address costs the same work and gets the same words.

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::{AuthResponse, LoginRequest};
use heimdex_api::{ErrorCode, Secret};

use super::session::{self, ClientName};
use crate::app::App;
use crate::auth::caller::disabled;
use crate::auth::{ClientAddress, email, password};
use crate::web::{ApiError, Body};

/// `POST /auth/login`
pub async fn login(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    client: ClientName,
    Body(request): Body<LoginRequest>,
) -> Result<Json<AuthResponse>, ApiError> {
    password::check_length(&request.password, "password")?;
    let now = app.clock.now();
    // What cannot be an address has no account: it is limited, looked up and answered like any other.
    let email = email::fold(&request.email).unwrap_or_default();
    app.limiter.attempt(address, &email, now)?;
    let account = app.catalog.account_by_email(&email).await?;
    let hash = account
        .as_ref()
        .and_then(|account| account.password_hash.as_ref());
    let hash = hash.map(|hash| Secret::expose(hash).to_owned());
    let fits = app.hasher.verify(request.password, hash).await?;
    let account = account.filter(|_| fits).ok_or_else(wrong)?;
    if account.disabled_at.is_some() {
        return Err(disabled());
    }
    let (login, refresh_token) = session::by_password(&app, account.user_id, client, now);
    app.catalog.start_session(&login, now).await?;
    session::reply(&app, account, login.session_id, refresh_token, now).map(Json)
}

pub(super) fn wrong() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCredentials,
        "E-mail address and password do not fit.",
    )
}
