//! Decides what follows a failure: again after a while, with a new URL, after asking the store, or an end with a reason.
//!
//! Pure: time and jitter are parameters. A budget that every acknowledged part refills bounds how long an outage is
//! waited for.

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
    /// Rounds of failures in a row, without a part acknowledged between them, before giving up.
    pub rounds: u32,
}

impl Default for Patience {
    /// About four minutes of nothing but failures.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            rounds: 16,
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
    /// Failures counted in shares of a round: four parts that fail together are one round, not four.
    spent: f64,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            spent: 0.0,
        }
    }

    /// Something was acknowledged: the line works.
    pub fn refill(&mut self) {
        self.spent = 0.0;
    }

    /// Decides about the `attempt`th failure in a row (from 1) of one thing, while `together` things are under way.
    /// `jitter` is a random number of 0 to 1.
    pub fn decide(
        &mut self,
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
                if self.spend(together) {
                    Verdict::Again(self.pause(attempt, jitter))
                } else {
                    Verdict::Stop(Stop::Unreachable(words))
                }
            }
            Failure::Busy { retry_after } => {
                if !self.spend(together) {
                    return Verdict::Stop(Stop::Unreachable(words));
                }
                let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                // Spread what was told the same moment to everybody.
                Verdict::Again(asked + self.pause(attempt, jitter))
            }
        }
    }

    /// Takes one failure's share; false where nothing is left.
    fn spend(&mut self, together: usize) -> bool {
        let together = u32::try_from(together.max(1)).unwrap_or(u32::MAX);
        self.spent += 1.0 / f64::from(together);
        self.spent <= f64::from(self.patience.rounds)
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
            row in proptest::collection::vec(failures(), 200),
            together in 0usize..9,
            jitter in 0.0f64..=1.0,
        ) {
            let mut budget = Budget::new(Patience::default());
            let stopped = row.into_iter().zip(1..).any(|(failure, attempt)| {
                matches!(budget.decide(failure, attempt, together, jitter), Verdict::Stop(_))
            });
            prop_assert!(stopped);
        }

        #[test]
        fn no_pause_is_longer_than_the_cap_and_what_was_asked(
            failure in failures(),
            attempt in 1u32..100,
            jitter in -1.0f64..=2.0,
        ) {
            let mut budget = Budget::new(Patience::default());
            let pause = match budget.decide(failure, attempt, 1, jitter) {
                Verdict::Again(pause) | Verdict::SignAnew(pause) | Verdict::AskStore(pause) => pause,
                Verdict::Stop(_) => Duration::ZERO,
            };
            prop_assert!(pause <= Patience::default().cap + RETRY_AFTER_MAX);
        }
    }

    #[test]
    fn progress_refills_the_budget() {
        let mut budget = Budget::new(Patience {
            rounds: 2,
            ..Patience::default()
        });
        for _ in 0..10 {
            assert!(matches!(
                budget.decide(unreachable(), 1, 1, 1.0),
                Verdict::Again(_)
            ));
            assert!(matches!(
                budget.decide(unreachable(), 2, 1, 1.0),
                Verdict::Again(_)
            ));
            budget.refill();
        }
        budget.decide(unreachable(), 1, 1, 1.0);
        budget.decide(unreachable(), 2, 1, 1.0);
        assert!(matches!(
            budget.decide(unreachable(), 3, 1, 1.0),
            Verdict::Stop(Stop::Unreachable(_))
        ));
    }

    #[test]
    fn parts_that_fail_together_are_one_round() {
        let mut budget = Budget::new(Patience {
            rounds: 1,
            ..Patience::default()
        });
        for _ in 0..4 {
            assert!(matches!(
                budget.decide(unreachable(), 1, 4, 1.0),
                Verdict::Again(_)
            ));
        }
        assert!(matches!(
            budget.decide(unreachable(), 1, 4, 1.0),
            Verdict::Stop(_)
        ));
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        let seconds: Vec<f64> = (1..=8)
            .map(|attempt| {
                let mut budget = Budget::new(Patience::default());
                match budget.decide(unreachable(), attempt, 1, 1.0) {
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
            budget.decide(refused.clone(), 1, 1, 1.0),
            Verdict::SignAnew(Duration::ZERO)
        );
        assert_eq!(
            budget.decide(refused, 4, 1, 1.0),
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
            budget.decide(busy(7), 1, 1, 0.0),
            Verdict::Again(Duration::from_secs(7))
        );
        assert_eq!(
            budget.decide(busy(1_000_000), 1, 1, 0.0),
            Verdict::Again(RETRY_AFTER_MAX)
        );
    }
}
