//! Sending a group: one PUT a file, as many at once as the line gains by.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use heimdex_api::failpoint;
use heimdex_api::plan::{PartPlan, PartSize};
use heimdex_api::upload::SignedPart;

use super::ask::{Opened, Route};
use super::{Ended, Round, Told, Way};
use crate::journal::Journal;
use crate::transfer::context::{given_up, jitter};
use crate::transfer::error::TransferError;
use crate::transfer::plan::HashedPart;
use crate::transfer::progress::Progress;
use crate::transfer::retry::{Budget, Failure, Verdict};
use crate::transfer::send::send;
use crate::transfer::source::Source;
use crate::transfer::stop::Stop;

/// A member whose bytes are in the store.
pub(super) struct Arrived {
    pub(super) opened: Opened,
    /// As the store named them; unknown of what arrived in an earlier run.
    pub(super) etag: Option<String>,
    /// What this run sent.
    pub(super) sent: u64,
}

/// What became of sending.
#[derive(Default)]
pub(super) struct Sending {
    pub(super) arrived: Vec<Arrived>,
    pub(super) alone: Vec<usize>,
}

/// How one PUT ended.
enum Put {
    Arrived(Box<Arrived>),
    /// The way of one file knows what to do.
    Alone(usize),
    Failed(usize, TransferError),
    NotTried(usize),
}

impl Round<'_> {
    /// Sends what is to be sent.
    pub(super) async fn send(&self, opened: Vec<Opened>) -> Sending {
        let mut sending = Sending::default();
        let mut waiting = Vec::new();
        for one in opened {
            let told = self.many.begin(one.member.file, Way::Together);
            if matches!(one.route, Route::Put(_)) {
                waiting.push((one, told));
                continue;
            }
            sending.arrived.push(Arrived {
                opened: one,
                etag: None,
                sent: 0,
            });
        }
        let _turn = self.line.turn().await;
        let budget = Mutex::new(Budget::new(self.context.patience));
        let mut waiting = waiting.into_iter();
        let mut flying = FuturesUnordered::new();
        loop {
            while !self.is_stopped() && flying.len() < self.line.limit() {
                let Some((one, told)) = waiting.next() else {
                    break;
                };
                if self.stop_of(one.member.file).is_cancelled() {
                    self.many.end(one.member.file, Ended::NotTried);
                    continue;
                }
                let together = flying.len() + 1;
                flying.push(self.put(one, told, &budget, together));
            }
            match flying.next().await {
                Some(Put::Arrived(arrived)) => sending.arrived.push(*arrived),
                Some(Put::Alone(file)) => sending.alone.push(file),
                Some(Put::Failed(file, error)) => self.failed(file, error),
                Some(Put::NotTried(file)) => self.many.end(file, Ended::NotTried),
                None => break,
            }
        }
        for (one, _) in waiting {
            self.many.end(one.member.file, Ended::NotTried);
        }
        sending
    }

    /// Sends one file, again and again as long as its failures pass.
    async fn put(
        &self,
        opened: Opened,
        told: Told,
        budget: &Mutex<Budget>,
        together: usize,
    ) -> Put {
        let (file, path) = (opened.member.file, opened.member.job.path.clone());
        let (Route::Put(signed), Some(hashed)) = (&opened.route, &opened.member.hashed) else {
            return Put::Alone(file);
        };
        let (signed, hashed) = (signed.clone(), hashed.clone());
        let stopped = |stop| {
            let path = path.clone();
            Put::Failed(file, TransferError::Stopped { path, stop })
        };
        let size = opened.member.size();
        told(Progress::Planned {
            total: size,
            already: 0,
        });
        let source = match self.reopened(&opened).await {
            Ok(source) => source,
            Err(error) => return Put::Failed(file, error),
        };
        let stop = self.stop_of(file);
        let dropped = self.context.in_flight.dropped_by(&stop);
        let mut attempt = 0;
        loop {
            let begun = self.line.now();
            let putting = self.put_once(&source, &signed, &hashed);
            let Some(put) = dropped.run_until_cancelled(putting).await else {
                return Put::NotTried(file);
            };
            let failure = match put {
                Ok(etag) => {
                    self.line.acknowledged(size, begun);
                    refill(budget);
                    let arrived = self.acknowledged(opened, etag, &hashed).await;
                    told(Progress::Acknowledged { bytes: size });
                    return Put::Arrived(Box::new(arrived));
                }
                Err(Failure::Final(stop)) => return stopped(stop),
                Err(failure) => failure,
            };
            self.line.failed(begun);
            attempt += 1;
            let why = failure.words();
            let wait = match decide(budget, self.line.now(), failure, attempt, together) {
                Verdict::Again(wait) => wait,
                Verdict::SignAnew(_) | Verdict::AskStore(_) => return Put::Alone(file),
                Verdict::Stop(stop) => return stopped(stop),
            };
            told(Progress::Retrying { wait, why });
            let pause = tokio::time::sleep(wait);
            if stop.run_until_cancelled(pause).await.is_none() {
                return Put::NotTried(file);
            }
        }
    }

    async fn put_once(
        &self,
        source: &Arc<Source>,
        signed: &SignedPart,
        hashed: &HashedPart,
    ) -> Result<String, Failure> {
        let size = source.size();
        let plan = PartPlan::new(size, PartSize::choose(size, None))
            .ok_or(Failure::Final(Stop::FileChanged))?;
        let moved = Arc::new(AtomicU64::new(0));
        let sent = send(
            self.context.outlet(),
            Arc::clone(source),
            &plan,
            signed,
            hashed,
            Arc::clone(&moved),
        )
        .await;
        tracing::trace!(
            bytes = moved.load(Ordering::Relaxed),
            ok = sent.is_ok(),
            "one PUT"
        );
        sent
    }

    /// The file once more, which must be what it was when it was hashed: hundreds are not held open meanwhile.
    async fn reopened(&self, opened: &Opened) -> Result<Arc<Source>, TransferError> {
        let job = &opened.member.job;
        let (path, below) = (job.path.clone(), job.below.clone());
        let (named, buffers) = (path.clone(), self.context.buffers.clone());
        let source =
            tokio::task::spawn_blocking(move || Source::open(&path, below.as_deref(), buffers));
        let stopped = |stop| TransferError::Stopped {
            path: named.clone(),
            stop,
        };
        let source = source.await.map_err(|error| stopped(given_up(error)))??;
        if source.identity() == opened.member.identity {
            source.take_over(opened.member.has_brought);
            Ok(Arc::new(source))
        } else {
            Err(stopped(Stop::FileChanged))
        }
    }

    /// Keeps in the journal that the store has it.
    async fn acknowledged(&self, opened: Opened, etag: String, hashed: &HashedPart) -> Arrived {
        failpoint!("client.batch.acknowledged");
        if let (Some(row), Route::Put(signed)) = (opened.row, &opened.route) {
            let (part, hashed, etag) = (signed.part_number, hashed.clone(), etag.clone());
            let now = self.context.now();
            let record =
                move |journal: &Journal| journal.record_part(row, part, &hashed, &etag, now);
            self.context.journaled(record).await;
        }
        failpoint!("client.batch.journaled");
        let sent = opened.member.size();
        Arrived {
            opened,
            etag: Some(etag),
            sent,
        }
    }
}

fn refill(budget: &Mutex<Budget>) {
    budget
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .refill();
}

fn decide(
    budget: &Mutex<Budget>,
    now: Duration,
    failure: Failure,
    attempt: u32,
    together: usize,
) -> Verdict {
    let mut budget = budget.lock().unwrap_or_else(PoisonError::into_inner);
    budget.decide(now, failure, attempt, together, jitter())
}
