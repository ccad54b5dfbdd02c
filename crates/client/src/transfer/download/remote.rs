//! What is fetched: its size, its hash, how it is cut, and a URL that is replaced when it becomes too old.

use heimdex_api::hash::root_of_parts;
use heimdex_api::limits::PART_SIZE_DEFAULT;
use heimdex_api::plan::{PartPlan, PartSize};
use heimdex_api::video::DownloadResponse;
use heimdex_api::{Blake3, PresignedUrl, Timestamp, VideoId};
use tokio::sync::Mutex;

use crate::transfer::context::{TransferContext, patiently};
use crate::transfer::error::TransferError;

/// A stored video, as the server describes it.
#[derive(Debug)]
pub(super) struct Remote {
    video: VideoId,
    pub(super) filename: String,
    pub(super) mtime: Option<Timestamp>,
    pub(super) plan: PartPlan,
    pub(super) blake3: Option<Blake3>,
    /// One value a part of `plan`; together they make `blake3`.
    pub(super) subtrees: Option<Vec<Blake3>>,
    url: Mutex<Url>,
}

/// A URL, and how many came before it.
#[derive(Debug, Clone)]
pub(super) struct Url {
    pub(super) url: PresignedUrl,
    pub(super) generation: u64,
}

impl Remote {
    pub(super) async fn describe(
        context: &TransferContext,
        video: VideoId,
    ) -> Result<Self, TransferError> {
        let reply = patiently!(context, context.api.download(video, None))?;
        Self::of(video, reply)
    }

    fn of(video: VideoId, reply: DownloadResponse) -> Result<Self, TransferError> {
        let damaged = |what: &str| TransferError::Damaged {
            video,
            what: what.to_owned(),
        };
        let size = reply.size_bytes;
        let cut = reply
            .part_size
            .and_then(PartSize::new)
            .and_then(|cut| PartPlan::new(size, cut));
        let described = cut
            .zip(reply.subtrees)
            .filter(|(plan, subtrees)| plan.count() as usize == subtrees.len());
        let (plan, subtrees) = if let Some((plan, subtrees)) = described {
            (plan, Some(subtrees))
        } else {
            // Nothing to verify parts by: cut as is convenient, and compare the whole.
            let plan = PartPlan::new(size, PartSize::choose(size, Some(PART_SIZE_DEFAULT)));
            (plan.ok_or_else(|| damaged("its size cannot be"))?, None)
        };
        if let (Some(subtrees), Some(blake3)) = (&subtrees, reply.blake3)
            && root_of_parts(subtrees) != blake3
        {
            return Err(damaged("the hashes of its parts do not make its hash"));
        }
        Ok(Self {
            video,
            filename: reply.filename,
            mtime: reply.mtime,
            plan,
            blake3: reply.blake3,
            subtrees,
            url: Mutex::new(Url {
                url: reply.url,
                generation: 0,
            }),
        })
    }

    /// The URL to use now.
    pub(super) async fn url(&self) -> Url {
        self.url.lock().await.clone()
    }

    /// Another URL in place of one that was refused; those who were refused together ask once.
    pub(super) async fn renew(
        &self,
        context: &TransferContext,
        refused: u64,
    ) -> Result<(), TransferError> {
        let mut url = self.url.lock().await;
        if url.generation > refused {
            return Ok(());
        }
        let reply = patiently!(context, context.api.download(self.video, None))?;
        if reply.size_bytes != self.plan.size() || reply.blake3 != self.blake3 {
            return Err(self.damaged("it changed while it was fetched".to_owned()));
        }
        *url = Url {
            url: reply.url,
            generation: refused + 1,
        };
        Ok(())
    }

    pub(super) fn damaged(&self, what: String) -> TransferError {
        TransferError::Damaged {
            video: self.video,
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn reply(part_size: Option<u64>, subtrees: Option<Vec<Blake3>>) -> DownloadResponse {
        DownloadResponse {
            url: PresignedUrl::new("http://store/x"),
            expires_in: 600,
            size_bytes: 2048,
            blake3: Some(Blake3::new([1; 32])),
            part_size,
            subtrees,
            filename: "a".into(),
            mtime: None,
        }
    }

    fn of(reply: DownloadResponse) -> Result<Remote, TransferError> {
        Remote::of(VideoId::new(Uuid::nil()), reply)
    }

    #[test]
    fn parts_that_do_not_make_the_hash_are_no_description() {
        let subtrees = vec![Blake3::new([1; 32]), Blake3::new([2; 32])];
        let mut honest = reply(Some(1024), Some(subtrees.clone()));
        assert!(of(honest.clone()).is_err());
        honest.blake3 = Some(root_of_parts(&subtrees));
        assert_eq!(of(honest).unwrap().subtrees, Some(subtrees));
    }

    #[test]
    fn what_cannot_be_verified_by_parts_is_verified_as_a_whole() {
        let values = vec![Blake3::new([1; 32])];
        for odd in [
            reply(None, None),
            reply(Some(1000), Some(values.clone())),
            reply(Some(1024), Some(values)),
        ] {
            let remote = of(odd).unwrap();
            assert_eq!((remote.subtrees, remote.plan.size()), (None, 2048));
        }
    }
}
