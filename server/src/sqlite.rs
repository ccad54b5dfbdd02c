//! What every SQLite pool of the server needs.

use sqlx::Connection as _;
use sqlx::sqlite::SqlitePoolOptions;

/// Pool options that let no broken connection back in.
///
/// On a full disk SQLite ends a transaction by itself; the driver's count of open transactions then never returns to
/// zero, and without this every later transaction on the connection would fail, for as long as the process lives.
pub(crate) fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().after_release(|connection, _| {
        Box::pin(async move {
            // The rollback of a dropped transaction is still on its way to the connection's thread: wait behind it.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    })
}
