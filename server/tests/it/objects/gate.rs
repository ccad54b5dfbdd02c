//! Everything that the gate must refuse, and the address that URLs are signed for.

use bytes::Bytes;
use heimdex_api::Secret;
use heimdex_server::objects::{GateSettings, Grant, ObjectStore, OriginPolicy, Presigner};
use http::Method;
use std::time::{Duration, SystemTime};

use super::{Fixture, HOUR, Listener};

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn presigner() -> Presigner {
    Presigner::new(
        "uploads",
        "local",
        "heimdex",
        &Secret::new("0123456789abcdef"),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "the store compares signatures with the real time"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

fn sign(
    listener: &Listener,
    method: &str,
    key: &str,
    query: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> String {
    let grant = Grant {
        method,
        key,
        query,
        headers,
    };
    presigner()
        .sign(&listener.origin, grant, now(), HOUR)
        .unwrap()
        .url
        .expose()
        .to_owned()
}

async fn filled() -> (Fixture, Listener) {
    let fixture = Fixture::new().await;
    let listener = Listener::new(&fixture.embedded).await;
    fixture
        .store
        .put("videos/secret", "video/mp4", Bytes::from_static(b"secret"))
        .await
        .unwrap();
    (fixture, listener)
}

#[tokio::test]
async fn validly_signed_requests_for_anything_else_are_refused() {
    let (fixture, listener) = filled().await;
    let upload = fixture
        .store
        .create_multipart("videos/u", "video/mp4")
        .await
        .unwrap();
    let length = [("content-length", "5")];
    let cases: &[(&str, &str, Pairs<'_>, Pairs<'_>)] = &[
        ("HEAD", "videos/secret", &[], &[]),
        ("DELETE", "videos/secret", &[], &[]),
        ("POST", "videos/secret", &[("uploads", "")], &[]),
        ("POST", "videos/u", &[("uploadId", &upload)], &[]),
        ("DELETE", "videos/u", &[("uploadId", &upload)], &[]),
        ("GET", "videos/u", &[("uploadId", &upload)], &[]),
        ("GET", "", &[("list-type", "2")], &[]),
        ("GET", "", &[], &[]),
        ("POST", "", &[("delete", "")], &[]),
        ("GET", "videos/secret", &[("acl", "")], &[]),
        ("GET", "videos/secret", &[("tagging", "")], &[]),
        ("GET", "videos/secret", &[("attributes", "")], &[]),
        ("GET", "videos/secret", &[("versionId", "1")], &[]),
        ("PUT", "", &[], &length),
        ("PUT", "", &[("policy", "")], &length),
        ("PUT", "incoming/1", &[("acl", "")], &length),
        ("PUT", "incoming/1", &[("tagging", "")], &length),
        ("PUT", "videos/secret", &[], &length),
        ("PUT", "videos/u", &[("uploadId", &upload)], &length),
        ("PUT", "incoming/1", &[], &[]),
    ];
    for (method, key, query, headers) in cases {
        let url = sign(&listener, method, key, query, headers);
        let request = listener.http.request(method.parse().unwrap(), url);
        let request = if *method == "PUT" {
            request.body("bytes")
        } else {
            request
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403, "{method} {key} {query:?}");
        assert_eq!(response.headers()["content-security-policy"], "sandbox");
        if *method != "HEAD" {
            assert!(
                response
                    .text()
                    .await
                    .unwrap()
                    .contains("<Code>AccessDenied</Code>"),
                "{method} {key} {query:?}"
            );
        }
    }
    assert_eq!(
        fixture
            .store
            .get_range("videos/secret", 0, 9)
            .await
            .unwrap(),
        "secret"
    );
}

#[tokio::test]
async fn an_unsigned_copy_source_does_not_read_another_object() {
    let (fixture, listener) = filled().await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    for (name, value) in [
        ("x-amz-copy-source", "/uploads/videos/secret"),
        ("x-amz-acl", "public-read"),
        ("x-amz-meta-a", "b"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("authorization", "AWS4-HMAC-SHA256 Credential=a"),
    ] {
        let response = listener
            .http
            .put(put.url.expose())
            .header(name, value)
            .body("bytes")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{name}");
    }
    assert_eq!(fixture.store.head("incoming/1").await.unwrap(), None);
}

#[tokio::test]
async fn unsigned_requests_are_refused() {
    let (_fixture, listener) = filled().await;
    for (method, path) in [
        (Method::GET, "/uploads"),
        (Method::GET, "/uploads/"),
        (Method::GET, "/uploads/videos/secret"),
        (Method::GET, "/uploads/videos/secret?X-Amz-Signature=a"),
        (
            Method::GET,
            "/uploads/videos/secret?AWSAccessKeyId=heimdex&Signature=a&Expires=9999999999",
        ),
        (Method::PUT, "/uploads/incoming/1"),
        (Method::DELETE, "/uploads/videos/secret"),
        (Method::PATCH, "/uploads/videos/secret"),
    ] {
        let response = listener
            .http
            .request(method.clone(), format!("{}{path}", listener.origin))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{method} {path}");
    }
}

#[tokio::test]
async fn a_url_is_good_for_its_key_and_method_only() {
    let (fixture, listener) = filled().await;
    fixture
        .store
        .put("videos/other", "video/mp4", Bytes::from_static(b"other"))
        .await
        .unwrap();
    let url = sign(&listener, "GET", "videos/other", &[], &[]);
    assert_eq!(listener.http.get(&url).send().await.unwrap().status(), 200);
    assert_eq!(
        listener
            .http
            .get(url.replace("other", "secret"))
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(
        listener
            .http
            .get(format!("{url}&X-Amz-Expires=9"))
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(
        listener
            .http
            .get(format!("{url}&response-content-type=text/html"))
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(listener.http.head(&url).send().await.unwrap().status(), 403);
    let stranger = Presigner::new("uploads", "local", "heimdex", &Secret::new("guessed"));
    let grant = Grant {
        method: "GET",
        key: "videos/secret",
        query: &[],
        headers: &[],
    };
    let signed = stranger.sign(&listener.origin, grant, now(), HOUR).unwrap();
    assert_eq!(
        listener
            .http
            .get(signed.url.expose())
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
}

#[tokio::test]
async fn an_expired_url_is_refused_and_a_skewed_clock_forgiven() {
    let (_fixture, listener) = filled().await;
    let grant = || Grant {
        method: "GET",
        key: "videos/secret",
        query: &[],
        headers: &[],
    };
    let minute = Duration::from_mins(1);
    for (at, status) in [
        (now() - HOUR - minute, 403),
        (now() - HOUR + minute, 200),
        (now() + 5 * minute, 200),
        (now() + 30 * minute, 403),
    ] {
        let signed = presigner()
            .sign(&listener.origin, grant(), at, HOUR)
            .unwrap();
        assert_eq!(
            listener
                .http
                .get(signed.url.expose())
                .send()
                .await
                .unwrap()
                .status(),
            status
        );
    }
}

#[tokio::test]
async fn a_proxy_that_rewrites_the_host_breaks_nothing() {
    let fixture = Fixture::new().await;
    let public = "https://heimdex.example".parse().unwrap();
    let origin = OriginPolicy {
        public_url: Some(public),
        trusted_proxies: vec![],
    };
    let listener = Listener::with(
        &fixture.embedded,
        GateSettings {
            origin,
            ..GateSettings::default()
        },
    )
    .await;
    let put = fixture
        .store
        .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    assert!(
        put.url
            .expose()
            .starts_with("https://heimdex.example/uploads/incoming/1?")
    );
    let inner = put.url.expose().replace(
        "https://heimdex.example",
        &format!("http://{}", listener.address),
    );
    let response = listener
        .http
        .put(inner)
        .header("host", "backend:8000")
        .body("bytes")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_trusted_proxy_says_which_host_was_asked_for() {
    let fixture = Fixture::new().await;
    let origin = OriginPolicy {
        public_url: None,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
    };
    let trusting = Listener::with(
        &fixture.embedded,
        GateSettings {
            origin,
            ..GateSettings::default()
        },
    )
    .await;
    let doubting = Listener::new(&fixture.embedded).await;
    let public = "https://heimdex.example".parse().unwrap();
    let put = fixture
        .store
        .presign_put(&public, "incoming/1", 5, None, None, HOUR)
        .unwrap();
    for (listener, status) in [(&trusting, 200), (&doubting, 403)] {
        let inner = put.url.expose().replace(
            "https://heimdex.example",
            &format!("http://{}", listener.address),
        );
        let request = listener
            .http
            .put(inner)
            .header("x-forwarded-host", "heimdex.example")
            .body("bytes");
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn only_listed_origins_may_read_across() {
    let fixture = Fixture::new().await;
    let cors_origins = vec![http::HeaderValue::from_static("https://app.example")];
    let gate = GateSettings {
        cors_origins,
        ..GateSettings::default()
    };
    let listener = Listener::with(&fixture.embedded, gate).await;
    for (origin, allowed) in [
        ("https://app.example", true),
        ("https://evil.example", false),
    ] {
        let preflight = listener
            .http
            .request(
                Method::OPTIONS,
                format!("{}/uploads/incoming/1", listener.origin),
            )
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .send()
            .await
            .unwrap();
        assert_eq!(
            preflight
                .headers()
                .contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
        let store: &ObjectStore = &fixture.store;
        let put = store
            .presign_put(&listener.origin, "incoming/1", 5, None, None, HOUR)
            .unwrap();
        let response = listener
            .http
            .put(put.url.expose())
            .header("origin", origin)
            .body("bytes")
            .send()
            .await
            .unwrap();
        assert_eq!(
            response
                .headers()
                .contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
        assert_eq!(
            response
                .headers()
                .get("access-control-expose-headers")
                .is_some_and(|value| value.to_str().unwrap().contains("etag")),
            allowed
                || response
                    .headers()
                    .contains_key("access-control-expose-headers"),
        );
    }
}
