//! Opening a catalog: where it is, how its connections are set up, and its migrations.
//!
//! Migrations run under a lock (one transaction on SQLite, an advisory lock on PostgreSQL), so any number of processes
//! may start at once. A database that a newer version has migrated is refused.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use heimdex_api::Secret;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, SqlitePool};

use super::db::{Db, Engine};
use super::migrations::{POSTGRES, SQLITE};
use super::signals::Signals;
use super::{Catalog, CatalogError};

/// How long a connection waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a connection before the database counts as unreachable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);
const SQLITE_READERS: u32 = 8;
/// In KiB, as SQLite wants it (<https://sqlite.org/pragma.html#pragma_cache_size>): what a page of a list touches fits, so
/// that the next one asks the file system for little.
const READER_CACHE: &str = "-8192";
/// Rows that a connection's thread reads ahead: more than the longest page has, so that it never waits in the middle.
const ROWS_AHEAD: usize = 512;
/// A connection to PostgreSQL that was used so recently is believed to be there; it costs a round trip to ask.
const BELIEVED_FOR: Duration = Duration::from_secs(1);

/// How a connection to PostgreSQL is set. A writer that hangs, or whose machine is gone, must not hold a library's lock for
/// ever. What a page needs is in memory or on a disk that does not turn: a planner that takes a row by its index for four
/// times as dear as the next one of a scan reads a whole table for fifty rows. Nothing here is worth compiling.
const SESSION: &str = "SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '60s'; \
    SET random_page_cost = 1.1; SET jit = off";

/// Where the catalog is.
#[derive(Debug, Clone)]
pub enum DatabaseLocation {
    /// One file, and its `-wal` and `-shm` beside it.
    Sqlite {
        /// The file; made if it is missing.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://…`; it may hold a password.
        url: Secret,
        /// Most connections of this process.
        max_connections: u32,
    },
}

/// Why the catalog cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite's locks do not hold there.
    #[error(
        "`{}` is on a network file system ({file_system}), where SQLite loses data: keep the database on a local disk, \
         or use PostgreSQL",
        path.display()
    )]
    NetworkFileSystem {
        /// The file.
        path: PathBuf,
        /// Which kind.
        file_system: &'static str,
    },
    /// The file system does not answer.
    #[error("cannot look at `{}`", path.display())]
    Path {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It was migrated by a later version.
    #[error(
        "the database is of a newer version (it has migration {migration}, this server knows {known}): start that \
         version, or restore the copy made before the upgrade"
    )]
    Newer {
        /// The database's.
        migration: i64,
        /// The last of this program.
        known: i64,
    },
    /// It was made by an earlier version, and whoever asks may not change that.
    #[error(
        "the database is of an older version (it has migration {migration}, this program knows {known})"
    )]
    Older {
        /// The database's.
        migration: i64,
        /// The last of this program.
        known: i64,
    },
    /// A migration is not the one that made the tables.
    #[error(
        "the database was made by another build: its migration {migration} differs from this server's"
    )]
    Altered {
        /// Which.
        migration: i64,
    },
    /// A migration failed, and was undone.
    #[error("migration {migration} failed")]
    Migration {
        /// Which.
        migration: i64,
        /// Why.
        source: CatalogError,
    },
    /// The URL is none.
    #[error("the database URL is not of the form postgres://user:password@host:port/name")]
    Url,
    /// No connection.
    #[error("cannot open the database")]
    Connect(#[source] CatalogError),
}

impl Catalog {
    /// Opens the catalog and brings its tables up to date.
    ///
    /// # Errors
    /// [`OpenError`]; nothing was changed then.
    pub async fn open(settings: &DatabaseLocation) -> Result<Self, OpenError> {
        let engine = match settings {
            DatabaseLocation::Sqlite { path } => sqlite(path).await?,
            DatabaseLocation::Postgres {
                url,
                max_connections,
            } => postgres(url, *max_connections).await?,
        };
        let signals = Signals::default();
        Ok(Self {
            db: Db { engine, signals },
        })
    }

    /// Opens the catalog for a command beside a server: an empty database gets its tables, one of an earlier version is
    /// left as it is, because the server that runs on it may be of that version.
    ///
    /// # Errors
    /// [`OpenError`]; nothing was changed then.
    pub async fn open_beside(settings: &DatabaseLocation) -> Result<Self, OpenError> {
        let known = SQLITE.iter().map(|migration| migration.version).max();
        let known = known.unwrap_or_default();
        match last_migration(settings).await? {
            Some(migration) if migration < known => Err(OpenError::Older { migration, known }),
            Some(_) | None => Self::open(settings).await,
        }
    }
}

/// The last migration that was run; `None` where none was.
async fn last_migration(settings: &DatabaseLocation) -> Result<Option<i64>, OpenError> {
    const LAST: &str = "SELECT MAX(version) FROM _sqlx_migrations";
    match settings {
        DatabaseLocation::Sqlite { path } => {
            if !path.exists() {
                return Ok(None);
            }
            refuse_network_file_systems(path)?;
            let options = SqliteConnectOptions::new()
                .filename(path)
                .busy_timeout(BUSY_TIMEOUT)
                .disable_statement_logging();
            let mut connection = options.connect().await.map_err(unreachable)?;
            let has_any: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')",
            )
            .fetch_one(&mut connection)
            .await
            .map_err(unreachable)?;
            let last = if has_any {
                sqlx::query_scalar(LAST).fetch_one(&mut connection).await
            } else {
                Ok(None)
            };
            // Only good manners: the file is closed with the connection.
            let _ = connection.close().await;
            last.map_err(unreachable)
        }
        DatabaseLocation::Postgres { url, .. } => {
            let options = PgConnectOptions::from_str(url.expose())
                .map_err(|_| OpenError::Url)?
                .application_name("heimdex-server")
                .disable_statement_logging();
            let mut connection = options.connect().await.map_err(unreachable)?;
            let has_any: bool =
                sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                    .fetch_one(&mut connection)
                    .await
                    .map_err(unreachable)?;
            let last = if has_any {
                sqlx::query_scalar(LAST).fetch_one(&mut connection).await
            } else {
                Ok(None)
            };
            let _ = connection.close().await;
            last.map_err(unreachable)
        }
    }
}

async fn sqlite(path: &Path) -> Result<Engine, OpenError> {
    refuse_network_file_systems(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .disable_statement_logging();
    let writer = crate::sqlite::writers()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_connections(1);
    let write = crate::sqlite::open(writer, options.clone())
        .await
        .map_err(unreachable)?;
    migrate_sqlite(&write).await?;
    let readers = crate::sqlite::readers()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_connections(SQLITE_READERS);
    let options = options
        .pragma("query_only", "ON")
        .pragma("cache_size", READER_CACHE)
        .row_buffer_size(ROWS_AHEAD);
    let read = crate::sqlite::open(readers, options)
        .await
        .map_err(unreachable)?;
    Ok(Engine::Sqlite { read, write })
}

/// Everything in one transaction: whoever comes second finds it done.
async fn migrate_sqlite(write: &SqlitePool) -> Result<(), OpenError> {
    let mut transaction = write
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(unreachable)?;
    let connection: &mut SqliteConnection = &mut transaction;
    SQLITE
        .run_direct(None, connection, false)
        .await
        .map_err(|error| of_migration(error, &SQLITE))?;
    transaction.commit().await.map_err(unreachable)
}

async fn postgres(url: &Secret, max_connections: u32) -> Result<Engine, OpenError> {
    let options = PgConnectOptions::from_str(url.expose())
        .map_err(|_| OpenError::Url)?
        .application_name("heimdex-server")
        .disable_statement_logging();
    migrate_postgres(&options).await?;
    let pool = PgPoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .max_connections(max_connections)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for > BELIEVED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SESSION).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    Ok(Engine::Postgres(pool))
}

/// On a connection of its own: closing it gives up the lock, whatever happened.
async fn migrate_postgres(options: &PgConnectOptions) -> Result<(), OpenError> {
    let mut connection = PgConnection::connect_with(options)
        .await
        .map_err(unreachable)?;
    let outcome = POSTGRES
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| of_migration(error, &POSTGRES));
    // Only good manners: the server notices by itself, too.
    let _ = connection.close().await;
    outcome
}

pub(super) fn unreachable(error: sqlx::Error) -> OpenError {
    OpenError::Connect(error.into())
}

fn of_migration(error: MigrateError, migrator: &Migrator) -> OpenError {
    let known = migrator.iter().map(|migration| migration.version).max();
    match error {
        MigrateError::VersionMissing(migration) => OpenError::Newer {
            migration,
            known: known.unwrap_or_default(),
        },
        MigrateError::VersionMismatch(migration) => OpenError::Altered { migration },
        MigrateError::ExecuteMigration(source, migration) => OpenError::Migration {
            migration,
            source: source.into(),
        },
        MigrateError::Execute(source) => unreachable(source),
        other => OpenError::Connect(CatalogError::Statement(other.to_string())),
    }
}

/// `statfs` numbers of file systems on which another machine may have the file open too (Linux, `magic.h`).
const NETWORK_FILE_SYSTEMS: [(u32, &str); 6] = [
    (0x0000_6969, "NFS"),
    (0x0000_517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x5346_414f, "AFS"),
    (0x00c3_6400, "CephFS"),
];

fn refuse_network_file_systems(path: &Path) -> Result<(), OpenError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let statfs = rustix::fs::statfs(directory).map_err(|source| OpenError::Path {
        path: path.to_owned(),
        source: source.into(),
    })?;
    match network_file_system(i128::from(statfs.f_type)) {
        Some(file_system) => Err(OpenError::NetworkFileSystem {
            path: path.to_owned(),
            file_system,
        }),
        None => Ok(()),
    }
}

/// The number's type, and so its sign, differs between architectures: only the low 32 bits count.
fn network_file_system(number: i128) -> Option<&'static str> {
    NETWORK_FILE_SYSTEMS
        .iter()
        .find(|(magic, _)| i128::from(*magic) == number & 0xffff_ffff)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_whatever_the_sign() {
        assert_eq!(network_file_system(0x6969), Some("NFS"));
        assert_eq!(network_file_system(0xff53_4d42), Some("CIFS"));
        assert_eq!(
            network_file_system(i128::from(-11_317_950_i32)),
            Some("CIFS")
        );
        assert_eq!(network_file_system(0xef53), None, "ext4");
    }

    #[test]
    fn the_sentence_says_what_to_do() {
        let error = OpenError::NetworkFileSystem {
            path: "/mnt/nas/heimdex.db".into(),
            file_system: "NFS",
        };
        insta::assert_snapshot!(error, @"`/mnt/nas/heimdex.db` is on a network file system (NFS), where SQLite loses data: keep the database on a local disk, or use PostgreSQL");
        let error = OpenError::Newer {
            migration: 9,
            known: 1,
        };
        insta::assert_snapshot!(error, @"the database is of a newer version (it has migration 9, this server knows 1): start that version, or restore the copy made before the upgrade");
    }
}
