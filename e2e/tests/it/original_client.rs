//! A client written for the original API: nothing but its routes, its fields and one PUT.

use heimdex_testkit::{TestServer, sample_mp4, wait_until_async};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::support::{LIMIT, STORE_NAME, on_every_setup, runtime};

struct Original {
    http: Client,
    base: String,
    token: String,
}

impl Original {
    async fn register(base: &str) -> Self {
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // The port is the URL's.
            .resolve(STORE_NAME, std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
            .build()
            .unwrap();
        let body = json!({"email": "Ana@Example.org", "password": "correct horse", "display_name": "Ana", "industry": "film"});
        let reply = http
            .post(format!("{base}/auth/register"))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status(), StatusCode::CREATED);
        let auth: Value = reply.json().await.unwrap();
        assert_eq!(auth["token_type"], "bearer");
        for key in ["access_token", "expires_in", "refresh_token", "user"] {
            assert!(!auth[key].is_null(), "{key}");
        }
        for key in [
            "id",
            "email",
            "email_verified",
            "display_name",
            "created_at",
        ] {
            assert!(auth["user"].get(key).is_some(), "{key}");
        }
        let token = auth["access_token"].as_str().unwrap().to_owned();
        Self {
            http,
            base: base.to_owned(),
            token,
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        let reply = request.send().await.unwrap();
        (reply.status(), reply.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        let reply = request.json(body).send().await.unwrap();
        (reply.status(), reply.json().await.unwrap())
    }
}

const VIDEO_KEYS: [&str; 12] = [
    "video_id",
    "user_id",
    "title",
    "description",
    "mime_type",
    "size_bytes",
    "duration_s",
    "state",
    "error_text",
    "thumbnail_url",
    "created_at",
    "indexed_at",
];

fn has_the_originals_keys(video: &Value) {
    for key in VIDEO_KEYS {
        assert!(video.get(key).is_some(), "{key} of {video:#}");
    }
}

async fn uploads_as_it_always_did(base: &str) {
    let client = Original::register(base).await;
    let bytes = fs_err::read(sample_mp4(2)).unwrap();
    let init = json!({
        "filename": "clip.mp4", "mime_type": "video/mp4", "size_bytes": bytes.len(),
        "title": "Harbour", "description": "At dawn",
    });
    let (status, init) = client.post("/videos/upload/init", &init).await;
    assert_eq!(status, StatusCode::CREATED, "{init:#}");
    assert_eq!(init["expires_in"], 900);
    let id = init["video_id"].as_str().unwrap().to_owned();

    let put = client
        .http
        .put(init["upload_url"].as_str().unwrap())
        .header("content-type", "video/mp4")
        .body(bytes);
    assert!(put.send().await.unwrap().status().is_success());

    let (status, complete) = client
        .post("/videos/upload/complete", &json!({"video_id": id}))
        .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{complete:#}");
    assert_eq!(complete["state"], "validating");
    assert!(complete["message"].is_string());

    let path = format!("/videos/{id}/status");
    let status = wait_until_async("the video is indexed", LIMIT, async || {
        let (_, status) = client.get(&path).await;
        if status["state"] == "indexed" {
            Ok(status)
        } else {
            Err(status.to_string())
        }
    })
    .await;
    for job in status["jobs"].as_array().unwrap() {
        for key in [
            "job_id",
            "stage",
            "state",
            "progress",
            "error_text",
            "started_at",
            "finished_at",
        ] {
            assert!(job.get(key).is_some(), "{key} of {job:#}");
        }
        assert_eq!(job["state"], "completed", "{status:#}");
    }

    let (code, video) = client.get(&format!("/videos/{id}")).await;
    assert_eq!(code, StatusCode::OK);
    has_the_originals_keys(&video);
    assert_eq!(video["title"], "Harbour");
    assert_eq!(video["description"], "At dawn");
    assert!(
        (video["duration_s"].as_f64().unwrap() - 2.0).abs() < 0.1,
        "{video:#}"
    );

    let (code, list) = client.get("/videos?limit=50&offset=0").await;
    assert_eq!((code, &list["total"]), (StatusCode::OK, &json!(1)));
    has_the_originals_keys(&list["videos"][0]);
    let (code, me) = client.get("/auth/me").await;
    assert_eq!(
        (code, &me["email"]),
        (StatusCode::OK, &json!("ana@example.org"))
    );
}

on_every_setup! {
    fn an_upload_by_the_original_protocol_is_indexed(start) {
        let served = start(TestServer::builder())?;
        runtime().block_on(uploads_as_it_always_did(served.server.url()));
    }
}

#[test]
fn errors_are_of_the_originals_class_with_a_detail() {
    let server = TestServer::start();
    runtime().block_on(async {
        let client = Original::register(server.url()).await;
        let wrong = json!({"email": "ana@example.org", "password": "wrong password"});
        let gone = "11111111-2222-4333-8444-555555555555";
        let mime =
            json!({"filename": "a.exe", "mime_type": "application/x-dosexec", "size_bytes": 10});
        let large =
            json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": 6_u64 << 30});
        let cases = [
            (client.post("/auth/login", &wrong).await, 401),
            (
                client
                    .post("/auth/refresh", &json!({"refresh_token": "x"}))
                    .await,
                401,
            ),
            (
                client
                    .post("/auth/password-update", &json!({"new_password": "short"}))
                    .await,
                422,
            ),
            (client.post("/videos/upload/init", &mime).await, 400),
            (client.post("/videos/upload/init", &large).await, 422),
            (
                client
                    .post("/videos/upload/complete", &json!({"video_id": gone}))
                    .await,
                404,
            ),
            (client.get(&format!("/videos/{gone}")).await, 404),
            (client.get(&format!("/videos/{gone}/status")).await, 404),
            (client.get("/videos/not-an-id").await, 404),
            (client.get("/videos?limit=0").await, 422),
            (client.get("/videos?colour=red").await, 422),
        ];
        for (index, ((status, body), expected)) in cases.into_iter().enumerate() {
            assert_eq!(status.as_u16(), expected, "case {index}: {body:#}");
            assert!(body["detail"].is_string(), "case {index}: {body:#}");
            assert!(body["request_id"].is_string(), "case {index}: {body:#}");
        }
    });
}

#[test]
fn complete_says_no_while_the_object_is_not_there() {
    let server = TestServer::start();
    runtime().block_on(async {
        let client = Original::register(server.url()).await;
        let init = json!({"filename": "clip.mp4", "mime_type": "video/mp4", "size_bytes": 100});
        let (_, init) = client.post("/videos/upload/init", &init).await;
        let (status, body) = client
            .post(
                "/videos/upload/complete",
                &json!({"video_id": init["video_id"]}),
            )
            .await;
        assert_eq!(status, StatusCode::CONFLICT, "{body:#}");
        assert_eq!(body["code"], "part_missing");
        let (_, video) = client
            .get(&format!("/videos/{}", init["video_id"].as_str().unwrap()))
            .await;
        assert_eq!(video["state"], "uploading");
    });
}
