//! What every handler is given. Built once, complete, at the start; clones share it.

use std::ops::Deref;
use std::sync::Arc;

use futures::future::BoxFuture;
use heimdex_api::VideoId;
use heimdex_process::clock::Clock;
use tokio::sync::Notify;

use crate::auth::keys::ServerKeys;
use crate::auth::limiter::Limiter;
use crate::auth::password::Hasher;
use crate::auth::sessions::SessionCache;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::events::Streams;
use crate::objects::{GateSettings, ObjectStore, OriginPolicy, Waiting};
use crate::random::Random;

/// The server's parts. Clones are the same server.
#[derive(Clone)]
pub struct App(Arc<AppInner>);

/// What an [`App`] is made of.
pub struct AppInner {
    /// What it is set to.
    pub config: Config,
    /// Every row.
    pub catalog: Catalog,
    /// Every byte.
    pub objects: ObjectStore,
    /// Under which address a request came, and so which address URLs are signed for.
    pub origins: OriginPolicy,
    /// What it signs with.
    pub keys: ServerKeys,
    /// Sessions that were alive a moment ago.
    pub sessions: SessionCache,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Counts attempts.
    pub limiter: Limiter,
    /// What time it is.
    pub clock: Clock,
    /// Where ids and secrets come from.
    pub random: Random,
    /// Tells this process's worker that there is something to do.
    pub wake: JobWaker,
    /// Who is told what happens.
    pub streams: Streams,
}

impl App {
    /// Shares the parts.
    #[must_use]
    pub fn new(inner: AppInner) -> Self {
        Self(Arc::new(inner))
    }

    /// How the store stands behind the API's own listener.
    #[must_use]
    pub fn gate(&self) -> GateSettings {
        GateSettings {
            origin: self.origins.clone(),
            // One layer around the whole listener speaks for the store too.
            cors_origins: Vec::new(),
            waiting: Some(Arc::new(OpenUploads(self.catalog.clone()))),
        }
    }
}

/// What the catalog says of uploads, to the gate of the store.
#[derive(Debug)]
struct OpenUploads(Catalog);

impl Waiting for OpenUploads {
    fn is_waited_for(&self, video: VideoId) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            self.0.may_still_come(video).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "cannot ask whether an upload is open");
                true
            })
        })
    }
}

impl Deref for App {
    type Target = AppInner;

    fn deref(&self) -> &AppInner {
        &self.0
    }
}

/// A hint that a job was written. The row is the truth; a lost hint costs one polling interval.
#[derive(Debug, Clone, Default)]
pub struct JobWaker(Arc<Notify>);

impl JobWaker {
    /// Wakes every worker that waits, or the next one that will.
    pub fn wake(&self) {
        self.0.notify_waiters();
        self.0.notify_one();
    }

    /// For a worker: register with `notified()` before looking for a job.
    #[must_use]
    pub fn notify(&self) -> &Notify {
        &self.0
    }
}
