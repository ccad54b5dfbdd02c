//! Any order of events: a small world that answers each effect sooner or later, well or badly.

use std::collections::{BTreeMap, BTreeSet};

use heimdex_api::plan::PartSize;
use heimdex_api::upload::StoredPart;
use heimdex_api::{Blake3, PartChecksum, PresignedUrl, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::transfer::event::Notice;
use crate::transfer::plan::{KnownParts, standings};
use crate::transfer::retry::Failure;
use crate::transfer::stop::Stop;

const PART: u64 = 1024;

fn terms(parts: u32) -> Terms {
    let size = (u64::from(parts) * PART).saturating_sub(24);
    Terms {
        plan: PartPlan::new(size, PartSize::new(PART).unwrap()).unwrap(),
        parts_per_request: 3,
        parallel: 8,
        patience: Patience::default(),
    }
}

fn number(n: u32) -> PartNumber {
    PartNumber::new(n).unwrap()
}

/// What the local bytes of a part hash to.
fn local(part: PartNumber) -> HashedPart {
    let n = u32::from(part.get());
    HashedPart {
        crc32c: n,
        checksum: Checksum::from_crc32c(n),
        subtree: Blake3::new([n.to_le_bytes()[0]; 32]),
    }
}

fn signed(part: PartNumber) -> SignedPart {
    SignedPart {
        part_number: part,
        url: PresignedUrl::new("http://store/part"),
        headers: BTreeMap::new(),
        expires_at: Timestamp::from_micros(0).unwrap(),
    }
}

/// A store and an API that answer in an order and with a fortune that a test chooses.
struct World {
    terms: Terms,
    transfer: Transfer,
    now: Duration,
    /// Effects that have not been answered.
    open: Vec<Effect>,
    stored: BTreeMap<PartNumber, Checksum>,
    /// Whatever the store had at some time.
    ever: BTreeSet<(PartNumber, String)>,
    recorded: BTreeSet<PartNumber>,
    result: Option<Result<Blake3, Stop>>,
    told: Vec<u64>,
}

impl World {
    fn new(parts: u32, known: &KnownParts, stored: BTreeMap<PartNumber, Checksum>) -> Self {
        let terms = terms(parts);
        let listed = list(&terms, &stored);
        let standings = standings(&terms.plan, PartChecksum::Crc32c, known, &listed);
        let mut world = Self {
            terms,
            transfer: Transfer::new(terms, standings, Duration::ZERO),
            now: Duration::ZERO,
            open: Vec::new(),
            ever: stored
                .iter()
                .map(|(part, sum)| (*part, sum.as_str().to_owned()))
                .collect(),
            stored,
            recorded: BTreeSet::new(),
            result: None,
            told: Vec::new(),
        };
        world.feed(Event::Begun, 0.5);
        world
    }

    fn feed(&mut self, event: Event, jitter: f64) {
        for effect in self.transfer.apply(self.now, jitter, event) {
            assert!(self.result.is_none(), "nothing follows the end: {effect:?}");
            match effect {
                Effect::Record { part, hashed, .. } => {
                    assert_eq!(hashed, local(part));
                    let seen = (part, hashed.checksum.as_str().to_owned());
                    assert!(self.ever.contains(&seen), "stored before recorded");
                    self.recorded.insert(part);
                }
                Effect::Tell(Notice::Acknowledged(bytes)) => self.told.push(bytes),
                Effect::Tell(_) | Effect::Report(_) => {}
                Effect::Finish(result) => self.result = Some(result),
                other => self.begin(other),
            }
        }
        let sending = self
            .open
            .iter()
            .filter(|e| matches!(e, Effect::Send { .. }))
            .count();
        assert!(sending <= self.terms.parallel);
        assert!(
            self.open.len() <= self.terms.parallel + AHEAD + 3,
            "{:?}",
            self.open
        );
    }

    fn begin(&mut self, effect: Effect) {
        let twice = self.open.iter().any(|open| match (open, &effect) {
            (Effect::Hash(a), Effect::Hash(b)) => a == b,
            (Effect::Send { signed: a, .. }, Effect::Send { signed: b, .. }) => {
                a.part_number == b.part_number
            }
            (a, b) => {
                std::mem::discriminant(a) == std::mem::discriminant(b)
                    && !matches!(a, Effect::Hash(_) | Effect::Send { .. })
            }
        });
        assert!(!twice, "{effect:?} is under way already");
        if let Effect::Sign {
            parts,
            acknowledged,
        } = &effect
        {
            assert!(parts.len() <= self.terms.parts_per_request);
            assert!(acknowledged.len() <= self.terms.parts_per_request);
        }
        self.open.push(effect);
    }

    fn take(&mut self, part: PartNumber, checksum: Checksum) {
        self.ever.insert((part, checksum.as_str().to_owned()));
        self.stored.insert(part, checksum);
    }

    /// Answers one of the open effects.
    fn answer(&mut self, which: usize, failure: Option<Failure>, jitter: f64) {
        let effect = self.open.swap_remove(which % self.open.len());
        let event = match (effect, failure) {
            (Effect::Hash(part), _) => Event::Hashed {
                part,
                hashed: local(part),
            },
            (Effect::Sign { parts, .. }, None) => {
                Event::Signed(parts.iter().map(|part| signed(part.part_number)).collect())
            }
            (Effect::Sign { .. }, Some(failure)) => Event::SignFailed(failure),
            (Effect::Send { signed, hashed }, None) => {
                let part = signed.part_number;
                self.take(part, hashed.checksum);
                Event::Acknowledged {
                    part,
                    etag: format!("etag-{part}"),
                }
            }
            (Effect::Send { signed, hashed }, Some(failure)) => {
                // A reply may be lost after the store took the part.
                if jitter > 0.5 {
                    self.take(signed.part_number, hashed.checksum);
                }
                Event::SendFailed {
                    part: signed.part_number,
                    failure,
                }
            }
            (Effect::Ask, None) => Event::Listed(list(&self.terms, &self.stored)),
            (Effect::Ask, Some(failure)) => Event::AskFailed(failure),
            (
                Effect::Complete {
                    subtrees, blake3, ..
                },
                None,
            ) => {
                assert_eq!(blake3, root_of_parts(&subtrees));
                let missing: Vec<PartNumber> = self
                    .terms
                    .plan
                    .parts()
                    .filter(|part| self.stored.get(part) != Some(&local(*part).checksum))
                    .collect();
                if missing.is_empty() {
                    assert_eq!(subtrees.len(), self.terms.plan.count() as usize);
                    Event::Completed
                } else {
                    Event::CompleteFailed {
                        failure: Failure::UploadUnknown,
                        missing,
                    }
                }
            }
            (Effect::Complete { .. }, Some(failure)) => Event::CompleteFailed {
                failure,
                missing: Vec::new(),
            },
            (
                Effect::Record { .. } | Effect::Report(_) | Effect::Tell(_) | Effect::Finish(_),
                _,
            ) => {
                unreachable!("these are not answered")
            }
        };
        self.feed(event, jitter);
    }

    /// Lets time pass to the next moment that the transfer waits for.
    fn tick(&mut self) {
        let at = self.transfer.wake_at().expect("something is waited for");
        self.now = self.now.max(at);
        self.feed(Event::Tick, 0.5);
        // A moment that was waited for must not be waited for again: the driver would spin.
        if let Some(next) = self.transfer.wake_at() {
            assert!(
                next > self.now || self.result.is_some(),
                "{next:?} <= {:?}",
                self.now
            );
        }
    }

    /// Everything goes well from here.
    fn settle(&mut self) -> Result<Blake3, Stop> {
        for _ in 0..10_000 {
            if let Some(result) = self.result.take() {
                return result;
            }
            if self.open.is_empty() {
                self.tick();
            } else {
                self.answer(0, None, 0.5);
            }
        }
        panic!("it never ends");
    }
}

fn list(terms: &Terms, stored: &BTreeMap<PartNumber, Checksum>) -> Vec<StoredPart> {
    stored
        .iter()
        .map(|(part, checksum)| StoredPart {
            part_number: *part,
            size_bytes: terms.plan.length(*part).unwrap_or(7),
            etag: format!("etag-{part}"),
            checksum: Some(checksum.clone()),
        })
        .collect()
}

fn whole(parts: u32) -> Blake3 {
    let subtrees: Vec<_> = (1..=parts).map(|n| local(number(n)).subtree).collect();
    root_of_parts(&subtrees)
}

#[derive(Debug, Clone)]
enum Step {
    Answer(usize, Option<Failure>, f64),
    Tick,
    Forget(u32),
}

fn failures() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::Unreachable("refused".into())),
        Just(Failure::Busy {
            retry_after: Some(Duration::from_secs(1))
        }),
        Just(Failure::Fault { status: 500 }),
        Just(Failure::UrlRefused { status: 403 }),
        Just(Failure::UploadUnknown),
        Just(Failure::Corrupted),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let answer = (
        any::<usize>(),
        proptest::option::weighted(0.2, failures()),
        0.0f64..=1.0,
    )
        .prop_map(|(which, failure, jitter)| Step::Answer(which, failure, jitter));
    let step =
        prop_oneof![8 => answer, 1 => Just(Step::Tick), 1 => (1u32..12).prop_map(Step::Forget)];
    proptest::collection::vec(step, 0..120)
}

fn known_and_stored() -> impl Strategy<Value = (KnownParts, BTreeMap<PartNumber, Checksum>)> {
    let known = proptest::collection::btree_set(1u32..12, 0..12);
    let stored = proptest::collection::btree_map(1u32..12, any::<bool>(), 0..12);
    (known, stored).prop_map(|(known, stored)| {
        let known = known
            .into_iter()
            .map(|n| (number(n), local(number(n))))
            .collect();
        let stored = stored.into_iter().map(|(n, equal)| {
            (
                number(n),
                if equal {
                    local(number(n)).checksum
                } else {
                    Checksum::from_crc32c(999)
                },
            )
        });
        (known, stored.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_of_events_ends_with_all_parts_or_a_reason(
        parts in 0u32..12,
        (known, stored) in known_and_stored(),
        steps in steps(),
    ) {
        let mut world = World::new(parts, &known, stored);
        for step in steps {
            if world.result.is_some() {
                break;
            }
            match step {
                Step::Answer(which, failure, jitter) if !world.open.is_empty() => {
                    world.answer(which, failure, jitter);
                }
                Step::Forget(n) => { world.stored.remove(&number(n)); }
                Step::Answer(..) | Step::Tick => {
                    if world.transfer.wake_at().is_some() {
                        world.tick();
                    }
                }
            }
        }
        // A finished transfer may have been told of parts that were forgotten since; else all is there.
        let lucky = world.result.is_none();
        let result = world.settle();
        match result {
            Ok(blake3) => {
                prop_assert_eq!(blake3, whole(parts));
                if lucky {
                    for part in world.terms.plan.parts() {
                        prop_assert_eq!(&world.stored[&part], &local(part).checksum);
                    }
                }
            }
            Err(stop) => prop_assert!(
                matches!(
                    stop,
                    Stop::Unreachable(_) | Stop::UploadGone | Stop::StoreRefused { .. } | Stop::Corrupted
                ),
                "{:?}", stop
            ),
        }
    }

    #[test]
    fn an_interruption_ends_with_what_was_in_flight(
        parts in 1u32..12,
        before in proptest::collection::vec(any::<usize>(), 0..40),
    ) {
        let mut world = World::new(parts, &KnownParts::new(), BTreeMap::new());
        for which in before {
            if world.result.is_none() {
                world.answer(which, None, 0.5);
            }
        }
        if world.result.is_none() {
            world.feed(Event::Cancelled, 0.5);
            let begun = world.open.len();
            while world.result.is_none() {
                // Only what was begun is waited for.
                prop_assert!(world.open.len() <= begun);
                world.answer(0, None, 0.5);
            }
            prop_assert!(matches!(world.result, Some(Ok(_) | Err(Stop::Interrupted))));
            prop_assert_eq!(world.recorded.len(), world.stored.len());
        }
    }
}

#[test]
fn an_empty_file_completes_at_once() {
    let mut world = World::new(0, &KnownParts::new(), BTreeMap::new());
    assert!(matches!(&world.open[..], [Effect::Complete { subtrees, .. }] if subtrees.is_empty()));
    assert_eq!(world.settle(), Ok(Blake3::of_nothing()));
}

#[test]
fn what_the_store_has_is_not_sent_again() {
    let all: KnownParts = (1..=9).map(|n| (number(n), local(number(n)))).collect();
    let stored = all
        .iter()
        .map(|(part, hashed)| (*part, hashed.checksum.clone()))
        .collect();
    let mut world = World::new(9, &all, stored);
    assert!(matches!(&world.open[..], [Effect::Complete { .. }]));
    assert_eq!(world.settle(), Ok(whole(9)));
    assert_eq!(world.recorded.len(), 0);
}

#[test]
fn a_second_reason_to_ask_the_store_waits_for_the_answer_to_the_first() {
    let known: KnownParts = (1..=4).map(|n| (number(n), local(number(n)))).collect();
    let mut world = World::new(4, &known, BTreeMap::new());
    // The URLs of three parts: they are sent, and the fourth is being signed.
    world.answer(0, None, 0.5);
    let fail = |world: &mut World, is_meant: fn(&Effect) -> bool| {
        let which = world
            .open
            .iter()
            .position(is_meant)
            .expect("it is under way");
        world.answer(which, Some(Failure::UploadUnknown), 0.0);
    };
    fail(&mut world, |effect| matches!(effect, Effect::Send { .. }));
    fail(&mut world, |effect| matches!(effect, Effect::Sign { .. }));
    assert!(world.open.contains(&Effect::Ask), "{:?}", world.open);
    assert_eq!(world.settle(), Ok(whole(4)));
}

#[test]
fn unproven_parts_are_hashed_and_not_sent_where_they_are_equal() {
    let stored = (1..=9)
        .map(|n| (number(n), local(number(n)).checksum))
        .collect();
    let mut world = World::new(9, &KnownParts::new(), stored);
    assert_eq!(world.settle(), Ok(whole(9)));
    assert_eq!(world.recorded.len(), 9);
    assert_eq!(world.told.last(), Some(&(9 * PART - 24)));
}

#[test]
fn a_part_that_is_missed_at_the_end_is_sent_again() {
    let mut world = World::new(3, &KnownParts::new(), BTreeMap::new());
    while !world
        .open
        .iter()
        .any(|effect| matches!(effect, Effect::Complete { .. }))
    {
        world.answer(0, None, 0.5);
    }
    world.stored.remove(&number(2));
    assert_eq!(world.settle(), Ok(whole(3)));
}

#[test]
fn a_server_that_misses_a_part_for_ever_is_given_up() {
    let mut world = World::new(3, &KnownParts::new(), BTreeMap::new());
    for _ in 0..200 {
        if world.result.is_some() {
            break;
        }
        world.answer(0, None, 0.5);
        world.stored.remove(&number(2));
    }
    assert_eq!(world.result, Some(Err(Stop::UploadGone)));
}

#[test]
fn a_taken_over_upload_stops_at_once() {
    let mut world = World::new(6, &KnownParts::new(), BTreeMap::new());
    let sign = |world: &World| {
        world
            .open
            .iter()
            .position(|e| matches!(e, Effect::Sign { .. }))
    };
    while sign(&world).is_none() {
        world.answer(0, None, 0.5);
    }
    let at = sign(&world).unwrap();
    world.answer(at, Some(Failure::Final(Stop::TakenOver)), 0.5);
    assert_eq!(world.result, Some(Err(Stop::TakenOver)));
    assert!(world.transfer.apply(world.now, 0.5, Event::Tick).is_empty());
}

#[test]
fn urls_that_came_with_init_are_used() {
    let terms = terms(1);
    let part = number(1);
    let mut transfer = Transfer::new(terms, vec![Standing::Hashed(local(part))], Duration::ZERO);
    transfer.presigned(Duration::ZERO, vec![signed(part)]);
    let effects = transfer.apply(Duration::ZERO, 0.5, Event::Begun);
    assert!(matches!(&effects[..], [Effect::Send { .. }]), "{effects:?}");
}

#[test]
fn a_url_that_waited_too_long_is_signed_anew() {
    let terms = terms(1);
    let part = number(1);
    let mut transfer = Transfer::new(terms, vec![Standing::Hashed(local(part))], Duration::ZERO);
    transfer.presigned(Duration::ZERO, vec![signed(part)]);
    let effects = transfer.apply(URL_AGE_MAX + Duration::from_secs(1), 0.5, Event::Begun);
    assert!(matches!(&effects[..], [Effect::Sign { .. }]), "{effects:?}");
}

#[test]
fn progress_is_reported_while_nothing_else_is_asked_for() {
    let mut world = World::new(5, &KnownParts::new(), BTreeMap::new());
    // Until all parts are signed and one of them has arrived.
    while world.transfer.unreported.is_empty()
        || world.transfer.sign != Request::Idle
        || !world.transfer.todo.is_empty()
    {
        let sends = |e: &Effect| matches!(e, Effect::Send { .. });
        let only_sends = world.open.iter().all(sends);
        let at = world
            .open
            .iter()
            .position(|e| only_sends || !sends(e))
            .unwrap();
        world.answer(at, None, 0.5);
    }
    world.tick();
    let report = world
        .open
        .iter()
        .find(|effect| matches!(effect, Effect::Sign { .. }));
    assert!(
        matches!(report, Some(Effect::Sign { parts, acknowledged })
        if parts.is_empty() && !acknowledged.is_empty()),
        "{:?}",
        world.open
    );
}
