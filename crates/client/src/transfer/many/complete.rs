//! Completing a group: what arrived is told, and what the server took is written down, each in one piece.

use heimdex_api::limits::BATCH_MAX;
use heimdex_api::plan::PartNumber;
use heimdex_api::upload::{AcknowledgedPart, CompleteUploadRequest};
use heimdex_api::{Blake3, failpoint};

use super::send::Arrived;
use super::{Ended, Round};
use crate::journal::{Journal, UploadRow};
use crate::transfer::context::patiently;
use crate::transfer::upload::UploadOutcome;

impl Round<'_> {
    /// Completes what arrived; what goes on alone comes back.
    pub(super) async fn complete(&self, mut arrived: Vec<Arrived>) -> Vec<usize> {
        let mut alone = Vec::new();
        self.write_completing(&arrived).await;
        while !arrived.is_empty() {
            let rest = arrived.split_off(arrived.len().min(BATCH_MAX));
            alone.extend(self.complete_some(arrived).await);
            arrived = rest;
        }
        alone
    }

    async fn write_completing(&self, arrived: &[Arrived]) {
        let uploads: Vec<(UploadRow, Blake3)> = arrived
            .iter()
            .filter_map(|one| Some((one.opened.row?, one.opened.member.root)))
            .collect();
        let now = self.context.now();
        let write = move |journal: &Journal| journal.completing_uploads(&uploads, now);
        self.context.journaled(write).await;
        failpoint!("client.batch.completing");
    }

    /// One request.
    async fn complete_some(&self, arrived: Vec<Arrived>) -> Vec<usize> {
        let requests: Vec<CompleteUploadRequest> = arrived.iter().map(request).collect();
        let replies = patiently!(self.context, self.context.api.complete_uploads(&requests));
        failpoint!("client.batch.completed");
        let replies = match replies {
            Ok(replies) => replies,
            Err(error) => {
                let files: Vec<usize> = arrived.iter().map(|one| one.opened.member.file).collect();
                return self.broke(&files, error);
            }
        };
        let (mut stored, mut alone) = (Vec::new(), Vec::new());
        for (one, reply) in arrived.into_iter().zip(replies) {
            match reply {
                Ok(_) => stored.push(one),
                Err(error) => {
                    tracing::debug!(%error, "not completed with the others; it goes alone");
                    alone.push(one.opened.member.file);
                }
            }
        }
        let rows: Vec<UploadRow> = stored.iter().filter_map(|one| one.opened.row).collect();
        let now = self.context.now();
        let write = move |journal: &Journal| journal.stored_uploads(&rows, now);
        self.context.journaled(write).await;
        failpoint!("client.batch.stored");
        for one in stored {
            let size = one.opened.member.size();
            let outcome = UploadOutcome::Stored {
                video_id: one.opened.video_id,
                blake3: one.opened.member.root,
                size,
                resumed_bytes: size.saturating_sub(one.sent),
                sent_bytes: one.sent,
            };
            self.many
                .end(one.opened.member.file, Ended::Stored(outcome));
        }
        alone
    }
}

fn request(arrived: &Arrived) -> CompleteUploadRequest {
    let (opened, member) = (&arrived.opened, &arrived.opened.member);
    let acknowledged = arrived.etag.as_ref().zip(member.hashed.as_ref());
    let acknowledged = acknowledged
        .zip(PartNumber::new(1))
        .map(|((etag, hashed), part_number)| AcknowledgedPart {
            part_number,
            etag: etag.clone(),
            checksum: hashed.checksum.clone(),
        });
    CompleteUploadRequest {
        video_id: opened.video_id,
        epoch: Some(opened.epoch),
        blake3: Some(member.root),
        size_bytes: Some(member.size()),
        subtrees: Some(member.hashed.iter().map(|hashed| hashed.subtree).collect()),
        acknowledged: acknowledged.map(|part| vec![part]),
        damaged: member.job.init.damaged,
    }
}
