//! Performs what the state of a transfer asks for: hashes, calls, sends, records; and feeds back what happened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::upload::{
    AcknowledgedPart, CompleteUploadRequest, PartToSign, SignPartsRequest, SignedPart,
};
use heimdex_api::{Blake3, PartChecksum, VideoId, failpoint};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answers::{closed, complete_failed, normal};
use super::context::{TransferContext, given_up, jitter};
use super::event::{Effect, Event, Notice};
use super::plan::HashedPart;
use super::progress::{Progress, Reporter};
use super::retry::Failure;
use super::send::send;
use super::source::{Piece, Source};
use super::state::Transfer;
use super::stop::Stop;
use crate::journal::UploadRow;

/// Tasks wait when as many events are unread; the owner never does.
const QUEUE: usize = 64;
/// How often people see what is under way.
const GLANCE: Duration = Duration::from_millis(250);

/// What every request of one upload names.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) video_id: VideoId,
    pub(crate) epoch: u32,
    pub(crate) plan: PartPlan,
    pub(crate) algorithm: PartChecksum,
    pub(crate) damaged: Option<bool>,
    /// `None` where the journal could not be written.
    pub(crate) row: Option<UploadRow>,
}

/// How a transfer went.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) blake3: Blake3,
    /// What this run sent.
    pub(crate) bytes: u64,
}

/// The driver of one transfer.
pub(crate) struct Engine<'a> {
    context: &'a TransferContext,
    source: Arc<Source>,
    upload: Upload,
    report: &'a Reporter,
    cancel: &'a CancellationToken,
    events: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
    under_way: BTreeMap<PartNumber, Arc<AtomicU64>>,
    sent: u64,
}

impl<'a> Engine<'a> {
    /// Runs a transfer to its end. Interrupted by `cancel` it waits for what is in flight, or drops it: see
    /// [`InFlight`](super::InFlight).
    pub(crate) async fn run(
        context: &'a TransferContext,
        source: Arc<Source>,
        upload: Upload,
        mut transfer: Transfer,
        report: &'a Reporter,
        cancel: &'a CancellationToken,
    ) -> Result<Sent, Stop> {
        let (events, mut happened) = mpsc::channel(QUEUE);
        let mut engine = Engine {
            context,
            source,
            upload,
            report,
            cancel,
            events,
            tasks: JoinSet::new(),
            under_way: BTreeMap::new(),
            sent: 0,
        };
        let result = engine.drive(&mut transfer, &mut happened).await;
        // Whatever still runs, nobody waits for.
        engine.tasks.shutdown().await;
        result
    }

    async fn drive(
        &mut self,
        transfer: &mut Transfer,
        happened: &mut mpsc::Receiver<Event>,
    ) -> Result<Sent, Stop> {
        let begun = Instant::now();
        let mut glance = tokio::time::interval(GLANCE);
        let mut is_cancelled = false;
        let mut event = Event::Begun;
        loop {
            self.note(&event);
            for effect in transfer.apply(begun.elapsed(), jitter(), event) {
                if let Some(result) = self.perform(effect).await {
                    return result.map(|blake3| Sent {
                        blake3,
                        bytes: self.sent,
                    });
                }
            }
            event = loop {
                let wake = transfer.wake_at().map(|at| begun + at);
                tokio::select! {
                    Some(event) = happened.recv() => break event,
                    () = self.cancel.cancelled(), if !is_cancelled => {
                        is_cancelled = true;
                        break Event::Cancelled;
                    }
                    () = until(wake) => break Event::Tick,
                    _ = glance.tick() => self.show_under_way(),
                    // Only a task that broke says nothing itself.
                    Some(Err(broken)) = self.tasks.join_next() => {
                        break Event::FileFailed(given_up(broken));
                    }
                }
            };
        }
    }

    /// Keeps count of what is under way and of what was sent.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Acknowledged { part, .. } => {
                self.under_way.remove(part);
                self.sent += self.upload.plan.length(*part).unwrap_or(0);
            }
            Event::SendFailed { part, .. } => {
                self.under_way.remove(part);
            }
            _ => {}
        }
    }

    fn show_under_way(&self) {
        let bytes = self
            .under_way
            .values()
            .map(|moved| moved.load(Ordering::Relaxed))
            .sum();
        self.report.tell(Progress::UnderWay { bytes });
    }

    async fn perform(&mut self, effect: Effect) -> Option<Result<Blake3, Stop>> {
        match effect {
            Effect::Hash(part) => self.hash(part),
            Effect::Sign {
                parts,
                acknowledged,
            } => self.sign(parts, acknowledged),
            Effect::Send { signed, hashed } => self.send(signed, hashed),
            Effect::Record { part, etag, hashed } => self.record(part, etag, hashed).await,
            Effect::Ask => self.ask(),
            Effect::Complete {
                blake3,
                subtrees,
                acknowledged,
            } => {
                self.complete(blake3, subtrees, acknowledged).await;
            }
            Effect::Report(acknowledged) => self.report_last(acknowledged).await,
            Effect::Tell(notice) => self.tell(notice),
            Effect::Finish(result) => return Some(result),
        }
        None
    }

    fn hash(&mut self, part: PartNumber) {
        let (source, events) = (Arc::clone(&self.source), self.events.clone());
        let piece = self.upload.piece(part);
        self.tasks.spawn(async move {
            let hashed = match piece {
                Some(piece) => tokio::task::spawn_blocking(move || source.hash(&piece, |_| {}))
                    .await
                    .unwrap_or_else(|error| Err(given_up(error))),
                None => Err(Stop::FileChanged),
            };
            let event = match hashed {
                Ok(hashed) => Event::Hashed { part, hashed },
                Err(stop) => Event::FileFailed(stop),
            };
            // The owner is gone only when the transfer is over.
            let _ = events.send(event).await;
        });
    }

    fn sign(&mut self, parts: Vec<PartToSign>, acknowledged: Vec<AcknowledgedPart>) {
        let (api, events) = (self.context.api.clone(), self.events.clone());
        let video = self.upload.video_id;
        let request = SignPartsRequest {
            epoch: Some(self.upload.epoch),
            parts,
            acknowledged: (!acknowledged.is_empty()).then_some(acknowledged),
        };
        self.tasks.spawn(async move {
            let event = match api.sign_parts(video, &request).await {
                Ok(reply) => Event::Signed(reply.parts),
                Err(error) => Event::SignFailed(Failure::of_api(&error)),
            };
            let _ = events.send(event).await;
        });
    }

    fn send(&mut self, signed: SignedPart, hashed: HashedPart) {
        let moved = Arc::new(AtomicU64::new(0));
        self.under_way
            .insert(signed.part_number, Arc::clone(&moved));
        let (source, events) = (Arc::clone(&self.source), self.events.clone());
        let (slots, cancel) = (Arc::clone(&self.context.slots), self.cancel.clone());
        let (outlet, plan) = (self.context.outlet().clone(), self.upload.plan);
        let dropped = self.context.in_flight.dropped_by(&cancel);
        self.tasks.spawn(async move {
            let part = signed.part_number;
            // No end of its own: the state waits until nothing is in flight.
            let interrupted = || Err(Failure::Unreachable("interrupted".to_owned()));
            let slot = tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                slot = slots.acquire_owned() => slot.ok(),
            };
            let result = match slot {
                Some(_slot) => {
                    let sending = send(&outlet, source, &plan, &signed, &hashed, moved);
                    let sent = dropped.run_until_cancelled(sending).await;
                    sent.unwrap_or_else(interrupted)
                }
                None => interrupted(),
            };
            let event = match result {
                Ok(etag) => Event::Acknowledged { part, etag },
                Err(Failure::Final(stop)) if stop.is_of_the_file() => Event::FileFailed(stop),
                Err(failure) => Event::SendFailed { part, failure },
            };
            let _ = events.send(event).await;
        });
    }

    async fn record(&mut self, part: PartNumber, etag: String, hashed: HashedPart) {
        let Some(row) = self.upload.row else {
            return;
        };
        failpoint!("client.part.acknowledged");
        let now = self.context.now();
        let record = move |journal: &crate::journal::Journal| {
            journal.record_part(row, part, &hashed, &etag, now)
        };
        if self.context.journaled(record).await.is_none() {
            self.upload.row = None;
        }
        failpoint!("client.part.journaled");
    }

    fn ask(&mut self) {
        let (api, events) = (self.context.api.clone(), self.events.clone());
        let upload = self.upload.clone();
        self.tasks.spawn(async move {
            let event = match api.upload_status(upload.video_id).await {
                Ok(reply) if reply.epoch != upload.epoch => {
                    Event::AskFailed(Failure::Final(Stop::TakenOver))
                }
                Ok(reply) => Event::Listed(normal(upload.algorithm, reply.parts)),
                Err(error) => closed(&api, upload.video_id, &error)
                    .await
                    .unwrap_or_else(|| Event::AskFailed(Failure::of_api(&error))),
            };
            let _ = events.send(event).await;
        });
    }

    async fn complete(
        &mut self,
        blake3: Blake3,
        subtrees: Vec<Blake3>,
        acknowledged: Vec<AcknowledgedPart>,
    ) {
        let now = self.context.now();
        if let Some(row) = self.upload.row {
            self.context
                .journaled(move |journal| journal.completing_upload(row, &blake3, now))
                .await;
            failpoint!("client.upload.completing");
        }
        let (api, events) = (self.context.api.clone(), self.events.clone());
        let request = CompleteUploadRequest {
            video_id: self.upload.video_id,
            epoch: Some(self.upload.epoch),
            blake3: Some(blake3),
            size_bytes: Some(self.upload.plan.size()),
            subtrees: Some(subtrees),
            acknowledged: (!acknowledged.is_empty()).then_some(acknowledged),
            damaged: self.upload.damaged,
        };
        self.tasks.spawn(async move {
            let event = match api.complete_upload(&request).await {
                Ok(_) => Event::Completed,
                Err(error) => complete_failed(&api, request.video_id, &error).await,
            };
            failpoint!("client.upload.completed");
            let _ = events.send(event).await;
        });
    }

    /// Best effort, and not for long: somebody waits for the end.
    async fn report_last(&mut self, acknowledged: Vec<AcknowledgedPart>) {
        const AT_MOST: Duration = Duration::from_secs(3);
        let request = SignPartsRequest {
            epoch: Some(self.upload.epoch),
            parts: Vec::new(),
            acknowledged: Some(acknowledged),
        };
        let call = self.context.api.sign_parts(self.upload.video_id, &request);
        if let Ok(Err(error)) = tokio::time::timeout(AT_MOST, call).await {
            tracing::debug!(error = %error, "what arrived last was not reported");
        }
    }

    fn tell(&self, notice: Notice) {
        match notice {
            Notice::Acknowledged(bytes) => {
                self.report.tell(Progress::Acknowledged { bytes });
                self.show_under_way();
            }
            // After an interruption nothing is tried again.
            Notice::Retrying { .. } if self.cancel.is_cancelled() => {}
            Notice::Retrying { wait, why } => {
                tracing::debug!(wait_ms = wait.as_millis(), why, "trying again");
                self.report.tell(Progress::Retrying { wait, why });
            }
            Notice::Completing => self.report.tell(Progress::Completing),
        }
    }
}

impl Upload {
    /// What the first pass over a part needs to know.
    pub(crate) fn piece(&self, part: PartNumber) -> Option<Piece> {
        Some(Piece {
            range: self.plan.range(part)?,
            algorithm: self.algorithm,
            is_whole: self.plan.count() == 1,
        })
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
