//! Access tokens for scripts. Their secrets are known by their hashes only.

use std::time::Duration;

use heimdex_api::{LibraryId, Scopes, Timestamp, TokenId, UserId};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::idempotency::{Claim, Idempotency, claim, record};
use super::sessions::TokenHash;
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

/// `last_used_at` is true to this.
const LAST_USED_PRECISION: Duration = Duration::from_mins(1);

/// A token to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub token_id: TokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// The secret's.
    pub token_hash: TokenHash,
    /// What it is for, in the user's words.
    pub name: String,
    /// What it permits.
    pub scopes: Scopes,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

row! {
    /// A token, as its owner sees it.
    pub struct TokenRow {
        /// Its id.
        pub token_id: TokenId,
        /// What it is for.
        pub name: String,
        /// What it permits.
        pub scopes: Scopes,
        /// Since when.
        pub created_at: Timestamp,
        /// When it was last seen, to the minute.
        pub last_used_at: Option<Timestamp>,
        /// When it ends.
        pub expires_at: Option<Timestamp>,
        /// When its owner took it back.
        pub revoked_at: Option<Timestamp>,
    }
}

row! {
    /// A presented token, as far as a request needs to know it.
    pub struct PresentedTokenRow {
        /// Its id.
        pub token_id: TokenId,
        /// Whose it is.
        pub user_id: UserId,
        /// Whose videos it sees.
        pub library_id: LibraryId,
        /// What it permits.
        pub scopes: Scopes,
        /// When it was last seen, to the minute.
        pub last_used_at: Option<Timestamp>,
        /// When it ends.
        pub expires_at: Option<Timestamp>,
        /// When its owner took it back.
        pub revoked_at: Option<Timestamp>,
        /// Since when its account may do nothing.
        pub disabled_at: Option<Timestamp>,
    }
}

/// What the creation of a token came to.
#[derive(Debug, Clone, PartialEq)]
pub enum CreateTokenOutcome {
    /// It is there, with this secret. Where the same request came before, its secret was replaced.
    Created(TokenRow),
    /// The idempotency key came with another request.
    IdempotencyConflict,
}

impl Catalog {
    /// Makes a token; the same request again gives the one that it made a new secret.
    pub async fn create_token(
        &self,
        new: &NewToken,
        idempotency: Option<&Idempotency>,
        now: Timestamp,
    ) -> Result<CreateTokenOutcome, CatalogError> {
        write_tx!(self.db, Writes::Account(new.user_id), |tx| {
            create(tx, new, idempotency, now).await
        })
    }

    /// The tokens that their owner has not taken back, the newest first.
    pub async fn tokens(&self, user: UserId) -> Result<Vec<TokenRow>, CatalogError> {
        let tokens = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT token_id, name, scopes, created_at, last_used_at, expires_at, revoked_at \
                 FROM access_tokens WHERE user_id = $1 AND revoked_at IS NULL \
                 ORDER BY created_at DESC, token_id DESC",
            )
            .bind(Sql(user))
            .fetch_all(pool)
            .await?
        });
        Ok(tokens)
    }

    /// Takes a token back, for good; `false` where the account has no such token.
    pub async fn revoke_token(
        &self,
        user: UserId,
        token: TokenId,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Account(user), |tx| {
            let known = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE access_tokens SET revoked_at = COALESCE(revoked_at, $3) \
                     WHERE token_id = $1 AND user_id = $2",
                )
                .bind(Sql(token))
                .bind(Sql(user))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(known > 0)
        })
    }

    /// The token of a hash, ended ones too.
    pub async fn presented_token(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<PresentedTokenRow>, CatalogError> {
        let token = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT t.token_id, t.user_id, l.library_id, t.scopes, t.last_used_at, t.expires_at, \
                 t.revoked_at, u.disabled_at \
                 FROM access_tokens t JOIN users u ON u.id = t.user_id \
                 JOIN libraries l ON l.owner_id = u.id \
                 WHERE t.token_hash = $1 ORDER BY l.created_at, l.library_id LIMIT 1",
            )
            .bind(Sql(*hash))
            .fetch_optional(pool)
            .await?
        });
        Ok(token)
    }

    /// Records that a token was seen, at most once a minute.
    pub async fn touch_token(
        &self,
        token: &PresentedTokenRow,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        let due = token
            .last_used_at
            .is_none_or(|last| now.since(last) >= LAST_USED_PRECISION);
        if !due {
            return Ok(());
        }
        write_tx!(self.db, Writes::Shared, |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE access_tokens SET last_used_at = $2 WHERE token_id = $1")
                    .bind(Sql(token.token_id))
                    .bind(Sql(now))
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }
}

async fn create(
    tx: &mut Tx,
    new: &NewToken,
    idempotency: Option<&Idempotency>,
    now: Timestamp,
) -> Result<CreateTokenOutcome, CatalogError> {
    if let Some(idempotency) = idempotency {
        match claim(tx, new.user_id, idempotency, new.token_id.as_uuid(), now).await? {
            Claim::New => {}
            Claim::Conflict => return Ok(CreateTokenOutcome::IdempotencyConflict),
            Claim::Repeated(row) => match replace_secret(tx, TokenId::new(row), new).await? {
                Some(token) => return Ok(CreateTokenOutcome::Created(token)),
                // It was taken back since: whoever asks again wants one that works.
                None => record(tx, new.user_id, idempotency, new.token_id.as_uuid(), now).await?,
            },
        }
    }
    let token = on_tx!(tx, |connection| {
        sqlx::query_as(
            "INSERT INTO access_tokens (token_id, user_id, token_hash, name, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             RETURNING token_id, name, scopes, created_at, last_used_at, expires_at, revoked_at",
        )
        .bind(Sql(new.token_id))
        .bind(Sql(new.user_id))
        .bind(Sql(new.token_hash))
        .bind(new.name.as_str())
        .bind(Sql(new.scopes))
        .bind(Sql(now))
        .bind(Sql(new.expires_at))
        .fetch_one(connection)
        .await?
    });
    Ok(CreateTokenOutcome::Created(token))
}

/// `None` where the token was taken back.
async fn replace_secret(
    tx: &mut Tx,
    token: TokenId,
    new: &NewToken,
) -> Result<Option<TokenRow>, CatalogError> {
    let token = on_tx!(tx, |connection| {
        sqlx::query_as(
            "UPDATE access_tokens SET token_hash = $3 \
             WHERE token_id = $1 AND user_id = $2 AND revoked_at IS NULL \
             RETURNING token_id, name, scopes, created_at, last_used_at, expires_at, revoked_at",
        )
        .bind(Sql(token))
        .bind(Sql(new.user_id))
        .bind(Sql(new.token_hash))
        .fetch_optional(connection)
        .await?
    });
    Ok(token)
}
