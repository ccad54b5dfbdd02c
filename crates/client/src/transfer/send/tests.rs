//! One PUT over a real socket, to a store that answers what a test wants.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use heimdex_api::plan::{PartNumber, PartSize};
use heimdex_api::{PartChecksum, PresignedUrl, Timestamp};

use super::*;
use crate::bwlimit::Throttle;
use crate::transfer::buffers::Buffers;
use crate::transfer::source::Piece;

const SIZE: usize = 1_500_000;

/// What a store saw of one request.
struct Seen {
    head: String,
    body: Vec<u8>,
}

/// Takes one request, reads as much of its body as comes, and answers.
fn store(reply: &'static str) -> (String, JoinHandle<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/uploads/key?X-Amz-Signature=secret",
        listener.local_addr().unwrap()
    );
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let seen = read_request(&mut stream);
        // The client may have broken off: then nobody listens.
        let _ = stream.write_all(reply.as_bytes());
        seen
    });
    (url, thread)
}

fn read_request(stream: &mut TcpStream) -> Seen {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec())
                .unwrap()
                .to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() - end - 4 >= length {
                return Seen {
                    head,
                    body: bytes.split_off(end + 4),
                };
            }
        }
        match stream.read(&mut buffer).unwrap_or(0) {
            0 => {
                let end = end.map_or(bytes.len(), |end| end + 4);
                let body = bytes.split_off(end);
                return Seen {
                    head: String::from_utf8(bytes).unwrap().to_lowercase(),
                    body,
                };
            }
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

struct Part {
    _directory: tempfile::TempDir,
    path: std::path::PathBuf,
    bytes: Vec<u8>,
    source: Arc<Source>,
    plan: PartPlan,
    hashed: HashedPart,
}

fn part() -> Part {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mp4");
    let bytes: Vec<u8> = (0..SIZE).map(|i| (i ^ (i >> 8)).to_le_bytes()[0]).collect();
    fs_err::write(&path, &bytes).unwrap();
    let source = Arc::new(Source::open(&path, None, Buffers::default()).unwrap());
    let plan = PartPlan::new(SIZE as u64, PartSize::new(8 << 20).unwrap()).unwrap();
    let range = 0..SIZE as u64;
    let piece = Piece {
        range,
        algorithm: PartChecksum::Crc32c,
        is_whole: true,
    };
    let hashed = source.hash(&piece, |_| {}).unwrap();
    Part {
        _directory: directory,
        path,
        bytes,
        source,
        plan,
        hashed,
    }
}

fn signed(url: &str, headers: &[(&str, &str)]) -> SignedPart {
    SignedPart {
        part_number: PartNumber::new(1).unwrap(),
        url: PresignedUrl::new(url),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        expires_at: Timestamp::from_micros(0).unwrap(),
    }
}

fn put(part: &Part, signed: &SignedPart) -> Result<String, Failure> {
    put_at(part, signed, Vec::new())
}

fn put_at(part: &Part, signed: &SignedPart, throttles: Vec<Throttle>) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let outlet = Outlet { client, throttles };
    runtime.block_on(send(
        &outlet,
        Arc::clone(&part.source),
        &part.plan,
        signed,
        &part.hashed,
        Arc::default(),
    ))
}

#[test]
fn a_part_goes_exactly_as_it_was_signed() {
    let part = part();
    let (url, store) = store("HTTP/1.1 200 OK\r\netag: \"abc-1\"\r\ncontent-length: 0\r\n\r\n");
    let checksum = part.hashed.checksum.as_str().to_owned();
    let length = SIZE.to_string();
    let headers = [
        ("x-amz-checksum-crc32c", checksum.as_str()),
        ("content-length", &length),
    ];
    assert_eq!(
        put(&part, &signed(&url, &headers)),
        Ok("\"abc-1\"".to_owned())
    );
    let seen = store.join().unwrap();
    assert_eq!(seen.body, part.bytes);
    let expected = format!("x-amz-checksum-crc32c: {}", checksum.to_lowercase());
    for line in [expected.as_str(), &format!("content-length: {SIZE}")] {
        assert_eq!(
            seen.head.lines().filter(|found| *found == line).count(),
            1,
            "{}",
            seen.head
        );
    }
    for absent in ["authorization", "transfer-encoding", "x-amz-content-sha256"] {
        assert!(!seen.head.contains(absent), "{}", seen.head);
    }
}

#[test]
fn a_limited_part_takes_its_time_and_arrives_whole() {
    let part = part();
    let (url, store) = store("HTTP/1.1 200 OK\r\netag: \"x\"\r\ncontent-length: 0\r\n\r\n");
    let now = || Timestamp::from_micros(0).unwrap();
    // The slower of two holds.
    let limits = ["off", "2M", "100M"];
    let throttles = limits.map(|limit| Throttle::new(limit.parse().unwrap(), now));
    let begun = std::time::Instant::now();
    put_at(&part, &signed(&url, &[]), throttles.to_vec()).unwrap();
    // 1.5 MB at 2 MiB a second, but for what may be caught up with and the last piece.
    assert!(begun.elapsed().as_secs_f64() > 0.4, "{:?}", begun.elapsed());
    assert_eq!(store.join().unwrap().body, part.bytes);
}

#[test]
fn a_refused_url_is_told_from_a_dead_line() {
    let part = part();
    let (url, store) = store("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(
        put(&part, &signed(&url, &[])),
        Err(Failure::UrlRefused { status: 403 })
    );
    store.join().unwrap();
    // Nobody listens there any more.
    let failure = put(&part, &signed(&url, &[])).unwrap_err();
    assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
    assert!(!failure.words().contains("secret"), "{}", failure.words());
}

#[test]
fn a_store_that_hangs_up_is_unreachable() {
    let part = part();
    let (url, store) = store("");
    assert!(matches!(
        put(&part, &signed(&url, &[])),
        Err(Failure::Unreachable(_))
    ));
    store.join().unwrap();
}

#[test]
fn an_answer_without_an_etag_acknowledges_nothing() {
    let part = part();
    let (url, store) = store("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert!(matches!(
        put(&part, &signed(&url, &[])),
        Err(Failure::Unreachable(_))
    ));
    store.join().unwrap();
}

#[test]
fn a_file_that_changed_since_it_was_hashed_is_never_sent_whole() {
    let part = part();
    let mut changed = part.bytes.clone();
    changed[SIZE - 1] ^= 1;
    fs_err::write(&part.path, changed).unwrap();
    let (url, store) = store("HTTP/1.1 200 OK\r\netag: \"x\"\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(
        put(&part, &signed(&url, &[])),
        Err(Failure::Final(Stop::FileChanged))
    );
    assert!(store.join().unwrap().body.len() < SIZE);
}

#[test]
fn a_part_signed_with_another_length_is_not_sent() {
    let part = part();
    let failure = put(
        &part,
        &signed("http://127.0.0.1:9/", &[("Content-Length", "7")]),
    );
    assert!(
        matches!(failure, Err(Failure::Final(Stop::Api { .. }))),
        "{failure:?}"
    );
}

#[test]
fn answers_of_stores_are_understood() {
    let body = br#"<?xml version="1.0"?><Error><Code>NoSuchUpload</Code></Error>"#;
    assert_eq!(code(body).as_deref(), Some("NoSuchUpload"));
    assert_eq!(code(b"<html>"), None);
    for (status, code, expected) in [
        (
            403,
            Some("AccessDenied"),
            Failure::UrlRefused { status: 403 },
        ),
        // An expired URL at Garage.
        (
            400,
            Some("InvalidRequest"),
            Failure::UrlRefused { status: 400 },
        ),
        (400, Some("BadDigest"), Failure::Corrupted),
        (404, Some("NoSuchUpload"), Failure::UploadUnknown),
        (503, Some("SlowDown"), Failure::Busy { retry_after: None }),
        (500, None, Failure::Fault { status: 500 }),
        (507, None, Failure::Final(Stop::StorageFull)),
        (
            413,
            None,
            Failure::Final(Stop::StoreRefused { status: 413 }),
        ),
        (
            307,
            None,
            Failure::Final(Stop::StoreRefused { status: 307 }),
        ),
    ] {
        assert_eq!(classify(status, code, None), expected, "{status} {code:?}");
    }
}
