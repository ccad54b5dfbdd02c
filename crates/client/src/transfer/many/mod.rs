//! Many files in one run. What the server has is asked for by the thousand, small files go in groups by the batch
//! routes, and everything else goes its own way, a few at once.
//!
//! A group is the short way for files about which nothing is odd. Whatever is odd, and whatever fails in a way that the
//! short way does not know, goes the way of one file: its row in the journal makes it go on where it was.

mod ask;
mod busy;
mod complete;
mod elsewhere;
mod group;
mod line;
mod member;
mod plan;
mod send;
mod stored;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::{StreamExt as _, stream};
use heimdex_api::PartChecksum;
use heimdex_api::limits::PART_SIZE_MIN;
use heimdex_api::ops::feature;
use tokio_util::sync::CancellationToken;

use super::context::TransferContext;
use super::error::TransferError;
use super::progress::Progress;
use super::upload::{UploadJob, UploadOutcome, upload};
use crate::{ErrorClass, HttpError};
use elsewhere::Elsewhere;
use line::Line;
use plan::GroupLimits;

/// Files that go their own way at once: large ones share what may be in flight.
const ALONE_AT_ONCE: usize = 3;
/// Groups at once: while one is sent, the other is hashed, announced or completed.
const GROUPS_AT_ONCE: usize = 2;

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its own; worth a bar.
    Alone,
    /// With many others.
    Together,
}

/// How one of many files ended.
#[derive(Debug)]
pub enum Ended {
    /// The server has its bytes.
    Stored(UploadOutcome),
    /// It is not stored, for a reason.
    Failed(TransferError),
    /// The run ended before it.
    NotTried,
}

/// Where the progress of one file is told.
pub type Told = Box<dyn Fn(Progress) + Send + Sync>;

/// Many files to bring, and whoever is told how it goes.
pub trait Many: Sync {
    /// Bytes of each, as last seen.
    fn sizes(&self) -> Vec<u64>;
    /// What is to be done with one.
    fn job(&self, file: usize) -> UploadJob;
    /// One begins.
    fn begin(&self, file: usize, way: Way) -> Told;
    /// What stops this file alone, where anything does: a child of what stops all.
    fn stop(&self, _file: usize) -> Option<CancellationToken> {
        None
    }
    /// One ended; each does once.
    fn end(&self, file: usize, ended: Ended);
    /// So many are left, and another process has them: it is waited for.
    fn waits(&self, _files: usize) {}
}

/// Brings many files. Failures of single files end only these; one that every other file would meet as well ends the
/// run.
///
/// Interrupted by `cancel` it waits for the parts in flight, or drops them where the context says so ([`InFlight`]);
/// dropping the future stops it at once. In any case the same call goes on later.
///
/// [`InFlight`]: super::InFlight
pub async fn upload_many(context: &TransferContext, many: &dyn Many, cancel: &CancellationToken) {
    let sizes = many.sizes();
    let round = Round {
        context,
        many,
        cancel,
        over: CancellationToken::new(),
        line: Line::default(),
        verifies_md5: AtomicBool::new(false),
        is_many: sizes.len() > 1,
    };
    let mut left = Left {
        alone: round.not_stored((0..sizes.len()).collect()).await,
        busy: Vec::new(),
    };
    if round.takes_groups(&left.alone, &sizes).await {
        left = round.in_groups(left.alone, &sizes).await;
    }
    loop {
        let busy = round.alone(left.alone).await;
        left.busy.extend(busy);
        if left.busy.is_empty() {
            return;
        }
        left = round.freed(left.busy).await;
    }
}

/// Files that are not done with.
#[derive(Default)]
struct Left {
    /// To go their own way.
    alone: Vec<usize>,
    /// On their way by somebody else's hand: another process has them, or a twin in this one.
    busy: Vec<usize>,
}

/// One call of [`upload_many`].
struct Round<'a> {
    context: &'a TransferContext,
    many: &'a dyn Many,
    cancel: &'a CancellationToken,
    /// Cancelled by a failure that every other file would meet as well.
    over: CancellationToken,
    line: Line,
    /// Set once the server refused the checksums that most stores verify.
    verifies_md5: AtomicBool,
    /// Whether there is more than one file in all.
    is_many: bool,
}

impl Round<'_> {
    /// Whether there is more than one small file, and the server takes them together.
    async fn takes_groups(&self, files: &[usize], sizes: &[u64]) -> bool {
        let small = files.iter().filter(|file| sizes[**file] <= PART_SIZE_MIN);
        if self.is_stopped() || small.take(2).count() < 2 {
            return false;
        }
        let api = &self.context.api;
        for feature in [feature::MULTIPART, feature::BATCH] {
            // Who cannot be asked is asked again on the way of one file, which tells what is wrong.
            if !api.has(feature).await.unwrap_or(false) {
                return false;
            }
        }
        true
    }

    /// Sends the small ones in groups; what is left goes alone.
    async fn in_groups(&self, files: Vec<usize>, sizes: &[u64]) -> Left {
        let (small, alone): (Vec<usize>, Vec<usize>) = files
            .into_iter()
            .partition(|file| sizes[*file] <= PART_SIZE_MIN);
        let mut left = Left {
            alone,
            busy: Vec::new(),
        };
        let elsewhere = match Elsewhere::ask(self.context).await {
            Ok(elsewhere) => Arc::new(elsewhere),
            Err(error) => {
                left.alone.extend(self.broke(&small, error));
                return left;
            }
        };
        let limits = GroupLimits::of_this_process();
        let lengths: Vec<(usize, u64)> = small.iter().map(|file| (*file, sizes[*file])).collect();
        let groups = plan::groups(&lengths, &limits);
        let mut sending = stream::iter(groups)
            .map(|group| self.group(group, &elsewhere))
            .buffer_unordered(GROUPS_AT_ONCE);
        while let Some(rest) = sending.next().await {
            left.alone.extend(rest.alone);
            left.busy.extend(rest.busy);
        }
        drop(sending);
        // The twins of files that are stored by now are found so.
        let again = self.looked_at(std::mem::take(&mut left.busy)).await;
        left.alone.extend(again.alone);
        left.alone.sort_unstable();
        left.busy = again.busy;
        left
    }

    /// Files that go their own way, a few at once; those that another process has come back.
    async fn alone(&self, files: Vec<usize>) -> Vec<usize> {
        let mut going = stream::iter(files)
            .map(|file| self.one(file))
            .buffer_unordered(ALONE_AT_ONCE);
        let mut busy = Vec::new();
        while let Some(file) = going.next().await {
            busy.extend(file);
        }
        busy
    }

    /// One file, its own way; it comes back where another process has it.
    async fn one(&self, file: usize) -> Option<usize> {
        let stop = self.stop_of(file);
        if self.is_stopped() || stop.is_cancelled() {
            self.many.end(file, Ended::NotTried);
            return None;
        }
        let told = self.many.begin(file, Way::Alone);
        let job = self.many.job(file);
        match upload(self.context, &job, told, &stop).await {
            Ok(outcome) => self.many.end(file, Ended::Stored(outcome)),
            // Who sends this one file alone is told; a card is waited for.
            Err(TransferError::Busy { .. }) if self.is_many => return Some(file),
            Err(error) => self.failed(file, error),
        }
        None
    }

    fn failed(&self, file: usize, error: TransferError) {
        if ends_the_run(&error) {
            self.over.cancel();
        }
        self.many.end(file, Ended::Failed(error));
    }

    /// A request for many files failed for good. Those that the same would meet alone end with it; the others are
    /// handed back, to go alone.
    fn broke(&self, files: &[usize], error: impl Into<TransferError>) -> Vec<usize> {
        let error = error.into();
        let Some((first, others)) = files.split_first() else {
            return Vec::new();
        };
        if !ends_the_run(&error) {
            tracing::warn!(%error, "a request for many files failed; each goes alone");
            return files.to_vec();
        }
        self.failed(*first, error);
        self.not_tried(others);
        Vec::new()
    }

    fn not_tried(&self, files: &[usize]) {
        for file in files {
            self.many.end(*file, Ended::NotTried);
        }
    }

    /// Ends those that a person stopped by themselves; the others come back.
    fn not_stopped(&self, files: Vec<usize>) -> Vec<usize> {
        let is_stopped = |file: &usize| self.stop_of(*file).is_cancelled();
        let (stopped, others): (Vec<usize>, Vec<usize>) = files.into_iter().partition(is_stopped);
        self.not_tried(&stopped);
        others
    }

    /// What stops a file.
    fn stop_of(&self, file: usize) -> CancellationToken {
        let own = self.many.stop(file);
        own.unwrap_or_else(|| self.cancel.clone())
    }

    /// What the store verifies, as far as this run knows.
    fn algorithm(&self) -> PartChecksum {
        if self.verifies_md5.load(Ordering::Relaxed) {
            PartChecksum::Md5
        } else {
            PartChecksum::Crc32c
        }
    }

    fn is_stopped(&self) -> bool {
        self.cancel.is_cancelled() || self.over.is_cancelled()
    }
}

/// Whether a failure would meet every other file as well.
fn ends_the_run(error: &TransferError) -> bool {
    let is_in_the_clear = matches!(error, TransferError::Api(HttpError::PlainStore { .. }));
    let class = error.class();
    is_in_the_clear || matches!(class, ErrorClass::NotLoggedIn | ErrorClass::Unreachable)
}
