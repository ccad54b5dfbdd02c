//! What the tests of this crate share: servers on either database, videos to send, answers to read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{
    Binary, Fill, FreshDatabase, Home, Invocation, TestServer, TestServerBuilder, binary_path,
    pad_mp4, sample_mp4,
};
use serde_json::Value;

/// Longer than any single wait of these tests needs on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// A server together with the PostgreSQL database that it may live on.
pub(crate) struct Served {
    // Dropped before the database.
    pub(crate) server: TestServer,
    _database: Option<FreshDatabase>,
}

/// A server on SQLite.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same type as its twin on PostgreSQL"
)]
#[track_caller]
pub(crate) fn on_sqlite(builder: TestServerBuilder) -> Option<Served> {
    Some(Served {
        server: builder.start(),
        _database: None,
    })
}

/// A server on PostgreSQL, where the test run has one.
#[track_caller]
pub(crate) fn on_postgres(builder: TestServerBuilder) -> Option<Served> {
    let database = heimdex_testkit::fresh_database()?;
    let server = builder
        .env("HEIMDEX_SERVER_DATABASE_URL", database.url())
        .start();
    Some(Served {
        server,
        _database: Some(database),
    })
}

/// Runs a test on both databases; its argument starts a server from a builder.
macro_rules! on_both_databases {
    (fn $name:ident($start:ident) $body:block) => {
        mod $name {
            use super::*;

            fn test($start: fn(heimdex_testkit::TestServerBuilder) -> Option<crate::support::Served>) -> Option<()> {
                $body
                Some(())
            }

            #[test]
            fn sqlite() {
                test(crate::support::on_sqlite);
            }

            #[test]
            fn postgres() {
                test(crate::support::on_postgres);
            }
        }
    };
}
pub(crate) use on_both_databases;

/// A playable video of so many bytes in the home's working directory; no two parts of it are alike.
pub(crate) fn large_video(home: &Home, name: &str, size: u64) -> PathBuf {
    let path = home.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(sample_mp4(2), &path).unwrap();
    pad_mp4(&path, size, Fill::Noise(size));
    path
}

/// A small playable video in the home's working directory.
pub(crate) fn small_video(home: &Home, name: &str) -> PathBuf {
    let path = home.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(sample_mp4(2), &path).unwrap();
    path
}

/// BLAKE3 of a file, in hex.
pub(crate) fn blake3_of(path: &Path) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path).unwrap()).unwrap();
    hasher.finalize().to_hex().to_string()
}

/// All videos, as `list --json` gives them.
pub(crate) fn videos(home: &Home) -> Vec<Value> {
    home.heimdex(["list", "--json"]).ok().json()["videos"]
        .as_array()
        .unwrap()
        .clone()
}

/// The only video there is.
#[track_caller]
pub(crate) fn the_video(home: &Home) -> Value {
    let videos = videos(home);
    assert_eq!(videos.len(), 1, "{videos:#?}");
    videos[0].clone()
}

/// `heimdex` as somebody whom permissions hold back: root reads everything, so for root it is run as nobody.
pub(crate) fn unprivileged(home: &Home, arguments: &[&str]) -> Invocation {
    if !rustix::process::getuid().is_root() {
        return home.heimdex(arguments);
    }
    let binary = home.path("heimdex");
    fs::copy(binary_path(Binary::Cli), &binary).unwrap();
    let everything = home.work().parent().unwrap().to_owned();
    home.any_program("chown")
        .args(["-R", "65534:65534"])
        .arg(everything)
        .ok();
    home.any_program("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(binary)
        .args(arguments)
}

/// The `summary` event that ends a transfer's NDJSON.
#[track_caller]
pub(crate) fn summary(events: &[Value]) -> Value {
    let last = events.last().expect("events");
    assert_eq!(last["event"], "summary", "{events:#?}");
    last.clone()
}
