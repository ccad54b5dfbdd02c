//! How many rows a server's database has, counted by programs that are not ours.

use std::collections::BTreeMap;
use std::process::Command;

use crate::postgres::FreshDatabase;
use crate::server::TestServer;

/// The number of rows of every table.
pub type Rows = BTreeMap<String, u64>;

/// The rows of a server that lives on SQLite.
#[track_caller]
pub fn rows_of_sqlite(server: &TestServer) -> Rows {
    let database = server.data_dir().join("catalog.db");
    let ask = |statement: &str| {
        let mut command = Command::new("sqlite3");
        // It looks at what the server writes to at the same time, and waits its turn.
        command.args(["-readonly", "-cmd", ".timeout 10000"]);
        command.arg(&database).arg(statement);
        answered(command)
    };
    let tables = ask("SELECT name FROM sqlite_schema WHERE type = 'table'");
    counted(&tables, ask)
}

/// The rows of a database on PostgreSQL.
#[track_caller]
pub fn rows_of_postgres(database: &FreshDatabase) -> Rows {
    let ask = |statement: &str| {
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        command.args(["--set", "ON_ERROR_STOP=1", "--command", statement]);
        command.arg(database.url());
        answered(command)
    };
    let tables = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    counted(&tables, ask)
}

fn counted(tables: &str, ask: impl Fn(&str) -> String) -> Rows {
    let tables: Vec<&str> = tables.lines().map(str::trim).collect();
    assert!(!tables.is_empty(), "the database has tables");
    let each = |table: &&str| format!("SELECT '{table}|' || COUNT(*) FROM \"{table}\"");
    let statement: Vec<String> = tables.iter().map(each).collect();
    let counts = ask(&statement.join(" UNION ALL "));
    let count = |line: &str| {
        let (table, rows) = line.trim().split_once('|').expect("a table and its rows");
        (table.to_owned(), rows.parse().expect("a number of rows"))
    };
    counts.lines().map(count).collect()
}

#[track_caller]
fn answered(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("cannot start {program}: {error} (see `cargo xtask test`)")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
