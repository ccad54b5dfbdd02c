//! Requests that may come twice: what the first one made is found by its key.
//!
//! Stored are key, route, hash of the body and the row's id, never an answer. A key is looked up and recorded in the
//! transaction that makes the row.

use heimdex_api::limits::IDEMPOTENCY_KEY_TTL;
use heimdex_api::{Timestamp, UserId};
use uuid::Uuid;

use super::db::{Tx, Writes, on_tx, write_tx};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

/// An `Idempotency-Key` and the request that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// As the client sent it.
    pub key: String,
    /// Method and path pattern.
    pub route: &'static str,
    /// Of the body, as it was understood.
    pub body_hash: [u8; 32],
}

/// What a key says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It never came.
    New,
    /// The same request made this row.
    Repeated(Uuid),
    /// It came with another request.
    Conflict,
}

row! {
    struct KeyRow {
        route: String,
        body_hash: [u8; 32],
        row_id: Uuid,
        created_at: Timestamp,
    }
}

/// Looks a key up, and records it for the row that this transaction makes unless it is known.
pub(crate) async fn claim(
    tx: &mut Tx,
    user: UserId,
    idempotency: &Idempotency,
    row: Uuid,
    now: Timestamp,
) -> Result<Claim, CatalogError> {
    let claim = look_up(tx, user, idempotency, now).await?;
    if claim == Claim::New {
        record(tx, user, idempotency, row, now).await?;
    }
    Ok(claim)
}

/// Looks a key up and records nothing: for what may still be refused.
pub(crate) async fn look_up(
    tx: &mut Tx,
    user: UserId,
    idempotency: &Idempotency,
    now: Timestamp,
) -> Result<Claim, CatalogError> {
    let known: Option<KeyRow> = on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT route, body_hash, row_id, created_at FROM idempotency_keys \
             WHERE user_id = $1 AND idempotency_key = $2",
        )
        .bind(Sql(user))
        .bind(idempotency.key.as_str())
        .fetch_optional(connection)
        .await?
    });
    if let Some(known) = known
        && now.since(known.created_at) <= IDEMPOTENCY_KEY_TTL
    {
        let same = known.route == idempotency.route && known.body_hash == idempotency.body_hash;
        return Ok(if same {
            Claim::Repeated(known.row_id)
        } else {
            Claim::Conflict
        });
    }
    Ok(Claim::New)
}

/// Records that the request made this row, whatever was recorded before.
pub(crate) async fn record(
    tx: &mut Tx,
    user: UserId,
    idempotency: &Idempotency,
    row: Uuid,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO idempotency_keys (user_id, idempotency_key, route, body_hash, row_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (user_id, idempotency_key) DO UPDATE SET route = excluded.route, \
             body_hash = excluded.body_hash, row_id = excluded.row_id, created_at = excluded.created_at",
        )
        .bind(Sql(user))
        .bind(idempotency.key.as_str())
        .bind(idempotency.route)
        .bind(Sql(idempotency.body_hash))
        .bind(row)
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

impl Catalog {
    /// Forgets the keys whose time is over; answers how many.
    pub async fn forget_idempotency_keys(&self, now: Timestamp) -> Result<u64, CatalogError> {
        let before = now.saturating_sub(IDEMPOTENCY_KEY_TTL);
        write_tx!(self.db, Writes::Shared, |tx| {
            Ok(on_tx!(tx, |connection| {
                sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
                    .bind(Sql(before))
                    .execute(connection)
                    .await?
                    .rows_affected()
            }))
        })
    }
}
