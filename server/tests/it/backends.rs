//! A fresh catalog for each test, on both engines.
//!
//! SQLite is a file in a directory of the test's own; PostgreSQL a database of its own, copied from a template that
//! is migrated once.

use heimdex_api::Secret;
use heimdex_server::catalog::{Catalog, DatabaseLocation};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;

/// Where a test's catalog is; gone with this value.
pub(crate) struct TestDatabase {
    /// For a server to be started on.
    pub(crate) settings: DatabaseLocation,
    _directory: Option<TempDir>,
    dropped: Option<(String, String)>,
}

impl TestDatabase {
    /// An empty SQLite database.
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("heimdex.db");
        Self {
            settings: DatabaseLocation::Sqlite { path },
            _directory: Some(directory),
            dropped: None,
        }
    }

    /// An empty PostgreSQL database, where there is a server to make it on.
    pub(crate) async fn postgres() -> Option<Self> {
        let server = heimdex_testkit::postgres_url()?;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let template = template(&server).await;
        let mut admin = connect(&server).await;
        execute(
            &mut admin,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        admin.close().await.unwrap();
        let url = with_database(&server, &name);
        Some(Self {
            settings: DatabaseLocation::Postgres {
                url: Secret::new(url),
                max_connections: 8,
            },
            _directory: None,
            dropped: Some((server, name)),
        })
    }

    /// Opens the catalog on it.
    pub(crate) async fn open(&self) -> Catalog {
        Catalog::open(&self.settings).await.unwrap()
    }

    /// Removes what a directory's end does not remove. A failing test leaves its database for a look at it.
    pub(crate) async fn remove(mut self) {
        if let Some((server, name)) = self.dropped.take() {
            let mut admin = connect(&server).await;
            execute(
                &mut admin,
                format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
            admin.close().await.unwrap();
        }
    }
}

/// The migrated template, made by the first test that comes; its name is of the migrations' text.
async fn template(server: &str) -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres");
    let mut migrations: Vec<_> = fs_err::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    migrations.sort();
    let mut hasher = blake3::Hasher::new();
    for migration in migrations {
        hasher.update(&fs_err::read(migration).unwrap());
    }
    let name = format!("heimdex_template_{}", &hasher.finalize().to_hex()[..16]);
    let mut admin = connect(server).await;
    execute(&mut admin, "SELECT pg_advisory_lock(7236837)".to_owned()).await;
    let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await
        .unwrap();
    if known.is_none() {
        let building = format!("{name}_building");
        execute(
            &mut admin,
            format!("DROP DATABASE IF EXISTS {building} WITH (FORCE)"),
        )
        .await;
        execute(&mut admin, format!("CREATE DATABASE {building}")).await;
        let settings = DatabaseLocation::Postgres {
            url: Secret::new(with_database(server, &building)),
            max_connections: 1,
        };
        Catalog::open(&settings).await.unwrap().close().await;
        execute(
            &mut admin,
            format!("ALTER DATABASE {building} RENAME TO {name}"),
        )
        .await;
    }
    execute(&mut admin, "SELECT pg_advisory_unlock(7236837)".to_owned()).await;
    admin.close().await.unwrap();
    name
}

async fn connect(url: &str) -> sqlx::PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    options.connect().await.unwrap()
}

async fn execute(connection: &mut sqlx::PgConnection, statement: String) {
    connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .unwrap();
}

fn with_database(server: &str, name: &str) -> String {
    let mut url: url::Url = server.parse().unwrap();
    url.set_path(name);
    url.into()
}

/// Makes of each case one test on SQLite and one on PostgreSQL, each with a catalog of its own.
macro_rules! both_backends {
    ($($(#[$meta:meta])* fn $name:ident($database:ident) $body:block)*) => {
        mod sqlite {
            $( $(#[$meta])* #[tokio::test]
            async fn $name() {
                let database = $crate::backends::TestDatabase::sqlite();
                super::$name(&database).await;
                database.remove().await;
            } )*
        }
        mod postgres {
            $( $(#[$meta])* #[tokio::test]
            async fn $name() {
                if let Some(database) = $crate::backends::TestDatabase::postgres().await {
                    super::$name(&database).await;
                    database.remove().await;
                }
            } )*
        }
        $( async fn $name($database: &$crate::backends::TestDatabase) $body )*
    };
}
pub(crate) use both_backends;
