//! One range into one place, verified on the way; again, with patience, where it fails.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use heimdex_api::hash::PartHasher;
use heimdex_api::plan::PartNumber;
use heimdex_api::{Blake3, failpoint};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, RANGE};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::remote::Remote;
use crate::platform;
use crate::transfer::buffers::BUFFER_SIZE;
use crate::transfer::context::{TransferContext, jitter};
use crate::transfer::error::TransferError;
use crate::transfer::progress::{Progress, Reporter};
use crate::transfer::retry::{Budget, Failure, Verdict};
use crate::transfer::send::{refused, words};
use crate::transfer::stop::Stop;

/// No byte came for this long: the line is dead.
const STALLED: Duration = Duration::from_mins(1);
/// Chunks between network and disk; the network waits when as many are not written yet.
const CHUNKS: usize = 8;
/// What a file without a name is called.
const SPOOL: &str = "a temporary file";

/// Where a part goes.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// To its place in the file.
    InPlace(Arc<PlacedFile>),
    /// To the beginning of a file of its own.
    Spool(Arc<File>),
}

impl Slot {
    /// What an error of writing names.
    fn path(&self) -> &Path {
        match self {
            Self::InPlace(placed) => &placed.path,
            Self::Spool(_) => Path::new(SPOOL),
        }
    }
}

/// A file whose errors can name it.
#[derive(Debug)]
pub(super) struct PlacedFile {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

/// Fetches the parts of one video.
pub(super) struct Fetcher {
    context: TransferContext,
    remote: Arc<Remote>,
    cancel: CancellationToken,
    /// Ends also what is in flight.
    dropped: CancellationToken,
    budget: Mutex<Budget>,
    begun: tokio::time::Instant,
    /// Verified and in place.
    safe: AtomicU64,
    /// Came, but not verified yet.
    under_way: AtomicU64,
    /// What to tell of the latest pause.
    paused: Mutex<Option<(Duration, String)>>,
}

/// Why one try failed.
enum Trouble {
    /// The way here: it may go better again.
    Way(Failure),
    /// This machine, or a person: it will not.
    Here(TransferError),
}

impl Fetcher {
    pub(super) fn new(
        context: &TransferContext,
        remote: Arc<Remote>,
        cancel: CancellationToken,
        safe: u64,
    ) -> Self {
        Self {
            budget: Mutex::new(Budget::new(context.patience)),
            begun: tokio::time::Instant::now(),
            context: context.clone(),
            remote,
            dropped: context.in_flight.dropped_by(&cancel),
            cancel,
            safe: AtomicU64::new(safe),
            under_way: AtomicU64::new(0),
            paused: Mutex::new(None),
        }
    }

    /// Tells how far it is.
    pub(super) fn show(&self, report: &Reporter) {
        report.tell(Progress::Acknowledged {
            bytes: self.safe.load(Ordering::Relaxed),
        });
        report.tell(Progress::UnderWay {
            bytes: self.under_way.load(Ordering::Relaxed),
        });
        if let Some((wait, why)) = self
            .paused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            report.tell(Progress::Retrying { wait, why });
        }
    }

    /// Fetches one part and returns its value, which is the wanted one where that is known.
    pub(super) async fn fetch(
        &self,
        part: PartNumber,
        slot: Slot,
    ) -> Result<Blake3, TransferError> {
        let mut attempt = 0;
        loop {
            let generation = self.remote.url().await.generation;
            let failure = match self.once(part, &slot).await {
                Ok(value) => {
                    self.budget
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .refill();
                    let length = self.remote.plan.length(part).unwrap_or(0);
                    self.safe.fetch_add(length, Ordering::Relaxed);
                    return Ok(value);
                }
                Err(Trouble::Here(error)) => return Err(error),
                Err(Trouble::Way(failure)) => failure,
            };
            attempt += 1;
            let wait = self.decide(generation, failure, attempt).await?;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.cancel.cancelled() => return Err(interrupted()),
            }
        }
    }

    async fn decide(
        &self,
        generation: u64,
        failure: Failure,
        attempt: u32,
    ) -> Result<Duration, TransferError> {
        let why = failure.words();
        let verdict = {
            let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.begun.elapsed();
            budget.decide(now, failure, attempt, super::PARTS_AT_ONCE, jitter())
        };
        let wait = match verdict {
            Verdict::Again(wait) => wait,
            Verdict::SignAnew(wait) | Verdict::AskStore(wait) => {
                self.remote.renew(&self.context, generation).await?;
                wait
            }
            Verdict::Stop(Stop::Corrupted) => {
                return Err(self
                    .remote
                    .damaged("a part of it has other bytes".to_owned()));
            }
            Verdict::Stop(Stop::UploadGone) => {
                return Err(self.remote.damaged("the store does not have it".to_owned()));
            }
            Verdict::Stop(stop) => return Err(stopped(stop)),
        };
        tracing::debug!(wait_ms = wait.as_millis(), why, "fetching again");
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some((wait, why));
        Ok(wait)
    }

    async fn once(&self, part: PartNumber, slot: &Slot) -> Result<Blake3, Trouble> {
        let permit = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Trouble::Here(interrupted())),
            permit = Arc::clone(&self.context.slots).acquire_owned() => permit,
        };
        let Ok(_permit) = permit else {
            return Err(Trouble::Here(interrupted()));
        };
        let counted = Counted {
            total: &self.under_way,
            mine: 0,
        };
        let value = self.transfer(part, slot, counted).await?;
        let subtrees = self.remote.subtrees.as_deref();
        let wanted = subtrees.and_then(|subtrees| subtrees.get(part.index()));
        match wanted {
            Some(wanted) if *wanted != value => Err(Trouble::Way(Failure::Corrupted)),
            _ => Ok(value),
        }
    }

    async fn transfer(
        &self,
        part: PartNumber,
        slot: &Slot,
        mut counted: Counted<'_>,
    ) -> Result<Blake3, Trouble> {
        let range = self.remote.plan.range(part).unwrap_or_default();
        let length = range.end - range.start;
        let url = self.remote.url().await.url;
        let request = self
            .context
            .api
            .store()
            .get(url.expose())
            .header(RANGE, format!("bytes={}-{}", range.start, range.end - 1))
            .send();
        let response = self.dropped.run_until_cancelled(within(request)).await;
        let response = response.ok_or_else(|| Trouble::Here(interrupted()))??;
        let mut response = response.map_err(|error| broke(&error))?;
        if !response.status().is_success() {
            return Err(Trouble::Way(refused(response).await));
        }
        check_range(&response, &range, self.remote.plan.size())?;
        let (chunks, queue) = mpsc::channel(CHUNKS);
        let named = slot.path().to_owned();
        let (slot, is_whole) = (slot.clone(), self.remote.plan.count() == 1);
        let start = range.start;
        let writing = tokio::task::spawn_blocking(move || write(queue, &slot, start, is_whole));
        let mut came = 0;
        let fetched = loop {
            let next = within(response.chunk());
            // The writer is still waited for: the next call finds the file free.
            let Some(next) = self.dropped.run_until_cancelled(next).await else {
                break Err(Trouble::Here(interrupted()));
            };
            let chunk = match next {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => break Ok(()),
                Ok(Err(error)) => break Err(broke(&error)),
                Err(trouble) => break Err(trouble),
            };
            came += chunk.len() as u64;
            counted.add(chunk.len() as u64);
            // A closed queue is a failed write, which the writer tells itself.
            if came > length || chunks.send(chunk).await.is_err() {
                break Ok(());
            }
        };
        drop(chunks);
        let written = writing
            .await
            .unwrap_or_else(|_| Err(io::Error::other("given up")));
        fetched?;
        let value =
            written.map_err(|error| Trouble::Here(TransferError::of_writing(&named, &error)))?;
        if came == length {
            value.ok_or(Trouble::Way(Failure::Corrupted))
        } else {
            let why = "the object store sent another length".to_owned();
            Err(Trouble::Way(Failure::Unreachable(why)))
        }
    }
}

/// What one try counts as under way; taken back when it ends, well or badly.
struct Counted<'a> {
    total: &'a AtomicU64,
    mine: u64,
}

impl Counted<'_> {
    fn add(&mut self, bytes: u64) {
        self.mine += bytes;
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.total.fetch_sub(self.mine, Ordering::Relaxed);
    }
}

/// Hashes and writes chunks as they come. Blocks; `None` where nothing came.
fn write(
    mut queue: mpsc::Receiver<Bytes>,
    slot: &Slot,
    start: u64,
    is_whole: bool,
) -> io::Result<Option<Blake3>> {
    let mut hasher = PartHasher::at(start);
    let (file, mut at) = match slot {
        Slot::InPlace(placed) => (&placed.file, start),
        Slot::Spool(file) => (file.as_ref(), 0),
    };
    while let Some(chunk) = queue.blocking_recv() {
        hasher.update(&chunk);
        platform::write_all_at(file, &chunk, at)?;
        at += chunk.len() as u64;
    }
    failpoint!("client.download.written");
    Ok(if is_whole {
        Some(hasher.root())
    } else {
        hasher.subtree()
    })
}

/// A temporary file without a name.
pub(super) fn spool() -> Result<Arc<File>, TransferError> {
    let spool = tempfile::tempfile();
    spool
        .map(Arc::new)
        .map_err(|error| TransferError::of_writing(Path::new(SPOOL), &error))
}

/// Writes a verified part out.
pub(super) async fn copy(
    spool: Arc<File>,
    writer: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut at = 0;
    loop {
        let file = Arc::clone(&spool);
        let read = move || -> io::Result<Vec<u8>> {
            let mut buffer = vec![0; BUFFER_SIZE];
            let count = platform::read_at(&file, &mut buffer, at)?;
            buffer.truncate(count);
            Ok(buffer)
        };
        let bytes = tokio::task::spawn_blocking(read)
            .await
            .map_err(io::Error::other)??;
        if bytes.is_empty() {
            return Ok(());
        }
        writer.write_all(&bytes).await?;
        at += bytes.len() as u64;
    }
}

async fn within<T>(work: impl Future<Output = T>) -> Result<T, Trouble> {
    tokio::time::timeout(STALLED, work).await.map_err(|_| {
        Trouble::Way(Failure::Unreachable(
            "the object store stopped answering".to_owned(),
        ))
    })
}

fn broke(error: &reqwest::Error) -> Trouble {
    Trouble::Way(Failure::Unreachable(words(error)))
}

/// The answer must be this range, or all where all was asked for.
fn check_range(
    response: &reqwest::Response,
    range: &std::ops::Range<u64>,
    size: u64,
) -> Result<(), Trouble> {
    let is_all = range.start == 0 && range.end == size;
    let expected = format!("bytes {}-{}/", range.start, range.end - 1);
    let found = response
        .headers()
        .get(CONTENT_RANGE)
        .and_then(|value| value.to_str().ok());
    let fits = match response.status() {
        StatusCode::PARTIAL_CONTENT => found.is_some_and(|found| found.starts_with(&expected)),
        StatusCode::OK => is_all,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        let why = "the object store sent another range".to_owned();
        Err(Trouble::Way(Failure::Unreachable(why)))
    }
}

fn interrupted() -> TransferError {
    stopped(Stop::Interrupted)
}

/// The path is filled in by whoever knows it.
fn stopped(stop: Stop) -> TransferError {
    TransferError::Stopped {
        path: PathBuf::new(),
        stop,
    }
}
