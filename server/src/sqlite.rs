//! What every SQLite pool of the server needs.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection as _, SqlitePool};
use tokio::time::{Instant, sleep};

/// How long another process may hold a database that is being opened.
const OPEN_LIMIT: Duration = Duration::from_secs(20);
const OPEN_PAUSE: Duration = Duration::from_millis(25);

/// Pool options that let no broken connection back in.
///
/// On a full disk SQLite ends a transaction by itself; the driver's count of open transactions then never returns to
/// zero, and without this every later transaction on the connection would fail, for as long as the process lives.
pub(crate) fn writers() -> SqlitePoolOptions {
    readers().after_release(|connection, _| {
        Box::pin(async move {
            // The rollback of a dropped transaction is still on its way to the connection's thread: wait behind it.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Pool options of connections that begin no transaction. A file does not go away as a server does: asking a connection
/// whether it is still there, before each statement, would only take time.
pub(crate) fn readers() -> SqlitePoolOptions {
    SqlitePoolOptions::new().test_before_acquire(false)
}

/// Opens a pool, and waits while another process makes or recovers the same database.
///
/// SQLite answers "busy" at once, whatever the busy time-out, where two processes turn a new file to write-ahead
/// logging together: waiting there could be a deadlock, so it leaves it to the caller to try again.
pub(crate) async fn open(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, sqlx::Error> {
    let began = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && began.elapsed() < OPEN_LIMIT => {
                sleep(OPEN_PAUSE).await;
            }
            answer => return answer,
        }
    }
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED`, with any extension (<https://sqlite.org/rescode.html>).
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    let number = code.and_then(|code| code.parse::<u32>().ok());
    matches!(number.map(|number| number & 0xff), Some(5 | 6))
}
