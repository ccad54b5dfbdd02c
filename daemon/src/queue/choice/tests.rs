//! What goes next: by lane, size and age, and nobody starves.

use proptest::prelude::*;

use super::*;

const LARGE: u64 = 1 << 30;

fn at(seconds: u64) -> Timestamp {
    let epoch = Timestamp::from_micros(0).unwrap();
    epoch.saturating_add(Duration::from_secs(seconds))
}

fn file(id: i64, lane: Lane, size: u64, added: u64) -> Waiting<'static> {
    Waiting {
        id: ItemId(id),
        watch: Some(WatchId(1)),
        per_watch: None,
        profile: "default",
        lane,
        size,
        place: 0,
        added_at: at(added),
    }
}

fn first(waiting: &[Waiting<'_>]) -> ItemId {
    let limits = Limits {
        at_once: 1,
        per_watch: 1,
    };
    match choose(waiting, &Load::default(), limits).first() {
        Some(Turn::Alone(id)) => *id,
        Some(Turn::Together(ids)) => ids[0],
        None => panic!("nothing begins"),
    }
}

#[test]
fn interactive_goes_before_watch_before_bulk() {
    let mut waiting = vec![
        file(1, Lane::Bulk, LARGE, 0),
        file(2, Lane::Watch, LARGE, 5),
        file(3, Lane::Interactive, 50 * LARGE, 9),
    ];
    for expected in [3, 2, 1] {
        let next = first(&waiting);
        assert_eq!(next, ItemId(expected));
        waiting.retain(|file| file.id != next);
    }
}

#[test]
fn within_a_lane_small_ones_go_first_and_then_old_ones() {
    assert_eq!(
        first(&[
            file(1, Lane::Watch, 90 * LARGE, 0),
            file(2, Lane::Watch, LARGE, 30),
            file(3, Lane::Watch, LARGE, 29),
        ]),
        ItemId(3)
    );
    // It has waited long enough by now.
    let old = file(1, Lane::Watch, 90 * LARGE, 0);
    assert_eq!(
        first(&[old, file(2, Lane::Watch, LARGE, 50_000)]),
        ItemId(1)
    );
}

#[test]
fn what_a_person_moved_goes_where_it_was_moved() {
    let (mut last, mut ahead) = (
        file(1, Lane::Interactive, 1, 0),
        file(3, Lane::Bulk, LARGE, 0),
    );
    (last.place, ahead.place) = (1, -1);
    let waiting = [last, file(2, Lane::Watch, LARGE, 0), ahead];
    assert_eq!(first(&waiting), ItemId(3));
    assert_eq!(first(&waiting[..2]), ItemId(2));
}

#[test]
fn small_files_of_one_watch_go_together_and_large_ones_share_what_may_run() {
    let mut waiting: Vec<_> = (0..600).map(|id| file(id, Lane::Watch, 100, 0)).collect();
    waiting.extend((600..610).map(|id| file(id, Lane::Watch, LARGE, 0)));
    let mut other = file(700, Lane::Watch, LARGE, 0);
    other.watch = Some(WatchId(2));
    waiting.push(other);
    let limits = Limits::default();
    let turns = choose(&waiting, &Load::default(), limits);
    let ids = |range: std::ops::Range<i64>| range.map(ItemId).collect();
    assert_eq!(
        turns,
        [
            Turn::Together(ids(0..256)),
            Turn::Together(ids(256..512)),
            Turn::Alone(ItemId(700)),
        ]
    );
    let load = Load {
        turns: BTreeMap::from([(Some(WatchId(1)), 2), (Some(WatchId(2)), 1)]),
    };
    assert_eq!(choose(&waiting, &load, limits), []);
    // There is always room for what a person asked for.
    let mut asked = file(800, Lane::Interactive, LARGE, 9);
    asked.watch = None;
    waiting.push(asked);
    assert_eq!(choose(&waiting, &load, limits), [Turn::Alone(ItemId(800))]);
}

#[test]
fn a_watch_that_says_how_much_of_it_goes_at_once_is_held_to_it() {
    let limits = Limits::of(Parallel::new(4).unwrap());
    let begun = |own: Option<u32>| {
        let waiting: Vec<Waiting<'_>> = (1..=9)
            .map(|id| Waiting {
                per_watch: own.and_then(Parallel::new),
                ..file(id, Lane::Watch, LARGE, 0)
            })
            .collect();
        choose(&waiting, &Load::default(), limits).len()
    };
    assert_eq!(begun(None), 3, "one turn is left for another watch");
    assert_eq!(begun(Some(1)), 1);
    assert_eq!(begun(Some(4)), 4);
    assert_eq!(begun(Some(9)), 4, "no watch has more than there is");
    let alone = Limits::of(Parallel::new(1).unwrap());
    assert_eq!((alone.at_once, alone.per_watch), (1, 1));
}

fn lane() -> impl Strategy<Value = Lane> {
    prop_oneof![Just(Lane::Interactive), Just(Lane::Watch), Just(Lane::Bulk)]
}

proptest! {
    /// Files come for ever, and only one runs at a time: whoever waits is overtaken only by such as came within the
    /// longest wait after it.
    #[test]
    fn nobody_starves(
        coming in proptest::collection::vec((lane(), 1u64..200_000, 1u64..1_000_000), 2..80),
        serve_every in 1usize..4,
    ) {
        let limits = Limits { at_once: 1, per_watch: 1 };
        let (mut waiting, mut now) = (Vec::<Waiting<'static>>::new(), 0);
        let check = |waiting: &mut Vec<Waiting<'static>>| {
            let turns = choose(waiting, &Load::default(), limits);
            let begun: Vec<ItemId> = turns.into_iter().flat_map(|turn| match turn {
                Turn::Alone(id) => vec![id],
                Turn::Together(ids) => ids,
            }).collect();
            let latest = waiting.iter().find(|file| Some(&file.id) == begun.first()).map(|file| file.added_at);
            let left_out = waiting.iter().filter(|file| !begun.contains(&file.id));
            for left in left_out {
                let overtaken_by = latest.map_or(Duration::ZERO, |at| at.since(left.added_at));
                assert!(overtaken_by <= WAITS_MOST);
            }
            assert_eq!(begun.is_empty(), waiting.is_empty());
            waiting.retain(|file| !begun.contains(&file.id));
        };
        for (number, (lane, pause, mib)) in (0_i64..).zip(&coming) {
            now += pause;
            waiting.push(file(number, *lane, mib << 20, now));
            if usize::try_from(number).unwrap().is_multiple_of(serve_every) {
                check(&mut waiting);
            }
        }
        for _ in 0..coming.len() {
            check(&mut waiting);
        }
        assert!(waiting.is_empty());
    }

    #[test]
    fn no_limit_is_passed_and_no_file_begun_twice(
        files in proptest::collection::vec((lane(), 0i64..4, 0u64..(64 << 20)), 0..60),
        at_once in 0usize..5,
        per_watch in 0usize..3,
    ) {
        let waiting: Vec<_> = (0..).zip(&files).map(|(id, (lane, watch, size))| {
            let mut file = file(id, *lane, *size, 0);
            file.watch = (*watch > 0).then_some(WatchId(*watch));
            file
        }).collect();
        let turns = choose(&waiting, &Load::default(), Limits { at_once, per_watch });
        prop_assert!(turns.len() <= at_once + 1);
        let mut begun = Vec::new();
        let mut by_watch: BTreeMap<Option<WatchId>, usize> = BTreeMap::new();
        for turn in turns {
            let ids = match turn {
                Turn::Alone(id) => vec![id],
                Turn::Together(ids) => ids,
            };
            let of = |id: &ItemId| waiting.iter().find(|file| file.id == *id).unwrap();
            prop_assert!(ids.iter().all(|id| of(id).watch == of(&ids[0]).watch));
            *by_watch.entry(of(&ids[0]).watch).or_default() += 1;
            begun.extend(ids);
        }
        prop_assert!(by_watch.values().all(|turns| *turns <= per_watch + 1));
        let count = begun.len();
        begun.sort();
        begun.dedup();
        prop_assert_eq!(begun.len(), count);
    }
}
