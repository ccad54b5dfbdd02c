//! `POST /auth/password-update`: a new password; every other login ends.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::{MessageResponse, PasswordUpdateRequest};
use heimdex_api::{ErrorCode, Secret, Timestamp};

use super::login;
use crate::app::App;
use crate::auth::{ClientAddress, Login, jwt, password};
use crate::web::{ApiError, Body};

/// Within this time of a login by password the current one need not be given again.
const RECENT: Duration = Duration::from_mins(10);

/// `POST /auth/password-update`
pub async fn password_update(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    login: Login,
    Body(request): Body<PasswordUpdateRequest>,
) -> Result<Json<MessageResponse>, ApiError> {
    password::check_new(&request.new_password, "new_password")?;
    let now = app.clock.now();
    let account = app.catalog.account(login.user_id).await?;
    let account = account.ok_or_else(jwt::invalid)?;
    if request.current_password.is_none() && !is_recent(&login, now) {
        return Err(ApiError::new(
            ErrorCode::ReauthenticationRequired,
            "The last login by password is too long ago; send `current_password` too.",
        ));
    }
    app.limiter.attempt(address, &account.email, now)?;
    if let Some(current) = request.current_password {
        password::check_length(&current, "current_password")?;
        let known = account.password_hash.as_ref();
        let known = known.map(|hash| Secret::expose(hash).to_owned());
        if !app.hasher.verify(current, known).await? {
            return Err(login::wrong());
        }
    }
    let hash = Secret::new(app.hasher.hash(request.new_password).await?);
    app.catalog
        .update_password(login.user_id, &hash, Some(login.session_id), now)
        .await?;
    app.sessions.forget_user(login.user_id);
    Ok(Json(MessageResponse {
        message: "The password is changed; every other login has ended.".to_owned(),
    }))
}

fn is_recent(login: &Login, now: Timestamp) -> bool {
    login.by_password && login.login_at <= now && now.since(login.login_at) <= RECENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_login_by_password_within_ten_minutes_is_recent() {
        let at = |minute: i64| Timestamp::from_micros(minute * 60_000_000).unwrap();
        let uuid = uuid::Uuid::nil();
        let login = |by_password, minute| Login {
            user_id: uuid.into(),
            session_id: uuid.into(),
            login_at: at(minute),
            by_password,
        };
        assert!(is_recent(&login(true, 0), at(10)));
        assert!(!is_recent(&login(true, 0), at(11)));
        assert!(!is_recent(&login(false, 0), at(1)));
        assert!(!is_recent(&login(true, 5), at(4)));
    }
}
