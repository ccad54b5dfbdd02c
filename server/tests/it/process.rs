//! The binary itself: starting, stopping, refusing, and what it writes to its log.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{TestServer, wait_until};
use serde_json::{Value, json};

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn post(server: &TestServer, path: &str, token: &str, body: &Value) -> Value {
    let request = client()
        .post(format!("{}{path}", server.url()))
        .bearer_auth(token)
        .json(body);
    request.send().await.unwrap().json().await.unwrap()
}

#[test]
fn a_second_serve_on_a_data_directory_is_refused() {
    let server = TestServer::start();
    let second = server.command(["serve", "--listen", "127.0.0.1:0"]).run();
    let second = second.exits(6);
    let expected = format!(
        "error: another heimdex-server serves from `{}`\n\
         hint: stop it first, or pass another `--data-dir`\n",
        server.data_dir().display()
    );
    assert_eq!(second.stderr(), expected);
    assert_eq!(second.stdout(), "");
}

#[test]
fn config_shows_where_each_value_comes_from() {
    let server = TestServer::builder()
        .config("log = 'warn'\n[auth]\nsecret = '0123456789012345678901234567890123456789'\n")
        .env("HEIMDEX_SERVER_STOP_GRACE", "7 s")
        .start();
    let output = server.command(["config", "--json"]).ok();
    let config = output.json();
    let of = |key: &str| (config[key]["value"].clone(), config[key]["origin"].clone());
    assert_eq!(of("log"), (json!("warn"), json!("file")));
    assert_eq!(of("stop_grace"), (json!("7 s"), json!("environment")));
    assert_eq!(of("data_dir").1, json!("flag"));
    assert_eq!(of("auth.session_ttl").1, json!("default"));
    assert!(!output.stdout().contains("0123456789"));
    assert_eq!(config["auth.secret"]["value"], "[redacted]");
}

#[test]
fn a_wrong_setting_is_wrong_usage() {
    let server = TestServer::start();
    let output = server
        .command(["config"])
        .env("HEIMDEX_SERVER_LIMITS_UPLOAD_TTTL", "1 s")
        .run()
        .exits(2);
    assert_eq!(
        output.stderr(),
        "error: there is no setting `HEIMDEX_SERVER_LIMITS_UPLOAD_TTTL` (environment)\n\
         hint: did you mean `HEIMDEX_SERVER_LIMITS_UPLOAD_TTL`?\n"
    );
}

#[test]
fn a_request_under_way_is_finished_before_the_end() {
    let mut server = TestServer::start();
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let body = r#"{"email": "ada@example.org", "password": "correct horse battery"}"#;
    let head = format!(
        "POST /auth/register HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The handler reads the body once it says so: from here on the request is under way.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"), "{interim:?}");
    signal_terminate(server.pid());
    wait_until(
        "the server takes no more connections",
        Duration::from_secs(30),
        || match TcpStream::connect(server.authority()) {
            Err(_) => Ok(()),
            Ok(_) => Err("it still accepts"),
        },
    );
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let status = server.wait_for_end(Duration::from_secs(30));
    assert!(status.success(), "{status}");
}

#[test]
fn a_second_signal_does_not_wait() {
    let mut server = TestServer::builder()
        .env("HEIMDEX_SERVER_STOP_GRACE", "1 hour")
        .start();
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let head =
        "POST /auth/login HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    signal_terminate(server.pid());
    wait_until(
        "the server takes no more connections",
        Duration::from_secs(30),
        || match TcpStream::connect(server.authority()) {
            Err(_) => Ok(()),
            Ok(_) => Err("it still accepts"),
        },
    );
    signal_terminate(server.pid());
    let status = server.wait_for_end(Duration::from_secs(30));
    assert!(status.success(), "{status}");
}

#[test]
fn a_store_that_is_not_there_keeps_the_server_from_starting() {
    let mut server = TestServer::start();
    server.terminate();
    let objects = server.data_dir().join("objects");
    let away = server.data_dir().join("objects.away");
    fs::rename(&objects, &away).unwrap();
    let refused = server.command(["serve", "--listen", "127.0.0.1:0"]).run();
    let refused = refused.exits(1);
    assert!(
        refused.stderr().contains("there is no object store in"),
        "{refused}"
    );
    assert!(refused.stderr().contains("--adopt-store"), "{refused}");
    assert!(!objects.exists(), "nothing was made in its place");
    fs::rename(&away, &objects).unwrap();
    server.restart();
}

#[test]
fn another_store_is_taken_only_if_told_so() {
    let mut server = TestServer::start();
    server.terminate();
    let objects = server.data_dir().join("objects");
    fs::rename(&objects, server.data_dir().join("objects.away")).unwrap();
    let mut adopted = server
        .command(["serve", "--listen", "127.0.0.1:0", "--adopt-store"])
        .spawn();
    wait_until(
        "the adopting server is ready",
        Duration::from_mins(1),
        || {
            if adopted.ended().is_some() || !adopted.stdout().is_empty() {
                return Ok(());
            }
            Err("nothing yet")
        },
    );
    let log = String::from_utf8_lossy(&adopted.stderr()).into_owned();
    assert!(
        adopted.terminate(Duration::from_secs(30)).success(),
        "{log}"
    );
    server.restart();
}

#[tokio::test]
async fn no_secret_comes_into_the_log_at_any_level() {
    let filter = "trace,hyper=trace,s3s=trace,sqlx=trace,aws_sigv4=trace,aws_smithy_runtime=trace";
    let mut server = TestServer::builder()
        .env("HEIMDEX_SERVER_LOG", filter)
        .start();
    let (email, password) = ("secret.person@example.org", "correct horse battery");
    let body = json!({"email": email, "password": password});
    let login = post(&server, "/auth/register", "none", &body).await;
    let session = login["access_token"].as_str().unwrap();
    let refresh = login["refresh_token"].as_str().unwrap();
    let wrong = json!({"email": email, "password": "wrong horse battery"});
    post(&server, "/auth/login", "none", &wrong).await;
    post(&server, "/auth/register", "none", &body).await;
    let token = json!({"name": "nas", "scopes": ["write"]});
    let token = post(&server, "/auth/tokens", session, &token).await;
    let token = token["token"].as_str().unwrap();
    let init = json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": 5});
    let init = post(&server, "/videos/upload/init", token, &init).await;
    let url = init["upload_url"].as_str().unwrap();
    let put = client().put(url).body("hello").send().await.unwrap();
    assert_eq!(put.status(), 200);
    // A signature that does not fit is logged too, and is still one.
    let forged = url.replace("X-Amz-Expires=", "X-Amz-Expires=1");
    client().put(forged).body("hello").send().await.unwrap();
    let done = json!({"video_id": init["video_id"]});
    post(&server, "/videos/upload/complete", token, &done).await;
    let again = json!({"refresh_token": refresh});
    let next = post(&server, "/auth/refresh", "none", &again).await;
    server.terminate();
    let log = server.log();
    assert!(log.contains("POST /videos/upload/init 201"), "{log}");
    let signature = url.split("X-Amz-Signature=").nth(1).unwrap();
    let signature = signature.split('&').next().unwrap();
    for secret in [
        email,
        password,
        "wrong horse",
        session,
        refresh,
        token,
        signature,
        next["access_token"].as_str().unwrap(),
        next["refresh_token"].as_str().unwrap(),
        "X-Amz-Signature",
        "argon2id",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "a secret is in the log");
    }
}

/// SIGTERM without waiting for what comes of it.
fn signal_terminate(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
}
