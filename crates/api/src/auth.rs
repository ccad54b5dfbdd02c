//! `/auth`: accounts, sessions and access tokens.

use serde::{Deserialize, Serialize};

use crate::request::request;
use crate::{Scope, Secret, Timestamp, TokenId, UserId};

/// Fields that the original's later clients send with a registration, without meaning here.
const ORIGINAL_PROFILE: &[&str] = &[
    "onboarding_completed",
    "industry",
    "job_title",
    "email_consent",
];

request! {
    /// `POST /auth/register`
    pub struct RegisterRequest {
        /// The address to log in with.
        pub email: String,
        /// 8 to 1,024 characters.
        pub password: Secret,
        /// At most 255 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub display_name: Option<String>,
    }
    ignored ORIGINAL_PROFILE;
}

request! {
    /// `POST /auth/login`
    pub struct LoginRequest {
        /// The address of the account.
        pub email: String,
        /// Its password.
        pub password: Secret,
    }
}

request! {
    /// `POST /auth/refresh`
    pub struct RefreshRequest {
        /// The latest refresh token of the session.
        pub refresh_token: Secret,
    }
}

request! {
    /// `POST /auth/password-update`
    pub struct PasswordUpdateRequest {
        /// 8 to 1,024 characters.
        pub new_password: Secret,
        /// May be missing only within ten minutes of a login by password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub current_password: Option<Secret>,
    }
}

request! {
    /// `POST /auth/tokens`
    pub struct CreateTokenRequest {
        /// What the token is for, in the user's words.
        pub name: String,
        /// At least one.
        pub scopes: Vec<Scope>,
        /// Seconds until it ends; without, it does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_in: Option<u64>,
    }
}

/// The reply to a registration, a login and a refresh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthResponse {
    /// A JWT, for `Authorization: Bearer`.
    pub access_token: Secret,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// Good for one refresh.
    pub refresh_token: Secret,
    /// Whose they are.
    pub user: UserResponse,
}

/// An account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserResponse {
    /// Its id.
    pub id: UserId,
    /// The address to log in with.
    pub email: String,
    /// Whether somebody proved to read it.
    pub email_verified: bool,
    /// What to call the person.
    pub display_name: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A sentence, where there is nothing else to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageResponse {
    /// The sentence.
    pub message: String,
}

/// An access token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it permits.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; null for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last seen, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// The reply to the creation of a token: the only time that its secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedTokenResponse {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it permits.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; null for ever.
    pub expires_at: Option<Timestamp>,
    /// Null: it was never used.
    pub last_used_at: Option<Timestamp>,
    /// The secret itself.
    pub token: Secret,
}

/// `GET /auth/tokens`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenListResponse {
    /// Newest first.
    pub tokens: Vec<TokenResponse>,
}
