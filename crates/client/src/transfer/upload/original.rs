//! The original API's way, for servers that know no parts: one PUT of all bytes.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use heimdex_api::VideoId;
use heimdex_api::limits::SINGLE_PUT_MAX;
use heimdex_api::plan::{PartNumber, PartPlan, PartSize};
use heimdex_api::upload::{CompleteUploadRequest, InitUploadRequest, SignedPart};
use uuid::Uuid;

use super::{Run, UploadOutcome};
use crate::http::InitReply;
use crate::transfer::context::{given_up, jitter, patiently};
use crate::transfer::error::TransferError;
use crate::transfer::plan::HashedPart;
use crate::transfer::progress::Progress;
use crate::transfer::retry::{Budget, Verdict};
use crate::transfer::send::send;
use crate::transfer::source::Piece;
use crate::transfer::stop::Stop;

impl Run<'_> {
    /// Sends the whole file with one PUT. There is nothing to go on with: each try begins anew.
    pub(super) async fn original(&self) -> Result<UploadOutcome, TransferError> {
        let (plan, part) = self.one_part()?;
        let hashed = self.hash_whole(&plan).await?;
        let size = plan.size();
        self.report.tell(Progress::Planned {
            total: size,
            already: 0,
        });
        let mut budget = Budget::new(self.context.patience);
        let begun = tokio::time::Instant::now();
        let mut attempt = 0;
        let mut target: Option<(VideoId, SignedPart)> = None;
        let video_id = loop {
            self.still_wanted()?;
            let (video_id, signed) = match target.take() {
                Some(target) => target,
                None => self.ask_original(part).await?,
            };
            let moved = Arc::new(AtomicU64::new(0));
            let (outlet, source) = (self.context.outlet(), Arc::clone(&self.source));
            let sent = send(outlet, source, &plan, &signed, &hashed, moved).await;
            let Err(failure) = sent else { break video_id };
            attempt += 1;
            let why = failure.words();
            let wait = match budget.decide(begun.elapsed(), failure, attempt, 1, jitter()) {
                Verdict::Again(wait) => {
                    target = Some((video_id, signed));
                    wait
                }
                Verdict::SignAnew(wait) | Verdict::AskStore(wait) => wait,
                Verdict::Stop(stop) => return Err(self.stopped(stop)),
            };
            self.report.tell(Progress::Retrying { wait, why });
            tokio::time::sleep(wait).await;
        };
        self.report.tell(Progress::Acknowledged { bytes: size });
        self.report.tell(Progress::Completing);
        self.complete_original(video_id).await?;
        self.remember(None, hashed.subtree, 0, std::time::Duration::ZERO)
            .await;
        Ok(UploadOutcome::Stored {
            video_id,
            blake3: hashed.subtree,
            size,
            resumed_bytes: 0,
            sent_bytes: size,
        })
    }

    fn one_part(&self) -> Result<(PartPlan, PartNumber), TransferError> {
        let size = self.source.size();
        let plan = PartSize::new(SINGLE_PUT_MAX.next_power_of_two())
            .filter(|_| (1..=SINGLE_PUT_MAX).contains(&size))
            .and_then(|part_size| PartPlan::new(size, part_size));
        plan.zip(PartNumber::new(1)).ok_or_else(|| {
            self.stopped(Stop::Api {
                code: None,
                class: crate::ErrorClass::Failed,
                message: "this server takes files of 1 byte to 5 GiB only".to_owned(),
                hint: Some("a newer server takes any file".to_owned()),
            })
        })
    }

    async fn hash_whole(&self, plan: &PartPlan) -> Result<HashedPart, TransferError> {
        let piece = Piece {
            range: 0..plan.size(),
            algorithm: heimdex_api::PartChecksum::Crc32c,
            is_whole: true,
        };
        let source = Arc::clone(&self.source);
        tokio::task::spawn_blocking(move || source.hash(&piece, |_| {}))
            .await
            .unwrap_or_else(|error| Err(given_up(error)))
            .map_err(|stop| self.stopped(stop))
    }

    async fn ask_original(&self, part: PartNumber) -> Result<(VideoId, SignedPart), TransferError> {
        let request = InitUploadRequest {
            size_bytes: Some(self.source.size()),
            ..self.job.init.clone()
        };
        let key = Uuid::new_v4().to_string();
        let api = &self.context.api;
        match patiently!(self.context, api.init_upload(&request, &key))? {
            InitReply::SinglePut(reply) => {
                let signed = SignedPart {
                    part_number: part,
                    url: reply.upload_url,
                    headers: std::collections::BTreeMap::new(),
                    // Nobody asks: an old URL is refused by the store, and another is asked for.
                    expires_at: self
                        .context
                        .now()
                        .saturating_add(std::time::Duration::from_secs(reply.expires_in)),
                };
                Ok((reply.video_id, signed))
            }
            InitReply::Multipart(_) => {
                Err(self.senseless("it offers parts where none were asked for"))
            }
        }
    }

    /// After a lost reply, a 400 means that it was done: completing is not idempotent there.
    async fn complete_original(&self, video_id: VideoId) -> Result<(), TransferError> {
        let request = CompleteUploadRequest {
            video_id,
            epoch: None,
            blake3: None,
            size_bytes: None,
            subtrees: None,
            acknowledged: None,
            damaged: None,
        };
        let api = &self.context.api;
        match patiently!(self.context, api.complete_upload(&request)) {
            Ok(_) => Ok(()),
            Err(error) if error.status() == Some(400) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
