//! One file's way to the server: what is known of it is looked up, then it goes on where it was left, or begins.
//!
//! Of two processes with the same file the second is told that the first is at it, where they share a journal;
//! else the one that came later takes the upload over, and the earlier one stops with a sentence.

mod adopt;
mod begin;
mod failed;
mod memory;
mod original;
mod resume;
mod stored;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use heimdex_api::limits::PART_SIZE_MIN;
use heimdex_api::ops::feature;
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{InitUploadRequest, SignedPart, StoredPart};
use heimdex_api::{Blake3, VideoId};
use tokio_util::sync::CancellationToken;

use super::context::{Likeness, TransferContext, given_up};
use super::engine::{Engine, Sent, Upload};
use super::error::TransferError;
use super::known::Known;
use super::pace;
use super::place::locate;
use super::plan::standings;
use super::progress::{Progress, Reporter};
use super::source::Source;
use super::state::{Terms, Transfer};
use super::stop::Stop;
use crate::journal::{FileLock, UploadKey, UploadRow};
pub(super) use begin::names_parts;
pub(super) use resume::is_closed;
pub(super) use stored::place_of;

/// How often an upload that is found closed is begun anew.
const BEGINNINGS_MAX: usize = 3;
/// What requests have to be answered in where the parts in flight are dropped: what is known by then need not be found
/// out anew.
const MOMENT: Duration = Duration::from_millis(500);

/// A file to bring.
#[derive(Debug, Clone)]
pub struct UploadJob {
    /// Where it is.
    pub path: PathBuf,
    /// The folder in which it was found, where nobody named the file itself: below that no link is followed.
    pub below: Option<PathBuf>,
    /// What the server is to know of it: name, title, tags, ingest, path in it. Size, hash and all about parts are
    /// filled in here.
    pub init: InitUploadRequest,
    /// How.
    pub options: UploadOptions,
    /// A video that was stored from this path and failed since, where somebody knows one: look-ups do not count it.
    pub failed_before: Option<VideoId>,
}

/// How a file is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadOptions {
    /// Makes another video even where the server has these bytes.
    pub allow_duplicate: bool,
    /// Asks the store, too: what it lost, or has other bytes of, is sent again.
    pub ask_store: bool,
    /// Most parts of this file in flight; fewer are taken where the line is slow.
    pub parallel_parts: usize,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            allow_duplicate: false,
            ask_store: false,
            parallel_parts: pace::PARTS_MOST,
        }
    }
}

/// How an upload ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadOutcome {
    /// The server has all bytes, and looks at them now.
    Stored {
        /// The video.
        video_id: VideoId,
        /// Of the file.
        blake3: Blake3,
        /// Bytes of the file.
        size: u64,
        /// Bytes that were there before this run.
        resumed_bytes: u64,
        /// Bytes that this run sent.
        sent_bytes: u64,
    },
    /// The server had these bytes already; nothing was sent.
    AlreadyStored {
        /// The video that has them.
        video_id: VideoId,
        /// Of the file.
        blake3: Blake3,
        /// Bytes of the file.
        size: u64,
    },
}

impl UploadOutcome {
    /// The video that has the bytes.
    #[must_use]
    pub fn video_id(&self) -> VideoId {
        match self {
            Self::Stored { video_id, .. } | Self::AlreadyStored { video_id, .. } => *video_id,
        }
    }
}

/// Brings a file, or goes on with bringing it.
///
/// Interrupted by `cancel` it waits for the parts in flight, or drops them where the context says so ([`InFlight`]), and
/// returns [`Stop::Interrupted`]; dropping the future stops it at once. In any case the same call goes on later.
///
/// [`InFlight`]: super::InFlight
///
/// # Errors
/// Whatever keeps the file from being stored, with what to do about it.
pub async fn upload(
    context: &TransferContext,
    job: &UploadJob,
    progress: impl Fn(Progress) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> Result<UploadOutcome, TransferError> {
    let report = Reporter::new(progress);
    let (source, file) = opened(context, job).await?;
    let key = UploadKey {
        profile: context.profile.clone(),
        file,
    };
    let _lock = locked(context, job, &key).await?;
    let run = Run {
        context,
        job,
        source: Arc::new(source),
        key,
        report: &report,
        cancel,
    };
    let _abandon = Abandon(Arc::clone(&run.source));
    let dropped = context.in_flight.dropped_by(cancel);
    // On the heap: it is large, and whoever brings many files holds several.
    let whole = Box::pin(run.whole());
    tokio::select! {
        result = whole => result,
        () = a_moment_after(&dropped) => Err(run.stopped(Stop::Interrupted)),
    }
}

async fn a_moment_after(dropped: &CancellationToken) {
    dropped.cancelled().await;
    tokio::time::sleep(MOMENT).await;
}

/// Ends first passes that run, however the call ends: nobody waits for them.
struct Abandon(Arc<Source>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

async fn opened(
    context: &TransferContext,
    job: &UploadJob,
) -> Result<(Source, crate::journal::FileKey), TransferError> {
    let (path, below) = (job.path.clone(), job.below.clone());
    let buffers = context.buffers.clone();
    let named = path.clone();
    tokio::task::spawn_blocking(move || {
        let source = Source::open(&path, below.as_deref(), buffers)?;
        let file = locate(&path).map_err(|error| TransferError::of_opening(&path, &error))?;
        Ok((source, file))
    })
    .await
    .unwrap_or_else(|error| {
        Err(TransferError::Stopped {
            path: named,
            stop: given_up(error),
        })
    })
}

async fn locked(
    context: &TransferContext,
    job: &UploadJob,
    key: &UploadKey,
) -> Result<Option<FileLock>, TransferError> {
    let (journal, key) = (context.journal.clone(), key.clone());
    match tokio::task::spawn_blocking(move || journal.lock(&key)).await {
        Ok(Ok(Some(lock))) => Ok(Some(lock)),
        Ok(Ok(None)) => Err(TransferError::Busy {
            path: job.path.clone(),
        }),
        Ok(Err(error)) => {
            // A disk that is full must not keep footage from being saved; the epoch on the server still holds.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "no lock; going on without"
            );
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

/// One call of [`upload`].
struct Run<'a> {
    context: &'a TransferContext,
    job: &'a UploadJob,
    source: Arc<Source>,
    key: UploadKey,
    report: &'a Reporter,
    cancel: &'a CancellationToken,
}

/// An upload that is open on the server, and what the store has of it.
struct Opened {
    upload: Upload,
    listed: Vec<StoredPart>,
    presigned: Vec<SignedPart>,
    parts_per_request: usize,
    /// Whether this run must say itself where the file was found: somebody else may have begun the upload.
    is_to_be_located: bool,
}

/// A row that was written before the server was asked, and the key in it.
struct Asked {
    row: UploadRow,
    idempotency_key: String,
}

impl Run<'_> {
    async fn whole(&self) -> Result<UploadOutcome, TransferError> {
        let mut beginnings = 1;
        loop {
            match self.once().await {
                Err(TransferError::Stopped {
                    stop: Stop::UploadGone | Stop::Expired | Stop::PromisedOtherwise,
                    ..
                }) if beginnings < BEGINNINGS_MAX => {
                    beginnings += 1;
                    tracing::info!("the upload was closed meanwhile; it begins anew");
                }
                other => return other,
            }
        }
    }

    async fn once(&self) -> Result<UploadOutcome, TransferError> {
        let size = self.source.size();
        if !self.context.api.has(feature::MULTIPART).await? {
            return self.original().await;
        }
        // A small file is hashed before anything is asked: init then brings its URL at once.
        let mut known = Known::nothing(PartSize::choose(size, self.part_size_hint()));
        if size <= PART_SIZE_MIN {
            self.hash_all(&mut known).await?;
        }
        let likeness = match known.root(size) {
            Some(root) => Likeness::Hash(root),
            None => Likeness::Size(size),
        };
        let _gate = self.context.gates.pass(likeness).await;
        let mut asked = None;
        if let Some(journaled) = self.unfinished().await {
            match self.resume(journaled, &mut known).await? {
                resume::Resumed::Open(opened) => return self.transfer(*opened, &known).await,
                resume::Resumed::Stored(outcome) => return Ok(outcome),
                resume::Resumed::Asked(before) => asked = Some(before),
                resume::Resumed::Nothing => {}
            }
        }
        if !self.job.options.allow_duplicate
            && let Some(outcome) = self.find_stored(&mut known).await?
        {
            return Ok(outcome);
        }
        if let Some(opened) = self.adopt(&mut known).await? {
            return self.transfer(opened, &known).await;
        }
        let opened = self.begin(asked, &known).await?;
        self.transfer(opened, &known).await
    }

    /// Sends what is missing, and completes.
    async fn transfer(
        &self,
        opened: Opened,
        known: &Known,
    ) -> Result<UploadOutcome, TransferError> {
        let begun = tokio::time::Instant::now();
        let Opened {
            upload,
            listed,
            presigned,
            parts_per_request,
            is_to_be_located,
        } = opened;
        let terms = Terms {
            plan: upload.plan,
            parts_per_request: parts_per_request.max(1),
            parallel: self.job.options.parallel_parts,
            patience: self.context.patience,
        };
        let parts = known.parts_for(&upload);
        let standings = standings(&upload.plan, upload.algorithm, &parts, &listed);
        let mut transfer = Transfer::new(terms, standings, std::time::Duration::ZERO);
        transfer.presigned(std::time::Duration::ZERO, presigned);
        let (video_id, row, size) = (upload.video_id, upload.row, upload.plan.size());
        let already = transfer.stored_bytes();
        self.report.tell(Progress::Planned {
            total: size,
            already,
        });
        let source = Arc::clone(&self.source);
        let sent = Engine::run(
            self.context,
            source,
            upload,
            transfer,
            self.report,
            self.cancel,
        )
        .await;
        let Sent { blake3, bytes } = match sent {
            Ok(sent) => sent,
            Err(stop) => {
                if stop == Stop::PromisedOtherwise {
                    self.report.tell(Progress::Changed);
                    self.abort(video_id).await?;
                }
                if matches!(
                    stop,
                    Stop::UploadGone | Stop::Expired | Stop::PromisedOtherwise
                ) {
                    self.end(row).await;
                }
                return Err(self.stopped(stop));
            }
        };
        self.remember(row, blake3, bytes, begun.elapsed()).await;
        if is_to_be_located {
            self.locate(video_id).await?;
        }
        let resumed_bytes = size.saturating_sub(bytes);
        Ok(UploadOutcome::Stored {
            video_id,
            blake3,
            size,
            resumed_bytes,
            sent_bytes: bytes,
        })
    }

    fn stopped(&self, stop: Stop) -> TransferError {
        TransferError::Stopped {
            path: self.job.path.clone(),
            stop,
        }
    }

    /// Ends early where a person wants it.
    fn still_wanted(&self) -> Result<(), TransferError> {
        if self.cancel.is_cancelled() {
            Err(self.stopped(Stop::Interrupted))
        } else {
            Ok(())
        }
    }
}
