//! The transfer of one file: `apply(event) -> effects`.
//!
//! Pure: one owner feeds it every event with the time, and performs the effects. A part is in exactly one of three
//! places: still to do, under way, or stored. Hashing runs ahead of sending by a few parts, so that URLs are signed
//! ahead and a short outage of the API stops nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use heimdex_api::Checksum;
use heimdex_api::hash::root_of_parts;
use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::upload::{AcknowledgedPart, SignedPart};

use super::event::{Effect, Event};
use super::pace::Pace;
use super::plan::{HashedPart, Standing};
use super::retry::{Budget, Patience};
use reaction::After;

mod advance;
mod reaction;

#[cfg(test)]
mod tests;

/// Parts that are hashed beyond those in flight.
const AHEAD: usize = 4;
/// First passes at the same time.
const HASHING_AT_ONCE: usize = 2;
/// A URL that waited this long is not worth trying; the contract gives it an hour.
const URL_AGE_MAX: Duration = Duration::from_mins(50);
/// What arrived is reported this often where no request takes it along.
const REPORT_EVERY: Duration = Duration::from_secs(15);
/// How often the server may miss parts that the store acknowledged.
const MISSED_MAX: u32 = 4;

/// What does not change while a file is sent.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How the file is cut.
    pub plan: PartPlan,
    /// How many parts one request may name.
    pub parts_per_request: usize,
    /// Most parts in flight.
    pub parallel: usize,
    /// How long an outage is waited for.
    pub patience: Patience,
}

#[derive(Debug, Clone, PartialEq)]
enum Todo {
    Hash {
        unproven: Option<(String, Checksum)>,
    },
    Hashed(HashedPart),
}

#[derive(Debug, Clone, PartialEq)]
enum Active {
    Hashing {
        unproven: Option<(String, Checksum)>,
    },
    Hashed(HashedPart),
    Signing(HashedPart),
    Ready {
        hashed: HashedPart,
        signed: SignedPart,
        signed_at: Duration,
    },
    Sending {
        hashed: HashedPart,
        signed: SignedPart,
        signed_at: Duration,
        begun: Duration,
    },
    Waiting {
        until: Duration,
        then: Box<Active>,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct Stored {
    etag: String,
    hashed: HashedPart,
}

/// One of the requests of which there is at most one at a time.
#[derive(Debug, Clone, PartialEq)]
enum Request {
    Idle,
    /// Wanted, but not before.
    Due(Duration),
    UnderWay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// Interrupted: waits for what is in flight.
    Stopping,
    Over,
}

/// The state of one transfer.
#[derive(Debug)]
pub struct Transfer {
    terms: Terms,
    todo: BTreeMap<PartNumber, Todo>,
    active: BTreeMap<PartNumber, Active>,
    stored: BTreeMap<PartNumber, Stored>,
    stored_bytes: u64,
    /// Failures in a row, of parts that had any.
    failures: BTreeMap<PartNumber, u32>,
    unreported: Vec<AcknowledgedPart>,
    /// On their way with the request that is under way.
    reporting: Vec<AcknowledgedPart>,
    reported_at: Duration,
    sign: Request,
    sign_failures: u32,
    ask: Request,
    complete: Request,
    /// Of asking and completing together: each success of the one leads to the other.
    end_failures: u32,
    pace: Pace,
    budget: Budget,
    phase: Phase,
}

impl Transfer {
    /// A transfer that has not begun: [`Event::Begun`] begins it. `standings` has one entry a part.
    #[must_use]
    pub fn new(terms: Terms, standings: Vec<Standing>, now: Duration) -> Self {
        let mut transfer = Self {
            terms,
            todo: BTreeMap::new(),
            active: BTreeMap::new(),
            stored: BTreeMap::new(),
            stored_bytes: 0,
            failures: BTreeMap::new(),
            unreported: Vec::new(),
            reporting: Vec::new(),
            reported_at: now,
            sign: Request::Idle,
            sign_failures: 0,
            ask: Request::Idle,
            complete: Request::Idle,
            end_failures: 0,
            pace: Pace::new(terms.parallel, now),
            budget: Budget::new(terms.patience),
            phase: Phase::Running,
        };
        for (part, standing) in terms.plan.parts().zip(standings) {
            match standing {
                Standing::Stored { etag, hashed } => transfer.store(part, Stored { etag, hashed }),
                Standing::Unproven { etag, checksum } => {
                    let unproven = Some((etag, checksum));
                    transfer.todo.insert(part, Todo::Hash { unproven });
                }
                Standing::Hashed(hashed) => {
                    transfer.todo.insert(part, Todo::Hashed(hashed));
                }
                Standing::Unknown => {
                    transfer.todo.insert(part, Todo::Hash { unproven: None });
                }
            }
        }
        transfer
    }

    /// Takes URLs that came before the transfer began, with the reply to init.
    pub fn presigned(&mut self, now: Duration, parts: Vec<SignedPart>) {
        for signed in parts {
            let part = signed.part_number;
            if let Some(Todo::Hashed(hashed)) = self.todo.get(&part).cloned() {
                self.todo.remove(&part);
                self.active.insert(
                    part,
                    Active::Ready {
                        hashed,
                        signed,
                        signed_at: now,
                    },
                );
            }
        }
    }

    /// Bytes that the store is known to have.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// When the next [`Event::Tick`] is due, if nothing else happens before.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        if self.phase != Phase::Running {
            return None;
        }
        let due = |request: &Request| match request {
            Request::Due(at) => Some(*at),
            Request::Idle | Request::UnderWay => None,
        };
        let waiting = self.active.values().filter_map(|active| match active {
            Active::Waiting { until, .. } => Some(*until),
            _ => None,
        });
        let mut times: Vec<Duration> = waiting.chain(due(&self.ask)).collect();
        if self.ask == Request::Idle {
            times.extend(due(&self.sign));
            times.extend(due(&self.complete));
            if self.sign == Request::Idle && !self.unreported.is_empty() && !self.all_stored() {
                times.push(self.reported_at + REPORT_EVERY);
            }
        }
        times.into_iter().min()
    }

    /// Takes an event at `now`; `jitter` is a random number of 0 to 1.
    #[must_use]
    pub fn apply(&mut self, now: Duration, jitter: f64, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.phase == Phase::Over {
            return effects;
        }
        let dice = Dice { now, jitter };
        match event {
            Event::Begun | Event::Tick => {}
            Event::Hashed { part, hashed } => self.hashed(part, hashed, &mut effects),
            Event::Signed(parts) => self.signed(dice, parts, &mut effects),
            Event::SignFailed(failure) => self.sign_failed(dice, failure, &mut effects),
            Event::Acknowledged { part, etag } => {
                self.acknowledged(now, part, etag, &mut effects);
            }
            Event::SendFailed { part, failure } => {
                self.send_failed(dice, part, failure, &mut effects);
            }
            Event::Listed(listed) => self.listed(&listed, &mut effects),
            Event::AskFailed(failure) => {
                self.ask = Request::Idle;
                self.end_failed(dice, failure, After::Ask, &mut effects);
            }
            Event::Completed => {
                let blake3 = root_of_parts(&self.subtrees());
                self.finish(Ok(blake3), &mut effects);
            }
            Event::CompleteFailed { failure, missing } => {
                self.complete = Request::Idle;
                self.complete_failed(dice, failure, &missing, &mut effects);
            }
            Event::FileFailed(stop) => self.finish(Err(stop), &mut effects),
            Event::Cancelled => self.phase = Phase::Stopping,
        }
        match self.phase {
            Phase::Running => self.advance(now, &mut effects),
            Phase::Stopping => self.stop_when_still(&mut effects),
            Phase::Over => {}
        }
        effects
    }
}

/// When an event came, and what chance says.
#[derive(Clone, Copy)]
struct Dice {
    now: Duration,
    jitter: f64,
}

impl Active {
    /// The values of a part that nobody is working on.
    fn at_rest(&self) -> Option<&HashedPart> {
        match self {
            Self::Hashed(hashed) | Self::Ready { hashed, .. } => Some(hashed),
            Self::Waiting { then, .. } => then.at_rest(),
            Self::Hashing { .. } | Self::Signing(_) | Self::Sending { .. } => None,
        }
    }
}
