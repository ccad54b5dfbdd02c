//! A store in a process of its own: what it needs of memory, and what is left when it is killed.
//!
//! The process is this test binary again, running only [`serve`].

use std::path::Path;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use futures::future::try_join_all;
use heimdex_server::objects::embedded::EmbeddedStore;
use heimdex_server::objects::{CompletedPart, GateSettings, ObjectStore};

use super::{Fixture, HOUR, Listener, crc32c, etag, settings, until};

/// Names the directory of the store to serve.
const DIRECTORY: &str = "HEIMDEX_TEST_STORE";

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts a server on the fixture's store and waits until it listens.
    async fn start(fixture: &Fixture) -> (Self, Listener) {
        let address = fixture.dir.path().join("address");
        let _ = fs_err::remove_file(&address);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "objects::child::serve", "--test-threads=1"])
            .env(DIRECTORY, fixture.dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self(child);
        until(
            || address.exists(),
            || "the server does not listen".to_owned(),
        )
        .await;
        let address = fs_err::read_to_string(address).unwrap().parse().unwrap();
        (process, Listener::at(address))
    }

    /// A line of `/proc/PID/status`, in KiB.
    fn memory(&self, line: &str) -> u64 {
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|text| text.starts_with(line)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// Not a test by itself: the other process of the tests below.
#[test]
fn serve() {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how the parent says where"
    )]
    let Ok(directory) = std::env::var(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let directory = Path::new(&directory);
        let embedded = EmbeddedStore::open(settings(directory)).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let beside = directory.join("address.tmp");
        fs_err::write(&beside, address.to_string()).unwrap();
        fs_err::rename(beside, directory.join("address")).unwrap();
        axum::serve(listener, embedded.service(GateSettings::default()))
            .await
            .unwrap();
    });
}

#[tokio::test]
async fn memory_does_not_grow_with_the_parts_in_flight() {
    let fixture = Fixture::new().await;
    let (process, listener) = Process::start(&fixture).await;
    let part = Bytes::from(vec![0x5a; 16 << 20]);
    let upload = fixture
        .store
        .create_multipart("videos/v", "video/mp4")
        .await
        .unwrap();
    // One first, so that what is needed once is not counted.
    let url = fixture.part(&listener, "videos/v", &upload, 1, &part);
    assert_eq!(listener.put(&url, part.clone()).await.status(), 200);
    let idle = process.memory("VmRSS");
    let puts = (1..=64).map(|number| {
        let put = fixture.part(&listener, "videos/v", &upload, number, &part);
        let (listener, part) = (&listener, part.clone());
        async move { Ok::<_, ()>(listener.put(&put, part).await.status()) }
    });
    let statuses = try_join_all(puts).await.unwrap();
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let peak = process.memory("VmHWM");
    assert!(
        peak < idle + (64 << 10),
        "64 parts in flight cost {} KiB above {idle}",
        peak - idle
    );
    // Reading them back costs no more.
    let frames = listener
        .http
        .get(whole(&fixture, &listener, &upload, &part).await)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(frames.len(), 64 * part.len());
    let peak = process.memory("VmHWM");
    assert!(
        peak < idle + (64 << 10),
        "a download cost {} KiB above {idle}",
        peak - idle
    );
}

/// Completes an upload whose parts are all the same and answers a URL of the object.
async fn whole(fixture: &Fixture, listener: &Listener, upload: &str, part: &Bytes) -> String {
    let listed = fixture
        .store
        .list_parts("videos/v", upload, None, 1000)
        .await
        .unwrap();
    let parts: Vec<_> = listed
        .items
        .into_iter()
        .map(|stored| CompletedPart {
            number: stored.number,
            etag: stored.etag,
            checksum: Some(crc32c(part)),
        })
        .collect();
    fixture
        .store
        .complete_multipart("videos/v", upload, &parts)
        .await
        .unwrap();
    let get = fixture
        .store
        .presign_get(&listener.origin, "videos/v", "v.mp4", "video/mp4", HOUR)
        .unwrap();
    get.url.expose().to_owned()
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    use tokio::io::AsyncWriteExt;

    let fixture = Fixture::new().await;
    let (mut process, listener) = Process::start(&fixture).await;
    let sent: Vec<Bytes> = (0..4u8).map(|n| Bytes::from(vec![n; 100_000])).collect();
    let upload = fixture
        .store
        .create_multipart("videos/v", "video/mp4")
        .await
        .unwrap();
    let mut acknowledged = Vec::new();
    for (number, bytes) in (1..).zip(&sent[..3]) {
        let response = listener
            .put(
                &fixture.part(&listener, "videos/v", &upload, number, bytes),
                bytes.clone(),
            )
            .await;
        acknowledged.push(CompletedPart {
            number,
            etag: etag(&response),
            checksum: Some(crc32c(bytes)),
        });
    }
    // The fourth part is half-way when the process dies.
    let put = fixture.part(&listener, "videos/v", &upload, 4, &sent[3]);
    let url: reqwest::Url = put.url.expose().parse().unwrap();
    let mut socket = tokio::net::TcpStream::connect(listener.address)
        .await
        .unwrap();
    let (name, value) = &put.headers[0];
    let head = format!(
        "PUT {}?{} HTTP/1.1\r\nHost: {}\r\n{name}: {value}\r\nContent-Length: 100000\r\n\r\n",
        url.path(),
        url.query().unwrap(),
        listener.address
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&vec![3; 50_000]).await.unwrap();
    let half = || {
        fixture
            .files()
            .into_iter()
            .filter(|file| file.starts_with("tmp/"))
            .count()
    };
    until(|| half() == 1, || format!("{:?}", fixture.files())).await;
    process.0.kill().unwrap();
    process.0.wait().unwrap();

    let (_process, listener) = Process::start(&fixture).await;
    let after = ObjectStore::embedded(&fixture.another().await);
    let listed = after
        .list_parts("videos/v", &upload, None, 10)
        .await
        .unwrap()
        .items;
    assert_eq!(
        listed.iter().map(|part| part.number).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let bytes = sent[3].clone();
    let response = listener
        .put(
            &fixture.part(&listener, "videos/v", &upload, 4, &bytes),
            bytes.clone(),
        )
        .await;
    acknowledged.push(CompletedPart {
        number: 4,
        etag: etag(&response),
        checksum: Some(crc32c(&bytes)),
    });
    after
        .complete_multipart("videos/v", &upload, &acknowledged)
        .await
        .unwrap();
    assert_eq!(
        after.get_range("videos/v", 0, 1 << 20).await.unwrap(),
        sent.concat()
    );
    // The half is garbage that nothing names, and goes when it is old.
    assert_eq!(half(), 1);
    for file in fixture
        .files()
        .iter()
        .filter(|file| file.starts_with("tmp/"))
    {
        let file = fs_err::File::options()
            .write(true)
            .open(fixture.dir.path().join("objects").join(file))
            .unwrap();
        let old = file.metadata().unwrap().modified().unwrap() - 2 * HOUR;
        file.file().set_modified(old).unwrap();
    }
    fixture.embedded.sweep().await.unwrap();
    assert_eq!(half(), 0);
}
