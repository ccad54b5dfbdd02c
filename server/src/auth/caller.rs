//! Who a request comes from, and what they may do.

use heimdex_api::{ErrorCode, LibraryId, Scope, Scopes, SessionId, Timestamp, TokenId, UserId};

use crate::web::ApiError;

/// Whose request it is. Extracting it is what makes a route private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub user_id: UserId,
    /// Whose videos it sees.
    pub library_id: LibraryId,
    /// How it showed who it is.
    pub credential: Credential,
}

/// What a request was authenticated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A login; it may do everything.
    Session {
        /// Which one.
        id: SessionId,
        /// When the password was last given.
        login_at: Timestamp,
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
        };
        assert!(with("read").require(Scope::Read).is_ok());
        let error = with("read upload").require(Scope::Write).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InsufficientScope);
    }
}
