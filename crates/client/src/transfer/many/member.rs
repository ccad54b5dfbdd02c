//! The files of a group: opened, locked, hashed; and what stands against taking one along.

use std::sync::Arc;

use heimdex_api::limits::PART_SIZE_MIN;
use heimdex_api::plan::PartNumber;
use heimdex_api::{Blake3, PartChecksum};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use super::elsewhere::Elsewhere;
use super::plan::{self, Standing};
use crate::journal::{FileLock, JournaledUpload, UploadKey};
use crate::transfer::context::{Likeness, TransferContext};
use crate::transfer::error::TransferError;
use crate::transfer::place::Locator;
use crate::transfer::plan::HashedPart;
use crate::transfer::source::{Identity, Piece, Source};
use crate::transfer::stop::Stop;
use crate::transfer::upload::UploadJob;

/// A file of a group.
pub(super) struct Member {
    pub(super) file: usize,
    pub(super) job: UploadJob,
    pub(super) key: UploadKey,
    /// What must still be there when it is sent.
    pub(super) identity: Identity,
    /// `None` of an empty file.
    pub(super) hashed: Option<HashedPart>,
    pub(super) root: Blake3,
    pub(super) journaled: Option<JournaledUpload>,
    pub(super) standing: Standing,
    /// It was read from the disk for this run alone.
    pub(super) has_brought: bool,
    /// No other process works on it.
    _lock: Option<FileLock>,
    /// No other file of this run has the same bytes.
    _gate: Option<OwnedMutexGuard<()>>,
}

impl Member {
    /// Bytes.
    pub(super) fn size(&self) -> u64 {
        self.identity.stamp.size
    }
}

/// What came of preparing a file.
pub(super) enum Prepared {
    Member(Box<Member>),
    /// Something is odd about it.
    Alone,
    /// Another process has it, or its twin is on its way: looked up again when the groups are done.
    Busy,
    Failed(TransferError),
    NotTried,
}

/// What preparing needs; clones share it.
#[derive(Clone)]
pub(super) struct Preparing {
    pub(super) context: TransferContext,
    pub(super) elsewhere: Arc<Elsewhere>,
    /// What the store verifies.
    pub(super) algorithm: PartChecksum,
}

impl Preparing {
    /// Prepares files one after another, each unless it is stopped by then. Blocks.
    pub(super) fn all(
        &self,
        files: Vec<(usize, UploadJob, CancellationToken)>,
    ) -> Vec<(usize, Prepared)> {
        let mut locator = Locator::new();
        let one = |(file, job, stop): (usize, UploadJob, CancellationToken)| {
            if stop.is_cancelled() {
                return (file, Prepared::NotTried);
            }
            let prepared = self.one(file, job, &mut locator);
            (file, prepared.unwrap_or_else(Prepared::Failed))
        };
        files.into_iter().map(one).collect()
    }

    fn one(
        &self,
        file: usize,
        job: UploadJob,
        locator: &mut Locator,
    ) -> Result<Prepared, TransferError> {
        let (context, path) = (&self.context, job.path.clone());
        let source = Source::open(&path, job.below.as_deref(), context.buffers.clone())?;
        if source.size() > PART_SIZE_MIN {
            // It has grown since it was looked at.
            return Ok(Prepared::Alone);
        }
        let place = locator.locate(&path);
        let key = UploadKey {
            profile: context.profile.clone(),
            file: place.map_err(|error| TransferError::of_opening(&path, &error))?,
        };
        let lock = match context.journal.lock(&key) {
            Ok(Some(lock)) => Some(lock),
            // Whoever has it may be done with it before this run is.
            Ok(None) => return Ok(Prepared::Busy),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no lock; going on without"
                );
                None
            }
        };
        let journaled = context.journal.unfinished_upload(&key).unwrap_or(None);
        let (stamp, ingest) = (source.stamp(), job.init.ingest_id);
        let standing = plan::standing(journaled.as_ref(), stamp, ingest, context.now());
        let is_elsewhere = || self.elsewhere.has(&job.init.filename, source.size());
        if standing == Standing::Alone || (standing == Standing::Fresh && is_elsewhere()) {
            return Ok(Prepared::Alone);
        }
        let hashed = self
            .hashed(&source, &key, journaled.as_ref())
            .map_err(|stop| TransferError::Stopped { path, stop })?;
        let root = hashed
            .as_ref()
            .map_or_else(Blake3::of_nothing, |hashed| hashed.subtree);
        if journaled
            .as_ref()
            .and_then(|row| row.blake3)
            .is_some_and(|known| known != root)
        {
            return Ok(Prepared::Alone);
        }
        let gate = if job.options.allow_duplicate {
            None
        } else {
            match context.gates.try_pass(Likeness::Hash(root)) {
                None => return Ok(Prepared::Busy),
                gate => gate,
            }
        };
        let identity = source.identity();
        Ok(Prepared::Member(Box::new(Member {
            file,
            job,
            key,
            identity,
            hashed,
            root,
            journaled,
            standing,
            has_brought: source.has_brought(),
            _lock: lock,
            _gate: gate,
        })))
    }

    /// The values of the only part: as journaled where the store has it, else by reading the file.
    fn hashed(
        &self,
        source: &Source,
        key: &UploadKey,
        journaled: Option<&JournaledUpload>,
    ) -> Result<Option<HashedPart>, Stop> {
        let Some(first) = PartNumber::new(1).filter(|_| source.size() > 0) else {
            return Ok(None);
        };
        let journal = &self.context.journal;
        let parts = journaled.and_then(|row| journal.upload_parts(row.row).ok());
        if let Some(hashed) = parts.and_then(|mut parts| parts.remove(&first)) {
            return Ok(Some(hashed));
        }
        let piece = Piece {
            range: 0..source.size(),
            algorithm: self.algorithm,
            is_whole: true,
        };
        let hashed = source.hash(&piece, |_| {})?;
        let now = self.context.now();
        if let Err(error) = journal.record_file(&key.file, source.stamp(), &hashed.subtree, now) {
            tracing::warn!(%error, "the journal was not written; the transfer goes on");
        }
        Ok(Some(hashed))
    }
}
