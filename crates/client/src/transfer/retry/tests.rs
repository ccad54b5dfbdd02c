//! What is tried again, after how long, and when it is given up.

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
