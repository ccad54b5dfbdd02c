//! A look at a database that changes nothing in it: is it there, which version made it, what time is it there.

use std::path::Path;
use std::str::FromStr as _;

use heimdex_api::{Secret, Timestamp};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::Catalog;
use super::migrations::{POSTGRES, SQLITE};
use super::open::{DatabaseLocation, OpenError, unreachable};

/// The newest migration that was made.
const MIGRATION: &str = "SELECT MAX(version) FROM _sqlx_migrations";
const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// What a database is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its newest migration; `None` where it has no tables of ours.
    pub migration: Option<i64>,
    /// The newest that this program knows.
    pub known: i64,
    /// What its own clock says, where it has one.
    pub now: Option<Timestamp>,
}

impl Catalog {
    /// Looks at a database; `None` where there is none yet.
    ///
    /// # Errors
    /// It cannot be reached or read.
    pub async fn look(location: &DatabaseLocation) -> Result<Option<Look>, OpenError> {
        match location {
            DatabaseLocation::Sqlite { path } => sqlite(path).await,
            DatabaseLocation::Postgres { url, .. } => postgres(url).await.map(Some),
        }
    }
}

async fn sqlite(path: &Path) -> Result<Option<Look>, OpenError> {
    if !path.exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .pragma("query_only", "ON")
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .map_err(unreachable)?;
    // Reading anything tells whether it is a database at all.
    sqlx::query("SELECT COUNT(*) FROM sqlite_master")
        .execute(&mut connection)
        .await
        .map_err(unreachable)?;
    let migration = sqlx::query_scalar(MIGRATION);
    let migration = migration.fetch_one(&mut connection).await;
    let look = Look {
        migration: migration.unwrap_or_default(),
        known: newest(&SQLITE),
        now: None,
    };
    // Only good manners.
    let _ = connection.close().await;
    Ok(Some(look))
}

async fn postgres(url: &Secret) -> Result<Look, OpenError> {
    let options = PgConnectOptions::from_str(url.expose())
        .map_err(|_| OpenError::Url)?
        .application_name("heimdex-server doctor")
        .disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options)
        .await
        .map_err(unreachable)?;
    let now: i64 = sqlx::query_scalar(NOW)
        .fetch_one(&mut connection)
        .await
        .map_err(unreachable)?;
    let migration = sqlx::query_scalar(MIGRATION);
    let migration = migration.fetch_one(&mut connection).await;
    let look = Look {
        migration: migration.unwrap_or_default(),
        known: newest(&POSTGRES),
        now: Timestamp::from_micros(now),
    };
    // Only good manners.
    let _ = connection.close().await;
    Ok(look)
}

fn newest(migrator: &Migrator) -> i64 {
    let versions = migrator.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}
