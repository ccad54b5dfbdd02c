//! A library to be filled: videos that are announced, completed, verified and probed by the catalog's own methods.

use std::time::Duration;

use heimdex_api::limits::UPLOAD_TTL_DEFAULT;
use heimdex_api::plan::PartSize;
use heimdex_api::{
    Blake3, JobId, ObjectId, PartChecksum, Timestamp, UploadId, VerifiedHow, VideoId, VideoKind,
};
use heimdex_media::Probe;
use heimdex_server::catalog::jobs::{ClaimedJob, Held};
use heimdex_server::catalog::objects::{ReadAt, Validation, Verified};
use heimdex_server::catalog::uploads::{
    CompleteOutcome, Completed, CompletedBy, NewUpload, OpenOutcome,
};
use heimdex_server::catalog::{AccountRow, Catalog, Video};
use heimdex_server::domain::job::Stage;
use uuid::Uuid;

use super::registered;

/// One account's library.
pub(super) struct Library<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) account: AccountRow,
}

/// The hash of a file that is a number.
pub(super) fn hash(number: u64) -> Blake3 {
    blake3::hash(&number.to_be_bytes()).into()
}

impl<'a> Library<'a> {
    /// An empty one.
    pub(super) async fn new(catalog: &'a Catalog, email: &str) -> Self {
        let refresh = email.as_bytes()[0];
        let (account, _) = registered(catalog, email, refresh).await;
        Self { catalog, account }
    }

    /// What init tells of a file of this name, and nothing more than it must.
    pub(super) fn plain(&self, filename: &str, size: u64, now: Timestamp) -> NewUpload {
        NewUpload {
            video_id: VideoId::new(Uuid::new_v4()),
            upload_id: UploadId::new(Uuid::new_v4()),
            library_id: self.account.library_id,
            user_id: self.account.user_id,
            access_token_id: None,
            filename: filename.to_owned(),
            title: None,
            description: None,
            tags: Vec::new(),
            mime_type: "video/mp4".to_owned(),
            kind: VideoKind::Video,
            size_bytes: Some(size),
            blake3: None,
            captured_at: None,
            replaces: None,
            damaged_accepted: false,
            multipart: false,
            part_size: PartSize::new(8 << 20).unwrap(),
            part_count: Some(1),
            part_checksum: PartChecksum::Crc32c,
            store_upload_id: None,
            expires_at: now.saturating_add(UPLOAD_TTL_DEFAULT),
            to_sign: Vec::new(),
            location: None,
            idempotency: None,
        }
    }

    /// Announces it.
    pub(super) async fn open(&self, new: NewUpload, now: Timestamp) -> VideoId {
        let library = self.account.library_id;
        let outcomes = self
            .catalog
            .announce_uploads(library, &[&new], now)
            .await
            .unwrap();
        assert!(
            matches!(outcomes[..], [OpenOutcome::Opened(_)]),
            "{outcomes:?}"
        );
        new.video_id
    }

    /// All of its bytes arrived.
    pub(super) async fn complete(&self, video: VideoId, size: u64, content: u64, now: Timestamp) {
        let completed = Completed {
            library: self.account.library_id,
            video,
            by: CompletedBy::Client(None),
            object_id: ObjectId::new(Uuid::new_v4()),
            job_id: JobId::new(Uuid::new_v4()),
            key: format!("videos/{}/{video}.mp4", self.account.library_id),
            etag: "\"e-1\"".to_owned(),
            size,
            blake3: Some(hash(content)),
            part_size: None,
            subtrees: None,
            acknowledged: Vec::new(),
            damaged: false,
        };
        let outcome = self.catalog.complete_upload(&completed, now).await.unwrap();
        assert_eq!(outcome, CompleteOutcome::Completed);
    }

    /// The only job that is due.
    pub(super) async fn claim(&self, now: Timestamp) -> ClaimedJob {
        let until = now.saturating_add(Duration::from_mins(1));
        self.catalog
            .claim_job("w", Stage::ALL, until, now)
            .await
            .unwrap()
            .unwrap()
    }

    /// Its bytes were read back.
    pub(super) async fn validate(&self, content: u64, damage: Option<&str>, now: Timestamp) {
        let verified = Verified {
            kind: VideoKind::Video,
            damage: damage.map(str::to_owned),
            blake3: hash(content),
            part_size: PartSize::new(8 << 20).unwrap(),
            subtrees: vec![hash(content), hash(content + 1)],
            etag: "\"e-2\"".to_owned(),
            read: Some(ReadAt {
                at: now,
                how: VerifiedHow::Cached,
            }),
        };
        let job = self.claim(now).await;
        let side_car = self.catalog.describe(job.video_id).await.unwrap();
        let validation = Validation::Verified {
            verified,
            side_car: Box::new(side_car.unwrap()),
        };
        let next = [Uuid::new_v4(), Uuid::new_v4()].map(JobId::new);
        let held = self
            .catalog
            .finish_validation(&job, &validation, next, now)
            .await
            .unwrap();
        assert_eq!(held, Held::Yes);
    }

    /// Its container was looked into.
    pub(super) async fn probe(&self, probe: &Probe, now: Timestamp) {
        let job = self.claim(now).await;
        assert_eq!(
            self.catalog
                .finish_probe(&job, probe, None, now)
                .await
                .unwrap(),
            Held::Yes
        );
    }

    /// All of it: announced, completed, verified, probed.
    pub(super) async fn indexed(
        &self,
        new: NewUpload,
        content: u64,
        probe: &Probe,
        now: Timestamp,
    ) -> VideoId {
        let size = new.size_bytes.unwrap_or(1);
        let video = self.open(new, now).await;
        self.complete(video, size, content, now).await;
        self.validate(content, None, now).await;
        self.probe(probe, now).await;
        video
    }

    /// As it is now.
    pub(super) async fn video(&self, video: VideoId) -> Option<Video> {
        self.catalog
            .video(self.account.library_id, video)
            .await
            .unwrap()
    }

    /// What the counters say, as `state videos bytes`, without what is empty.
    pub(super) async fn counts(&self) -> Vec<String> {
        let counts = self.catalog.counts(self.account.library_id).await.unwrap();
        counts
            .iter()
            .filter(|count| count.videos > 0 || count.bytes > 0)
            .map(|count| format!("{} {} {}", count.state, count.videos, count.bytes))
            .collect()
    }
}
