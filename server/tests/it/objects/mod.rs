//! The object store: through the real client in process, and over a real listener with presigned URLs.

mod child;
mod full_disk;
mod gate;
mod in_process;
mod multipart;
mod presigned;
mod rebuild;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, checksum};
use heimdex_api::{Checksum, Secret};
use heimdex_server::objects::embedded::{EmbeddedSettings, EmbeddedStore};
use heimdex_server::objects::{CompletedPart, GateSettings, ObjectStore, Origin, PresignedPut};
use heimdex_testkit::wait_until_async;
use tempfile::TempDir;
use tokio::task::JoinSet;

pub(crate) const HOUR: Duration = Duration::from_hours(1);

/// A store in a directory of its own.
pub(crate) struct Fixture {
    pub(crate) dir: TempDir,
    pub(crate) embedded: EmbeddedStore,
    pub(crate) store: ObjectStore,
}

pub(crate) fn settings(dir: &Path) -> EmbeddedSettings {
    EmbeddedSettings {
        objects_dir: dir.join("objects"),
        index_path: dir.join("index.db"),
        bucket: "uploads".to_owned(),
        region: "local".to_owned(),
        access_key: "heimdex".to_owned(),
        secret_key: Secret::new("0123456789abcdef"),
        previous_keys: Vec::new(),
    }
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::within(&std::env::temp_dir()).await
    }

    /// In a new directory below this one.
    pub(crate) async fn within(parent: &Path) -> Self {
        let dir = tempfile::tempdir_in(parent).unwrap();
        let embedded = EmbeddedStore::open(settings(dir.path())).await.unwrap();
        let store = ObjectStore::embedded(&embedded);
        Self {
            dir,
            embedded,
            store,
        }
    }

    /// A second handle, as another process would have it.
    pub(crate) async fn another(&self) -> EmbeddedStore {
        EmbeddedStore::open(settings(self.dir.path()))
            .await
            .unwrap()
    }

    /// Every file below the store's directories but `store.json`.
    pub(crate) fn files(&self) -> Vec<String> {
        let root = self.dir.path().join("objects");
        let mut files = Vec::new();
        let mut rest = vec![root.clone()];
        while let Some(dir) = rest.pop() {
            for entry in fs_err::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    rest.push(path);
                } else {
                    files.push(
                        path.strip_prefix(&root)
                            .unwrap()
                            .to_str()
                            .unwrap()
                            .to_owned(),
                    );
                }
            }
        }
        files.retain(|file| file != "store.json");
        files.sort();
        files
    }

    /// Begins an upload, sends these parts through the listener and names them for completion.
    pub(crate) async fn sent(
        &self,
        listener: &Listener,
        key: &str,
        parts: &[Bytes],
    ) -> (String, Vec<CompletedPart>) {
        let upload = self.store.create_multipart(key, "video/mp4").await.unwrap();
        let mut completed = Vec::new();
        for (number, bytes) in (1..).zip(parts) {
            let put = self.part(listener, key, &upload, number, bytes);
            let response = listener.put(&put, bytes.clone()).await;
            assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
            completed.push(CompletedPart {
                number,
                etag: etag(&response),
                checksum: Some(crc32c(bytes)),
            });
        }
        (upload, completed)
    }

    pub(crate) fn part(
        &self,
        listener: &Listener,
        key: &str,
        upload: &str,
        number: u16,
        bytes: &[u8],
    ) -> PresignedPut {
        self.store
            .presign_part(
                &listener.origin,
                key,
                upload,
                number,
                bytes.len() as u64,
                &crc32c(bytes),
                HOUR,
            )
            .unwrap()
    }
}

pub(crate) fn crc32c(bytes: &[u8]) -> Checksum {
    Checksum::from_crc32c(u32::try_from(checksum(CrcAlgorithm::Crc32Iscsi, bytes)).unwrap())
}

pub(crate) fn etag(response: &reqwest::Response) -> String {
    response.headers()["etag"]
        .to_str()
        .unwrap()
        .trim_matches('"')
        .to_owned()
}

/// The gate on a real socket.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) origin: Origin,
    pub(crate) http: reqwest::Client,
    /// Ends the server with the test.
    _server: JoinSet<()>,
}

impl Listener {
    pub(crate) async fn new(embedded: &EmbeddedStore) -> Self {
        Self::with(embedded, GateSettings::default()).await
    }

    pub(crate) async fn with(embedded: &EmbeddedStore, gate: GateSettings) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin = gate
            .origin
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}").parse().unwrap());
        let service = embedded
            .service(gate)
            .into_make_service_with_connect_info::<SocketAddr>();
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            origin,
            _server: server,
            ..Self::at(address)
        }
    }

    /// One that another process serves.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            origin: format!("http://{address}").parse().unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _server: JoinSet::new(),
        }
    }

    /// A PUT exactly as the URL's headers say.
    pub(crate) async fn put(
        &self,
        put: &PresignedPut,
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let mut request = self.http.put(put.url.expose()).body(body);
        for (name, value) in &put.headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap()
    }
}

/// Waits until the condition holds, at most ten seconds.
pub(crate) async fn until(condition: impl Fn() -> bool, last_seen: impl Fn() -> String) {
    wait_until_async("the condition", Duration::from_secs(10), async || {
        condition().then_some(()).ok_or_else(&last_seen)
    })
    .await;
}
