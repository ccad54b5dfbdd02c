//! What surrounds the routes: request ids, problems, limits on heads, bodies and time, CORS.

use std::time::Duration;

use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::Lifecycle;
use heimdex_server::config::{Config, Sources};
use heimdex_server::random::Random;
use heimdex_server::start::{self, ForeignStore};
use heimdex_server::{router, serve};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LIMIT: Duration = Duration::from_secs(30);

/// A server on SQLite that nobody has an account at.
pub(crate) struct Plain {
    base: String,
    http: reqwest::Client,
    _lifecycle: Lifecycle,
    _directory: TempDir,
}

impl Plain {
    /// Starts one with settings of the environment.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let owned = |(name, value): &(&str, &str)| (name.into(), value.into());
        let sources = Sources {
            default_data_dir: Some(directory.path().join("data")),
            environment: settings.iter().map(owned).collect(),
            ..Sources::default()
        };
        let (config, _) = Config::resolve(sources).unwrap();
        let opened = start::open(config, ForeignStore::Refuse, Clock::System, Random).await;
        let app = opened.unwrap();
        let routes = router::router(app.clone(), app.objects.routes(app.gate()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        let config = app.config.clone();
        drop(lifecycle.spawn(
            "listener",
            serve::serve(routes, listener, config, lifecycle.clone()),
        ));
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .build()
            .unwrap();
        Self {
            base,
            http,
            _lifecycle: lifecycle,
            _directory: directory,
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.request("POST", path).json(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        self.request("GET", path).send().await.unwrap()
    }

    /// Sends bytes as they are and reads until the server closes.
    async fn raw(&self, bytes: &[u8]) -> String {
        let address = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may close before it has read everything.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        // A reset after the answer is a close too.
        let _ = tokio::time::timeout(LIMIT, reading)
            .await
            .expect("the server closes the connection");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn every_reply_carries_its_request_id() {
    let server = Plain::start(&[]).await;
    for path in ["/health", "/ready", "/nowhere", "/uploads/x"] {
        let reply = server.get(path).await;
        assert_eq!(reply.headers()["x-request-id"].len(), 36, "{path}");
    }
    let mine = server
        .request("GET", "/nowhere")
        .header("x-request-id", "mine-1");
    let reply = mine.send().await.unwrap();
    assert_eq!(reply.headers()["x-request-id"], "mine-1");
    assert_eq!(reply.headers()["content-type"], "application/problem+json");
    let problem: Value = reply.json().await.unwrap();
    assert_eq!(problem["request_id"], "mine-1");
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["type"], "about:blank");
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let server = Plain::start(&[]).await;
    let reply = server.request("PATCH", "/auth/login").send().await.unwrap();
    assert_eq!(reply.status(), 405);
    assert_eq!(reply.headers()["allow"], "POST");
    let problem: Value = reply.json().await.unwrap();
    assert_eq!(problem["code"], "method_not_allowed");
}

#[tokio::test]
async fn health_lists_what_the_original_has_not() {
    let server = Plain::start(&[]).await;
    let health: Value = server.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "healthy");
    let features = health["features"].as_array().unwrap();
    assert!(features.contains(&json!("multipart")));
    let ready: Value = server.get("/ready").await.json().await.unwrap();
    assert_eq!(
        ready,
        json!({"status": "ready", "database": "ok", "store": "ok"})
    );
}

#[tokio::test]
async fn a_body_must_be_json_and_of_a_size() {
    let server = Plain::start(&[]).await;
    let login = || server.request("POST", "/auth/login");
    let form = login().header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("email=a").send().await.unwrap().status(), 415);
    let untyped = login().body(r#"{"email": "a@example.org", "password": "12345678"}"#);
    assert_eq!(untyped.send().await.unwrap().status(), 401);
    let large = format!(r#"{{"email": "{}"}}"#, "a".repeat(1 << 20));
    let reply = login().body(large).send().await.unwrap();
    assert_eq!(reply.status(), 413);
    let problem: Value = reply.json().await.unwrap();
    assert_eq!(problem["code"], "body_too_large");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Plain::start(&[]).await;
    let head = format!(
        "GET /health HTTP/1.1\r\nhost: a\r\nx-big: {}\r\n\r\n",
        "a".repeat(70_000)
    );
    let answer = server.raw(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_hung_up_on() {
    let server = Plain::start(&[("HEIMDEX_SERVER_HTTP_HEADER_TIMEOUT", "50 ms")]).await;
    let answer = server.raw(b"GET /health HTTP/1.1\r\nhost: a\r\n").await;
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered_with_408() {
    let settings = [
        ("HEIMDEX_SERVER_HTTP_BODY_TIMEOUT", "50 ms"),
        ("HEIMDEX_SERVER_HTTP_HEADER_TIMEOUT", "1 s"),
    ];
    let server = Plain::start(&settings).await;
    let request = "POST /auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{";
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn pages_of_other_origins_are_shut_out_unless_named() {
    let preflight = async |server: &Plain, path: &str, origin: &str| {
        let request = server
            .request("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header(
                "access-control-request-headers",
                "content-md5, authorization",
            );
        let reply = request.send().await.unwrap();
        let allowed = reply.headers().get("access-control-allow-origin");
        allowed.map(|value| value.to_str().unwrap().to_owned())
    };
    let closed = Plain::start(&[]).await;
    let app = "https://app.example.org";
    for path in ["/videos", "/uploads/x"] {
        assert_eq!(preflight(&closed, path, app).await, None, "{path}");
    }
    let named = Plain::start(&[("HEIMDEX_SERVER_CORS_ORIGINS", app)]).await;
    for path in ["/videos", "/uploads/x"] {
        let answer = preflight(&named, path, app).await;
        assert_eq!(answer.as_deref(), Some(app), "{path}");
        let other = preflight(&named, path, "https://evil.example").await;
        assert_eq!(other, None, "{path}");
    }
    let any = Plain::start(&[("HEIMDEX_SERVER_CORS_ORIGINS", "*")]).await;
    let answer = preflight(&any, "/videos", app).await;
    assert_eq!(answer.as_deref(), Some("*"));
}
