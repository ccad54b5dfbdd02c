//! A file is taken for finished only when it is, and always in the end.

use proptest::prelude::*;

use super::*;

const SETTLE: Duration = Duration::from_secs(10);

fn at(seconds: f64) -> Moment {
    Moment(Duration::from_secs_f64(seconds))
}

fn stamp(size: u64, mtime: i64) -> FileStamp {
    FileStamp {
        size,
        mtime,
        ctime: mtime,
        inode: 7,
    }
}

fn free() -> Facts {
    Facts {
        writer: Writer::Nobody,
        beside: None,
        ending: Ending::Whole,
    }
}

fn settling(left: Duration) -> Waiting {
    Waiting::Settling { left, paused: None }
}

fn new(size: u64) -> Settling {
    Settling::new(stamp(size, 0), Activity::Busy, Duration::ZERO, at(0.0))
}

fn until(step: &Step) -> Option<f64> {
    match step {
        Step::Wait { until, .. } => until.map(|until| until.0.as_secs_f64()),
        other => panic!("{other:?}"),
    }
}

fn why(step: Step) -> Waiting {
    match step {
        Step::Wait { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_still_file_is_looked_at_closely_after_its_time_and_not_before() {
    let mut file = new(5);
    assert_eq!(until(&file.seen(stamp(5, 0), SETTLE, at(9.9))), Some(10.0));
    assert_eq!(file.seen(stamp(5, 0), SETTLE, at(10.0)), Step::Probe);
    let settled = file.probed(free(), SETTLE, at(10.0));
    assert_eq!(settled, Step::Settled { damage: None });
}

#[test]
fn a_file_written_long_ago_is_left_in_peace_until_then() {
    let mut file = Settling::new(stamp(5, 0), Activity::Quiet, Duration::ZERO, at(0.0));
    assert_eq!(until(&file.seen(stamp(5, 0), SETTLE, at(0.0))), Some(10.0));
    let step = file.seen(stamp(6, 0), SETTLE, at(1.0));
    assert_eq!(step, Step::Glance);
    let step = file.glanced(Glance::default(), SETTLE, at(1.0));
    assert_eq!(until(&step), Some(3.5));
}

#[test]
fn a_recording_is_told_from_a_copy_and_a_copy_says_how_far_it_is() {
    let mut file = new(0);
    let step = file.seen(stamp(6 << 20, 1), SETTLE, at(2.5));
    assert_eq!(step, Step::Glance);
    let glance = Glance {
        is_video: true,
        target: None,
    };
    let step = file.glanced(glance, SETTLE, at(2.5));
    let growth = Growth {
        grown: 6 << 20,
        within: Duration::from_millis(2500),
        settle: SETTLE,
    };
    assert_eq!(why(step), Waiting::Recording(growth));
    // Cut short after a long pause: it is no longer said to grow, and is waited for as long again and more.
    let step = file.seen(stamp(43, 2), SETTLE, at(30.0));
    let still = Waiting::Settling {
        left: Duration::from_secs(55),
        paused: Some(Duration::from_millis(27_500)),
    };
    assert_eq!(why(step), still);

    let mut file = new(0);
    let _glance = file.seen(stamp(43, 1), SETTLE, at(2.5));
    let glance = Glance {
        is_video: true,
        target: Some(100),
    };
    let step = file.glanced(glance, SETTLE, at(2.5));
    let copying = Waiting::Copying {
        size: 43,
        target: 100,
    };
    assert_eq!(why(step), copying);
    // All of it is there: it only has to be still.
    let step = file.seen(stamp(100, 2), SETTLE, at(4.0));
    assert_eq!(why(step), settling(SETTLE));
    // It was to have another length than was known: a copy all the same, and no recording.
    let step = file.seen(stamp(200, 3), SETTLE, at(5.0));
    assert!(matches!(why(step), Waiting::Growing(_)));
    // Once it is still it does not grow any more, whatever it did within the last seconds.
    let step = file.seen(stamp(200, 3), SETTLE, at(10.0));
    let left = Duration::from_secs(5);
    assert_eq!(why(step), settling(left));

    // All of it came at once, before anybody looked what it is: no recording, and over a second later.
    let mut file = new(0);
    let _glance = file.seen(stamp(43, 1), SETTLE, at(0.1));
    let glance = Glance {
        is_video: true,
        target: None,
    };
    let step = file.glanced(glance, SETTLE, at(0.1));
    assert!(matches!(why(step), Waiting::Growing(_)));
    let step = file.seen(stamp(43, 1), SETTLE, at(1.1));
    let left = Duration::from_secs(9);
    assert_eq!(why(step), settling(left));
}

#[test]
fn a_recording_of_three_days_is_waited_for_and_looked_at_in_moderation() {
    const THREE_DAYS: u32 = 3 * 24 * 3600;
    let mut file = new(0);
    let (mut now, mut looks, mut glances) = (Moment(Duration::ZERO), 0_u32, 0_u32);
    let mut is_recording = false;
    loop {
        looks += 1;
        let second = u32::try_from(now.0.as_secs()).unwrap().min(THREE_DAYS);
        let mut step = file.seen(
            stamp(u64::from(second) * 6_250_000, second.into()),
            SETTLE,
            now,
        );
        if step == Step::Glance {
            glances += 1;
            let glance = Glance {
                is_video: true,
                target: None,
            };
            step = file.glanced(glance, SETTLE, now);
        }
        match step {
            Step::Wait { until, why } => {
                is_recording |= matches!(why, Waiting::Recording(_));
                now = until.unwrap();
            }
            Step::Probe => break,
            Step::Glance | Step::Settled { .. } => panic!("{step:?}"),
        }
    }
    let settled = file.probed(free(), SETTLE, now);
    assert_eq!(settled, Step::Settled { damage: None });
    let waited = now.0.as_secs() - u64::from(THREE_DAYS);
    assert!((SETTLE.as_secs()..30).contains(&waited), "{waited} s");
    assert!(is_recording);
    assert!(looks < THREE_DAYS / 2, "{looks} looks");
    assert!(glances < THREE_DAYS / 10, "{glances} glances");
}

#[test]
fn growth_is_told_of_the_last_seconds() {
    let mut file = new(0);
    let glance = Glance::default();
    let _asked = file.seen(stamp(1, 1), SETTLE, at(1.0));
    let _told = file.glanced(glance, SETTLE, at(1.0));
    for second in 2..=12_u32 {
        let size = u64::from(second) << 20;
        let step = file.seen(stamp(size, i64::from(second)), SETTLE, at(second.into()));
        let Waiting::Growing(growth) = why(step) else {
            panic!("it grows");
        };
        assert!(growth.within <= 2 * WINDOW, "{growth:?}");
        if second > 5 {
            assert!(growth.within >= Duration::from_secs(1) && growth.grown >= 1 << 20);
        }
    }
}

#[test]
fn a_writer_that_pauses_is_waited_for_longer() {
    let mut file = new(1);
    let _wait = file.seen(stamp(2, 1), SETTLE, at(9.0));
    assert_eq!(file.longest_pause(), Duration::from_secs(9));
    assert!(until(&file.seen(stamp(2, 1), SETTLE, at(20.0))).is_some());
    assert_eq!(file.seen(stamp(2, 1), SETTLE, at(27.0)), Step::Probe);
    // But never for hours.
    let patient = Duration::from_hours(24);
    let mut file = Settling::new(stamp(1, 0), Activity::Busy, patient, at(0.0));
    assert_eq!(file.seen(stamp(1, 0), SETTLE, at(600.0)), Step::Probe);
}

#[test]
fn what_somebody_holds_or_locks_waits_and_counts_anew_when_it_is_free() {
    let open = Facts {
        writer: Writer::Some {
            program: Some("ffmpeg".into()),
        },
        ..free()
    };
    let locked = Facts {
        beside: Some(b"a.mp4.aria2".to_vec()),
        ..free()
    };
    for held in [open, locked] {
        let mut file = new(1);
        assert_eq!(file.seen(stamp(1, 0), SETTLE, at(10.0)), Step::Probe);
        let step = file.probed(held, SETTLE, at(10.0));
        assert_eq!(until(&step), Some(12.0));
        assert!(matches!(
            why(step),
            Waiting::Open { .. } | Waiting::Beside { .. }
        ));
        assert_eq!(file.seen(stamp(1, 0), SETTLE, at(12.0)), Step::Probe);
        let step = file.probed(free(), SETTLE, at(12.0));
        assert_eq!(why(step), settling(SETTLE));
        assert_eq!(file.seen(stamp(1, 0), SETTLE, at(22.0)), Step::Probe);
        let step = file.probed(free(), SETTLE, at(22.0));
        assert_eq!(step, Step::Settled { damage: None });
    }
}

#[test]
fn a_file_that_looks_cut_off_waits_for_a_change_or_a_person() {
    let cut_off = Facts {
        ending: Ending::CutOff {
            sentence: "its index is missing".into(),
        },
        ..free()
    };
    let mut file = new(1);
    assert_eq!(file.seen(stamp(1, 0), SETTLE, at(10.0)), Step::Probe);
    let step = file.probed(cut_off.clone(), SETTLE, at(10.0));
    assert_eq!(until(&step), None);
    assert!(matches!(why(step), Waiting::CutOff { .. }));
    // A look costs nothing, and changes nothing.
    assert_eq!(until(&file.seen(stamp(1, 0), SETTLE, at(5000.0))), None);
    let mut forced = file.clone();
    forced.force();
    assert_eq!(forced.seen(stamp(1, 0), SETTLE, at(5000.0)), Step::Probe);
    let damage = Some("its index is missing".to_owned());
    let step = forced.probed(cut_off, SETTLE, at(5000.0));
    assert_eq!(step, Step::Settled { damage });
    assert!(until(&file.seen(stamp(2, 1), SETTLE, at(5000.0))).is_some());
}

#[test]
fn forcing_waives_neither_stillness_nor_writers() {
    let mut file = new(1);
    file.force();
    assert!(until(&file.seen(stamp(1, 0), SETTLE, at(5.0))).is_some());
    assert_eq!(file.seen(stamp(1, 0), SETTLE, at(10.0)), Step::Probe);
    let open = Facts {
        writer: Writer::Some { program: None },
        ..free()
    };
    let step = file.probed(open, SETTLE, at(10.0));
    assert_eq!(why(step), Waiting::Open { program: None });
}

#[test]
fn what_cannot_be_read_is_tried_again_ever_more_rarely() {
    let mut file = new(1);
    let mut now = 10.0;
    let mut gaps = Vec::new();
    for _ in 0..8 {
        assert_eq!(file.seen(stamp(1, 0), SETTLE, at(now)), Step::Probe);
        let next = until(&file.unreadable("permission denied".into(), at(now))).unwrap();
        gaps.push(next - now);
        now = next;
    }
    assert_eq!(gaps, [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
    assert_eq!(file.seen(stamp(1, 0), SETTLE, at(now)), Step::Probe);
    let step = file.probed(free(), SETTLE, at(now));
    assert_eq!(step, Step::Settled { damage: None });
}

/// What a writer does next.
#[derive(Debug, Clone)]
enum Act {
    /// Appends, or rewrites, or cuts off.
    Write(i64),
    /// Replaces it by another file under the same name.
    Replace,
    /// Closes it, and opens it again at the next write.
    Close,
    /// Sets the machine's clock by so many seconds.
    Clock(i64),
    /// Goes on with the next after a while; milliseconds.
    Pause(u32),
    /// Puts a temporary file beside it, or takes it away.
    Beside(bool),
}

/// Why a long pause does not end it: only what can be seen counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// It keeps the file open while it works.
    KeepsOpen,
    /// Its container is whole only at the end.
    ClosesItsContainer,
    /// It has a lock beside the file while it works.
    Locks,
    /// It never pauses for long.
    Steady,
}

fn act(longest: u32) -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (-3_i64..20).prop_map(Act::Write),
        1 => Just(Act::Replace),
        2 => Just(Act::Close),
        1 => (-90_000_i64..90_000).prop_map(Act::Clock),
        4 => (0..longest).prop_map(Act::Pause),
        1 => any::<bool>().prop_map(Act::Beside),
    ]
}

fn life() -> impl Strategy<Value = (Nature, Vec<Act>)> {
    prop_oneof![
        Just((Nature::KeepsOpen, 400_000)),
        Just((Nature::ClosesItsContainer, 400_000)),
        Just((Nature::Locks, 400_000)),
        Just((Nature::Steady, 9_900)),
    ]
    .prop_flat_map(|(nature, longest)| (Just(nature), prop::collection::vec(act(longest), 0..30)))
}

/// A file, and the machine's clock.
struct World {
    size: u64,
    inode: u64,
    mtime: i64,
    version: u32,
    is_open: bool,
    is_locked: bool,
    is_over: bool,
    clock: i64,
    nature: Nature,
}

impl World {
    fn stamp(&self) -> FileStamp {
        FileStamp {
            size: self.size,
            mtime: self.mtime,
            ctime: self.mtime,
            inode: self.inode,
        }
    }

    fn facts(&self) -> Facts {
        let is_cut = self.nature == Nature::ClosesItsContainer && !self.is_over;
        Facts {
            writer: if self.is_open {
                Writer::Some { program: None }
            } else {
                Writer::Nobody
            },
            beside: self.is_locked.then(|| b"lock".to_vec()),
            ending: if is_cut {
                Ending::CutOff {
                    sentence: "cut".into(),
                }
            } else {
                Ending::Whole
            },
        }
    }

    fn apply(&mut self, act: &Act, now: Duration) {
        let micros = i64::try_from(now.as_micros()).unwrap() + self.clock * 1_000_000;
        match act {
            Act::Write(by) => {
                self.size = self.size.saturating_add_signed(*by);
                self.mtime = micros;
                self.version += 1;
                self.is_open |= self.nature == Nature::KeepsOpen;
                self.is_locked |= self.nature == Nature::Locks;
            }
            Act::Replace => {
                self.inode += 1;
                self.mtime = micros;
                self.version += 1;
            }
            Act::Close => self.is_open &= self.nature == Nature::KeepsOpen,
            Act::Clock(by) => self.clock += by,
            Act::Pause(_) => {}
            Act::Beside(there) => self.is_locked = *there || self.nature == Nature::Locks,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn only_final_content_is_taken_and_always_in_the_end((nature, acts) in life()) {
        let mut world = World {
            size: 1,
            inode: 7,
            mtime: 0,
            version: 0,
            is_open: nature == Nature::KeepsOpen,
            is_locked: nature == Nature::Locks,
            is_over: false,
            clock: 0,
            nature,
        };
        let mut file = Settling::new(world.stamp(), Activity::Busy, Duration::ZERO, at(0.0));
        let mut now = Duration::ZERO;
        let mut next_act = Duration::ZERO;
        let mut acts = std::collections::VecDeque::from(acts);
        let mut looks = 0;
        loop {
            // The writer goes on as long as its time has come.
            while !world.is_over && next_act <= now {
                // Two writes never share a tick of the file system's clock.
                next_act += Duration::from_micros(1);
                match acts.pop_front() {
                    Some(Act::Pause(millis)) => {
                        next_act += Duration::from_millis(millis.into());
                        // Two pauses in a row would be a long one.
                        acts.push_front(Act::Write(1));
                    }
                    Some(act) => world.apply(&act, next_act),
                    None => {
                        world.apply(&Act::Write(1), next_act);
                        (world.is_over, world.is_open, world.is_locked) = (true, false, false);
                    }
                }
            }
            looks += 1;
            prop_assert!(looks < 20_000, "it is never taken");
            let moment = Moment(now);
            let mut step = file.seen(world.stamp(), SETTLE, moment);
            if step == Step::Glance {
                step = file.glanced(Glance::default(), SETTLE, moment);
            }
            if step == Step::Probe {
                step = file.probed(world.facts(), SETTLE, moment);
            }
            match step {
                Step::Settled { damage } => {
                    prop_assert!(world.is_over, "version {} was not the last", world.version);
                    prop_assert_eq!(damage, None);
                    break;
                }
                Step::Wait { until: Some(until), .. } => {
                    prop_assert!(until > moment, "it would be looked at without end");
                    now = until.0;
                }
                // Somebody tells when something happens to it: the next thing that does is the writer's.
                Step::Wait { until: None, .. } => {
                    prop_assert!(!world.is_over, "a whole file waits without end");
                    now = next_act + Duration::from_micros(1);
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
        let latest = next_act + 2 * SETTLE_MOST + BLOCKED_MOST;
        prop_assert!(now <= latest, "taken at {:?}, finished at {:?}", now, next_act);
    }
}
