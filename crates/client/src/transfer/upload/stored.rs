//! Whether the server has these bytes already: a file is hashed first only where it has one of the same size.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt as _;
use heimdex_api::ingest::{IngestFile, PutIngestFilesRequest};
use heimdex_api::ops::feature;
use heimdex_api::plan::PartPlan;
use heimdex_api::upload::{LookupFile, LookupRequest, LookupResult};
use heimdex_api::{Blake3, IngestId, VideoId};

use super::{Run, UploadJob, UploadOutcome};
use crate::journal::Journal;
use crate::transfer::answers::{check, stored_in};
use crate::transfer::context::{given_up, patiently};
use crate::transfer::error::TransferError;
use crate::transfer::known::Known;
use crate::transfer::progress::Progress;
use crate::transfer::source::Piece;
use crate::transfer::stop::Stop;

/// Parts hashed at the same time.
const HASHING_AT_ONCE: usize = 2;

impl Run<'_> {
    /// The video that has these bytes, if the server has one; the file's place is then told as well.
    pub(super) async fn find_stored(
        &self,
        known: &mut Known,
    ) -> Result<Option<UploadOutcome>, TransferError> {
        let size = self.source.size();
        if !self.context.api.has(feature::LOOKUP).await? {
            return Ok(None);
        }
        let remembered = match known.root(size) {
            None => self.remembered_hash().await,
            root => root,
        };
        let blake3 = if let Some(blake3) = remembered {
            blake3
        } else {
            let answer = self.ask_for(None).await?;
            if answer.and_then(|result| result.candidates).unwrap_or(0) == 0 {
                return Ok(None);
            }
            self.hash_all(known).await?
        };
        let result = self.ask_for(Some(blake3)).await?.unwrap_or_default();
        let Some(video_id) = stored_in(&result, &self.job.options) else {
            return self.find_failed(blake3).await;
        };
        self.locate(video_id).await?;
        Ok(Some(UploadOutcome::AlreadyStored {
            video_id,
            blake3,
            size,
        }))
    }

    async fn ask_for(&self, blake3: Option<Blake3>) -> Result<Option<LookupResult>, TransferError> {
        let file = LookupFile {
            size_bytes: self.source.size(),
            blake3,
        };
        let request = LookupRequest {
            files: vec![file],
            check: check(&self.job.options),
        };
        let mut reply = patiently!(self.context, self.context.api.lookup(&request))?;
        Ok(reply.results.pop().flatten())
    }

    async fn remembered_hash(&self) -> Option<Blake3> {
        let (file, stamp) = (self.key.file.clone(), *self.source.stamp());
        self.context
            .journaled(move |journal: &Journal| journal.file_hash(&file, &stamp))
            .await
            .flatten()
    }

    /// Hashes the whole file, as far as it is not known, and remembers the hash.
    pub(super) async fn hash_all(&self, known: &mut Known) -> Result<Blake3, TransferError> {
        let size = self.source.size();
        let plan = PartPlan::new(size, known.part_size).ok_or_else(|| {
            // No server takes a file of 10,000 parts of the largest size.
            self.stopped(Stop::FileUnreadable(
                "it is larger than any upload".to_owned(),
            ))
        })?;
        let passed = Arc::new(AtomicU64::new(0));
        let algorithm = known.algorithm;
        let unknown: Vec<_> = plan
            .parts()
            .filter(|part| !known.parts.contains_key(part))
            .collect();
        let hashing = futures::stream::iter(unknown).map(|part| {
            let (source, passed) = (Arc::clone(&self.source), Arc::clone(&passed));
            let range = plan.range(part).unwrap_or_default();
            let piece = Piece {
                range,
                algorithm,
                is_whole: plan.count() == 1,
            };
            async move {
                let count = move |bytes| {
                    passed.fetch_add(bytes, Ordering::Relaxed);
                };
                let hashed = tokio::task::spawn_blocking(move || source.hash(&piece, count)).await;
                hashed
                    .unwrap_or_else(|error| Err(given_up(error)))
                    .map(|hashed| (part, hashed))
            }
        });
        let mut hashing = hashing.buffered(HASHING_AT_ONCE);
        while let Some(hashed) = hashing.next().await {
            let (part, hashed) = hashed.map_err(|stop| self.stopped(stop))?;
            known.parts.insert(part, hashed);
            let bytes = passed.load(Ordering::Relaxed);
            self.report.tell(Progress::Hashing { bytes, total: size });
            self.still_wanted()?;
        }
        drop(hashing);
        let blake3 = known.root(size).unwrap_or_else(Blake3::of_nothing);
        let (file, stamp, now) = (
            self.key.file.clone(),
            *self.source.stamp(),
            self.context.now(),
        );
        self.context
            .journaled(move |journal: &Journal| journal.record_file(&file, &stamp, &blake3, now))
            .await;
        Ok(blake3)
    }

    /// Tells the ingest where these bytes were found.
    pub(super) async fn locate(&self, video_id: VideoId) -> Result<(), TransferError> {
        let Some((ingest, file)) = place_of(self.job, video_id) else {
            return Ok(());
        };
        let request = PutIngestFilesRequest { files: vec![file] };
        patiently!(
            self.context,
            self.context.api.put_ingest_files(ingest, &request)
        )?;
        Ok(())
    }
}

/// Where a file was found, as its ingest is told of a video that has its bytes.
pub(in crate::transfer) fn place_of(
    job: &UploadJob,
    video_id: VideoId,
) -> Option<(IngestId, IngestFile)> {
    let file = IngestFile {
        path: job.init.path.clone()?,
        path_raw: job.init.path_raw.clone(),
        mtime: job.init.mtime,
        video_id,
    };
    Some((job.init.ingest_id?, file))
}
