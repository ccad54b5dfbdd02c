//! The log of what happened: how far back it goes.

use heimdex_api::{LibraryId, Timestamp};

use crate::catalog::db::{Writes, on, on_tx, write_tx};
use crate::catalog::value::{Sql, row};
use crate::catalog::{Catalog, CatalogError};

/// Rows that one transaction deletes: a writer waits no longer than that takes.
const AT_ONCE: u64 = 10_000;

row! {
    /// A log, and up to which number it is forgotten.
    struct Forgotten {
        library_id: LibraryId,
        first: u64,
        last: u64,
    }
}

impl Catalog {
    /// Forgets what happened before a time, and of each library all but the newest `most`; answers how many.
    ///
    /// Only the beginning of a log is forgotten, never something in its middle: who reads on must not fall into a hole.
    pub async fn forget_events(&self, before: Timestamp, most: u64) -> Result<u64, CatalogError> {
        let old: Vec<Forgotten> = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT o.library_id, (SELECT MIN(e.seq) FROM events e WHERE e.library_id = o.library_id) AS first, \
                 o.last FROM (SELECT library_id, MAX(seq) AS last FROM events WHERE created_at < $1 \
                 GROUP BY library_id) o",
            )
            .bind(Sql(before))
            .fetch_all(pool)
            .await?
        });
        let mut forgotten = self.forget_beginnings(&old).await?;
        let long: Vec<Forgotten> = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT l.library_id, (SELECT MIN(e.seq) FROM events e WHERE e.library_id = l.library_id) AS first, \
                 l.event_seq - $1 AS last FROM libraries l WHERE l.event_seq > $1 \
                 AND EXISTS (SELECT 1 FROM events e WHERE e.library_id = l.library_id AND e.seq <= l.event_seq - $1)",
            )
            .bind(Sql(most))
            .fetch_all(pool)
            .await?
        });
        forgotten += self.forget_beginnings(&long).await?;
        Ok(forgotten)
    }

    async fn forget_beginnings(&self, logs: &[Forgotten]) -> Result<u64, CatalogError> {
        let mut forgotten = 0;
        for log in logs {
            let mut upto = log.first;
            while upto <= log.last {
                upto = upto.saturating_add(AT_ONCE);
                let below = upto.min(log.last.saturating_add(1));
                forgotten += write_tx!(self.db, Writes::Shared, |tx| {
                    Ok(on_tx!(tx, |connection| {
                        sqlx::query("DELETE FROM events WHERE library_id = $1 AND seq < $2")
                            .bind(Sql(log.library_id))
                            .bind(Sql(below))
                            .execute(connection)
                            .await?
                            .rows_affected()
                    }))
                })?;
            }
        }
        Ok(forgotten)
    }
}
