//! What the transfers of one process share: the account, the journal, and how much may be under way at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use heimdex_api::{Blake3, Timestamp};
use tokio::sync::{OwnedMutexGuard, Semaphore};

use super::buffers::Buffers;
use super::in_flight::InFlight;
use super::retry::{Budget, Patience, Verdict};
use super::stop::Stop;
use super::{Failure, pace};
use crate::bwlimit::Throttle;
use crate::journal::Journal;
use crate::{ApiClient, HttpError, ServerUrl};

/// What the transfers of one process share. Clones share it too.
#[derive(Debug, Clone)]
pub struct TransferContext {
    pub(crate) api: ApiClient,
    pub(crate) journal: Journal,
    pub(crate) profile: String,
    pub(crate) patience: Patience,
    pub(crate) in_flight: InFlight,
    pub(crate) buffers: Buffers,
    /// Parts in flight, of all files together.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) gates: Gates,
    outlet: Outlet,
    /// Why the journal was not written, the first time that it was not.
    unwritten: Arc<OnceLock<String>>,
    now: fn() -> Timestamp,
}

/// Where the bytes of parts leave this machine.
#[derive(Debug, Clone)]
pub(crate) struct Outlet {
    pub(crate) client: reqwest::Client,
    /// What holds them back; each does.
    pub(crate) throttles: Vec<Throttle>,
}

impl TransferContext {
    /// Transfers of the account that `profile` names, with this clock.
    #[must_use]
    pub fn new(api: ApiClient, journal: Journal, profile: String, now: fn() -> Timestamp) -> Self {
        let outlet = Outlet {
            client: api.store().clone(),
            throttles: Vec::new(),
        };
        Self {
            api,
            journal,
            profile,
            patience: Patience::default(),
            in_flight: InFlight::default(),
            buffers: Buffers::default(),
            slots: Arc::new(Semaphore::new(pace::PARTS_MOST)),
            gates: Gates::default(),
            outlet,
            unwritten: Arc::default(),
            now,
        }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same, and this becomes of the parts in flight when a transfer is stopped.
    #[must_use]
    pub fn with_in_flight(self, in_flight: InFlight) -> Self {
        Self { in_flight, ..self }
    }

    /// The same, and what is sent is held back by this one too.
    #[must_use]
    pub fn with_throttle(mut self, throttle: Throttle) -> Self {
        self.outlet.throttles.push(throttle);
        self
    }

    /// The server, as the account whose transfers these are.
    #[must_use]
    pub fn api(&self) -> &ApiClient {
        &self.api
    }

    /// Whose transfers these are, as the journal tells accounts apart.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Why the journal was not read or written, where it was not.
    #[must_use]
    pub fn journal_trouble(&self) -> Option<&str> {
        self.unwritten.get().map(String::as_str)
    }

    pub(crate) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// What time it is, by the clock of these transfers.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// The clock of these transfers.
    #[must_use]
    pub fn clock(&self) -> fn() -> Timestamp {
        self.now
    }

    /// Runs something short on the journal without holding up other tasks. A journal that fails costs a listing,
    /// never the transfer: it is told once, here, and the transfer goes on.
    pub async fn journaled<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Journal) -> Result<T, crate::journal::JournalError> + Send + 'static,
    ) -> Option<T> {
        let journal = self.journal.clone();
        let result = tokio::task::spawn_blocking(move || call(&journal)).await;
        match result {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                self.unwritten
                    .get_or_init(|| cause.clone().unwrap_or_else(|| error.to_string()));
                tracing::warn!(error = %error, cause, "the journal was not written; the transfer goes on");
                None
            }
            Err(_) => None,
        }
    }
}

/// How the journal tells accounts apart: by the name of the login (a profile, or `token`) and the server.
#[must_use]
pub fn account_name(login: &str, server: &ServerUrl) -> String {
    format!("{login}@{}", server.origin())
}

/// Calls the API again and again, as long as failures pass by themselves and patience lasts.
///
/// A macro, and not a function of an async closure, because the futures of those cannot be said to be `Send`.
macro_rules! patiently {
    ($context:expr, $call:expr) => {{
        let mut pauses = $crate::transfer::context::Pauses::new($context);
        loop {
            match $call.await {
                Ok(value) => break Ok(value),
                Err(error) => {
                    if let Err(error) = pauses.after(error).await {
                        break Err(error);
                    }
                }
            }
        }
    }};
}
pub(crate) use patiently;

/// The pauses between tries of one call.
pub(crate) struct Pauses {
    budget: Budget,
    begun: tokio::time::Instant,
    attempt: u32,
}

impl Pauses {
    pub(crate) fn new(context: &TransferContext) -> Self {
        Self {
            budget: Budget::new(context.patience),
            begun: tokio::time::Instant::now(),
            attempt: 0,
        }
    }

    /// Waits after a failure that may pass, and hands any other one back.
    pub(crate) async fn after(&mut self, error: HttpError) -> Result<(), HttpError> {
        if !error.is_temporary() {
            return Err(error);
        }
        self.attempt += 1;
        let (now, failure) = (self.begun.elapsed(), Failure::of_api(&error));
        match self.budget.decide(now, failure, self.attempt, 1, jitter()) {
            Verdict::Again(wait) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            Verdict::SignAnew(_) | Verdict::AskStore(_) | Verdict::Stop(_) => Err(error),
        }
    }
}

/// A random number of 0 to 1.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the transfer that draws one"
)]
#[must_use]
pub fn jitter() -> f64 {
    rand::random()
}

/// Blocking work ended without a result: it panicked, or the runtime is going down.
pub(crate) fn given_up(_: tokio::task::JoinError) -> Stop {
    Stop::FileUnreadable("reading was given up".to_owned())
}

/// What makes two files of one run look like each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Likeness {
    /// The size, of a file that is not hashed before it is sent.
    Size(u64),
    /// The hash, where it is known.
    Hash(Blake3),
}

/// Gates of files that are gone are swept away where there are more than this.
const GATES_BEFORE_SWEEP: usize = 64;

/// Files that may be the same go one after another, so that the second finds the first stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    sweep_at: Arc<AtomicUsize>,
    gates: Arc<Mutex<HashMap<Likeness, Weak<tokio::sync::Mutex<()>>>>>,
}

impl Gates {
    /// Passes at once, or not at all.
    pub(crate) fn try_pass(&self, likeness: Likeness) -> Option<OwnedMutexGuard<()>> {
        self.gate(likeness).try_lock_owned().ok()
    }

    /// Waits until no file like this one is under way.
    pub(crate) async fn pass(&self, likeness: Likeness) -> OwnedMutexGuard<()> {
        self.gate(likeness).lock_owned().await
    }

    fn gate(&self, likeness: Likeness) -> Arc<tokio::sync::Mutex<()>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= self.sweep_at.load(Ordering::Relaxed) {
            gates.retain(|_, gate| gate.strong_count() > 0);
            // So that sweeping costs each file a constant share, however many are under way.
            let next = (gates.len() * 2).max(GATES_BEFORE_SWEEP);
            self.sweep_at.store(next, Ordering::Relaxed);
        }
        if let Some(gate) = gates.get(&likeness).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::default();
        gates.insert(likeness, Arc::downgrade(&gate));
        gate
    }
}
