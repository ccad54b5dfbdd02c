//! `GET /auth/me`: the account, from our own database.

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::UserResponse;

use super::session;
use crate::app::App;
use crate::auth::{Caller, jwt};
use crate::web::ApiError;

/// `GET /auth/me`
pub async fn me(State(app): State<App>, caller: Caller) -> Result<Json<UserResponse>, ApiError> {
    let account = app.catalog.account(caller.user_id).await?;
    account
        .map(session::user)
        .map(Json)
        .ok_or_else(jwt::invalid)
}
