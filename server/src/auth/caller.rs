//! Who a request comes from, and what they may do.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use heimdex_api::{
    ErrorCode, LibraryId, Scope, Scopes, SessionId, Timestamp, TokenId, UserId, token,
};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::auth::jwt::{self, AccessClaims, Verified};
use crate::catalog::SessionRow;
use crate::web::ApiError;
use crate::web::context::RequestNotes;
use crate::web::network::client_address;

/// Whose request it is. Extracting it is what makes a route private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub user_id: UserId,
    /// Whose videos it sees.
    pub library_id: LibraryId,
    /// How it showed who it is.
    pub credential: Credential,
    /// When that is over, if nobody ends it before.
    pub holds_until: Option<Timestamp>,
}

/// What a request was authenticated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A login; it may do everything.
    Session {
        /// Which one.
        id: SessionId,
        /// When it began.
        login_at: Timestamp,
        /// Whether a password was given then.
        by_password: bool,
    },
    /// An access token for scripts.
    Token {
        /// Which one.
        id: TokenId,
        /// What it permits.
        scopes: Scopes,
    },
}

impl Caller {
    /// The login, unless a token was used.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Session { id, .. } => Some(id),
            Credential::Token { .. } => None,
        }
    }

    /// The access token, unless it is a login.
    #[must_use]
    pub const fn token(&self) -> Option<TokenId> {
        match self.credential {
            Credential::Session { .. } => None,
            Credential::Token { id, .. } => Some(id),
        }
    }

    /// What it may do.
    #[must_use]
    pub const fn scopes(&self) -> Scopes {
        match self.credential {
            Credential::Session { .. } => Scopes::ALL,
            Credential::Token { scopes, .. } => scopes,
        }
    }

    /// Refuses where the scope is missing.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes().permit(scope) {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::InsufficientScope,
            format!("This access token lacks the scope `{scope}`."),
        ))
    }

    /// Refuses where all of the scopes are missing; the first is the one that is named.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require_one_of(&self, scopes: &[Scope]) -> Result<(), ApiError> {
        if scopes.iter().any(|scope| self.scopes().permit(*scope)) {
            return Ok(());
        }
        scopes.first().map_or(Ok(()), |scope| self.require(*scope))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let text = bearer(&parts.headers)?;
        let caller = if text.starts_with(token::PREFIX) {
            by_token(app, text).await?
        } else {
            let verified = jwt::verify(text, &app.keys.access_token, app.clock.now())?;
            by_session(app, verified).await?
        };
        note(&parts.extensions, caller.user_id);
        Ok(caller)
    }
}

/// A caller who logged in; access tokens reach nothing that takes one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The account.
    pub user_id: UserId,
    /// Which login it is.
    pub session_id: SessionId,
    /// When it began.
    pub login_at: Timestamp,
    /// Whether a password was given then.
    pub by_password: bool,
}

impl FromRequestParts<App> for Login {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        match caller.credential {
            Credential::Session {
                id,
                login_at,
                by_password,
            } => Ok(Self {
                user_id: caller.user_id,
                session_id: id,
                login_at,
                by_password,
            }),
            Credential::Token { .. } => Err(login_needed()),
        }
    }
}

/// The access token of a login that may have ended already: enough to end it once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginClaims(pub AccessClaims);

impl FromRequestParts<App> for LoginClaims {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let text = bearer(&parts.headers)?;
        if text.starts_with(token::PREFIX) {
            by_token(app, text).await?;
            return Err(login_needed());
        }
        let claims = jwt::verify(text, &app.keys.access_token, app.clock.now())?.claims;
        note(&parts.extensions, claims.user_id);
        Ok(Self(claims))
    }
}

/// The address that a request comes from, as far as the configured proxies tell.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        // Without a peer, as in tests of the router alone, all share one address.
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        let trusted = &app.config.server.trusted_proxies;
        Ok(Self(client_address(peer, &parts.headers, trusted)))
    }
}

fn login_needed() -> ApiError {
    ApiError::new(
        ErrorCode::InsufficientScope,
        "Access tokens cannot manage the account; log in.",
    )
}

fn note(extensions: &Extensions, user: UserId) {
    if let Some(notes) = extensions.get::<RequestNotes>() {
        notes.set_user(user);
    }
}

/// What follows `Bearer`, in whatever case it is written.
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(ApiError::new(
            ErrorCode::NotAuthenticated,
            "Log in first, or send an access token: `Authorization: Bearer …`.",
        ));
    };
    let text = value.to_str().map_err(|_| jwt::invalid())?;
    let (scheme, token) = text.trim().split_once(' ').ok_or_else(jwt::invalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(jwt::invalid());
    }
    Ok(token.trim())
}

async fn by_session(app: &App, verified: Verified) -> Result<Caller, ApiError> {
    let claims = verified.claims;
    let now = app.clock.now();
    let session = match app.sessions.get(claims.session_id, now) {
        Some(session) => session,
        None => living_session(app, claims.session_id, now).await?,
    };
    if session.user_id != claims.user_id {
        return Err(jwt::invalid());
    }
    Ok(Caller {
        user_id: session.user_id,
        library_id: session.library_id,
        credential: Credential::Session {
            id: session.session_id,
            login_at: session.created_at,
            by_password: session.by_password,
        },
        holds_until: Some(verified.holds_until),
    })
}

async fn living_session(app: &App, id: SessionId, now: Timestamp) -> Result<SessionRow, ApiError> {
    let session = app.catalog.session(id).await?.ok_or_else(jwt::invalid)?;
    // Disabling ends logins too: the reason is told before what follows from it.
    if session.disabled_at.is_some() {
        return Err(disabled());
    }
    if session.revoked_at.is_some() {
        return Err(jwt::invalid());
    }
    app.catalog.touch_session(&session, now).await?;
    app.sessions.put(session.clone(), now);
    Ok(session)
}

async fn by_token(app: &App, text: &str) -> Result<Caller, ApiError> {
    if !token::is_well_formed(text) {
        return Err(jwt::invalid());
    }
    let now = app.clock.now();
    let row = app.catalog.presented_token(&token_hash(text)).await?;
    let row = row.ok_or_else(jwt::invalid)?;
    if row.disabled_at.is_some() {
        return Err(disabled());
    }
    if row.revoked_at.is_some() {
        return Err(jwt::invalid());
    }
    if row.expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::new(
            ErrorCode::TokenExpired,
            "The access token has expired; make a new one.",
        ));
    }
    app.catalog.touch_token(&row, now).await?;
    Ok(Caller {
        user_id: row.user_id,
        library_id: row.library_id,
        credential: Credential::Token {
            id: row.token_id,
            scopes: row.scopes,
        },
        holds_until: row.expires_at,
    })
}

/// How an access token is known to the database.
pub(crate) fn token_hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

pub(crate) fn disabled() -> ApiError {
    ApiError::new(
        ErrorCode::AccountDisabled,
        "The operator of this server has disabled the account.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_do_only_what_its_scopes_say() {
        let uuid = uuid::Uuid::nil();
        let with = |scopes: &str| Caller {
            user_id: UserId::new(uuid),
            library_id: LibraryId::new(uuid),
            credential: Credential::Token {
                id: TokenId::new(uuid),
                scopes: scopes.parse().unwrap(),
            },
            holds_until: None,
        };
        assert!(with("read").require(Scope::Read).is_ok());
        let error = with("read upload").require(Scope::Write).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InsufficientScope);
    }

    #[test]
    fn the_scheme_may_be_written_in_any_case() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            bearer(&headers)
                .map(str::to_owned)
                .map_err(|error| error.code())
        };
        for value in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(read(value), Ok("abc".to_owned()), "{value}");
        }
        for value in ["abc", "Basic abc", "Bearer"] {
            assert_eq!(read(value), Err(ErrorCode::TokenInvalid), "{value}");
        }
        let missing = bearer(&HeaderMap::new()).unwrap_err();
        assert_eq!(missing.code(), ErrorCode::NotAuthenticated);
    }
}
