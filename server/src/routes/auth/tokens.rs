//! `GET`, `POST /auth/tokens`, `DELETE /auth/tokens/{id}`: access tokens for scripts.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use heimdex_api::auth::{
    CreateTokenRequest, CreatedTokenResponse, TokenListResponse, TokenResponse,
};
use heimdex_api::limits::NAME_MAX;
use heimdex_api::{ErrorCode, FieldError, TokenId, token};
use http::StatusCode;

use crate::app::App;
use crate::auth::Login;
use crate::auth::caller::token_hash;
use crate::catalog::{CreateTokenOutcome, NewToken, TokenRow};
use crate::web::{ApiError, Body, IdempotencyKey, PathId};

/// `GET /auth/tokens`
pub async fn list(
    State(app): State<App>,
    login: Login,
) -> Result<Json<TokenListResponse>, ApiError> {
    let tokens = app.catalog.tokens(login.user_id).await?;
    let tokens = tokens.into_iter().map(shown).collect();
    Ok(Json(TokenListResponse { tokens }))
}

/// `POST /auth/tokens`
pub async fn create(
    State(app): State<App>,
    login: Login,
    key: IdempotencyKey,
    Body(request): Body<CreateTokenRequest>,
) -> Result<(StatusCode, Json<CreatedTokenResponse>), ApiError> {
    check(&request)?;
    let idempotency = key.with("POST /auth/tokens", &request)?;
    let now = app.clock.now();
    let secret = token::encode(&app.random.bytes());
    let expires_at = request
        .expires_in
        .map(|seconds| now.saturating_add(Duration::from_secs(seconds)));
    let new = NewToken {
        token_id: TokenId::new(app.random.uuid()),
        user_id: login.user_id,
        token_hash: token_hash(secret.expose()),
        name: request.name.trim().to_owned(),
        scopes: request.scopes.into_iter().collect(),
        expires_at,
    };
    match app
        .catalog
        .create_token(&new, idempotency.as_ref(), now)
        .await?
    {
        CreateTokenOutcome::Created(row) => {
            let row = shown(row);
            let reply = CreatedTokenResponse {
                id: row.id,
                name: row.name,
                scopes: row.scopes,
                created_at: row.created_at,
                expires_at: row.expires_at,
                last_used_at: row.last_used_at,
                token: secret,
            };
            Ok((StatusCode::CREATED, Json(reply)))
        }
        CreateTokenOutcome::IdempotencyConflict => Err(ApiError::new(
            ErrorCode::IdempotencyConflict,
            "This `Idempotency-Key` came before, with another request.",
        )),
    }
}

/// `DELETE /auth/tokens/{id}`
pub async fn revoke(
    State(app): State<App>,
    login: Login,
    PathId(id): PathId<TokenId>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    if app.catalog.revoke_token(login.user_id, id, now).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("token"))
    }
}

fn check(request: &CreateTokenRequest) -> Result<(), ApiError> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, message: String| {
        let field = field.to_owned();
        wrong.push(FieldError { field, message });
    };
    let length = request.name.trim().chars().count();
    if length == 0 || length > NAME_MAX {
        refuse("name", format!("It needs 1 to {NAME_MAX} characters."));
    }
    if request.scopes.is_empty() {
        refuse(
            "scopes",
            "Name at least one of read, upload, write.".to_owned(),
        );
    }
    if request.expires_in == Some(0) {
        refuse("expires_in", "It must be at least one second.".to_owned());
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ApiError::fields(wrong))
    }
}

fn shown(row: TokenRow) -> TokenResponse {
    TokenResponse {
        id: row.token_id,
        name: row.name,
        scopes: row.scopes.iter().collect(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    }
}
