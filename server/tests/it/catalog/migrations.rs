//! The two schemas are one: same tables, same columns, same nullability, and types that go together.

use std::collections::BTreeMap;

use heimdex_server::catalog::{Catalog, DatabaseLocation, OpenError};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::backends::{TestDatabase, both_backends};

/// (table, column) -> (type, nullable)
type Columns = BTreeMap<(String, String), (String, bool)>;

async fn sqlite_columns() -> Columns {
    let database = TestDatabase::sqlite();
    database.open().await.close().await;
    let DatabaseLocation::Sqlite { path } = &database.settings else {
        unreachable!()
    };
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap();
    let rows = sqlx::query(
        "SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS type, c.\"notnull\" AS required \
         FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
         AND m.name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    rows.iter()
        .map(|row| {
            let required: bool = row.get("required");
            (
                (row.get("table_name"), row.get("column_name")),
                (row.get("type"), !required),
            )
        })
        .collect()
}

async fn postgres_columns() -> Option<Columns> {
    let database = TestDatabase::postgres().await?;
    let DatabaseLocation::Postgres { url, .. } = &database.settings else {
        unreachable!()
    };
    let mut connection = sqlx::PgConnection::connect(url.expose()).await.unwrap();
    let rows = sqlx::query(
        "SELECT table_name::text, column_name::text, udt_name::text AS type, is_nullable::text \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    database.remove().await;
    let columns = rows.iter().map(|row| {
        let nullable: String = row.get("is_nullable");
        (
            (row.get("table_name"), row.get("column_name")),
            (row.get("type"), nullable == "YES"),
        )
    });
    Some(columns.collect())
}

/// What a PostgreSQL type is in SQLite.
fn in_sqlite(postgres_type: &str) -> &'static str {
    match postgres_type {
        "uuid" | "bytea" => "blob",
        "int8" | "bool" => "integer",
        "float8" => "real",
        "text" | "video_state" | "video_kind" | "verified_how" | "part_checksum" | "job_state"
        | "reread_outcome" => "text",
        other => panic!("no column type of ours: {other}"),
    }
}

#[tokio::test]
async fn both_schemas_have_the_same_tables_columns_and_nullability() {
    let Some(postgres) = postgres_columns().await else {
        return;
    };
    let postgres: Columns = postgres
        .into_iter()
        .map(|(name, (kind, nullable))| (name, (in_sqlite(&kind).to_owned(), nullable)))
        .collect();
    assert!(postgres.len() > 100, "{postgres:?}");
    assert_eq!(sqlite_columns().await, postgres);
}

#[tokio::test]
async fn every_word_of_an_enum_is_known_to_postgres_in_the_same_order() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let DatabaseLocation::Postgres { url, .. } = &database.settings else {
        unreachable!()
    };
    let mut connection = sqlx::PgConnection::connect(url.expose()).await.unwrap();
    let words = |list: &[&str]| list.join(" ");
    let all = |list: Vec<&'static str>| words(&list);
    let expected = [
        (
            "video_state",
            all(heimdex_api::VideoState::ALL
                .iter()
                .map(|word| word.as_str())
                .collect()),
        ),
        (
            "video_kind",
            all(heimdex_api::VideoKind::ALL
                .iter()
                .map(|word| word.as_str())
                .collect()),
        ),
        (
            "verified_how",
            all(heimdex_api::VerifiedHow::ALL
                .iter()
                .map(|word| word.as_str())
                .collect()),
        ),
        (
            "job_state",
            all(heimdex_api::JobState::ALL
                .iter()
                .map(|word| word.as_str())
                .collect()),
        ),
        ("part_checksum", words(&["crc32c", "md5"])),
    ];
    for (name, expected) in expected {
        let found: String = sqlx::query_scalar(
            "SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder) \
             FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = $1",
        )
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert_eq!(found, expected, "{name}");
    }
    connection.close().await.unwrap();
    database.remove().await;
}

async fn execute(database: &TestDatabase, statement: &'static str) {
    match &database.settings {
        DatabaseLocation::Sqlite { path } => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = options.connect().await.unwrap();
            sqlx::query(statement)
                .execute(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
        }
        DatabaseLocation::Postgres { url, .. } => {
            let mut connection = sqlx::PgConnection::connect(url.expose()).await.unwrap();
            sqlx::query(statement)
                .execute(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
        }
    }
}

both_backends! {
    fn opening_twice_changes_nothing(database) {
        database.open().await.close().await;
        let catalog = database.open().await;
        catalog.ping().await.unwrap();
        catalog.close().await;
    }

    fn many_servers_may_start_at_once(database) {
        let (a, b, c, d) =
            tokio::join!(database.open(), database.open(), database.open(), database.open());
        for catalog in [a, b, c, d] {
            catalog.ping().await.unwrap();
            catalog.close().await;
        }
    }

    fn a_newer_database_is_refused(database) {
        database.open().await.close().await;
        execute(
            database,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'the future', success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
        )
        .await;
        let error = Catalog::open(&database.settings).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer { migration: 9999, .. }), "{error:?}");
    }

    fn another_builds_database_is_refused(database) {
        database.open().await.close().await;
        match database.settings {
            DatabaseLocation::Sqlite { .. } => {
                execute(database, "UPDATE _sqlx_migrations SET checksum = x'00'").await;
            }
            DatabaseLocation::Postgres { .. } => {
                execute(database, "UPDATE _sqlx_migrations SET checksum = '\\x00'").await;
            }
        }
        let error = Catalog::open(&database.settings).await.unwrap_err();
        assert!(matches!(error, OpenError::Altered { migration: 1 }), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_no_url_is_refused_without_being_repeated() {
    let settings = DatabaseLocation::Postgres {
        url: heimdex_api::Secret::new("postgres://u:hunter2@[oops"),
        max_connections: 1,
    };
    let error = Catalog::open(&settings).await.unwrap_err();
    assert!(matches!(error, OpenError::Url));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
