//! `/auth`: accounts, sessions and access tokens.

use heimdex_api::TokenId;
use heimdex_api::auth::{
    AuthResponse, CreateTokenRequest, CreatedTokenResponse, LoginRequest, MessageResponse,
    PasswordUpdateRequest, RegisterRequest, TokenListResponse, UserResponse,
};
use heimdex_api::ops::{UsageResponse, feature};

use super::call::Call;
use super::{ApiClient, HttpError};
use crate::credentials::Session;

impl ApiClient {
    /// `POST /auth/register`: makes an account and logs in.
    pub async fn register(&self, request: &RegisterRequest) -> Result<AuthResponse, HttpError> {
        self.send_anonymously(Call::post("/auth/register").body(request)?)
            .await
    }

    /// `POST /auth/login`
    pub async fn login(&self, request: &LoginRequest) -> Result<AuthResponse, HttpError> {
        self.send_anonymously(Call::post("/auth/login").body(request)?)
            .await
    }

    /// What to keep of a registration or a login at this server.
    #[must_use]
    pub fn session(&self, reply: &AuthResponse) -> Session {
        Session {
            origin: self.server().origin(),
            access_token: reply.access_token.clone(),
            refresh_token: reply.refresh_token.clone(),
        }
    }

    /// `POST /auth/logout`: ends this session on the server.
    pub async fn logout(&self) -> Result<MessageResponse, HttpError> {
        self.send(Call::post("/auth/logout")).await
    }

    /// `POST /auth/password-update`: ends all other sessions.
    pub async fn update_password(
        &self,
        request: &PasswordUpdateRequest,
    ) -> Result<MessageResponse, HttpError> {
        self.send(Call::post("/auth/password-update").body(request)?)
            .await
    }

    /// `GET /auth/me`
    pub async fn me(&self) -> Result<UserResponse, HttpError> {
        self.send(Call::get("/auth/me")).await
    }

    /// `GET /usage`
    pub async fn usage(&self) -> Result<UsageResponse, HttpError> {
        self.need(feature::USAGE, "a record of what is used")
            .await?;
        self.send(Call::get("/usage")).await
    }

    /// `POST /auth/tokens`: the only time that the token's secret is seen.
    pub async fn create_token(
        &self,
        request: &CreateTokenRequest,
        idempotency_key: &str,
    ) -> Result<CreatedTokenResponse, HttpError> {
        self.need(feature::TOKENS, "access tokens").await?;
        let call = Call::post("/auth/tokens").body(request)?;
        self.send(call.idempotency_key(Some(idempotency_key))).await
    }

    /// `GET /auth/tokens`
    pub async fn tokens(&self) -> Result<TokenListResponse, HttpError> {
        self.need(feature::TOKENS, "access tokens").await?;
        self.send(Call::get("/auth/tokens")).await
    }

    /// `DELETE /auth/tokens/{id}`
    pub async fn revoke_token(&self, token: TokenId) -> Result<(), HttpError> {
        self.need(feature::TOKENS, "access tokens").await?;
        self.send_for_nothing(Call::delete(format!("/auth/tokens/{token}")))
            .await
    }
}
