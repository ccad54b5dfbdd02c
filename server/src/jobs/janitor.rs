//! Cleans up: uploads whose time is over, purges that nobody finished, the trash, old idempotency keys, uploads of the
//! store that no row names.
//!
//! One process does it at a time, under a lease. Nothing is deleted on a stale observation: the row is claimed, the
//! store is looked at again, then cleaned, then the row is finished.

use std::error::Error;
use std::time::Duration;

use heimdex_api::plan::PartSize;
use heimdex_api::{JobId, ObjectId, Timestamp, failpoint};
use heimdex_process::lifecycle::Lifecycle;
use tokio::time::sleep;
use uuid::Uuid;

use crate::catalog::purges::PurgedVideo;
use crate::catalog::uploads::{Completed, CompletedBy, UploadRow};
use crate::config::{JobsSettings, Limits};
use crate::jobs::worker::causes;
use crate::jobs::{JobContext, home, incoming};
use crate::objects::{INCOMING, ObjectHead, ObjectKey, ObjectStore, ObjectsError, extension};

const LEASE_NAME: &str = "janitor";
/// What no row names is held for this long.
const ORPHAN_TTL: Duration = Duration::from_hours(7 * 24);
/// What came of reading again is told for this long.
const REREAD_TTL: Duration = Duration::from_hours(30 * 24);
/// What happened is told for this long.
const EVENT_TTL: Duration = Duration::from_hours(30 * 24);
/// And of one library so many of the newest.
const EVENTS_MAX: u64 = 100_000;
/// Rows of one kind a round; the rest comes with the next.
const ROWS: u32 = 200;

/// Any fault of a round; it is logged, and the next round tries again.
type Fault = Box<dyn Error + Send + Sync>;

/// The one that cleans up.
#[derive(Debug, Clone)]
pub struct Janitor {
    context: JobContext,
    holder: Uuid,
    trash_ttl: Duration,
    /// How often it comes.
    interval: Duration,
    /// How long a round may take before another process takes over.
    lease: Duration,
    /// A claim that is older was left by somebody who died.
    claim_ttl: Duration,
}

impl Janitor {
    /// Comes with these limits.
    #[must_use]
    pub fn new(context: JobContext, limits: &Limits, jobs: &JobsSettings) -> Self {
        let holder = context.random.uuid();
        Self {
            context,
            holder,
            trash_ttl: limits.trash_ttl.get(),
            interval: jobs.sweep_interval.get(),
            lease: jobs.sweep_lease.get(),
            claim_ttl: jobs.claim_ttl.get(),
        }
    }

    /// Comes again and again until the lifecycle's soft stop.
    pub fn spawn(self, lifecycle: &Lifecycle) {
        let soft = lifecycle.soft().clone();
        let rounds = async move {
            while !soft.is_cancelled() {
                if let Some(Err(error)) = soft.run_until_cancelled(self.round()).await {
                    tracing::warn!(
                        error = causes(error.as_ref()),
                        "the janitor could not finish its round"
                    );
                }
                let _ = soft.run_until_cancelled(sleep(self.interval)).await;
            }
            let holder = self.holder.to_string();
            if let Err(error) = self
                .context
                .catalog
                .release_lease(LEASE_NAME, &holder)
                .await
            {
                tracing::debug!(
                    error = causes(&error),
                    "the janitor keeps its lease until it ends"
                );
            }
        };
        drop(lifecycle.spawn("janitor", rounds));
    }

    /// One round, if no other process holds the lease. One thing that fails does not keep the others from being done.
    pub async fn round(&self) -> Result<(), Fault> {
        let now = self.context.clock.now();
        let until = now.saturating_add(self.lease);
        let holder = self.holder.to_string();
        if !self
            .context
            .catalog
            .hold_lease(LEASE_NAME, &holder, until, now)
            .await?
        {
            return Ok(());
        }
        let steps = [
            self.finish_purges(now).await,
            self.expire_uploads(now).await,
            self.empty_trash(now).await,
            self.abort_orphans(now).await,
            self.delete_strays(now).await,
            self.forget(now).await,
        ];
        steps.into_iter().collect()
    }

    async fn finish_purges(&self, now: Timestamp) -> Result<(), Fault> {
        let catalog = &self.context.catalog;
        let before = now.saturating_sub(self.claim_ttl);
        for upload in catalog.unfinished_purges(before, ROWS).await? {
            self.purge_upload(&upload).await?;
        }
        for video in catalog.unfinished_video_purges(before, ROWS).await? {
            self.purge_video(&video).await?;
        }
        Ok(())
    }

    async fn expire_uploads(&self, now: Timestamp) -> Result<(), Fault> {
        for upload in self.context.catalog.expired_uploads(now, ROWS).await? {
            if self.context.catalog.claim_expired(&upload, now).await? {
                failpoint!("janitor.upload.claimed");
                self.purge_upload(&upload).await?;
            }
        }
        Ok(())
    }

    /// Frees a claimed upload. A whole object that its client never told of is taken, not thrown away.
    async fn purge_upload(&self, upload: &UploadRow) -> Result<(), Fault> {
        let waits_for_bytes = upload.state == heimdex_api::VideoState::Uploading;
        if waits_for_bytes && let Some((key, head)) = self.whole_object(upload).await? {
            return self.take(upload, key, head).await;
        }
        free_upload(&self.context.objects, upload).await?;
        failpoint!("janitor.upload.freed");
        self.context
            .catalog
            .finish_purge(upload, self.context.clock.now())
            .await?;
        tracing::info!(upload.id = %upload.upload_id, video.id = %upload.video_id, "an upload was thrown away");
        Ok(())
    }

    async fn whole_object(
        &self,
        upload: &UploadRow,
    ) -> Result<Option<(String, ObjectHead)>, ObjectsError> {
        let fits = |head: &ObjectHead| upload.size_bytes.is_none_or(|size| size == head.size);
        for key in [home(upload), incoming(upload)] {
            if let Some(head) = self.context.objects.head(&key).await?.filter(fits) {
                return Ok(Some((key, head)));
            }
        }
        Ok(None)
    }

    async fn take(&self, upload: &UploadRow, key: String, head: ObjectHead) -> Result<(), Fault> {
        let context = &self.context;
        let completed = Completed {
            library: upload.library_id,
            video: upload.video_id,
            by: CompletedBy::Janitor,
            object_id: ObjectId::new(context.random.uuid()),
            job_id: JobId::new(context.random.uuid()),
            key,
            etag: head.etag,
            size: head.size,
            blake3: upload.expected_blake3,
            part_size: upload
                .part_size
                .filter(|_| upload.store_upload_id.is_some())
                .and_then(PartSize::new),
            subtrees: None,
            acknowledged: Vec::new(),
            damaged: false,
        };
        context
            .catalog
            .complete_upload(&completed, context.clock.now())
            .await?;
        context.wake.wake();
        tracing::info!(video.id = %upload.video_id, "the whole object of an expired upload was taken");
        Ok(())
    }

    async fn empty_trash(&self, now: Timestamp) -> Result<(), Fault> {
        let before = now.saturating_sub(self.trash_ttl);
        for video in self.context.catalog.trashed_before(before, ROWS).await? {
            if self
                .context
                .catalog
                .claim_video_purge(&video, before, now)
                .await?
            {
                failpoint!("janitor.video.claimed");
                self.purge_video(&video).await?;
            }
        }
        Ok(())
    }

    async fn purge_video(&self, video: &PurgedVideo) -> Result<(), Fault> {
        if let Some(upload) = self
            .context
            .catalog
            .upload_of_purged(video.video_id)
            .await?
        {
            free_upload(&self.context.objects, &upload).await?;
        }
        let (library, id) = (video.library_id, video.video_id);
        let keys = [
            ObjectKey::Video {
                library,
                video: id,
                extension: extension(&video.mime_type),
            },
            ObjectKey::Incoming(id),
            ObjectKey::Poster(id),
            ObjectKey::ContactSheet(id),
            // Last: as long as it is there, the bytes can be told to whom they belong.
            ObjectKey::SideCar { library, video: id },
        ];
        for key in keys {
            self.context.objects.delete(&key.to_string()).await?;
        }
        failpoint!("janitor.video.deleted");
        self.context
            .catalog
            .finish_video_purge(video, self.context.clock.now())
            .await?;
        tracing::info!(video.id = %id, "a video was purged");
        Ok(())
    }

    /// Ends uploads of the store that no row names, after a week: a server died between the store and its row.
    async fn abort_orphans(&self, now: Timestamp) -> Result<(), Fault> {
        let before = now.saturating_sub(ORPHAN_TTL);
        let mut after = None;
        loop {
            let page = self.context.objects.list_uploads(after).await?;
            for upload in page.items {
                let old = upload
                    .initiated
                    .is_some_and(|initiated| initiated <= before);
                if old
                    && ObjectKey::is_of_ours(&upload.key)
                    && !self
                        .context
                        .catalog
                        .names_store_upload(&upload.upload_id)
                        .await?
                {
                    self.context
                        .objects
                        .abort_multipart(&upload.key, &upload.upload_id)
                        .await?;
                    tracing::info!("an upload of the store that no row names was ended");
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Deletes what came to `incoming/` and nobody waits for, after a week: a URL was used again after its upload's end.
    async fn delete_strays(&self, now: Timestamp) -> Result<(), Fault> {
        let before = now.saturating_sub(ORPHAN_TTL);
        let mut token = None;
        loop {
            let page = self.context.objects.list(INCOMING, token).await?;
            for object in page.items {
                let old = object
                    .last_modified
                    .is_some_and(|written| written <= before);
                if old
                    && ObjectKey::is_of_ours(&object.key)
                    && !self.is_awaited(&object.key).await?
                {
                    self.context.objects.delete(&object.key).await?;
                    tracing::info!("an object that no row names was deleted");
                }
            }
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Whether a row names an object of `incoming/`: its upload is open, or its checks have not moved it yet.
    async fn is_awaited(&self, key: &str) -> Result<bool, Fault> {
        let video = key.strip_prefix(INCOMING).and_then(|id| id.parse().ok());
        match video {
            Some(video) => Ok(self.context.catalog.awaits_bytes(video, key).await?),
            None => Ok(false),
        }
    }

    /// Forgets what was kept for a while only.
    async fn forget(&self, now: Timestamp) -> Result<(), Fault> {
        let catalog = &self.context.catalog;
        catalog.forget_idempotency_keys(now).await?;
        catalog
            .forget_rereads(now.saturating_sub(REREAD_TTL))
            .await?;
        catalog
            .forget_events(now.saturating_sub(EVENT_TTL), EVENTS_MAX)
            .await?;
        Ok(())
    }
}

/// Frees everything that an upload has in the store; the same again does nothing. The row must be claimed.
pub async fn free_upload(objects: &ObjectStore, upload: &UploadRow) -> Result<(), ObjectsError> {
    let home = home(upload);
    if let Some(id) = &upload.store_upload_id {
        objects.abort_multipart(&home, id).await?;
    }
    objects.delete_many(&[home, incoming(upload)]).await
}
