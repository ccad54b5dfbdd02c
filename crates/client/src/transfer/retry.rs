//! Decides what follows a failure: again after a while, with a new URL, after asking the store, or an end with a reason.
//!
//! Pure: time and jitter are parameters. A budget that every acknowledged part refills bounds how long an outage is
//! waited for: by the clock, because parts in flight fail together, and a server that restarts refuses all of them at once.

use std::time::Duration;

use super::stop::Stop;

/// What went wrong with one request, as far as the decision depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered, the connection broke, or the answer was no answer. The text says which, without a URL.
    Unreachable(String),
    /// The server or the store asks for patience (429, 503), perhaps saying how long.
    Busy {
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// A fault of the server or the store (500, 502, 504).
    Fault {
        /// The HTTP status.
        status: u16,
    },
    /// The store refuses a URL: too old, or signed by a key that has changed.
    UrlRefused {
        /// The HTTP status.
        status: u16,
    },
    /// The store does not know the upload that a URL belongs to.
    UploadUnknown,
    /// The store received other bytes than were announced.
    Corrupted,
    /// Repeating cannot help.
    Final(Stop),
}

impl Failure {
    /// A few words for a person who waits.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unreachable(why) => why.clone(),
            Self::Busy { .. } => "the server is busy".to_owned(),
            Self::Fault { status } => format!("the server answered {status}"),
            Self::UrlRefused { .. } => "an address had expired".to_owned(),
            Self::UploadUnknown => "the store does not know the upload".to_owned(),
            Self::Corrupted => "bytes were damaged on the way".to_owned(),
            Self::Final(stop) => stop.to_string(),
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same again, after this long.
    Again(Duration),
    /// Ask for a new URL, after this long.
    SignAnew(Duration),
    /// Ask the store what it has, after this long.
    AskStore(Duration),
    /// Give up.
    Stop(Stop),
}

/// How patient a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The longest first pause; doubled with each attempt.
    pub base: Duration,
    /// The longest pause at all.
    pub cap: Duration,
    /// How long nothing but failures is waited for, from the first of them.
    pub outage: Duration,
    /// At least so many rounds of failures come before giving up: on a slow line few tries take long.
    pub rounds: u32,
}

impl Default for Patience {
    /// Three minutes of nothing but failures: a server that restarts, a router that does.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            outage: Duration::from_mins(3),
            rounds: 6,
        }
    }
}

/// How often one part may be refused or damaged before that is taken for an answer.
const REFUSALS_MAX: u32 = 4;

/// The longest wait that a server may ask for; a larger `Retry-After` is held at it.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

/// The failures since the last progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    patience: Patience,
    /// When the first of them came.
    since: Option<Duration>,
    /// Failures counted in shares of a round: four parts that fail together are one round, not four.
    spent: f64,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            since: None,
            spent: 0.0,
        }
    }

    /// Something was acknowledged: the line works.
    pub fn refill(&mut self) {
        self.since = None;
        self.spent = 0.0;
    }

    /// Decides at `now`, by any clock that goes on, about the `attempt`th failure in a row (from 1) of one thing, while
    /// `together` things are under way. `jitter` is a random number of 0 to 1.
    pub fn decide(
        &mut self,
        now: Duration,
        failure: Failure,
        attempt: u32,
        together: usize,
        jitter: f64,
    ) -> Verdict {
        let refused_often = attempt >= REFUSALS_MAX;
        let words = failure.words();
        match failure {
            Failure::Final(stop) => Verdict::Stop(stop),
            Failure::Corrupted if refused_often => Verdict::Stop(Stop::Corrupted),
            Failure::UrlRefused { status } if refused_often => {
                Verdict::Stop(Stop::StoreRefused { status })
            }
            Failure::UploadUnknown if refused_often => Verdict::Stop(Stop::UploadGone),
            // The first refusal costs no time: the URL was too old, that is all.
            Failure::UrlRefused { .. } => Verdict::SignAnew(self.pause(attempt - 1, jitter)),
            Failure::UploadUnknown => Verdict::AskStore(self.pause(attempt - 1, jitter)),
            Failure::Corrupted => Verdict::Again(self.pause(attempt, jitter)),
            Failure::Unreachable(_) | Failure::Fault { .. } => {
                if self.spend(now, together) {
                    Verdict::Again(self.pause(attempt, jitter))
                } else {
                    Verdict::Stop(Stop::Unreachable(words))
                }
            }
            Failure::Busy { retry_after } => {
                if !self.spend(now, together) {
                    return Verdict::Stop(Stop::Unreachable(words));
                }
                let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                // Spread what was told the same moment to everybody.
                Verdict::Again(asked + self.pause(attempt, jitter))
            }
        }
    }

    /// Takes one failure's share; false where nothing is left.
    fn spend(&mut self, now: Duration, together: usize) -> bool {
        let since = *self.since.get_or_insert(now);
        let together = u32::try_from(together.max(1)).unwrap_or(u32::MAX);
        self.spent += 1.0 / f64::from(together);
        now.saturating_sub(since) < self.patience.outage
            || self.spent <= f64::from(self.patience.rounds)
    }

    /// Full jitter: anything between nothing and the doubled base.
    fn pause(&self, attempt: u32, jitter: f64) -> Duration {
        if attempt == 0 {
            return Duration::ZERO;
        }
        let doubled = 1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        self.patience
            .base
            .saturating_mul(doubled)
            .min(self.patience.cap)
            .mul_f64(jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests;
