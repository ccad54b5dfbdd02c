//! The doctor on a store that takes what is damaged, and a server that is put on it all the same.

use heimdex_api::PartChecksum;
use heimdex_server::config::{Config, Sources};
use heimdex_server::doctor::{self, Verdict};
use heimdex_server::objects::{ChecksumUse, ObjectStore, StoreCredentials};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A real store of somebody else's that looks at no checksum of a part.
struct Careless {
    directory: TempDir,
    endpoint: String,
    _serving: JoinSet<()>,
}

impl Careless {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs_err::create_dir(directory.path().join("uploads")).unwrap();
        let files = s3s_fs::FileSystem::new(directory.path()).unwrap();
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                connections.spawn(async move {
                    let http = hyper::server::conn::http1::Builder::new();
                    // How a connection ends is its client's affair.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self {
            directory,
            endpoint,
            _serving: serving,
        }
    }

    fn config(&self) -> Config {
        let set = |name: &str, value: &str| (name.into(), value.into());
        let sources = Sources {
            default_data_dir: Some(self.directory.path().join("data")),
            environment: vec![
                set("HEIMDEX_SERVER_S3_ENDPOINT", &self.endpoint),
                set("HEIMDEX_SERVER_S3_ACCESS_KEY", "key"),
                set("HEIMDEX_SERVER_S3_SECRET_KEY", "secret"),
            ],
            ..Sources::default()
        };
        Config::resolve(sources).unwrap().0
    }
}

#[tokio::test]
async fn ignored_checksums_are_named() {
    let store = Careless::start().await;
    let report = Box::pin(doctor::look(store.config(), None)).await;
    let check = report
        .checks
        .iter()
        .find(|check| check.name == "checksums")
        .unwrap_or_else(|| panic!("{}", report.to_text()));
    assert_eq!(check.verdict, Verdict::Wrong, "{}", report.to_text());
    assert!(
        check.sentence.contains("ignores the checksums"),
        "{}",
        check.sentence
    );
    assert!(check.remedy.is_some());
}

#[tokio::test]
async fn a_store_that_checks_nothing_is_known_as_such() {
    let store = Careless::start().await;
    let settings = store.config().s3.external().unwrap();
    let credentials = StoreCredentials::find(&settings).await.unwrap();
    let handle = ObjectStore::external(&settings, credentials, PartChecksum::Crc32c);
    for algorithm in [PartChecksum::Crc32c, PartChecksum::Md5] {
        let found = handle.use_of(algorithm, "incoming/probe").await.unwrap();
        assert_eq!(found, ChecksumUse::Ignored);
    }
    assert_eq!(
        handle.checked_checksum("incoming/probe").await.unwrap(),
        None
    );
    // This store lists no uploads; it keeps each as a file `.upload-ID.json`.
    let left: Vec<String> = fs_err::read_dir(store.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".upload-"))
        .collect();
    assert_eq!(left, [""; 0], "what was begun was ended");
}
