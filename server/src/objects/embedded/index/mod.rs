//! The index of the embedded store: an SQLite file that several processes share.
//!
//! Nothing is held in memory between calls: every decision is made inside one immediate transaction. Writers of one
//! process queue for the one writing connection; those of several processes wait for each other's lock.

/// Reads a row type whose fields are columns of the same name.
macro_rules! from_row {
    ($name:ident { $($field:ident),* }) => {
        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $name {
            fn from_row(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self {
                    $( $field: row.try_get(stringify!($field))?, )*
                })
            }
        }
    };
}

mod objects;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Sqlite, Transaction};
use uuid::Uuid;

use super::error::StoreError;
use super::layout::Layout;
use super::rebuild::Rebuilt;

pub(super) use objects::{Commit, NewObject, ObjectRow};
pub(super) use uploads::{PartRow, UploadRow};

/// The form of the index that this code reads and writes (`PRAGMA user_version`).
const VERSION: i64 = 1;
/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(20);
/// Enough for the readers of one process; each is a thread of its own.
const READERS: u32 = 4;

/// Why the index cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error("cannot open the index")]
    Sql(#[from] sqlx::Error),
    #[error("the index was written by a newer program (form {found}, this one knows {VERSION})")]
    Newer { found: i64 },
    #[error("the index belongs to another store ({found})")]
    Foreign { found: String },
    #[error("cannot make the index anew from the manifests")]
    Rebuild(#[source] Box<StoreError>),
}

#[derive(Debug, Clone)]
pub(super) struct Index {
    reader: SqlitePool,
    writer: SqlitePool,
}

type Tx = Transaction<'static, Sqlite>;

impl Index {
    /// Opens the index at `path`. Where there is none, it is made for the store `identity` out of its manifests; the
    /// second value then says what was found.
    pub(super) async fn open(
        path: &Path,
        identity: Uuid,
        layout: &Arc<Layout>,
    ) -> Result<(Self, Option<Rebuilt>), IndexError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging()
            .thread_name(|n| format!("store-index-{n}"));
        let writer = crate::sqlite::writers()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(BUSY);
        let writer = crate::sqlite::open(writer, options.clone()).await?;
        let rebuilt = prepare(&writer, identity, layout).await?;
        let reader = crate::sqlite::readers()
            .max_connections(READERS)
            .acquire_timeout(BUSY);
        let reader = crate::sqlite::open(reader, options).await?;
        Ok((Self { reader, writer }, rebuilt))
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    async fn write(&self) -> Result<Tx, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// The files that nothing names any more, oldest first.
    pub(super) async fn trash(&self, limit: i64) -> Result<Vec<PathBuf>, StoreError> {
        let paths: Vec<String> =
            sqlx::query_scalar("SELECT path FROM trash ORDER BY since_us, path LIMIT $1")
                .bind(limit)
                .fetch_all(&self.reader)
                .await?;
        Ok(paths.into_iter().map(PathBuf::from).collect())
    }

    /// Forgets files that are gone.
    pub(super) async fn forget_trash(&self, paths: &[PathBuf]) -> Result<(), StoreError> {
        let paths: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
        sqlx::query("DELETE FROM trash WHERE path IN (SELECT value FROM json_each($1))")
            .bind(json(&paths))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

async fn prepare(
    pool: &SqlitePool,
    identity: Uuid,
    layout: &Arc<Layout>,
) -> Result<Option<Rebuilt>, IndexError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *tx)
        .await?;
    let rebuilt = match found {
        0 => {
            sqlx::raw_sql(include_str!("schema.sql"))
                .execute(&mut *tx)
                .await?;
            sqlx::query("INSERT INTO meta (name, value) VALUES ('store', $1)")
                .bind(identity.to_string())
                .execute(&mut *tx)
                .await?;
            sqlx::raw_sql("PRAGMA user_version = 1")
                .execute(&mut *tx)
                .await?;
            // In the same transaction, so that no other process sees an index without its objects.
            Some(
                objects::restore(&mut tx, layout)
                    .await
                    .map_err(|error| IndexError::Rebuild(Box::new(error)))?,
            )
        }
        VERSION => {
            let store: String = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'store'")
                .fetch_one(&mut *tx)
                .await?;
            if store != identity.to_string() {
                return Err(IndexError::Foreign { found: store });
            }
            None
        }
        found => return Err(IndexError::Newer { found }),
    };
    tx.commit().await?;
    Ok(rebuilt)
}

/// Writes paths that nothing names any more into the transaction that made it so.
async fn discard(tx: &mut Tx, paths: &[PathBuf], now_us: i64) -> Result<(), StoreError> {
    let paths: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
    sqlx::query(
        "INSERT INTO trash (path, since_us) SELECT value, $2 FROM json_each($1) WHERE true \
         ON CONFLICT (path) DO NOTHING",
    )
    .bind(json(&paths))
    .bind(now_us)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A list as one bound value, so that any number of rows is one statement.
fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "[]".to_owned())
}
