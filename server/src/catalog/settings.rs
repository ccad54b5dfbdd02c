//! What the servers of one database agree on: settings, keys, and who leads.

use heimdex_api::Timestamp;

use super::db::{Writes, on, on_tx, write_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A key of the server that lives in the database.
    pub struct ServerKeyRow {
        /// Its name in what it signed.
        pub kid: String,
        /// The key itself.
        pub secret: Vec<u8>,
        /// Since when.
        pub created_at: Timestamp,
    }
}

impl Catalog {
    /// The value of a setting.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, CatalogError> {
        let value = on!(self.db, |pool| {
            sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
                .bind(name)
                .fetch_optional(pool)
                .await?
        });
        Ok(value)
    }

    /// Whether any object of the store is on record.
    pub async fn names_objects(&self) -> Result<bool, CatalogError> {
        let any: Option<String> = on!(self.db, |pool| {
            sqlx::query_scalar("SELECT object_key FROM objects LIMIT 1")
                .fetch_optional(pool)
                .await?
        });
        Ok(any.is_some())
    }

    /// Records a setting unless it has a value, and answers the one that holds.
    pub async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            let holds = on_tx!(tx, |connection| {
                sqlx::query(
                    "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                )
                .bind(name)
                .bind(value)
                .execute(&mut *connection)
                .await?;
                sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
                    .bind(name)
                    .fetch_one(connection)
                    .await?
            });
            Ok(holds)
        })
    }

    /// Records a setting, whatever it was.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            on_tx!(tx, |connection| {
                sqlx::query(
                    "INSERT INTO settings (name, value) VALUES ($1, $2) \
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                )
                .bind(name)
                .bind(value)
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(())
        })
    }

    /// The keys of a purpose, the newest first.
    pub async fn server_keys(&self, purpose: &str) -> Result<Vec<ServerKeyRow>, CatalogError> {
        let keys = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT kid, secret, created_at FROM server_keys WHERE purpose = $1 \
                 ORDER BY created_at DESC, kid DESC",
            )
            .bind(purpose)
            .fetch_all(pool)
            .await?
        });
        Ok(keys)
    }

    /// Records the first key of a purpose unless there is one, and answers all of them, the newest first: of any
    /// number of servers that start at once, every one gets the same.
    pub async fn server_keys_or_insert(
        &self,
        purpose: &str,
        first: &ServerKeyRow,
    ) -> Result<Vec<ServerKeyRow>, CatalogError> {
        write_tx!(self.db, Writes::ServerKeys, |tx| {
            on_tx!(tx, |connection| {
                sqlx::query(
                    "INSERT INTO server_keys (purpose, kid, secret, created_at) \
                     SELECT $1, $2, $3, $4 \
                     WHERE NOT EXISTS (SELECT 1 FROM server_keys WHERE purpose = $1)",
                )
                .bind(purpose)
                .bind(first.kid.as_str())
                .bind(first.secret.as_slice())
                .bind(Sql(first.created_at))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(())
        })?;
        self.server_keys(purpose).await
    }

    /// Takes or keeps a lease until `until`; `false` while somebody else holds it.
    pub async fn hold_lease(
        &self,
        name: &str,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            let taken = on_tx!(tx, |connection| {
                sqlx::query(
                    "INSERT INTO leases (name, holder, held_until) VALUES ($1, $2, $3) \
                     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until \
                     WHERE leases.holder = excluded.holder OR leases.held_until <= $4",
                )
                .bind(name)
                .bind(holder)
                .bind(Sql(until))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(taken > 0)
        })
    }

    /// Gives a lease up, where it is held.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), CatalogError> {
        write_tx!(self.db, Writes::Shared, |tx| {
            on_tx!(tx, |connection| {
                sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
                    .bind(name)
                    .bind(holder)
                    .execute(connection)
                    .await?
                    .rows_affected()
            });
            Ok(())
        })
    }
}
