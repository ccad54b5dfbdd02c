//! What an operator does with accounts, on the database itself.

use heimdex_api::{Timestamp, UserId};

use super::accounts::{NewAccount, insert_account};
use super::db::{Writes, on, on_tx, write_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

/// What adding an account came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// It is there, with an empty library.
    Added,
    /// The address has an account.
    EmailTaken,
}

row! {
    /// An account as an operator sees it.
    pub struct AccountListRow {
        /// Its id.
        pub user_id: UserId,
        /// Folded.
        pub email: String,
        /// What to call the person.
        pub display_name: Option<String>,
        /// Since when it is there.
        pub created_at: Timestamp,
        /// Since when it may do nothing.
        pub disabled_at: Option<Timestamp>,
        /// When one of its logins was last seen.
        pub session_seen_at: Option<Timestamp>,
        /// When one of its access tokens was last seen.
        pub token_seen_at: Option<Timestamp>,
        /// What its library may hold; none for no limit.
        pub quota_bytes: Option<u64>,
        /// Videos that are not in the trash.
        pub videos: u64,
        /// Their bytes, as far as they are stored.
        pub bytes: u64,
        /// Bytes that are on their way.
        pub bytes_uploading: u64,
        /// Bytes in the trash.
        pub bytes_deleted: u64,
    }
}

const ACCOUNTS: &str = "SELECT u.id AS user_id, u.email, u.display_name, u.created_at, u.disabled_at, \
    (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS session_seen_at, \
    (SELECT MAX(t.last_used_at) FROM access_tokens t WHERE t.user_id = u.id) AS token_seen_at, \
    l.quota_bytes, c.videos, c.bytes, c.bytes_uploading, c.bytes_deleted \
    FROM users u JOIN libraries l ON l.owner_id = u.id JOIN (\
    SELECT library_id, \
    CAST(SUM(CASE WHEN state = 'deleted' THEN 0 ELSE videos END) AS BIGINT) AS videos, \
    CAST(SUM(CASE WHEN state IN ('deleted', 'uploading') THEN 0 ELSE bytes END) AS BIGINT) AS bytes, \
    CAST(SUM(CASE WHEN state = 'uploading' THEN bytes ELSE 0 END) AS BIGINT) AS bytes_uploading, \
    CAST(SUM(CASE WHEN state = 'deleted' THEN bytes ELSE 0 END) AS BIGINT) AS bytes_deleted \
    FROM library_counts GROUP BY library_id) c ON c.library_id = l.library_id \
    ORDER BY u.email, l.library_id";

impl Catalog {
    /// Makes an account and its library, without a login.
    pub async fn add_account(
        &self,
        new: &NewAccount,
        now: Timestamp,
    ) -> Result<AddOutcome, CatalogError> {
        let made = write_tx!(self.db, Writes::Account(new.user_id), |tx| {
            insert_account(tx, new, now).await
        });
        match made {
            Err(error) if error.is_duplicate() => match self.account_by_email(&new.email).await? {
                // A commit whose reply was lost, made again.
                Some(account) if account.user_id == new.user_id => Ok(AddOutcome::Added),
                Some(_) => Ok(AddOutcome::EmailTaken),
                None => Err(error),
            },
            Err(error) => Err(error),
            Ok(()) => Ok(AddOutcome::Added),
        }
    }

    /// Every account, by address.
    pub async fn accounts(&self) -> Result<Vec<AccountListRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(ACCOUNTS).fetch_all(pool).await?
        }))
    }

    /// Forbids an account everything, and ends its logins and access tokens for good. One that is disabled stays so,
    /// with its time.
    pub async fn disable_account(&self, user: UserId, now: Timestamp) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Account(user), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE users SET disabled_at = COALESCE(disabled_at, $2) WHERE id = $1",
                )
                .bind(Sql(user))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
                )
                .bind(Sql(user))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE access_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
                )
                .bind(Sql(user))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(())
        })
    }

    /// Permits an account everything again. Logins and tokens that were ended stay so.
    pub async fn enable_account(&self, user: UserId) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Account(user), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE users SET disabled_at = NULL WHERE id = $1")
                    .bind(Sql(user))
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }

    /// Says what an account's library may hold; none for no limit. What it holds already stays, whatever the limit.
    pub async fn set_quota(
        &self,
        user: UserId,
        quota_bytes: Option<u64>,
    ) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Account(user), |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("UPDATE libraries SET quota_bytes = $2 WHERE owner_id = $1")
                    .bind(Sql(user))
                    .bind(Sql(quota_bytes))
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }
}
