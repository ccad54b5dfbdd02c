//! A real server for a test: the real routes on a real listener, a fresh catalog, the embedded store, one account.

use std::sync::Arc;
use std::time::Duration;

use heimdex_api::upload::{AcknowledgedPart, PartToSign, SignedPart};
use heimdex_api::{Checksum, JobState, LibraryId, VideoId, VideoState};
use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::Lifecycle;
use heimdex_server::app::App;
use heimdex_server::catalog::uploads::UploadRow;
use heimdex_server::catalog::{DatabaseLocation, VideoJobRow};
use heimdex_server::config::{Config, Sources};
use heimdex_server::random::Random;
use heimdex_server::start::{self, ForeignStore};
use heimdex_server::{events, jobs};
use heimdex_server::{router, serve};
use heimdex_testkit::wait_until_async;
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::backends::TestDatabase;

/// Longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(30);

/// A server with one account.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) library: LibraryId,
    base: String,
    http: reqwest::Client,
    token: String,
    lifecycle: Lifecycle,
    directory: Arc<TempDir>,
}

/// A reply, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    /// The body, where the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The error's code, where the status is this one.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        self.expect(status)["code"].as_str().unwrap().to_owned()
    }
}

impl Server {
    /// Starts one without background work, so that a test decides when that happens.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::with(database, &[], Clock::System).await
    }

    /// The same with settings of the environment.
    pub(crate) async fn with(
        database: &TestDatabase,
        settings: &[(&str, &str)],
        clock: Clock,
    ) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let mut server = Self::open(directory, database, settings, clock).await;
        server.token = server.register("ada@example.org").await;
        let me = server.get("/auth/me").await.expect(200);
        server.library = me["id"].as_str().unwrap().parse().unwrap();
        server
    }

    /// Stops it and starts it again on the same data, without background work.
    pub(crate) async fn restarted(self, database: &TestDatabase) -> Self {
        self.stop().await;
        self.app.catalog.close().await;
        let Self {
            directory,
            library,
            token,
            ..
        } = self;
        let mut server = Self::open(directory, database, &[], Clock::System).await;
        (server.library, server.token) = (library, token);
        server
    }

    /// Another server process on the same data.
    pub(crate) async fn beside(&self, database: &TestDatabase) -> Self {
        let directory = Arc::clone(&self.directory);
        let mut server = Self::open(directory, database, &[], Clock::System).await;
        (server.library, server.token) = (self.library, self.token.clone());
        server
    }

    async fn open(
        directory: Arc<TempDir>,
        database: &TestDatabase,
        settings: &[(&str, &str)],
        clock: Clock,
    ) -> Self {
        let data_dir = directory.path().to_str().unwrap().to_owned();
        let mut environment = vec![
            ("HEIMDEX_SERVER_DATA_DIR".into(), data_dir.into()),
            // A test that wants pictures asks for them: they cost seconds.
            ("HEIMDEX_SERVER_JOBS_THUMBNAILS".into(), "false".into()),
        ];
        if let DatabaseLocation::Postgres { url, .. } = &database.settings {
            environment.push(("HEIMDEX_SERVER_DATABASE_URL".into(), url.expose().into()));
        }
        environment.extend(
            settings
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        let sources = Sources {
            environment,
            ..Sources::default()
        };
        let (config, _) = Config::resolve(sources).unwrap();
        let app = start::open(config, ForeignStore::Refuse, clock, Random)
            .await
            .unwrap();
        let routes = router::router(app.clone(), app.objects.routes(app.gate()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        let serving = serve::serve(routes, listener, app.config.clone(), lifecycle.clone());
        drop(lifecycle.spawn("listener", serving));
        events::start(&app, &lifecycle);
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .build()
            .unwrap();
        Self {
            library: LibraryId::new(uuid::Uuid::nil()),
            app,
            base,
            http,
            token: String::new(),
            lifecycle,
            directory,
        }
    }

    /// Makes an account; answers its token.
    pub(crate) async fn register(&self, email: &str) -> String {
        let body = json!({"email": email, "password": "correct horse battery"});
        let reply = self.post("/auth/register", &body).await.expect(201);
        reply["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks as another account, or with another token.
    pub(crate) fn authorised(&mut self, token: String) {
        self.token = token;
    }

    /// Limits the library, as an operator does in the database.
    pub(crate) async fn set_quota(&self, bytes: i64) {
        const SQL: &str = "UPDATE libraries SET quota_bytes = $1 WHERE library_id = $2";
        self.in_database(&[SQL], bytes).await;
    }

    /// Puts so many long events into the library's log, in one transaction.
    pub(crate) async fn flood(&self, events: i64) {
        const INSERT: &str = "INSERT INTO events (library_id, seq, kind, video_id, payload, created_at) \
             WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < $1) \
             SELECT library_id, event_seq + i, 'job', library_id, '{\"job_id\": \"00000000-0000-0000-0000-000000000000\", \
             \"stage\": \"probe\", \"state\": \"failed\", \"progress\": 0.0, \"error_text\": \"' || \
             replace('xxxxxxxxxxxxxxxxxxxx', 'x', 'A long sentence, of which a hundred make a page. ') || \
             replace('xxxxxxxxxxxxxxxxxxxx', 'x', 'A long sentence, of which a hundred make a page. ') || '\"}', 7 \
             FROM numbers, libraries WHERE library_id = $2";
        const COUNT: &str = "UPDATE libraries SET event_seq = event_seq + $1 WHERE library_id = $2";
        self.in_database(&[INSERT, COUNT], events).await;
    }

    /// Statements with a number and the library, past the catalog.
    async fn in_database(&self, statements: &[&'static str], number: i64) {
        let library = self.library.as_uuid();
        match self.app.config.catalog() {
            DatabaseLocation::Sqlite { path } => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = options.connect().await.unwrap();
                let mut transaction = connection.begin().await.unwrap();
                for sql in statements {
                    sqlx::query(*sql)
                        .bind(number)
                        .bind(library)
                        .execute(&mut *transaction)
                        .await
                        .unwrap();
                }
                transaction.commit().await.unwrap();
            }
            DatabaseLocation::Postgres { url, .. } => {
                let options: sqlx::postgres::PgConnectOptions = url.expose().parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                let mut transaction = connection.begin().await.unwrap();
                for sql in statements {
                    sqlx::query(*sql)
                        .bind(number)
                        .bind(library)
                        .execute(&mut *transaction)
                        .await
                        .unwrap();
                }
                transaction.commit().await.unwrap();
            }
        }
    }

    /// Address and port.
    pub(crate) fn authority(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The token that requests carry.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Begins the background work.
    pub(crate) fn work(&self) {
        jobs::start(&self.app, &self.lifecycle);
    }

    /// Stops everything, as a signal does.
    pub(crate) async fn stop(&self) {
        self.lifecycle.run_until(async || {}, LIMIT).await;
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.http.get(self.url(path))).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Reply {
        let request = self.http.post(self.url(path)).json(body);
        self.send(request.header("Idempotency-Key", key)).await
    }

    /// A PATCH, with `If-Match` where one is given.
    pub(crate) async fn patch(&self, path: &str, body: &Value, if_match: Option<&str>) -> Reply {
        let mut request = self.http.patch(self.url(path)).json(body);
        if let Some(tag) = if_match {
            request = request.header("If-Match", tag);
        }
        self.send(request).await
    }

    pub(crate) async fn put_json(&self, path: &str, body: &Value) -> Reply {
        self.send(self.http.put(self.url(path)).json(body)).await
    }

    /// The bytes behind a presigned URL.
    pub(crate) async fn fetch(&self, url: &str) -> Vec<u8> {
        let reply = self.http.get(url).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 200);
        reply.bytes().await.unwrap().to_vec()
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(self.http.delete(self.url(path))).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> Reply {
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let text = reply.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply {
            status,
            headers,
            body,
        }
    }

    /// One PUT to the store; its status and ETag.
    pub(crate) async fn put(&self, part: &SignedPart, bytes: &[u8]) -> (u16, String) {
        let mut request = self.http.put(part.url.expose()).body(bytes.to_vec());
        for (name, value) in &part.headers {
            request = request.header(name, value);
        }
        let reply = request.send().await.unwrap();
        let etag = reply
            .headers()
            .get("etag")
            .map(|value| value.to_str().unwrap().to_owned());
        (reply.status().as_u16(), etag.unwrap_or_default())
    }

    /// One PUT as the original's clients do it.
    pub(crate) async fn put_original(&self, url: &str, bytes: &[u8]) -> u16 {
        let reply = self
            .http
            .put(url)
            .body(bytes.to_vec())
            .send()
            .await
            .unwrap();
        reply.status().as_u16()
    }

    /// Signs a part of these bytes.
    pub(crate) async fn sign(&self, video: &str, number: u32, bytes: &[u8]) -> SignedPart {
        let body = json!({"parts": [to_sign(number, bytes)]});
        let reply = self
            .post(&format!("/videos/{video}/upload/parts"), &body)
            .await
            .expect(200);
        serde_json::from_value(reply["parts"][0].clone()).unwrap()
    }

    /// Signs and sends a part; answers what there is to acknowledge.
    pub(crate) async fn send_part(
        &self,
        video: &str,
        number: u32,
        bytes: &[u8],
    ) -> AcknowledgedPart {
        let part = self.sign(video, number, bytes).await;
        let (status, etag) = self.put(&part, bytes).await;
        assert_eq!(status, 200);
        AcknowledgedPart {
            part_number: part.part_number,
            etag,
            checksum: crc32c(bytes),
        }
    }

    /// The video's upload, as the catalog has it.
    pub(crate) async fn row(&self, video: &str) -> UploadRow {
        self.app
            .catalog
            .upload(self.library, video.parse().unwrap())
            .await
            .unwrap()
            .unwrap()
    }

    /// The video's jobs.
    pub(crate) async fn jobs(&self, video: &str) -> Vec<VideoJobRow> {
        self.app
            .catalog
            .work_on_video(video.parse().unwrap())
            .await
            .unwrap()
    }

    /// Waits until the video is done with, one way or the other.
    pub(crate) async fn settled(&self, video: &str) -> UploadRow {
        let id: VideoId = video.parse().unwrap();
        wait_until_async("the video to be done with", LIMIT, async || {
            let row = self.row(video).await;
            let jobs = self.app.catalog.work_on_video(id).await.unwrap();
            let open = jobs
                .iter()
                .any(|job| matches!(job.state, JobState::Pending | JobState::Running));
            let moving = matches!(row.state, VideoState::Validating | VideoState::Processing);
            if open || moving {
                Err((row, jobs))
            } else {
                Ok(row)
            }
        })
        .await
    }
}

/// What a client asks to be signed for these bytes.
pub(crate) fn to_sign(number: u32, bytes: &[u8]) -> PartToSign {
    PartToSign {
        part_number: heimdex_api::plan::PartNumber::new(number).unwrap(),
        size_bytes: bytes.len() as u64,
        checksum: crc32c(bytes),
    }
}

pub(crate) fn crc32c(bytes: &[u8]) -> Checksum {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes);
    Checksum::from_crc32c(u32::try_from(crc).unwrap())
}
