//! The throw-away PostgreSQL of a test run: where it is, and a fresh database of one's own in it.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::environment;

/// The URL of the PostgreSQL that `cargo xtask test` started.
///
/// Without one the PostgreSQL half of a test is left out, and says so; in CI that is an error, because a half that is
/// left out in silence is how two back ends drift apart.
pub fn postgres_url() -> Option<String> {
    let url = environment::outer_text("HEIMDEX_TEST_PG_URL");
    if url.is_none() {
        environment::left_out(
            "no PostgreSQL: HEIMDEX_TEST_PG_URL is not set (see `cargo xtask pg`)",
        );
    }
    url
}

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct FreshDatabase {
    server: String,
    name: String,
    url: String,
}

impl FreshDatabase {
    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// An empty database on the PostgreSQL of the test run, where there is one.
pub fn fresh_database() -> Option<FreshDatabase> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = postgres_url()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    psql(&server, &format!("CREATE DATABASE {name}")).unwrap_or_else(|error| panic!("{error}"));
    let url = with_database(&server, &name);
    Some(FreshDatabase { server, name, url })
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        // The cluster is thrown away with the run: a database that stays behind costs nothing.
        let _ = psql(
            &self.server,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

fn psql(server: &str, statement: &str) -> Result<(), String> {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--command",
            statement,
            server,
        ])
        .output()
        .map_err(|error| format!("cannot start psql: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("psql: {}", String::from_utf8_lossy(&output.stderr)))
}

/// `postgres://user@host:port/postgres?…` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (base, query) = match server.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (server, String::new()),
    };
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..]
        .find('/')
        .map_or(base.len(), |at| authority + at);
    format!("{}/{name}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            (
                "postgres://postgres@127.0.0.1:5432/postgres",
                "postgres://postgres@127.0.0.1:5432/one",
            ),
            ("postgres://127.0.0.1:5432", "postgres://127.0.0.1:5432/one"),
            (
                "postgres://h/a?sslmode=disable",
                "postgres://h/one?sslmode=disable",
            ),
        ] {
            assert_eq!(with_database(url, "one"), expected);
        }
    }
}
