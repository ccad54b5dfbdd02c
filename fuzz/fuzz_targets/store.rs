//! What of the embedded store is on the listener, in a directory that is gone afterwards: a request that nobody signed is
//! refused, whatever it looks like; and a URL that was signed, with some of its bytes changed, says the same as before
//! where it is still taken.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use heimdex_api::{PartChecksum, Secret};
use heimdex_server::objects::embedded::{EmbeddedSettings, EmbeddedStore};
use heimdex_server::objects::{GateSettings, ObjectStore, Origin, PresignedPut};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// One of a process.
struct Store {
    runtime: Runtime,
    router: Router,
    objects: ObjectStore,
    _directory: TempDir,
}

/// The store of this process.
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let settings = EmbeddedSettings {
        objects_dir: directory.path().join("objects"),
        index_path: directory.path().join("index.db"),
        bucket: "uploads".to_owned(),
        region: "local".to_owned(),
        access_key: "heimdex".to_owned(),
        secret_key: Secret::new("0123456789abcdef"),
        previous_keys: Vec::new(),
    };
    let embedded = runtime
        .block_on(EmbeddedStore::open(settings))
        .expect("a store");
    Store {
        runtime,
        router: embedded.service(GateSettings::default()),
        objects: ObjectStore::embedded(&embedded),
        _directory: directory,
    }
});

impl Store {
    /// What signs for it.
    fn objects(&self) -> &ObjectStore {
        &self.objects
    }

    /// What is answered to a request.
    fn answer(&self, request: Request<Body>) -> Response<Body> {
        let answered = self.router.clone().oneshot(request);
        self.runtime
            .block_on(answered)
            .unwrap_or_else(|never| match never {})
    }
}

const BODY: &[u8] = b"123456789";

static SIGNED: LazyLock<PresignedPut> = LazyLock::new(|| {
    let origin: Origin = "http://127.0.0.1:8000".parse().expect("an origin");
    let checksum = PartChecksum::Crc32c.parse("4waSgw==").expect("the checksum of the body");
    let (key, length) = ("incoming/0a b/\u{e4}+c", BODY.len() as u64);
    let hours = Duration::from_secs(7 * 24 * 3600);
    let signed = STORE.objects().presign_put(&origin, key, length, None, Some(&checksum), hours);
    signed.expect("a signed URL")
});

fuzz_target!(|data: &[u8]| match data {
    [b'~', edits @ ..] => signed(edits),
    _ => unsigned(data),
});

fn unsigned(data: &[u8]) {
    if let Some(request) = request(data) {
        let is_asking = request.method() == Method::OPTIONS;
        let status = STORE.answer(request).status();
        assert!(is_asking || status.is_client_error(), "{status}");
    }
}

fn signed(edits: &[u8]) {
    let whole = SIGNED.url.expose();
    let original = whole.strip_prefix("http://127.0.0.1:8000").expect("its own origin");
    let mut changed = original.as_bytes().to_vec();
    for edit in edits.chunks_exact(3).take(8) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % changed.len();
        changed[at] = edit[2];
    }
    let Ok(uri) = Uri::try_from(changed.as_slice()) else {
        return;
    };
    let meant = decoded(&uri.to_string());
    let mut request = Request::put(uri).header("host", "127.0.0.1:8000").header("content-length", BODY.len());
    for (name, value) in &SIGNED.headers {
        request = request.header(name, value);
    }
    let Ok(request) = request.body(Body::from(BODY)) else {
        return;
    };
    let status = STORE.answer(request).status();
    if status == StatusCode::OK {
        assert_eq!(meant, decoded(original), "it was signed for something else");
    } else {
        assert!(status.is_client_error(), "{status}");
        assert_ne!(changed, original.as_bytes(), "what was signed is taken: {status}");
    }
}

/// The first line is the method and what stands behind the bucket, the next ones are headers, and what is behind an empty
/// one is the body.
fn request(data: &[u8]) -> Option<Request<Body>> {
    let mut rest = data;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        line
    };
    let (method, target) = std::str::from_utf8(line()).ok()?.split_once(' ')?;
    let uri: Uri = format!("/uploads{target}").parse().ok()?;
    let mut request = Request::builder().method(method.parse::<Method>().ok()?).uri(uri);
    let headers = request.headers_mut()?;
    headers.insert("host", HeaderValue::from_static("127.0.0.1:8000"));
    for _ in 0..32 {
        let header = line();
        let Some(colon) = header.iter().position(|byte| *byte == b':') else {
            break;
        };
        let name = HeaderName::from_bytes(&header[..colon]).ok()?;
        headers.append(name, HeaderValue::from_bytes(&header[colon + 1..]).ok()?);
    }
    request.body(Body::from(rest.to_vec())).ok()
}

/// Without the freedom that percent signs leave.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(0));
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    bytes
}
