//! `POST /auth/logout`: ends this login. Repeating it is the same, so a lost reply may be.

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::MessageResponse;

use crate::app::App;
use crate::auth::caller::LoginClaims;
use crate::web::ApiError;

/// `POST /auth/logout`
pub async fn logout(
    State(app): State<App>,
    LoginClaims(claims): LoginClaims,
) -> Result<Json<MessageResponse>, ApiError> {
    app.catalog
        .end_session(claims.session_id, app.clock.now())
        .await?;
    app.sessions.forget(claims.session_id);
    Ok(Json(MessageResponse {
        message: "Logged out.".to_owned(),
    }))
}
