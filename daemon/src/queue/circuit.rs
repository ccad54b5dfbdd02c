//! Whether a server is spoken to at all: after a failure that every file would meet, nothing is sent until one try says
//! that it works again. Pure.

use std::time::Duration;

use heimdex_api::Timestamp;

/// Why a server is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody answers.
    Offline,
    /// Nobody is logged in; only a person can change that.
    LoggedOut,
    /// The account may do nothing; only who runs the server can change that.
    Refused,
    /// The account may not have more.
    Quota,
    /// Its store is full.
    StorageFull,
    /// It says that it is being looked after.
    Maintenance,
}

/// What was seen of a server that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Why.
    pub kind: Kind,
    /// In a sentence.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// How long it asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// Whether a server is spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circuit {
    state: State,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    /// Nothing is sent before the next try.
    Open(Broken, Timestamp),
    /// It is asked whether it answers.
    Asking(Broken),
    /// It answers; one file is tried before all the others follow.
    Trial(Broken),
}

/// What is known of a server that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken {
    away: Away,
    since: Timestamp,
    tries: u32,
}

impl Kind {
    /// The longest first pause, and the longest at all.
    fn pauses(self) -> (Duration, Duration) {
        match self {
            Self::Offline => (Duration::from_secs(5), Duration::from_mins(5)),
            Self::Maintenance => (Duration::from_secs(30), Duration::from_mins(10)),
            // Logging in is noticed by itself.
            Self::LoggedOut | Self::Refused => (Duration::from_mins(15), Duration::from_hours(1)),
            Self::Quota | Self::StorageFull => (Duration::from_mins(5), Duration::from_hours(1)),
        }
    }
}

impl Circuit {
    /// Turns that may begin now, of this server: `None` is as many as fit.
    #[must_use]
    pub fn may_begin(&self) -> Option<usize> {
        match self.state {
            State::Closed => None,
            State::Open(..) | State::Asking(_) => Some(0),
            State::Trial(_) => Some(1),
        }
    }

    /// Why it is left alone, since when, and when it is tried next; `None` where it is not.
    #[must_use]
    pub fn away(&self) -> Option<(&Away, Timestamp, Option<Timestamp>)> {
        match &self.state {
            State::Closed => None,
            State::Open(broken, next) => Some((&broken.away, broken.since, Some(*next))),
            State::Asking(broken) | State::Trial(broken) => {
                Some((&broken.away, broken.since, None))
            }
        }
    }

    /// When it is to be tried, if it is left alone.
    #[must_use]
    pub fn next_try(&self) -> Option<Timestamp> {
        match &self.state {
            State::Open(_, next) => Some(*next),
            State::Closed | State::Asking(_) | State::Trial(_) => None,
        }
    }

    /// A failure that every file would meet. `jitter` is a random number of 0 to 1.
    pub fn failed(&mut self, away: Away, now: Timestamp, jitter: f64) {
        let (since, tries) = match &self.state {
            State::Closed => (now, 0),
            // Files that were under way when it broke down break down together.
            State::Open(broken, next) if broken.away.kind == away.kind && *next > now => {
                let broken = Broken {
                    away,
                    ..broken.clone()
                };
                self.state = State::Open(broken, *next);
                return;
            }
            State::Open(broken, _) | State::Asking(broken) | State::Trial(broken) => {
                (broken.since, broken.tries)
            }
        };
        let next = now.saturating_add(pause(&away, tries, jitter));
        let broken = Broken {
            away,
            since,
            tries: tries.saturating_add(1),
        };
        self.state = State::Open(broken, next);
    }

    /// Asks whether it works again, if it is time to; true where somebody must ask.
    pub fn is_to_be_asked(&mut self, now: Timestamp) -> bool {
        match &self.state {
            State::Open(broken, next) if *next <= now => {
                self.state = State::Asking(broken.clone());
                true
            }
            _ => false,
        }
    }

    /// Something changed that may have mended it: it is tried at once.
    pub fn try_soon(&mut self, now: Timestamp) {
        if let State::Open(broken, _) = &self.state {
            self.state = State::Open(broken.clone(), now);
        }
    }

    /// It answered what was asked.
    pub fn answered(&mut self) {
        if let State::Asking(broken) = &self.state {
            self.state = State::Trial(broken.clone());
        }
    }

    /// It took something of a file: all is well.
    pub fn accepted(&mut self) {
        self.state = State::Closed;
    }

    /// The file that was tried ended by what it is: another one is tried, or all where nothing speaks against it.
    pub fn trial_ended(&mut self) {
        if let State::Trial(broken) = &self.state {
            // Of a server that answers, only its limits are still to be found out.
            if !matches!(broken.away.kind, Kind::Quota | Kind::StorageFull) {
                self.state = State::Closed;
            }
        }
    }
}

fn pause(away: &Away, tries: u32, jitter: f64) -> Duration {
    let (first, most) = away.kind.pauses();
    let doubled = 1_u32.checked_shl(tries).unwrap_or(u32::MAX);
    let longest = first.saturating_mul(doubled).min(most);
    // Half of it at least: a server that is down is not asked at once.
    let pause = longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
    pause.max(away.retry_after.unwrap_or_default().min(most))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        let epoch = Timestamp::from_micros(0).unwrap();
        epoch.saturating_add(Duration::from_secs(seconds))
    }

    fn away(kind: Kind) -> Away {
        Away {
            kind,
            why: "it is away".into(),
            hint: None,
            retry_after: None,
        }
    }

    #[test]
    fn a_server_that_is_away_for_hours_is_asked_seldom_and_then_one_file_leads() {
        let mut circuit = Circuit::default();
        assert_eq!(circuit.may_begin(), None);
        circuit.failed(away(Kind::Offline), at(0), 1.0);
        let mut asked = Vec::new();
        for second in 0..7200 {
            assert_eq!(circuit.may_begin(), Some(0));
            if circuit.is_to_be_asked(at(second)) {
                assert!(!circuit.is_to_be_asked(at(second)), "asked twice at once");
                asked.push(second);
                circuit.failed(away(Kind::Offline), at(second), 1.0);
            }
        }
        assert_eq!(asked[..7], [5, 15, 35, 75, 155, 315, 615]);
        assert!(asked.len() < 35, "{asked:?}");
        let (why, since, next) = circuit.away().unwrap();
        assert_eq!((why.kind, since), (Kind::Offline, at(0)));
        assert!(next.unwrap() <= at(7200 + 300));
        circuit.try_soon(at(7200));
        assert!(circuit.is_to_be_asked(at(7200)));
        circuit.answered();
        assert_eq!(circuit.may_begin(), Some(1));
        circuit.accepted();
        assert_eq!((circuit.may_begin(), circuit.away()), (None, None));
    }

    #[test]
    fn files_that_break_down_together_count_once() {
        let mut circuit = Circuit::default();
        for _ in 0..8 {
            circuit.failed(away(Kind::Offline), at(10), 1.0);
        }
        assert_eq!(circuit.next_try(), Some(at(15)));
    }

    #[test]
    fn a_full_account_is_tried_with_one_file_at_a_time() {
        let mut circuit = Circuit::default();
        circuit.failed(away(Kind::Quota), at(0), 1.0);
        assert!(circuit.is_to_be_asked(at(300)));
        circuit.answered();
        // A file that vanished says nothing of the account.
        circuit.trial_ended();
        assert_eq!(circuit.may_begin(), Some(1));
        circuit.failed(away(Kind::Quota), at(301), 1.0);
        assert_eq!(circuit.next_try(), Some(at(901)));
    }

    #[test]
    fn what_the_server_asks_for_is_waited_for_within_reason() {
        let mut circuit = Circuit::default();
        let asks = |seconds| Away {
            retry_after: Some(Duration::from_secs(seconds)),
            ..away(Kind::Maintenance)
        };
        circuit.failed(asks(120), at(0), 0.0);
        assert_eq!(circuit.next_try(), Some(at(120)));
        let mut circuit = Circuit::default();
        circuit.failed(asks(1_000_000), at(0), 0.0);
        assert_eq!(circuit.next_try(), Some(at(600)));
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Offline),
            Just(Kind::LoggedOut),
            Just(Kind::Refused),
            Just(Kind::Quota),
            Just(Kind::StorageFull),
            Just(Kind::Maintenance)
        ]
    }

    proptest! {
        /// Whatever happens: it never stays open without a next try, never tries sooner than the shortest pause, and
        /// never later than the longest.
        #[test]
        fn it_always_tries_again_and_never_hammers(
            steps in proptest::collection::vec((0u8..6, kind(), 0u64..2000, 0.0f64..=1.0), 1..200),
        ) {
            let (mut circuit, mut now) = (Circuit::default(), 0);
            for (what, kind, pause, jitter) in steps {
                now += pause;
                match what {
                    0 | 1 => circuit.failed(away(kind), at(now), jitter),
                    2 => circuit.answered(),
                    3 => circuit.accepted(),
                    4 => circuit.trial_ended(),
                    _ => {
                        if circuit.is_to_be_asked(at(now)) {
                            prop_assert_eq!(circuit.may_begin(), Some(0));
                            circuit.failed(away(kind), at(now), jitter);
                            let next = circuit.next_try().unwrap();
                            prop_assert!(next >= at(now + 2));
                        }
                    }
                }
                prop_assert_eq!(circuit.away().is_some(), circuit.may_begin().is_some());
                if let Some(next) = circuit.next_try() {
                    prop_assert!(next <= at(now + 3600));
                }
            }
        }
    }
}
