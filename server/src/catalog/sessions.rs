//! Logins and their refresh tokens.
//!
//! A session is a family of refresh tokens: each use of one makes its successor, and a use that cannot be explained
//! ends the session. Tokens are known by their hashes only.

use std::time::Duration;

use heimdex_api::{LibraryId, SessionId, Timestamp, UserId};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::session::{Reuse, judge_reuse};

/// How exactly it is known when a login was last seen.
const LAST_SEEN_PRECISION: Duration = Duration::from_mins(1);

/// SHA-256, or any other hash of 32 bytes, of a token.
pub type TokenHash = [u8; 32];

/// A login to be, with its first refresh token.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// What logged in, as it calls itself.
    pub client: Option<String>,
    /// Whether a password was given.
    pub by_password: bool,
    /// The first refresh token's.
    pub refresh_hash: TokenHash,
    /// When that token ends.
    pub refresh_expires_at: Timestamp,
}

row! {
    /// A login, as far as a request needs to know it.
    pub struct SessionRow {
        /// Its id.
        pub session_id: SessionId,
        /// Whose it is.
        pub user_id: UserId,
        /// Whose videos it sees.
        pub library_id: LibraryId,
        /// Whether a password was given.
        pub by_password: bool,
        /// When that was.
        pub created_at: Timestamp,
        /// When it was last seen, to the minute.
        pub last_seen_at: Timestamp,
        /// When it ended.
        pub revoked_at: Option<Timestamp>,
        /// Since when its account may do nothing.
        pub disabled_at: Option<Timestamp>,
    }
}

/// A token that could follow the presented one: derived from it under the key of that id.
#[derive(Debug, Clone)]
pub struct Successor {
    /// The key that it is derived under.
    pub kid: String,
    /// The successor's.
    pub hash: TokenHash,
}

/// What presenting a refresh token came to.
#[derive(Debug, Clone, PartialEq)]
pub enum RefreshOutcome {
    /// The successor derived under the key `kid` is the one to give.
    Successor {
        /// Under which key.
        kid: String,
        /// The login.
        session: SessionRow,
    },
    /// Nobody has such a token.
    Unknown,
    /// Its time is over, or its login has ended, or its account is disabled.
    Ended,
    /// It was used before in a way that nothing explains: the login has just been ended.
    Stolen {
        /// Which.
        session_id: SessionId,
    },
}

row! {
    struct RefreshRow {
        session_id: SessionId,
        expires_at: Timestamp,
        used_at: Option<Timestamp>,
        successor_kid: Option<String>,
        successor_presented_at: Option<Timestamp>,
    }
}

impl Catalog {
    /// Begins a login.
    pub async fn start_session(
        &self,
        new: &NewSession,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Session(new.session_id), |tx| {
            insert_session(tx, new, now).await
        })
    }

    /// A login, ended ones too.
    pub async fn session(&self, session: SessionId) -> Result<Option<SessionRow>, CatalogError> {
        let row = on!(self.db, |pool| {
            sqlx::query_as(SESSION)
                .bind(Sql(session))
                .fetch_optional(pool)
                .await?
        });
        Ok(row)
    }

    /// Answers a presented refresh token with its successor: the same one however often it is asked for.
    ///
    /// `successors` are what the token leads to under each key that is still valid, the newest first.
    pub async fn refresh_session(
        &self,
        presented: &TokenHash,
        successors: &[Successor],
        successor_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<RefreshOutcome, CatalogError> {
        let found: Option<RefreshRow> = on!(self.db, |pool| {
            sqlx::query_as(REFRESH_TOKEN)
                .bind(Sql(*presented))
                .fetch_optional(pool)
                .await?
        });
        let Some(found) = found else {
            return Ok(RefreshOutcome::Unknown);
        };
        write_tx!(self.db, Writes::Session(found.session_id), |tx| {
            refresh(tx, presented, successors, successor_expires_at, now).await
        })
    }

    /// Records that a login was seen, at most once a minute.
    pub async fn touch_session(
        &self,
        session: &SessionRow,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        if now.since(session.last_seen_at) < LAST_SEEN_PRECISION {
            return Ok(());
        }
        write_tx!(self.db, Writes::Session(session.session_id), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE session_id = $1")
                    .bind(Sql(session.session_id))
                    .bind(Sql(now))
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }

    /// Ends a login; one that has ended stays so.
    pub async fn end_session(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Session(session), |tx| revoke(
            tx, session, now
        )
        .await)
    }

    /// Forgets logins that ended, or whose last token ended, before `before`; answers how many.
    pub async fn forget_sessions(&self, before: Timestamp) -> Result<u64, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            Ok(on_tx!(tx, |connection| {
                sqlx::query(
                    "DELETE FROM sessions WHERE revoked_at < $1 OR NOT EXISTS (\
                     SELECT 1 FROM refresh_tokens r \
                     WHERE r.session_id = sessions.session_id AND r.expires_at >= $1)",
                )
                .bind(Sql(before))
                .execute(connection)
                .await?
                .rows_affected()
            }))
        })
    }
}

const SESSION: &str = "SELECT s.session_id, s.user_id, l.library_id, s.by_password, s.created_at, \
    s.last_seen_at, s.revoked_at, u.disabled_at \
    FROM sessions s JOIN users u ON u.id = s.user_id JOIN libraries l ON l.owner_id = u.id \
    WHERE s.session_id = $1 ORDER BY l.created_at, l.library_id LIMIT 1";

const REFRESH_TOKEN: &str = "SELECT session_id, expires_at, used_at, successor_kid, successor_presented_at \
    FROM refresh_tokens WHERE token_hash = $1";

/// Makes the rows of a login.
pub(super) async fn insert_session(
    tx: &mut Tx,
    new: &NewSession,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO sessions (session_id, user_id, client, by_password, created_at, last_seen_at) \
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(Sql(new.session_id))
        .bind(Sql(new.user_id))
        .bind(new.client.as_deref())
        .bind(new.by_password)
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    insert_refresh_token(
        tx,
        &new.refresh_hash,
        new.session_id,
        new.refresh_expires_at,
        now,
    )
    .await
}

async fn insert_refresh_token(
    tx: &mut Tx,
    hash: &TokenHash,
    session: SessionId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(Sql(*hash))
        .bind(Sql(session))
        .bind(Sql(now))
        .bind(Sql(expires_at))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

async fn refresh(
    tx: &mut Tx,
    presented: &TokenHash,
    successors: &[Successor],
    successor_expires_at: Timestamp,
    now: Timestamp,
) -> Result<RefreshOutcome, CatalogError> {
    // Read again behind the lock: another process may have used it meanwhile.
    let token: Option<RefreshRow> = on_tx!(tx, |connection| {
        sqlx::query_as(REFRESH_TOKEN)
            .bind(Sql(*presented))
            .fetch_optional(connection)
            .await?
    });
    let Some(token) = token else {
        return Ok(RefreshOutcome::Unknown);
    };
    let session: Option<SessionRow> = on_tx!(tx, |connection| {
        sqlx::query_as(SESSION)
            .bind(Sql(token.session_id))
            .fetch_optional(connection)
            .await?
    });
    let Some(session) = session else {
        return Ok(RefreshOutcome::Unknown);
    };
    if session.revoked_at.is_some() || session.disabled_at.is_some() {
        return Ok(RefreshOutcome::Ended);
    }
    if let (Some(used_at), Some(kid)) = (token.used_at, token.successor_kid) {
        return match judge_reuse(used_at, token.successor_presented_at, now) {
            // The key is gone, and with it the way to the successor.
            Reuse::Repetition if !successors.iter().any(|known| known.kid == kid) => {
                Ok(RefreshOutcome::Ended)
            }
            Reuse::Repetition => Ok(RefreshOutcome::Successor { kid, session }),
            Reuse::Theft => {
                revoke(tx, session.session_id, now).await?;
                Ok(RefreshOutcome::Stolen {
                    session_id: session.session_id,
                })
            }
        };
    }
    let Some(successor) = successors.first().filter(|_| now < token.expires_at) else {
        return Ok(RefreshOutcome::Ended);
    };
    rotate(tx, presented, successor, now).await?;
    insert_refresh_token(
        tx,
        &successor.hash,
        session.session_id,
        successor_expires_at,
        now,
    )
    .await?;
    Ok(RefreshOutcome::Successor {
        kid: successor.kid.clone(),
        session,
    })
}

/// Marks a token as used, and its predecessor's successor as presented.
async fn rotate(
    tx: &mut Tx,
    presented: &TokenHash,
    successor: &Successor,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE refresh_tokens SET used_at = $2, successor_hash = $3, successor_kid = $4 \
             WHERE token_hash = $1",
        )
        .bind(Sql(*presented))
        .bind(Sql(now))
        .bind(Sql(successor.hash))
        .bind(successor.kid.as_str())
        .execute(connection)
        .await?
        .rows_affected()
    });
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE refresh_tokens SET successor_presented_at = $2 \
             WHERE successor_hash = $1 AND successor_presented_at IS NULL",
        )
        .bind(Sql(*presented))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE sessions SET last_seen_at = $2 WHERE session_id = \
             (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)",
        )
        .bind(Sql(*presented))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

async fn revoke(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE sessions SET revoked_at = $2 WHERE session_id = $1 AND revoked_at IS NULL",
        )
        .bind(Sql(session))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}
