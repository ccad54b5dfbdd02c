//! What the tests of this crate share: servers on either database, videos to send, answers to read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{
    Binary, Fill, FreshBucket, FreshDatabase, Home, Invocation, Rows, TestServer,
    TestServerBuilder, binary_path, pad_mp4, rows_of_postgres, rows_of_sqlite, sample_mp4,
};
use serde_json::Value;

/// Longer than any single wait of these tests needs on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// The name under which clients reach a store of its own; nobody else can resolve it, the server's machine neither.
pub(crate) const STORE_NAME: &str = "store.example.test";

/// A server together with the PostgreSQL database and the bucket that it may live on.
pub(crate) struct Served {
    // Dropped before the database.
    pub(crate) server: TestServer,
    pub(crate) bucket: Option<FreshBucket>,
    database: Option<FreshDatabase>,
}

impl Served {
    /// A person's machine that reaches what clients have to reach.
    pub(crate) fn home(&self) -> Home {
        match self.bucket {
            Some(_) => Home::new().with_name(STORE_NAME),
            None => Home::new(),
        }
    }

    /// How many rows its database has, by table.
    pub(crate) fn rows(&self) -> Rows {
        match &self.database {
            Some(database) => rows_of_postgres(database),
            None => rows_of_sqlite(&self.server),
        }
    }

    /// The same with an account, logged in.
    pub(crate) fn registered(&self, email: &str) -> Home {
        let home = self.home();
        home.register(self.server.url(), email);
        home
    }
}

/// A server on SQLite and the embedded store.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same type as its twins on PostgreSQL"
)]
#[track_caller]
pub(crate) fn on_sqlite(builder: TestServerBuilder) -> Option<Served> {
    Some(Served {
        server: builder.start(),
        bucket: None,
        database: None,
    })
}

/// A server on PostgreSQL and the embedded store, where the test run has a PostgreSQL.
#[track_caller]
pub(crate) fn on_postgres(builder: TestServerBuilder) -> Option<Served> {
    let database = heimdex_testkit::fresh_database()?;
    let server = builder
        .env("HEIMDEX_SERVER_DATABASE_URL", database.url())
        .start();
    Some(Served {
        server,
        bucket: None,
        database: Some(database),
    })
}

/// A server on PostgreSQL and SeaweedFS, where the test run has both. Clients reach the store under a name of its own.
#[track_caller]
pub(crate) fn on_seaweedfs(builder: TestServerBuilder) -> Option<Served> {
    let bucket = heimdex_testkit::fresh_bucket()?;
    let public = format!("http://{STORE_NAME}:{}", bucket.port());
    let builder = bucket
        .configure(builder)
        .env("HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT", public);
    let served = on_postgres(builder)?;
    Some(Served {
        bucket: Some(bucket),
        ..served
    })
}

/// Runs a test on each setup; its argument starts a server from a builder.
macro_rules! on_setups {
    (fn $name:ident($start:ident) $body:block $($setup:ident: $how:ident),+) => {
        mod $name {
            use super::*;

            fn test($start: fn(heimdex_testkit::TestServerBuilder) -> Option<crate::support::Served>) -> Option<()> {
                $body
                Some(())
            }

            $(
                #[test]
                fn $setup() {
                    test(crate::support::$how);
                }
            )+
        }
    };
}
pub(crate) use on_setups;

/// Runs a test on SQLite with the embedded store, on PostgreSQL with it, and on PostgreSQL with SeaweedFS.
macro_rules! on_every_setup {
    (fn $name:ident($start:ident) $body:block) => {
        crate::support::on_setups! {
            fn $name($start) $body sqlite: on_sqlite, postgres: on_postgres, seaweedfs: on_seaweedfs
        }
    };
}
pub(crate) use on_every_setup;

/// Runs a test on both databases, with the embedded store.
macro_rules! on_both_databases {
    (fn $name:ident($start:ident) $body:block) => {
        crate::support::on_setups! {
            fn $name($start) $body sqlite: on_sqlite, postgres: on_postgres
        }
    };
}
pub(crate) use on_both_databases;

/// Runs a test on SQLite with the embedded store and on PostgreSQL with SeaweedFS.
macro_rules! on_both_stores {
    (fn $name:ident($start:ident) $body:block) => {
        crate::support::on_setups! {
            fn $name($start) $body embedded: on_sqlite, seaweedfs: on_seaweedfs
        }
    };
}
pub(crate) use on_both_stores;

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

/// Bytes of parts and objects in a server's embedded store.
pub(crate) fn stored_bytes(server: &TestServer) -> u64 {
    fn below(directory: &Path) -> u64 {
        let Ok(entries) = fs::read_dir(directory) else {
            return 0;
        };
        entries
            .map(|entry| {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    below(&path)
                } else {
                    path.metadata().map_or(0, |file| file.len())
                }
            })
            .sum()
    }
    below(&server.data_dir().join("objects/data"))
}

/// The file in a server's embedded store that has the bytes of this one, whose parts lie in one piece there.
#[track_caller]
pub(crate) fn file_in_store(server: &TestServer, file: &Path) -> PathBuf {
    let wanted = blake3_of(file);
    let mut folders = vec![server.data_dir()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if blake3_of(&path) == wanted {
                return path;
            }
        }
    }
    panic!("nothing in the store has the bytes of {}", file.display());
}

/// The requests that a server answered, by route; those of its object store apart.
pub(crate) fn requests(server: &TestServer) -> (BTreeMap<String, usize>, usize) {
    let (mut api, mut store) = (BTreeMap::new(), 0);
    for line in server.log().lines() {
        let Some((_, rest)) = line.split_once("route=\"") else {
            continue;
        };
        let route = rest.split('"').next().unwrap().to_owned();
        if route.starts_with("/uploads") {
            store += 1;
        } else {
            *api.entry(route).or_default() += 1;
        }
    }
    (api, store)
}

/// How many of them the API answered since then, and which.
pub(crate) fn asked_since(
    server: &TestServer,
    before: &BTreeMap<String, usize>,
) -> (usize, BTreeMap<String, usize>) {
    let (mut after, _) = requests(server);
    for (route, earlier) in before {
        *after.entry(route.clone()).or_default() -= earlier;
    }
    after.retain(|_, count| *count > 0);
    (after.values().sum(), after)
}

/// Bytes that no other file has, the same for the same number.
pub(crate) fn noise(seed: u64, size: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    blake3::Hasher::new()
        .update(&seed.to_le_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

/// A card of so many files of this size, no two alike, in folders of fifty.
pub(crate) fn card_of(home: &Home, files: usize, size: u64) {
    for number in 0..files {
        let name = format!("CARD/D{:02}/C{number:04}.BIN", number / 50);
        home.write(name, noise(number as u64, size));
    }
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

/// For the few requests that the command line does not make.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
