//! What a library may hold. Everything that is promised or stored counts, the trash too.

use heimdex_api::LibraryId;

use super::CatalogError;
use super::db::{Tx, on_tx};
use super::value::Sql;

/// The quota, where the library would go beyond it by coming to hold `more` instead of `now` bytes of something.
pub(super) async fn exceeded(
    tx: &mut Tx,
    library: LibraryId,
    now: u64,
    more: u64,
) -> Result<Option<u64>, CatalogError> {
    if more <= now {
        return Ok(None);
    }
    let quota: Sql<Option<u64>> = on_tx!(tx, |connection| {
        sqlx::query_scalar("SELECT quota_bytes FROM libraries WHERE library_id = $1")
            .bind(Sql(library))
            .fetch_one(connection)
            .await?
    });
    let Some(quota) = quota.0 else {
        return Ok(None);
    };
    let held: Sql<u64> = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM library_counts WHERE library_id = $1",
        )
        .bind(Sql(library))
        .fetch_one(connection)
        .await?
    });
    let would_hold = held.0.saturating_sub(now).saturating_add(more);
    Ok((would_hold > quota).then_some(quota))
}
