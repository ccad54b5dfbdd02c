//! Accounts: who may log in, and the library that each has.

use heimdex_api::{LibraryId, Secret, SessionId, Timestamp, UserId, VideoState};

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::sessions::{NewSession, insert_session};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// An account and its library.
    pub struct AccountRow {
        /// Its id.
        pub user_id: UserId,
        /// Its library.
        pub library_id: LibraryId,
        /// Folded.
        pub email: String,
        /// In PHC format; none where it logs in elsewhere.
        pub password_hash: Option<Secret>,
        /// What to call the person.
        pub display_name: Option<String>,
        /// Whether somebody proved to read the address.
        pub email_verified: bool,
        /// Whether it may change the server.
        pub is_admin: bool,
        /// Since when it may do nothing.
        pub disabled_at: Option<Timestamp>,
        /// Since when it is there.
        pub created_at: Timestamp,
    }
}

/// An account to be.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id, and its library's.
    pub user_id: UserId,
    /// Folded.
    pub email: String,
    /// In PHC format.
    pub password_hash: Option<Secret>,
    /// What to call the person.
    pub display_name: Option<String>,
}

/// What a registration came to.
#[derive(Debug, Clone, PartialEq)]
pub enum RegisterOutcome {
    /// The account, its library and the first login are there.
    Registered(AccountRow),
    /// The address has an account.
    EmailTaken,
}

impl Catalog {
    /// Makes an account, its library and its first login.
    pub async fn register(
        &self,
        new: &NewAccount,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<RegisterOutcome, CatalogError> {
        let made = write_tx!(self.db, Writes::Account(new.user_id), |tx| {
            insert_account(tx, new, now).await?;
            insert_session(tx, session, now).await
        });
        match made {
            Err(error) if error.is_duplicate() => {
                // The ids are random: what is there already is the address, or this very request's account.
                match self.account_by_email(&new.email).await? {
                    Some(account) if account.user_id == new.user_id => {
                        Ok(RegisterOutcome::Registered(account))
                    }
                    Some(_) => Ok(RegisterOutcome::EmailTaken),
                    None => Err(error),
                }
            }
            Err(error) => Err(error),
            Ok(()) => match self.account(new.user_id).await? {
                Some(account) => Ok(RegisterOutcome::Registered(account)),
                None => Err(CatalogError::Corrupt("a new account is gone".to_owned())),
            },
        }
    }

    /// The account of a folded address.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, CatalogError> {
        let account = on!(self.db, |pool| {
            sqlx::query_as(ACCOUNT_BY_EMAIL)
                .bind(email)
                .fetch_optional(pool)
                .await?
        });
        Ok(account)
    }

    /// An account.
    pub async fn account(&self, user: UserId) -> Result<Option<AccountRow>, CatalogError> {
        let account = on!(self.db, |pool| {
            sqlx::query_as(ACCOUNT_BY_ID)
                .bind(Sql(user))
                .fetch_optional(pool)
                .await?
        });
        Ok(account)
    }

    /// Gives an account a new password and ends all its logins but one.
    pub async fn update_password(
        &self,
        user: UserId,
        password_hash: &Secret,
        kept: Option<SessionId>,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Account(user), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
                    .bind(Sql(user))
                    .bind(password_hash.expose())
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE sessions SET revoked_at = $3 \
                     WHERE user_id = $1 AND revoked_at IS NULL AND ($2 IS NULL OR session_id <> $2)",
                )
                .bind(Sql(user))
                .bind(Sql(kept))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(())
        })
    }
}

/// `SELECT` of [`AccountRow`] with a condition.
macro_rules! select_account {
    ($condition:literal) => {
        concat!(
            "SELECT u.id AS user_id, l.library_id, u.email, u.password_hash, u.display_name, ",
            "u.email_verified, u.is_admin, u.disabled_at, u.created_at ",
            "FROM users u JOIN libraries l ON l.owner_id = u.id WHERE ",
            $condition,
            " ORDER BY l.created_at, l.library_id LIMIT 1"
        )
    };
}
const ACCOUNT_BY_EMAIL: &str = select_account!("u.email = $1");
const ACCOUNT_BY_ID: &str = select_account!("u.id = $1");

/// Makes the rows of an account and its empty library.
pub(super) async fn insert_account(
    tx: &mut Tx,
    new: &NewAccount,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO users (id, email, password_hash, display_name, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(Sql(new.user_id))
        .bind(new.email.as_str())
        .bind(new.password_hash.as_ref().map(Secret::expose))
        .bind(new.display_name.as_deref())
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    let library = LibraryId::new(new.user_id.as_uuid());
    on_tx!(tx, |connection| {
        sqlx::query("INSERT INTO libraries (library_id, owner_id, created_at) VALUES ($1, $2, $3)")
            .bind(Sql(library))
            .bind(Sql(new.user_id))
            .bind(Sql(now))
            .execute(connection)
            .await?
            .rows_affected()
    });
    for state in VideoState::ALL {
        on_tx!(tx, |connection| {
            sqlx::query(
                "INSERT INTO library_counts (library_id, state, videos, bytes) VALUES ($1, $2, 0, 0)",
            )
            .bind(Sql(library))
            .bind(Sql(*state))
            .execute(connection)
            .await?
            .rows_affected()
        });
    }
    Ok(())
}
