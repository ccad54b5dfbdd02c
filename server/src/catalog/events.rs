//! The log of what happened: how far back it goes.

use heimdex_api::{LibraryId, Timestamp};

use super::db::{Writes, on, on_tx, write_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    struct LongLog {
        library_id: LibraryId,
        event_seq: u64,
    }
}

impl Catalog {
    /// Forgets what happened before a time, and of each library all but the newest `most`; answers how many.
    pub async fn forget_events(&self, before: Timestamp, most: u64) -> Result<u64, CatalogError> {
        let mut forgotten = write_tx!(self.db, Writes::Shared, |tx| {
            Ok(on_tx!(tx, |connection| {
                sqlx::query("DELETE FROM events WHERE created_at < $1")
                    .bind(Sql(before))
                    .execute(connection)
                    .await?
                    .rows_affected()
            }))
        })?;
        let long: Vec<LongLog> = on!(self.db, |pool| {
            sqlx::query_as("SELECT library_id, event_seq FROM libraries WHERE event_seq > $1")
                .bind(Sql(most))
                .fetch_all(pool)
                .await?
        });
        for log in long {
            forgotten += write_tx!(self.db, Writes::Shared, |tx| {
                Ok(on_tx!(tx, |connection| {
                    sqlx::query("DELETE FROM events WHERE library_id = $1 AND seq <= $2")
                        .bind(Sql(log.library_id))
                        .bind(Sql(log.event_seq.saturating_sub(most)))
                        .execute(connection)
                        .await?
                        .rows_affected()
                }))
            })?;
        }
        Ok(forgotten)
    }
}
