//! A server with an account, files, and what a transfer told on its way.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heimdex_api::auth::RegisterRequest;
use heimdex_api::upload::InitUploadRequest;
use heimdex_api::{Secret, Timestamp, VideoId, VideoState};
use heimdex_client::http::{CredentialSource, Network, Plaintext};
use heimdex_client::journal::Journal;
use heimdex_client::transfer::{
    Patience, Progress, TransferContext, TransferError, UploadJob, UploadOptions, UploadOutcome,
    upload,
};
use heimdex_client::{ApiClient, ServerUrl};
use heimdex_testkit::{TestServer, wait_until_async};
use tokio_util::sync::CancellationToken;

pub(crate) const MIB: usize = 1 << 20;
/// Long enough for a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

#[expect(clippy::disallowed_methods, reason = "the clock of the tests")]
fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

/// A server, an account on it, and a directory for files.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) directory: tempfile::TempDir,
    token: Secret,
}

impl World {
    pub(crate) async fn new() -> Self {
        let server = TestServer::start();
        let anonymous = client(server.url(), CredentialSource::Nobody);
        let request = RegisterRequest {
            email: "okonkwo@example.org".into(),
            password: Secret::new("correct horse battery staple"),
            display_name: None,
        };
        let token = anonymous.register(&request).await.unwrap().access_token;
        Self {
            server,
            directory: tempfile::tempdir().unwrap(),
            token,
        }
    }

    pub(crate) fn api(&self) -> ApiClient {
        self.api_at(self.server.url())
    }

    pub(crate) fn api_at(&self, url: &str) -> ApiClient {
        client(url, CredentialSource::Token(self.token.clone()))
    }

    /// A journal of its own, as on another machine.
    pub(crate) fn context(&self) -> TransferContext {
        Self::context_with(self.api(), Journal::open_in_memory().unwrap())
    }

    /// The journal of this machine.
    pub(crate) fn context_here(&self) -> TransferContext {
        let journal = Journal::open(&self.directory.path().join("state/journal.db")).unwrap();
        Self::context_with(self.api(), journal)
    }

    pub(crate) fn context_with(api: ApiClient, journal: Journal) -> TransferContext {
        let patience = Patience {
            base: Duration::from_millis(20),
            cap: Duration::from_millis(200),
            outage: Duration::from_secs(20),
            rounds: 200,
        };
        TransferContext::new(api, journal, "default".into(), now).with_patience(patience)
    }

    /// Writes a file of bytes that no other seed has.
    pub(crate) fn file(&self, name: &str, size: usize, seed: u64) -> PathBuf {
        let path = self.directory.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, noise(size, seed)).unwrap();
        path
    }

    pub(crate) async fn wait_until_indexed(&self, video: VideoId) {
        let api = self.api();
        wait_until_async("the video to be indexed", LIMIT, async || {
            let status = api.status(video).await.map_err(|error| error.to_string())?;
            match status.state.known() {
                Some(VideoState::Indexed) => Ok(()),
                _ => Err(format!("{}: {:?}", status.state, status.error_text)),
            }
        })
        .await;
    }

    /// How many videos there are.
    pub(crate) async fn videos(&self) -> u64 {
        self.api()
            .videos(&heimdex_api::video::VideoListQuery::default())
            .await
            .unwrap()
            .total
    }
}

fn client(url: &str, credentials: CredentialSource) -> ApiClient {
    let server = ServerUrl::parse(url, Plaintext::LoopbackOnly).unwrap();
    ApiClient::new(server, &Network::default(), credentials).unwrap()
}

pub(crate) fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

pub(crate) fn job(path: &Path) -> UploadJob {
    let filename = path.file_name().unwrap().to_str().unwrap().to_owned();
    UploadJob {
        path: path.to_owned(),
        below: None,
        init: InitUploadRequest {
            filename,
            ..InitUploadRequest::default()
        },
        options: UploadOptions::default(),
        failed_before: None,
    }
}

pub(crate) async fn send(
    context: &TransferContext,
    path: &Path,
) -> Result<UploadOutcome, TransferError> {
    upload(context, &job(path), |_| {}, &CancellationToken::new()).await
}

/// Uploads until so many bytes are acknowledged, then interrupts it.
pub(crate) async fn send_until(
    context: &TransferContext,
    path: &Path,
    bytes: u64,
) -> Result<UploadOutcome, TransferError> {
    let cancel = CancellationToken::new();
    let at = cancel.clone();
    let progress = move |progress| {
        if matches!(progress, Progress::Acknowledged { bytes: done } if done >= bytes) {
            at.cancel();
        }
    };
    let mut job = job(path);
    // One at a time, so that an interruption leaves something to do.
    job.options.parallel_parts = 1;
    upload(context, &job, progress, &cancel).await
}

/// What a transfer told on its way.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Progress>>>);

impl Told {
    pub(crate) fn listener(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |progress| told.lock().unwrap().push(progress)
    }

    pub(crate) fn all(&self) -> Vec<Progress> {
        self.0.lock().unwrap().clone()
    }
}

/// The parts of an outcome that tests compare.
pub(crate) fn resumed_and_sent(outcome: &UploadOutcome) -> (u64, u64) {
    match outcome {
        UploadOutcome::Stored {
            resumed_bytes,
            sent_bytes,
            ..
        } => (*resumed_bytes, *sent_bytes),
        UploadOutcome::AlreadyStored { .. } => panic!("nothing was sent: {outcome:?}"),
    }
}
