//! One video's way to this disk: ranges in parallel, each verified as it arrives, put in place only when whole.
//!
//! Beside the target grows a `.heimdex-part` file. The same call goes on with it: what is in it is hashed and
//! compared first, so nothing has to be believed about how the last call ended.

mod fetch;
mod name;
mod part_file;
mod remote;
mod target;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use heimdex_api::hash::root_of_parts;
use heimdex_api::plan::PartNumber;
use heimdex_api::{Blake3, VideoId, failpoint};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use super::context::TransferContext;
use super::error::TransferError;
use super::progress::{Progress, Reporter};
use super::stop::Stop;
use fetch::{Fetcher, Slot};
use part_file::PartFile;
use remote::Remote;
use target::{Standing, Target};

pub use name::local_name;
pub(crate) use part_file::SUFFIX;
pub use target::TreePlace;

/// Parts of one video in flight.
const PARTS_AT_ONCE: usize = 4;
/// How often people see what is under way.
const GLANCE: Duration = Duration::from_millis(250);

/// Where a download goes.
pub enum DownloadTarget {
    /// To this very path.
    File {
        /// Which.
        path: PathBuf,
        /// What becomes of something else that is there.
        existing: Existing,
    },
    /// Into this directory, under the name that the file had when it was sent.
    Directory {
        /// Which.
        path: PathBuf,
        /// What becomes of something else that is there.
        existing: Existing,
    },
    /// To a place in a tree that is rebuilt; what is there stays.
    Tree(TreePlace),
    /// In order, each part only after it was verified. Parts wait in temporary files.
    Writer(Box<dyn AsyncWrite + Send + Unpin>),
}

/// What becomes of a file at the target that holds something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the download is refused.
    Keep,
    /// It is replaced, once the download is whole.
    Replace,
}

/// How a download ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadOutcome {
    /// All bytes arrived, and are what was stored.
    Fetched {
        /// Where they are; `None` where they were written to a stream.
        path: Option<PathBuf>,
        /// Of all bytes.
        blake3: Blake3,
        /// Whether the catalog knew the hash, so that the bytes were compared with it.
        is_verified: bool,
        /// Bytes of the file.
        size: u64,
        /// Bytes that were there from an earlier call.
        resumed_bytes: u64,
    },
    /// The target had these very bytes already.
    AlreadyThere {
        /// Where they are.
        path: PathBuf,
        /// Of all bytes.
        blake3: Blake3,
        /// Bytes of the file.
        size: u64,
    },
}

/// Fetches a video, or goes on with fetching it.
///
/// Interrupted by `cancel` it waits for the parts in flight, or drops them where the context says so ([`InFlight`]), and
/// returns [`Stop::Interrupted`].
///
/// [`InFlight`]: super::InFlight
///
/// # Errors
/// Whatever keeps the file from being here whole, with what to do about it.
pub async fn download(
    context: &TransferContext,
    video: VideoId,
    target: DownloadTarget,
    progress: impl Fn(Progress) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> Result<DownloadOutcome, TransferError> {
    let report = Reporter::new(progress);
    let remote = Arc::new(Remote::describe(context, video).await?);
    let target = match target {
        DownloadTarget::Writer(writer) => {
            let shown = PathBuf::from(local_name(&remote.filename));
            let run = Run {
                context,
                remote,
                report: &report,
                cancel,
                shown,
            };
            return run.to_writer(writer).await;
        }
        DownloadTarget::File { path, existing } => Target::named(&path, existing)?,
        DownloadTarget::Directory { path, existing } => {
            Target::named(&path.join(local_name(&remote.filename)), existing)?
        }
        DownloadTarget::Tree(place) => Target::within(place),
    };
    let run = Run {
        context,
        remote,
        report: &report,
        cancel,
        shown: target.shown.clone(),
    };
    run.to_file(target).await
}

/// One call of [`download`].
struct Run<'a> {
    context: &'a TransferContext,
    remote: Arc<Remote>,
    report: &'a Reporter,
    cancel: &'a CancellationToken,
    shown: PathBuf,
}

impl Run<'_> {
    async fn to_file(&self, target: Target) -> Result<DownloadOutcome, TransferError> {
        let size = self.remote.plan.size();
        let path = target.shown.clone();
        if let Some(blake3) = self.already_there(&target).await? {
            return Ok(DownloadOutcome::AlreadyThere { path, blake3, size });
        }
        let file = Arc::new(blocking(&path, move || PartFile::open(target)).await?);
        let mut values = self.kept(&file).await?;
        let resumed = self.bytes_of(values.iter().map(|(part, _)| *part));
        self.report.tell(Progress::Planned {
            total: size,
            already: resumed,
        });
        let missing: Vec<PartNumber> = {
            let have: std::collections::BTreeSet<_> =
                values.iter().map(|(part, _)| *part).collect();
            self.remote
                .plan
                .parts()
                .filter(|part| !have.contains(part))
                .collect()
        };
        let fetcher = self.fetcher(resumed);
        let tasks = missing.into_iter().map(|part| {
            let (fetcher, slot) = (Arc::clone(&fetcher), Slot::InPlace(file.shared()));
            async move { fetcher.fetch(part, slot).await.map(|value| (part, value)) }
        });
        let parts = futures::stream::iter(tasks).buffer_unordered(PARTS_AT_ONCE);
        values.extend(self.watched(&fetcher, parts).await?);
        values.sort_unstable_by_key(|(part, _)| *part);
        let values: Vec<Blake3> = values.into_iter().map(|(_, value)| value).collect();
        let blake3 = match self.whole(&values) {
            Ok(blake3) => blake3,
            Err(error) => {
                // Nothing in it can be told apart: the next call begins anew.
                file.discard();
                return Err(error);
            }
        };
        self.report.tell(Progress::Completing);
        let mtime = self.remote.mtime;
        blocking(&path, move || file.place(size, mtime)).await?;
        failpoint!("client.download.placed");
        let is_verified = self.remote.blake3.is_some();
        let path = Some(path);
        Ok(DownloadOutcome::Fetched {
            path,
            blake3,
            is_verified,
            size,
            resumed_bytes: resumed,
        })
    }

    async fn to_writer(
        &self,
        mut writer: Box<dyn AsyncWrite + Send + Unpin>,
    ) -> Result<DownloadOutcome, TransferError> {
        let size = self.remote.plan.size();
        self.report.tell(Progress::Planned {
            total: size,
            already: 0,
        });
        let fetcher = self.fetcher(0);
        let tasks = self.remote.plan.parts().map(|part| {
            let fetcher = Arc::clone(&fetcher);
            async move {
                let spool = fetch::spool()?;
                let value = fetcher.fetch(part, Slot::Spool(Arc::clone(&spool))).await?;
                Ok((value, spool))
            }
        });
        // The next part comes while this one is written.
        let mut parts = std::pin::pin!(futures::stream::iter(tasks).buffered(2));
        let mut values = Vec::new();
        while let Some(result) = self.next(&fetcher, &mut parts).await {
            let (value, spool) = result?;
            let copied = fetch::copy(spool, &mut writer).await;
            copied.map_err(TransferError::Output)?;
            values.push(value);
        }
        writer.flush().await.map_err(TransferError::Output)?;
        let blake3 = self.whole(&values)?;
        let is_verified = self.remote.blake3.is_some();
        Ok(DownloadOutcome::Fetched {
            path: None,
            blake3,
            is_verified,
            size,
            resumed_bytes: 0,
        })
    }

    fn fetcher(&self, safe: u64) -> Arc<Fetcher> {
        Arc::new(Fetcher::new(
            self.context,
            Arc::clone(&self.remote),
            self.cancel.clone(),
            safe,
        ))
    }

    /// Waits for all results; the first failure ends it, an interruption only when the others are in.
    async fn watched<T>(
        &self,
        fetcher: &Fetcher,
        parts: impl Stream<Item = Result<T, TransferError>>,
    ) -> Result<Vec<T>, TransferError> {
        let mut parts = std::pin::pin!(parts);
        let mut results = Vec::new();
        let mut interrupted = None;
        while let Some(result) = self.next(fetcher, &mut parts).await {
            match result {
                Ok(value) => results.push(value),
                Err(
                    error @ TransferError::Stopped {
                        stop: Stop::Interrupted,
                        ..
                    },
                ) => {
                    interrupted = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        interrupted.map_or(Ok(results), Err)
    }

    /// The next result, with word of the progress until it comes.
    async fn next<T>(
        &self,
        fetcher: &Fetcher,
        parts: &mut (impl Stream<Item = Result<T, TransferError>> + Unpin),
    ) -> Option<Result<T, TransferError>> {
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            tokio::select! {
                result = parts.next() => {
                    fetcher.show(self.report);
                    return result.map(|result| result.map_err(|error| self.of_here(error)));
                }
                _ = glance.tick() => fetcher.show(self.report),
            }
        }
    }

    fn of_here(&self, error: TransferError) -> TransferError {
        match error {
            TransferError::Stopped { stop, .. } => TransferError::Stopped {
                path: self.shown.clone(),
                stop,
            },
            other => other,
        }
    }

    /// The hash of the target, if it holds the wanted bytes already.
    async fn already_there(&self, target: &Target) -> Result<Option<Blake3>, TransferError> {
        let (looked, plan, wanted) = (target.clone(), self.remote.plan, self.remote.blake3);
        let look = move || looked.standing(&plan, wanted);
        match blocking(&target.shown, look).await? {
            Standing::Nothing => Ok(None),
            Standing::Equal => Ok(wanted),
            Standing::Directory => Err(target.is_a_directory()),
            Standing::Other if target.existing == Existing::Replace => Ok(None),
            Standing::Other => Err(target.exists()),
        }
    }

    /// The parts that an earlier call left behind and that are what they should be.
    async fn kept(&self, file: &Arc<PartFile>) -> Result<Vec<(PartNumber, Blake3)>, TransferError> {
        let Some(subtrees) = self.remote.subtrees.clone() else {
            return Ok(Vec::new());
        };
        let (file, plan) = (Arc::clone(file), self.remote.plan);
        let hashed = Arc::new(AtomicU64::new(0));
        let (total, passed) = (file.length().min(plan.size()), Arc::clone(&hashed));
        if total == 0 {
            return Ok(Vec::new());
        }
        let cancel = self.cancel.clone();
        let verify = move || file.verified(&plan, &subtrees, &passed, &cancel);
        let mut verifying = std::pin::pin!(blocking(&self.shown, verify));
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            tokio::select! {
                kept = &mut verifying => return kept,
                _ = glance.tick() => {
                    let bytes = hashed.load(Ordering::Relaxed);
                    self.report.tell(Progress::Hashing { bytes, total });
                }
            }
        }
    }

    fn bytes_of(&self, parts: impl Iterator<Item = PartNumber>) -> u64 {
        parts.filter_map(|part| self.remote.plan.length(part)).sum()
    }

    /// The hash that the parts make, compared with the catalog's.
    fn whole(&self, values: &[Blake3]) -> Result<Blake3, TransferError> {
        let found = root_of_parts(values);
        match self.remote.blake3 {
            Some(wanted) if wanted != found => {
                Err(self.remote.damaged("its BLAKE3 is another one".to_owned()))
            }
            _ => Ok(found),
        }
    }
}

/// Runs something on files without holding up other tasks.
pub(crate) async fn blocking<T: Send + 'static>(
    path: &std::path::Path,
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        let reason = "the work was given up".to_owned();
        Err(TransferError::Unwritable {
            path: path.to_owned(),
            reason,
        })
    })
}
