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
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Duration = Duration::from_secs(1);

    /// An outage is over at once.
    fn impatient(rounds: u32) -> Budget {
        Budget::new(Patience {
            rounds,
            outage: Duration::ZERO,
            ..Patience::default()
        })
    }

    fn unreachable() -> Failure {
        Failure::Unreachable("connection refused".into())
    }

    fn failures() -> impl Strategy<Value = Failure> {
        prop_oneof![
            Just(unreachable()),
            proptest::option::of(0u64..10_000).prop_map(|s| Failure::Busy {
                retry_after: s.map(Duration::from_secs)
            }),
            Just(Failure::Fault { status: 500 }),
            Just(Failure::UrlRefused { status: 403 }),
            Just(Failure::UploadUnknown),
            Just(Failure::Corrupted),
        ]
    }

    proptest! {
        #[test]
        fn any_failures_in_a_row_come_to_an_end(
            row in proptest::collection::vec(failures(), 300),
            together in 0usize..9,
            jitter in 0.0f64..=1.0,
        ) {
            let mut budget = Budget::new(Patience::default());
            // Each try takes a second.
            let stopped = row.into_iter().zip(1..).any(|(failure, attempt)| {
                let now = Duration::from_secs(attempt.into());
                matches!(budget.decide(now, failure, attempt, together, jitter), Verdict::Stop(_))
            });
            prop_assert!(stopped);
        }

        #[test]
        fn an_outage_of_a_minute_ends_nothing_however_many_parts_are_refused(
            parts in 1usize..=64,
            jitters in proptest::collection::vec(0.0f64..=1.0, 64),
        ) {
            let mut budget = Budget::new(Patience::default());
            let mut due: Vec<(Duration, u32)> = vec![(Duration::ZERO, 1); parts];
            let mut jitters = jitters.into_iter().cycle();
            // Parts that wait are in flight no more, so that the last one is alone.
            while let Some(next) = (0..parts).min_by_key(|part| due[*part].0) {
                let (now, attempt) = due[next];
                if now > Duration::from_mins(1) {
                    break;
                }
                let jitter = jitters.next().unwrap();
                let verdict = budget.decide(now, unreachable(), attempt, 1, jitter);
                let Verdict::Again(wait) = verdict else {
                    return Err(TestCaseError::fail(format!("{verdict:?} after {now:?}")));
                };
                due[next] = (now + wait + Duration::from_millis(1), attempt + 1);
            }
        }

        #[test]
        fn no_pause_is_longer_than_the_cap_and_what_was_asked(
            failure in failures(),
            attempt in 1u32..100,
            jitter in -1.0f64..=2.0,
        ) {
            let mut budget = Budget::new(Patience::default());
            let pause = match budget.decide(NOW, failure, attempt, 1, jitter) {
                Verdict::Again(pause) | Verdict::SignAnew(pause) | Verdict::AskStore(pause) => pause,
                Verdict::Stop(_) => Duration::ZERO,
            };
            prop_assert!(pause <= Patience::default().cap + RETRY_AFTER_MAX);
        }
    }

    #[test]
    fn progress_refills_the_budget() {
        let mut budget = impatient(2);
        for _ in 0..10 {
            assert!(matches!(
                budget.decide(NOW, unreachable(), 1, 1, 1.0),
                Verdict::Again(_)
            ));
            assert!(matches!(
                budget.decide(NOW, unreachable(), 2, 1, 1.0),
                Verdict::Again(_)
            ));
            budget.refill();
        }
        budget.decide(NOW, unreachable(), 1, 1, 1.0);
        budget.decide(NOW, unreachable(), 2, 1, 1.0);
        assert!(matches!(
            budget.decide(NOW, unreachable(), 3, 1, 1.0),
            Verdict::Stop(Stop::Unreachable(_))
        ));
    }

    #[test]
    fn parts_that_fail_together_are_one_round() {
        let mut budget = impatient(1);
        for _ in 0..4 {
            assert!(matches!(
                budget.decide(NOW, unreachable(), 1, 4, 1.0),
                Verdict::Again(_)
            ));
        }
        assert!(matches!(
            budget.decide(NOW, unreachable(), 1, 4, 1.0),
            Verdict::Stop(_)
        ));
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        let seconds: Vec<f64> = (1..=8)
            .map(|attempt| {
                let mut budget = Budget::new(Patience::default());
                match budget.decide(NOW, unreachable(), attempt, 1, 1.0) {
                    Verdict::Again(pause) => pause.as_secs_f64(),
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    }

    #[test]
    fn an_old_url_is_replaced_at_once_and_a_refused_one_not_for_ever() {
        let refused = Failure::UrlRefused { status: 403 };
        let mut budget = Budget::new(Patience::default());
        assert_eq!(
            budget.decide(NOW, refused.clone(), 1, 1, 1.0),
            Verdict::SignAnew(Duration::ZERO)
        );
        assert_eq!(
            budget.decide(NOW, refused, 4, 1, 1.0),
            Verdict::Stop(Stop::StoreRefused { status: 403 })
        );
    }

    #[test]
    fn what_the_server_asks_for_is_waited_for() {
        let mut budget = Budget::new(Patience::default());
        let busy = |seconds| Failure::Busy {
            retry_after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(
            budget.decide(NOW, busy(7), 1, 1, 0.0),
            Verdict::Again(Duration::from_secs(7))
        );
        assert_eq!(
            budget.decide(NOW, busy(1_000_000), 1, 1, 0.0),
            Verdict::Again(RETRY_AFTER_MAX)
        );
    }
}
