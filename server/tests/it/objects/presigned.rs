//! Presigned URLs over a real socket: what they allow and what the store checks while bytes arrive.

use bytes::Bytes;
use heimdex_api::{Checksum, Secret};
use heimdex_server::objects::ObjectStore;
use heimdex_server::objects::embedded::EmbeddedStore;
use proptest::prop_oneof;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

use super::{Fixture, HOUR, Listener, crc32c, etag};

#[tokio::test]
async fn a_single_put_lands_under_incoming() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    assert!(put.headers.is_empty());
    for content_type in [
        None,
        Some("video/mp4"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let mut request = listener.http.put(put.url.expose()).body("bytes");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{content_type:?}");
        assert_eq!(
            etag(&response),
            fixture
                .store
                .head("incoming/1")
                .await
                .unwrap()
                .unwrap()
                .etag
        );
    }
    assert_eq!(
        fixture.store.get_range("incoming/1", 0, 9).await.unwrap(),
        "bytes"
    );
}

#[tokio::test]
async fn a_url_signed_with_the_previous_key_works_on() {
    let fixture = Fixture::new().await;
    let mut rotated = super::settings(fixture.dir.path());
    let old = (rotated.access_key, rotated.secret_key);
    rotated.access_key = "fresh".to_owned();
    rotated.secret_key = Secret::new("fedcba9876543210");
    rotated.previous_keys = vec![old];
    let embedded = EmbeddedStore::open(rotated.clone()).await.unwrap();
    let listener = Listener::new(&embedded).await;
    let sign = |store: &ObjectStore| {
        store
            .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
            .unwrap()
    };
    let (old, fresh) = (
        sign(&fixture.store),
        sign(&ObjectStore::embedded(&embedded)),
    );
    assert_eq!(listener.put(&old, "bytes").await.status(), 200);
    assert_eq!(listener.put(&fresh, "bytes").await.status(), 200);

    rotated.previous_keys.clear();
    let forgetful = EmbeddedStore::open(rotated).await.unwrap();
    let listener = Listener::new(&forgetful).await;
    let old = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    assert_eq!(listener.put(&old, "bytes").await.status(), 403);
}

#[tokio::test]
async fn a_body_of_another_length_stores_nothing() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    for (body, status) in [("byte", 403), ("bytes!", 403), ("", 411)] {
        assert_eq!(listener.put(&put, body).await.status(), status, "{body:?}");
    }
    let chunked =
        reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>("bytes")]));
    assert_eq!(listener.put(&put, chunked).await.status(), 411);
    assert_eq!(fixture.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_part_that_differs_from_its_checksum_is_not_kept() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let upload = fixture
        .store
        .create_multipart("k", "video/mp4")
        .await
        .unwrap();
    let put = fixture.part(&listener, "k", &upload, 1, b"right");
    let response = listener.put(&put, "wrong").await;
    assert_eq!(response.status(), 400);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("<Code>BadDigest</Code>")
    );
    assert_eq!(
        fixture
            .store
            .list_parts("k", &upload, None, 10)
            .await
            .unwrap()
            .items,
        []
    );
    assert_eq!(fixture.files(), Vec::<String>::new());
    assert_eq!(listener.put(&put, "right").await.status(), 200);
}

#[tokio::test]
async fn a_signed_checksum_can_be_neither_changed_nor_left_out() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let upload = fixture
        .store
        .create_multipart("k", "video/mp4")
        .await
        .unwrap();
    let mut put = fixture.part(&listener, "k", &upload, 1, b"right");
    put.headers = vec![(
        "x-amz-checksum-crc32c".to_owned(),
        crc32c(b"wrong").to_string(),
    )];
    assert_eq!(listener.put(&put, "wrong").await.status(), 403);
    put.headers.clear();
    assert_eq!(listener.put(&put, "right").await.status(), 403);
    assert_eq!(
        fixture
            .store
            .list_parts("k", &upload, None, 10)
            .await
            .unwrap()
            .items,
        []
    );
}

#[tokio::test]
async fn content_md5_is_verified_where_it_is_sent() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    let send = |md5: &'static str| {
        listener
            .http
            .put(put.url.expose())
            .header("content-md5", md5)
            .body("hello")
            .send()
    };
    assert_eq!(
        send("AAAAAAAAAAAAAAAAAAAAAA==").await.unwrap().status(),
        400
    );
    assert_eq!(send("not base64").await.unwrap().status(), 400);
    assert_eq!(fixture.files(), Vec::<String>::new());
    let response = send("XUFAKrxLKna5cZ2REBfFkg==").await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(etag(&response), "5d41402abc4b2a76b9719d911017c592");
}

#[tokio::test]
async fn a_checksum_of_the_whole_is_verified_too() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let sum: Checksum = crc32c(b"right");
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, Some(&sum), HOUR)
        .unwrap();
    assert_eq!(listener.put(&put, "wrong").await.status(), 400);
    assert_eq!(fixture.files(), Vec::<String>::new());
    assert_eq!(listener.put(&put, "right").await.status(), 200);
}

#[tokio::test]
async fn a_download_is_an_attachment_and_takes_ranges() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    fixture
        .store
        .put(
            "videos/a b+ä.mp4",
            "text/html",
            Bytes::from_static(b"0123456789"),
        )
        .await
        .unwrap();
    let get = fixture
        .store
        .presign_get(
            &listener.origin,
            "videos/a b+ä.mp4",
            "Ü 1.mp4",
            "video/mp4",
            HOUR,
        )
        .unwrap();
    let response = listener.http.get(get.url.expose()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    for (name, value) in [
        ("content-type", "video/mp4"),
        (
            "content-disposition",
            "attachment; filename=\"_ 1.mp4\"; filename*=UTF-8''%C3%9C%201.mp4",
        ),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox"),
        ("accept-ranges", "bytes"),
        ("content-length", "10"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert_eq!(response.text().await.unwrap(), "0123456789");
    for (range, status, body) in [
        ("bytes=2-4", 206, "234"),
        ("bytes=7-", 206, "789"),
        ("bytes=-3", 206, "789"),
        ("bytes=-100", 206, "0123456789"),
        ("bytes=9-100", 206, "9"),
        ("bytes=10-", 416, ""),
        ("bytes=10-11", 416, ""),
        // Beyond what any number holds, and what the whole answers: several at once, no range, another unit.
        ("Bytes=8-99999999999999999999999999", 206, "89"),
        ("bytes=-99999999999999999999999999", 206, "0123456789"),
        ("bytes=99999999999999999999999999-", 416, ""),
        ("bytes=0-1,4-5", 200, "0123456789"),
        ("bytes=5-2", 200, "0123456789"),
        ("frames=1-2", 200, "0123456789"),
    ] {
        let response = listener
            .http
            .get(get.url.expose())
            .header("range", range)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{range}");
        if status == 200 {
            assert_eq!(response.text().await.unwrap(), body, "{range}");
        } else if status == 206 {
            let total = response.headers()["content-range"]
                .to_str()
                .unwrap()
                .ends_with("/10");
            assert!(total && response.text().await.unwrap() == body, "{range}");
        }
    }
    let tag = fixture
        .store
        .head("videos/a b+ä.mp4")
        .await
        .unwrap()
        .unwrap()
        .etag;
    let cached = listener
        .http
        .get(get.url.expose())
        .header("if-none-match", format!("\"{tag}\""))
        .send()
        .await
        .unwrap();
    assert_eq!(cached.status(), 304);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 1_000_000, None, None, HOUR)
        .unwrap();
    let url: reqwest::Url = put.url.expose().parse().unwrap();
    let mut socket = tokio::net::TcpStream::connect(listener.address)
        .await
        .unwrap();
    let head = format!(
        "PUT {}?{} HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000000\r\n\r\n",
        url.path(),
        url.query().unwrap(),
        listener.address
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&vec![7; 500_000]).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut reply = Vec::new();
    let _ = socket.read_to_end(&mut reply).await;
    assert!(!reply.starts_with(b"HTTP/1.1 200"));
    super::until(
        || fixture.files().is_empty(),
        || format!("{:?}", fixture.files()),
    )
    .await;
    assert_eq!(fixture.store.head("incoming/1").await.unwrap(), None);
}

#[tokio::test]
async fn a_refused_sender_reads_the_answer_and_not_a_broken_connection() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let bytes = Bytes::from(vec![1; 24 << 20]);
    let upload = fixture
        .store
        .create_multipart("k", "video/mp4")
        .await
        .unwrap();
    let put = fixture.part(&listener, "k", &upload, 1, &bytes);
    fixture.store.abort_multipart("k", &upload).await.unwrap();
    for _ in 0..4 {
        assert_eq!(listener.put(&put, bytes.clone()).await.status(), 404);
    }
    let mut forged = put.clone();
    forged.url =
        heimdex_api::PresignedUrl::new(put.url.expose().replace("partNumber=1", "partNumber=2"));
    assert_eq!(listener.put(&forged, bytes).await.status(), 403);
}

/// Found by fuzzing: the name of another algorithm was answered as the server's own fault.
#[tokio::test]
async fn a_url_of_which_any_byte_was_changed_is_the_clients_fault() {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    let checksum: Checksum = crc32c(b"123456789");
    let put = fixture
        .store
        .presign_put(
            &listener.origin,
            "incoming/1",
            9,
            None,
            Some(&checksum),
            HOUR,
        )
        .unwrap();
    let url = put.url.expose();
    let path_at = listener.origin.to_string().len() + 1;
    for at in path_at..url.len() {
        let mut changed = url.as_bytes().to_vec();
        changed[at] = b'~';
        let Ok(changed) = String::from_utf8(changed) else {
            continue;
        };
        let mut request = listener.http.put(&changed).body("123456789");
        for (name, value) in &put.headers {
            request = request.header(name, value);
        }
        let status = request.send().await.unwrap().status();
        assert!(status.is_client_error(), "{status}: {changed}");
    }
    assert!(fixture.files().is_empty());
}

/// Whether a key is none: clients would leave a segment of it out of a URL's path, or take it for no key at all.
fn is_no_key(key: &str) -> bool {
    let has_dots = key
        .split('/')
        .any(|segment| segment == "." || segment == "..");
    has_dots || key.trim().is_empty()
}

#[tokio::test]
async fn keys_that_no_url_can_name_are_not_stored() {
    let fixture = Fixture::new().await;
    for key in [
        ".",
        "..",
        "a/.",
        "./a",
        "a/../b",
        "../../etc/passwd",
        "a\nb",
        " ",
    ] {
        let bytes = Bytes::from_static(b"bytes");
        let stored = fixture.store.put(key, "video/mp4", bytes).await;
        assert!(stored.is_err(), "{key:?}");
        let begun = fixture.store.create_multipart(key, "video/mp4").await;
        assert!(begun.is_err(), "{key:?}");
    }
    assert!(fixture.files().is_empty());
}

#[test]
fn any_key_that_is_stored_can_be_downloaded() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = runtime.block_on(Fixture::new());
    let listener = runtime.block_on(Listener::new(&fixture.embedded));
    let mut runner = TestRunner::new(Config::with_cases(48));
    // Half of them of what URLs give a meaning to.
    let keys = prop_oneof!["[^\\p{Cc}]{1,40}", "[./%2e?#+ ]{1,8}"]
        .prop_filter("the store takes no such key", |key| !is_no_key(key));
    let keys_and_names = (keys, "\\PC{0,30}");
    runner
        .run(&keys_and_names, |(key, filename)| {
            runtime.block_on(async {
                fixture
                    .store
                    .put(&key, "video/mp4", Bytes::from_static(b"bytes"))
                    .await
                    .unwrap();
                let get = fixture
                    .store
                    .presign_get(&listener.origin, &key, &filename, "video/mp4", HOUR)
                    .unwrap();
                let response = listener.http.get(get.url.expose()).send().await.unwrap();
                assert_eq!(response.status(), 200);
                assert_eq!(response.text().await.unwrap(), "bytes");
            });
            Ok(())
        })
        .unwrap();
}
