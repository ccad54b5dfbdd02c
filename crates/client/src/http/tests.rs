//! The HTTP client against a server that answers by a script, over a real socket.

use std::sync::{Arc, Mutex};

use heimdex_api::{ErrorCode, Secret, VideoId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;
use crate::ErrorClass;
use crate::credentials::{Credentials, Session, Store, Unlock};

/// A request as it came: first line, then headers in lower case, then the body.
type Seen = Arc<Mutex<Vec<String>>>;

/// Answers every request on a free port by `answer(request)`, a whole HTTP response without its length.
struct Scripted {
    url: String,
    seen: Seen,
    _tasks: JoinSet<()>,
}

async fn scripted(
    answer: impl Fn(&str) -> (u16, String, String) + Send + Sync + 'static,
) -> Scripted {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let mut tasks = JoinSet::new();
    let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
            connections.spawn(async move {
                let mut bytes = Vec::new();
                let mut buffer = [0; 4096];
                while !is_whole(&bytes) {
                    match stream.read(&mut buffer).await {
                        Ok(0) | Err(_) => return,
                        Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                    }
                }
                let request = String::from_utf8(bytes).unwrap();
                log.lock().unwrap().push(request.clone());
                let (status, headers, body) = answer(&request);
                let length = body.len();
                let reply = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
                );
                let _ = stream.write_all(reply.as_bytes()).await;
            });
        }
    });
    Scripted {
        url,
        seen,
        _tasks: tasks,
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split("content-length: ").nth(1);
    let length = length
        .and_then(|rest| rest.lines().next()?.parse().ok())
        .unwrap_or(0);
    body.len() >= length
}

fn count(seen: &Seen, start: &str) -> usize {
    seen.lock()
        .unwrap()
        .iter()
        .filter(|request| request.starts_with(start))
        .count()
}

const JSON: &str = "content-type: application/json\r\n";
const USER: &str = r#"{"id":"7f3a91c2-0000-4000-8000-000000000001","email":"a@example.org","email_verified":false,"display_name":null,"created_at":"2026-11-23T00:00:00Z"}"#;

fn auth(access: &str, refresh: &str) -> String {
    format!(
        r#"{{"access_token":"{access}","token_type":"bearer","expires_in":900,"refresh_token":"{refresh}","user":{USER}}}"#
    )
}

/// Knows the access token `new` only, which a refresh with `r1` gives.
fn refreshing(request: &str) -> (u16, String, String) {
    if request.starts_with("POST /auth/refresh") {
        return if request.contains("\"r1\"") {
            (200, JSON.into(), auth("new", "r2"))
        } else {
            (
                401,
                JSON.into(),
                r#"{"detail":"used","code":"token_invalid"}"#.into(),
            )
        };
    }
    if request
        .to_lowercase()
        .contains("authorization: bearer new\r\n")
    {
        (200, JSON.into(), USER.into())
    } else {
        (
            401,
            JSON.into(),
            r#"{"detail":"Token expired","code":"token_expired"}"#.into(),
        )
    }
}

fn client(url: &str, source: CredentialSource) -> ApiClient {
    let server = ServerUrl::parse(url, Plaintext::LoopbackOnly).unwrap();
    ApiClient::new(server, &Network::default(), source).unwrap()
}

async fn logged_in(directory: &std::path::Path, origin: &str) -> CredentialSource {
    let config = directory.join("config.toml");
    let credentials = Credentials::new(&config, "default", Store::File, Unlock::Never);
    let session = Session {
        origin: origin.to_owned(),
        access_token: Secret::new("old"),
        refresh_token: Secret::new("r1"),
    };
    let locked = credentials.lock().await.unwrap();
    locked.store(&session).await.unwrap();
    drop(locked);
    CredentialSource::Profile(Box::new(credentials))
}

#[tokio::test]
async fn many_calls_of_many_processes_refresh_once() {
    let server = scripted(refreshing).await;
    let home = tempfile::tempdir().unwrap();
    let source = logged_in(home.path(), &server.url).await;
    let (one, other) = (
        client(&server.url, source.clone()),
        client(&server.url, source.clone()),
    );
    let calls = (0..6).map(|n| {
        if n % 2 == 0 {
            one.clone()
        } else {
            other.clone()
        }
    });
    let replies = futures::future::join_all(calls.map(|c| async move { c.me().await })).await;
    for reply in replies {
        reply.unwrap();
    }
    assert_eq!(count(&server.seen, "POST /auth/refresh"), 1);
    let CredentialSource::Profile(credentials) = source else {
        unreachable!()
    };
    let kept = credentials.load().await.unwrap().unwrap();
    assert_eq!(kept.access_token.expose(), "new");
    assert_eq!(kept.refresh_token.expose(), "r2");
}

#[tokio::test]
async fn a_login_that_has_ended_is_said_and_kept() {
    let server = scripted(|_| (401, JSON.into(), r#"{"detail":"no"}"#.into())).await;
    let home = tempfile::tempdir().unwrap();
    let source = logged_in(home.path(), &server.url).await;
    let error = client(&server.url, source).me().await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::NotLoggedIn);
    assert_eq!(
        error.to_string(),
        format!("the session at {} has ended", server.url)
    );
}

#[tokio::test]
async fn a_server_that_is_down_while_refreshing_ends_no_session() {
    let server = scripted(|request| {
        if request.starts_with("POST /auth/refresh") {
            (503, "retry-after: 7\r\n".into(), String::new())
        } else {
            (401, JSON.into(), r#"{"code":"token_expired"}"#.into())
        }
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let source = logged_in(home.path(), &server.url).await;
    let error = client(&server.url, source.clone()).me().await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unreachable);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let CredentialSource::Profile(credentials) = source else {
        unreachable!()
    };
    let kept = credentials.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.expose(), "r1");
}

#[tokio::test]
async fn a_session_is_not_sent_to_another_origin() {
    let server = scripted(refreshing).await;
    let home = tempfile::tempdir().unwrap();
    let source = logged_in(home.path(), "http://127.0.0.1:1").await;
    let error = client(&server.url, source).me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("not logged in to {}", server.url)
    );
    assert_eq!(server.seen.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_redirect_is_an_error_and_carries_nothing_away() {
    let other = scripted(|_| (200, JSON.into(), USER.into())).await;
    let target = format!("location: {}/auth/me?x=1\r\n", other.url);
    let server = scripted(move |_| (307, target.clone(), String::new())).await;
    let source = CredentialSource::Token(Secret::new("hdx_secret"));
    let error = client(&server.url, source).me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} redirects to {}", server.url, other.url)
    );
    assert_eq!(other.seen.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_refused_token_is_not_refreshed_and_not_shown() {
    let server = scripted(|_| (401, JSON.into(), r#"{"detail":"no"}"#.into())).await;
    let source = CredentialSource::Token(Secret::new("hdx_secret"));
    let client = client(&server.url, source);
    let error = client.me().await.unwrap_err();
    assert!(matches!(
        error,
        HttpError::NotLoggedIn {
            why: LoggedOut::TokenRefused,
            ..
        }
    ));
    assert_eq!(count(&server.seen, "POST /auth/refresh"), 0);
    assert!(!format!("{error:?} {client:?}").contains("hdx_secret"));
}

#[tokio::test]
async fn the_originals_errors_become_sentences() {
    let server = scripted(|request| {
        if request.starts_with("GET /videos/") {
            (404, JSON.into(), r#"{"detail": "Video not found"}"#.into())
        } else {
            (
                502,
                "content-type: text/html\r\n".into(),
                "<h1>Bad gateway</h1>".into(),
            )
        }
    })
    .await;
    let source = CredentialSource::Token(Secret::new("hdx_x"));
    let client = client(&server.url, source);
    let video: VideoId = "7f3a91c2-0000-4000-8000-000000000001".parse().unwrap();
    let error = client.video(video).await.unwrap_err();
    assert_eq!(error.to_string(), "Video not found");
    let error = client.me().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(" answered with status 502 Bad Gateway"),
        "{error}"
    );
    assert_eq!(error.class(), ErrorClass::Unreachable);
}

#[tokio::test]
async fn a_problem_keeps_code_fields_and_request_id() {
    let body = r#"{"type":"about:blank","title":"The request is not valid","status":422,
        "detail":"the request is not valid","code":"validation_failed","request_id":"",
        "errors":[{"field":"limit","message":"must be 1 to 500"}]}"#;
    let head = "content-type: application/problem+json\r\nx-request-id: r-17\r\n";
    let server = scripted(move |_| (422, head.into(), body.into())).await;
    let client = client(&server.url, CredentialSource::Token(Secret::new("hdx_x")));
    let error = client.me().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::ValidationFailed));
    assert_eq!(error.request_id(), Some("r-17"));
    assert_eq!(
        error.to_string(),
        "the request is not valid; limit: must be 1 to 500"
    );
}

#[tokio::test]
async fn what_is_not_heimdex_is_named_without_quoting_it() {
    let server = scripted(|_| (200, JSON.into(), r#"{"access_token":"secret"}"#.into())).await;
    let client = client(&server.url, CredentialSource::Token(Secret::new("hdx_x")));
    let error = client.me().await.unwrap_err();
    assert!(
        error.to_string().contains("something that is not Heimdex"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn an_older_server_gets_the_originals_fields_alone() {
    let server = scripted(|request| match request {
        r if r.starts_with("GET /health") => {
            (200, JSON.into(), r#"{"status":"healthy","version":"0.1"}"#.into())
        }
        _ => (
            201,
            JSON.into(),
            r#"{"video_id":"7f3a91c2-0000-4000-8000-000000000001","upload_url":"http://s/","expires_in":900}"#
                .into(),
        ),
    })
    .await;
    let client = client(&server.url, CredentialSource::Token(Secret::new("hdx_x")));
    let request = heimdex_api::upload::InitUploadRequest {
        filename: "a.mp4".into(),
        mime_type: Some("video/mp4".into()),
        size_bytes: Some(3),
        multipart: Some(true),
        tags: Some(vec!["paris".into()]),
        ..Default::default()
    };
    let reply = client.init_upload(&request, "key").await.unwrap();
    assert!(matches!(reply, InitReply::SinglePut(_)));
    let sent = server.seen.lock().unwrap().last().unwrap().clone();
    assert!(
        !sent.contains("tags") && !sent.contains("multipart"),
        "{sent}"
    );
    assert!(!sent.to_lowercase().contains("idempotency-key"), "{sent}");
    let filtered = heimdex_api::video::VideoListQuery {
        state: Some("failed".into()),
        ..Default::default()
    };
    let error = client.videos(&filtered).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} does not have filters of its list", server.url)
    );
}

#[tokio::test]
async fn an_address_without_encryption_where_it_is_expected_is_named() {
    let source = || CredentialSource::Token(Secret::new("hdx_x"));
    let words = "The plain HTTP request was sent to HTTPS port";
    let proxy = scripted(move |_| (400, "content-type: text/html\r\n".into(), words.into())).await;
    let error = client(&proxy.url, source()).me().await.unwrap_err();
    assert!(error.hint().unwrap().contains("https://"), "{error}");

    // A TLS alert is all that others answer, if that.
    for answer in [&b"\x15\x03\x01\x00\x02\x02\x46"[..], b""] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut answering = JoinSet::new();
        answering.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer).await;
            }
        });
        let error = client(&url, source()).me().await.unwrap_err();
        assert!(error.hint().unwrap().contains("https://"), "{error:?}");
    }

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let mut answering = JoinSet::new();
    answering.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let error = client(&url, source()).me().await.unwrap_err();
    assert!(error.hint().unwrap().contains("http://"), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_unreachable_with_a_hint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client(&url, CredentialSource::Token(Secret::new("hdx_x")));
    let error = client.me().await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unreachable);
    assert_eq!(error.to_string(), format!("cannot reach {url}"));
    assert!(
        error.hint().unwrap().contains("is the server running"),
        "{:?}",
        error.hint()
    );
}

#[tokio::test]
async fn a_home_that_cannot_be_written_keeps_the_session_alive() {
    use std::os::unix::fs::PermissionsExt;

    let server = scripted(refreshing).await;
    let home = tempfile::tempdir().unwrap();
    let source = logged_in(home.path(), &server.url).await;
    fs_err::remove_file(home.path().join("credentials.lock")).unwrap();
    let read_only = |mode| {
        fs_err::set_permissions(home.path(), PermissionsExt::from_mode(mode)).unwrap();
    };
    read_only(0o500);
    let client = client(&server.url, source);
    client.me().await.unwrap();
    client.me().await.unwrap();
    read_only(0o700);
    assert_eq!(count(&server.seen, "POST /auth/refresh"), 1);
}
