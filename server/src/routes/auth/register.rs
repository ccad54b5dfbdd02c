//! `POST /auth/register`: a new account, its library and its first login.

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::{AuthResponse, RegisterRequest};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::{ErrorCode, Secret, UserId};
use http::StatusCode;

use super::session::{self, ClientName};
use crate::app::App;
use crate::auth::{ClientAddress, email, password};
use crate::catalog::{NewAccount, RegisterOutcome};
use crate::config::Registration;
use crate::web::{ApiError, Body};

/// `POST /auth/register`
pub async fn register(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    client: ClientName,
    Body(request): Body<RegisterRequest>,
) -> Result<(StatusCode, Json<AuthResponse>), ApiError> {
    if app.config.auth.registration == Registration::Closed {
        return Err(ApiError::new(
            ErrorCode::RegistrationClosed,
            "This server's operator makes the accounts; ask for one.",
        ));
    }
    let email = email::fold(&request.email)?;
    password::check_new(&request.password, "password")?;
    let display_name = display_name(request.display_name)?;
    let now = app.clock.now();
    app.limiter.attempt(address, &email, now)?;
    let hash = app.hasher.hash(request.password).await?;
    let account = NewAccount {
        user_id: UserId::new(app.random.uuid()),
        email,
        password_hash: Some(Secret::new(hash)),
        display_name,
    };
    let (login, refresh_token) = session::by_password(&app, account.user_id, client, now);
    match app.catalog.register(&account, &login, now).await? {
        RegisterOutcome::Registered(account) => {
            let reply = session::reply(&app, account, login.session_id, refresh_token, now)?;
            Ok((StatusCode::CREATED, Json(reply)))
        }
        RegisterOutcome::EmailTaken => Err(ApiError::new(
            ErrorCode::EmailTaken,
            "This e-mail address has an account already; log in.",
        )),
    }
}

fn display_name(given: Option<String>) -> Result<Option<String>, ApiError> {
    let name = given.map(|name| name.trim().to_owned());
    let name = name.filter(|name| !name.is_empty());
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > NAME_MAX)
    {
        let message = format!("It may have at most {NAME_MAX} characters.");
        return Err(ApiError::field("display_name", message));
    }
    Ok(name)
}
