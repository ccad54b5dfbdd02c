//! Watches over real folders, told by the real kernel: every file is told of once it is finished, and once.

mod crash;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use fs_err as fs;
use heimdex_client::journal::{NewWatch, Watch};
use heimdex_client::watch::{Existing, Left, Rules};
use std::sync::Mutex;

use tokio::sync::mpsc;

use super::*;

/// Whatever is waited for comes sooner.
const LIMIT: Duration = Duration::from_secs(30);

/// What each watch showed of itself last.
type Reports = Arc<Mutex<BTreeMap<WatchId, Report>>>;

/// One watch over a folder of its own, and what it told.
struct World {
    _home: tempfile::TempDir,
    root: PathBuf,
    journal: Journal,
    id: WatchId,
    asks: Option<mpsc::Sender<Ask>>,
    told: std::sync::mpsc::Receiver<Observation>,
    seen: Vec<Observation>,
    reports: Reports,
    runtime: Option<tokio::runtime::Runtime>,
    running: Option<tokio::task::JoinHandle<()>>,
    flushes: usize,
    rescan_every: Duration,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the kernel's times are the real ones"
)]
fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

impl World {
    fn new(change: impl FnOnce(&mut Rules)) -> Self {
        Self::with(change, |_| {})
    }

    /// With what lies there before the watch.
    fn with(change: impl FnOnce(&mut Rules), before: impl FnOnce(&Path)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("watched");
        fs::create_dir(&root).unwrap();
        before(&root);
        let mut rules = Rules {
            settle_seconds: 0,
            ..Rules::new()
        };
        change(&mut rules);
        let journal = Journal::open_in_memory().unwrap();
        let new = NewWatch {
            profile: "default".into(),
            source: NewWatch::source_of(&root),
            root: root.clone(),
            rules,
        };
        // What comes in the moment of the watch is new: as if it were added a while after what lies there.
        let added = now().saturating_add(Duration::from_secs(10));
        let id = journal.add_watch(&new, added).unwrap();
        let mut world = Self {
            _home: home,
            root,
            journal,
            id,
            asks: None,
            told: std::sync::mpsc::channel().1,
            seen: Vec::new(),
            reports: Reports::default(),
            runtime: None,
            running: None,
            flushes: 0,
            rescan_every: Duration::from_hours(1),
        };
        world.start();
        world
    }

    fn start(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (observed, told) = std::sync::mpsc::channel();
        let (asks, asked) = mpsc::channel(16);
        let reports = Reports::default();
        let shows = Arc::clone(&reports);
        let setup = Setup {
            journal: self.journal.clone(),
            account: Arc::new(|profile| Some(profile.to_owned())),
            clock: now,
            moment: Setup::stopwatch(),
            holders: Holders::look,
            rescan_every: self.rescan_every,
            poll_every: Duration::from_millis(100),
            follow_most: 1_500,
            observe: Arc::new(move |observation| observed.send(observation).is_ok()),
            show: Arc::new(move |id, report| {
                shows.lock().unwrap().insert(id, report);
                true
            }),
        };
        self.running = Some(runtime.spawn(run(setup, asked)));
        (self.asks, self.told, self.reports) = (Some(asks), told, reports);
        self.runtime = Some(runtime);
        self.until("it is looked through", World::has_scanned);
    }

    fn stop(&mut self) {
        self.asks = None;
        if let (Some(runtime), Some(running)) = (self.runtime.take(), self.running.take()) {
            runtime.block_on(running).unwrap();
        }
        self.seen.clear();
    }

    fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn has_scanned(&self) -> bool {
        self.seen
            .iter()
            .any(|seen| matches!(seen, Observation::Scanned { .. }))
    }

    /// Waits until it holds of what was told.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.seen.extend(self.told.try_iter());
            if holds(self) {
                return;
            }
            let left = LIMIT.checked_sub(began.elapsed());
            let left =
                left.unwrap_or_else(|| panic!("{what}: {:#?}\n{:#?}", self.seen, self.report()));
            let told = self.told.recv_timeout(left.min(Duration::from_millis(50)));
            self.seen.extend(told.ok());
        }
    }

    fn ask(&self, ask: Ask) {
        self.asks.as_ref().unwrap().blocking_send(ask).unwrap();
    }

    fn why(&self, name: &str) -> Option<Standing> {
        let (reply, answer) = oneshot::channel();
        let path = self.root.join(name);
        self.ask(Ask::Why { path, reply });
        answer.blocking_recv().ok()?.map(|known| known.standing)
    }

    fn report(&self) -> Option<Report> {
        self.reports.lock().unwrap().get(&self.id).cloned()
    }

    fn watch(&self) -> Watch {
        self.journal.watch(self.id).unwrap().unwrap()
    }

    /// How often each file was told to be finished, by name, and how long it was the last time.
    fn settled(&self) -> BTreeMap<String, (usize, u64)> {
        let mut settled = BTreeMap::new();
        for seen in &self.seen {
            if let Observation::Settled(candidate) = seen {
                let name = heimdex_api::path::escaped(&candidate.relative);
                let entry = settled.entry(name).or_insert((0, 0));
                *entry = (entry.0 + 1, candidate.stamp.size);
            }
        }
        settled
    }

    fn is_settled(&self, name: &str) -> bool {
        self.settled().contains_key(name)
    }

    /// Waits until a file that is made now is told, so that everything before it has been.
    fn flush(&mut self) {
        self.flushes += 1;
        let name = format!("flush-{}", self.flushes);
        fs::write(self.root.join(&name), name.as_bytes()).unwrap();
        self.until("the last file is told", |world| world.is_settled(&name));
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A small whole video.
fn video() -> Vec<u8> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/demo/sunrise.mp4");
    fs::read(demo).unwrap()
}

#[test]
fn files_that_were_there_are_told_and_not_again_while_they_are_kept() {
    let mut world = World::with(|_| {}, |root| fs::write(root.join("a.txt"), "abc").unwrap());
    world.until("it is told", |world| world.is_settled("a.txt"));
    world.restart();
    world.until("it is told again, as nobody kept it", |world| {
        world.is_settled("a.txt")
    });
    let candidate = world.seen.iter().find_map(|seen| match seen {
        Observation::Settled(candidate) => Some(candidate.clone()),
        _ => None,
    });
    let candidate = candidate.unwrap();
    assert_eq!(candidate.path, world.root.join("a.txt"));
    // As if it were left alone from the beginning on.
    let file = (candidate.key.path.clone(), candidate.stamp);
    world
        .journal
        .pass_over(world.id, &candidate.key.fs_id, &[file])
        .unwrap();
    world.restart();
    world.flush();
    assert!(!world.is_settled("a.txt"));
    assert_eq!(world.why("a.txt"), Some(Standing::PassedOver));
    world.write("a.txt", b"abcd");
    world.until("its next version is told", |world| {
        world.is_settled("a.txt")
    });
    assert_eq!(world.watch().fs_id, Some(candidate.key.fs_id));
}

#[test]
fn a_copy_a_move_and_a_download_are_told_once_and_whole() {
    let mut world = World::new(|_| {});
    let elsewhere = tempfile::tempdir_in(world.root.parent().unwrap()).unwrap();
    let outside = elsewhere.path().join("film.mp4");
    fs::write(&outside, video()).unwrap();
    let length = video().len() as u64;
    fs::copy(&outside, world.root.join("copied.mp4")).unwrap();
    fs::copy(&outside, world.root.join(".synced.mp4.Xa3f9Q")).unwrap();
    fs::rename(
        world.root.join(".synced.mp4.Xa3f9Q"),
        world.root.join("synced.mp4"),
    )
    .unwrap();
    fs::write(world.root.join("loaded.mp4"), "").unwrap();
    fs::copy(&outside, world.root.join("loaded.mp4.part")).unwrap();
    fs::rename(
        world.root.join("loaded.mp4.part"),
        world.root.join("loaded.mp4"),
    )
    .unwrap();
    fs::rename(&outside, world.root.join("moved.mp4")).unwrap();
    for name in ["copied.mp4", "moved.mp4", "synced.mp4", "loaded.mp4"] {
        world.until(name, |world| world.is_settled(name));
    }
    world.flush();
    let settled = world.settled();
    for name in ["copied.mp4", "moved.mp4", "synced.mp4", "loaded.mp4"] {
        assert_eq!(settled.get(name), Some(&(1, length)), "{name}");
    }
    assert_eq!(settled.len(), 5, "{settled:?}");
}

#[test]
fn a_slow_writer_is_waited_for_and_seen_at_work() {
    let mut world = World::new(|_| {});
    let path = world.root.join("slow.mp4");
    let bytes = video();
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&bytes[..bytes.len() / 2]).unwrap();
    let is_open = |world: &World| {
        let open = Waiting::Open { program: None };
        world
            .seen
            .iter()
            .any(|seen| matches!(seen, Observation::Waiting { reason, .. } if *reason == open))
    };
    world.until("it is held open", is_open);
    file.write_all(&bytes[bytes.len() / 2..]).unwrap();
    world.flush();
    assert!(!world.is_settled("slow.mp4"));
    assert!(matches!(world.why("slow.mp4"), Some(Standing::Waiting(_))));
    drop(file);
    world.until("it is told", |world| world.is_settled("slow.mp4"));
    assert_eq!(
        world.settled().get("slow.mp4"),
        Some(&(1, bytes.len() as u64))
    );
    assert_eq!(world.why("slow.mp4"), Some(Standing::Told));
}

#[test]
fn a_video_that_is_cut_off_waits_until_it_is_whole_or_forced() {
    let mut world = World::new(|_| {});
    let bytes = video();
    let half = &bytes[..bytes.len() / 2];
    world.write("whole.mp4", half);
    world.write("forced.mp4", half);
    let is_cut = |world: &World, name: &str| {
        let path = world.root.join(name);
        world.seen.iter().any(|seen| {
            matches!(seen, Observation::Waiting { path: at, reason: Waiting::CutOff { .. }, .. } if *at == path)
        })
    };
    world.until("both look cut off", |world| {
        is_cut(world, "whole.mp4") && is_cut(world, "forced.mp4")
    });
    world.until("it is shown", |world| {
        world
            .report()
            .is_some_and(|report| report.cut_off.files == 2)
    });
    world.write("whole.mp4", &bytes);
    world.until("the whole one is told", |world| {
        world.is_settled("whole.mp4")
    });
    assert!(!world.is_settled("forced.mp4"));
    world.ask(Ask::Force(world.root.join("forced.mp4")));
    world.until("the forced one is told", |world| {
        world.is_settled("forced.mp4")
    });
    let damaged = world.seen.iter().find_map(|seen| match seen {
        Observation::Settled(candidate) if candidate.damaged => Some(candidate.relative.clone()),
        _ => None,
    });
    assert_eq!(damaged.as_deref(), Some(&b"forced.mp4"[..]));
}

#[test]
fn a_rename_is_told_as_one_and_keeps_what_is_known_of_the_bytes() {
    let mut world = World::new(|_| {});
    world.write("a.txt", b"abc");
    world.until("it is told", |world| world.is_settled("a.txt"));
    let Some(Observation::Settled(before)) = world.seen.last().cloned() else {
        panic!("{:?}", world.seen);
    };
    let hash = heimdex_api::Blake3::new([7; 32]);
    world
        .journal
        .record_file(&before.key, &before.stamp, &hash, now())
        .unwrap();
    fs::rename(world.root.join("a.txt"), world.root.join("A.TXT")).unwrap();
    let moved = |world: &World| {
        world.seen.iter().find_map(|seen| match seen {
            Observation::Moved { from, to, .. } => Some((from.clone(), to.clone())),
            _ => None,
        })
    };
    world.until("it is moved", |world| moved(world).is_some());
    let (from, to) = moved(&world).unwrap();
    assert_eq!(
        (from, &to.path),
        (world.root.join("a.txt"), &world.root.join("A.TXT"))
    );
    assert_eq!(
        world.journal.file_hash(&to.key, &to.stamp).unwrap(),
        Some(hash)
    );
    world.flush();
    assert!(!world.is_settled("A.TXT"));

    // Into a folder that is new, and by another name for the same file.
    fs::create_dir(world.root.join("day")).unwrap();
    fs::hard_link(world.root.join("A.TXT"), world.root.join("day/link.txt")).unwrap();
    world.until("the other name is told", |world| {
        world.is_settled("day/link.txt")
    });
    let link = world.seen.iter().rev().find_map(|seen| match seen {
        Observation::Settled(candidate) if candidate.relative == b"day/link.txt" => {
            Some(candidate.clone())
        }
        _ => None,
    });
    let link = link.unwrap();
    assert_eq!(
        world.journal.file_hash(&link.key, &link.stamp).unwrap(),
        Some(hash)
    );
}

#[test]
fn a_file_that_is_closed_and_renamed_at_once_did_not_go() {
    const FILES: usize = 50;
    let mut world = World::new(|_| {});
    for n in 0..FILES {
        world.write(&format!("{n}.txt"), b"abc");
    }
    world.until("all are told", |world| world.settled().len() == FILES);
    // That it was closed is mostly read when it has its other name already.
    for n in 0..FILES {
        let path = world.root.join(format!("{n}.txt"));
        drop(fs::OpenOptions::new().append(true).open(&path).unwrap());
        fs::rename(&path, path.with_extension("moved")).unwrap();
    }
    world.flush();
    let is_moved = |seen: &&Observation| matches!(seen, Observation::Moved { .. });
    assert_eq!(world.seen.iter().filter(is_moved).count(), FILES);
    let is_gone = |seen: &Observation| matches!(seen, Observation::Gone { .. });
    assert!(!world.seen.iter().any(is_gone));
}

#[test]
fn what_goes_is_told_and_what_comes_back_is_told_again() {
    let mut world = World::new(|_| {});
    let path = world.write("a/b.txt", b"abc");
    world.until("it is told", |world| world.is_settled("a/b.txt"));
    fs::remove_file(&path).unwrap();
    let is_gone = |world: &World| {
        let path = world.root.join("a/b.txt");
        world
            .seen
            .iter()
            .any(|seen| matches!(seen, Observation::Gone { path: at, .. } if *at == path))
    };
    world.until("it is gone", is_gone);
    assert_eq!(world.why("a/b.txt"), Some(Standing::Missing));
    world.seen.clear();
    world.write("a/b.txt", b"abcd");
    world.until("it is told again", |world| world.is_settled("a/b.txt"));
}

#[test]
fn folders_made_in_a_hurry_lose_no_file() {
    let mut world = World::new(|_| {});
    for n in 0..60 {
        world.write(&format!("{n}/a/b/c/film.txt"), b"abc");
        world.write(&format!("{n}/film.txt"), b"abc");
    }
    let outside = world.root.with_file_name("outside");
    fs::create_dir_all(outside.join("x/y")).unwrap();
    fs::write(outside.join("x/y/film.txt"), "abc").unwrap();
    fs::rename(&outside, world.root.join("inside")).unwrap();
    world.until("all are told", |world| world.settled().len() == 121);
    // Under its new name a folder is still watched.
    fs::rename(world.root.join("inside"), world.root.join("moved")).unwrap();
    world.until("its file is told", |world| {
        world.is_settled("moved/x/y/film.txt")
    });
    world.write("moved/x/new.txt", b"abc");
    world.until("a new one is told", |world| {
        world.is_settled("moved/x/new.txt")
    });
    let more = world
        .settled()
        .into_iter()
        .filter(|(_, (count, _))| *count > 1);
    assert_eq!(more.collect::<Vec<_>>(), []);
}

#[test]
fn thousands_of_files_dropped_into_one_folder_are_told_once_each() {
    const FILES: usize = 4_000;
    let mut world = World::new(|_| {});
    let outside = world.root.with_file_name("outside");
    fs::create_dir(&outside).unwrap();
    for n in 0..FILES {
        fs::write(outside.join(format!("{n}.txt")), "abc").unwrap();
    }
    fs::rename(&outside, world.root.join("drop")).unwrap();
    world.until("all are told", |world| world.seen.len() > FILES);
    world.until("all are told", |world| world.settled().len() == FILES);
    let settled = world.settled();
    assert_eq!(settled.len(), FILES);
    assert!(settled.values().all(|(count, _)| *count == 1));
}

#[test]
fn odd_names_links_and_loops_are_what_they_are() {
    let mut world = World::with(
        |_| {},
        |root| {
            std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", root.join("link.mp4")).unwrap();
        },
    );
    let odd = world
        .root
        .join(std::ffi::OsStr::from_bytes(b"clip\xff\n.txt"));
    fs::write(&odd, "abc").unwrap();
    world.until("the odd one is told", |world| {
        world.is_settled("clip\\xff\n.txt")
    });
    world.flush();
    assert_eq!(world.settled().len(), 2);
    let left = world.report().unwrap().left.clone();
    assert!(
        matches!(&left[..], [(Left::Link, count)] if count.files == 2),
        "{left:?}"
    );
    let links = world.why("link.mp4");
    assert!(
        matches!(
            links,
            Some(Standing::Left {
                left: Left::Link,
                ..
            })
        ),
        "{links:?}"
    );
}

#[test]
fn what_was_left_out_and_has_another_name_now_is_counted_no_more() {
    let mut world = World::with(
        |_| {},
        |root| fs::write(root.join("old.txt.part"), "12").unwrap(),
    );
    world.flush();
    world.write("new.txt.part", b"1234");
    fs::create_dir(world.root.join("raw")).unwrap();
    world.write("raw/other.txt.part", b"1");
    let counted = |world: &World| -> Vec<(u64, u64)> {
        let left = world.report().map(|report| report.left.clone());
        let left = left.unwrap_or_default().into_iter();
        left.map(|(_, count)| (count.files, count.bytes)).collect()
    };
    world.until("all are counted", |world| counted(world) == [(3, 7)]);
    fs::rename(world.root.join("new.txt.part"), world.root.join("new.txt")).unwrap();
    fs::remove_file(world.root.join("old.txt.part")).unwrap();
    world.until("one is left", |world| counted(world) == [(1, 1)]);
    fs::remove_dir_all(world.root.join("raw")).unwrap();
    world.until("none is left", |world| counted(world).is_empty());
    world.until("the new one is told", |world| world.is_settled("new.txt"));
}

#[test]
fn rules_leave_out_and_say_so_and_a_new_rule_holds_at_once() {
    let mut world = World::with(
        |rules| rules.min_size = 2,
        |root| {
            for name in ["a.txt.part", ".hidden", "small"] {
                fs::write(root.join(name), "1").unwrap();
            }
        },
    );
    world.flush();
    let left: BTreeMap<_, _> = world.report().unwrap().left.iter().cloned().collect();
    let files = |left: &Left, all: &BTreeMap<Left, Count>| all.get(left).map(|count| count.files);
    assert_eq!(files(&Left::Ignored("*.part".into()), &left), Some(1));
    assert_eq!(files(&Left::Ignored(".*".into()), &left), Some(1));
    assert_eq!(files(&Left::TooSmall, &left), Some(1));
    world.write("raw/.heimdexignore", b"*.mov\n[z-a]\n");
    world.write("raw/a.mov", b"abc");
    world.until("the rule counts", |world| {
        let report = world.report();
        let in_tree = |left: &Left| matches!(left, Left::InTree { line, .. } if line == "*.mov");
        report.is_some_and(|report| {
            report.left.iter().any(|(left, _)| in_tree(left)) && !report.troubles.is_empty()
        })
    });
    let standing = world.why("raw/a.mov");
    assert!(
        matches!(
            standing,
            Some(Standing::Left {
                left: Left::InTree { .. },
                ..
            })
        ),
        "{standing:?}"
    );
}

#[test]
fn a_folder_that_a_line_leaves_out_later_is_sent_from_no_more() {
    let mut world = World::with(
        |_| {},
        |root| fs::create_dir_all(root.join("private/deep")).unwrap(),
    );
    world.flush();
    world.write(".heimdexignore", b"# mine\nprivate/\n");
    world.until("the rule counts", |world| {
        let second = |left: &Left| matches!(left, Left::InTree { number: 2, .. });
        let report = world.report();
        report.is_some_and(|report| report.left.iter().any(|(left, _)| second(left)))
    });
    world.write("private/secret.txt", b"abc");
    world.write("private/deep/secret.txt", b"abc");
    world.write("other.txt", b"abc");
    world.until("the other is told", |world| world.is_settled("other.txt"));
    world.flush();
    let settled = world.settled();
    assert!(
        settled.keys().all(|name| !name.starts_with("private")),
        "{settled:?}"
    );
    assert!(matches!(
        world.why("private/deep/secret.txt"),
        Some(Standing::Left { relative, .. }) if relative == b"private"
    ));
}

#[test]
fn a_watch_that_skips_what_was_there_takes_what_changes_and_comes() {
    let mut world = World::with(
        |rules| rules.existing = Existing::Skip,
        |root| {
            fs::write(root.join("old.txt"), "abc").unwrap();
            fs::write(root.join("older.txt"), "abc").unwrap();
        },
    );
    world.flush();
    assert_eq!(world.settled().len(), 1);
    assert_eq!(world.report().unwrap().passed_over, 2);
    assert_eq!(world.why("old.txt"), Some(Standing::PassedOver));
    world.restart();
    world.write("old.txt", b"abcd");
    world.until("the changed one is told", |world| {
        world.is_settled("old.txt")
    });
    world.flush();
    world.until("it is counted once", |world| {
        world.report().is_some_and(|report| report.passed_over == 1)
    });
    assert!(!world.is_settled("older.txt"));
    // What went is forgotten by the next look.
    fs::remove_file(world.root.join("older.txt")).unwrap();
    world.flush();
    world.restart();
    world.write("older.txt", b"abc");
    world.until("one of the same name is new", |world| {
        world.is_settled("older.txt")
    });
}

#[test]
fn what_is_skipped_is_skipped_under_another_name_too() {
    let mut world = World::with(
        |rules| rules.existing = Existing::Skip,
        |root| {
            fs::create_dir(root.join("footage")).unwrap();
            fs::write(root.join("footage/old.txt"), "abc").unwrap();
            fs::write(root.join("top.txt"), "abc").unwrap();
        },
    );
    world.flush();
    fs::rename(world.root.join("footage"), world.root.join("archive")).unwrap();
    fs::rename(world.root.join("top.txt"), world.root.join("renamed.txt")).unwrap();
    world.flush();
    for restarts in 0..2 {
        for name in ["archive/old.txt", "renamed.txt"] {
            let why = world.why(name);
            assert_eq!(
                why,
                Some(Standing::PassedOver),
                "{name}, {restarts} restarts"
            );
        }
        world.restart();
        world.flush();
    }
    assert_eq!(world.report().unwrap().passed_over, 2);
    world.write("archive/old.txt", b"abcd");
    world.until("the changed one is told", |world| {
        world.is_settled("archive/old.txt")
    });
    assert!(!world.is_settled("renamed.txt"));
}

#[test]
fn a_root_that_goes_and_comes_back_is_told_and_looked_through() {
    let mut world = World::new(|_| {});
    world.write("a.txt", b"abc");
    world.until("it is told", |world| world.is_settled("a.txt"));
    let away = world.root.with_file_name("away");
    fs::rename(&world.root, &away).unwrap();
    let told = |world: &World, what: &Observation| world.seen.contains(what);
    let (gone, back) = (
        Observation::RootGone { watch: world.id },
        Observation::RootBack { watch: world.id },
    );
    world.until("the root is gone", |world| told(world, &gone));
    assert!(matches!(
        world.why("a.txt"),
        Some(Standing::RootGone { .. })
    ));
    world.seen.clear();
    fs::write(away.join("b.txt"), "abc").unwrap();
    fs::rename(&away, &world.root).unwrap();
    world.until("the root is back", |world| told(world, &back));
    world.until("what came meanwhile is told", |world| {
        world.is_settled("b.txt")
    });
    world.write("c.txt", b"abc");
    world.until("it is watched again", |world| world.is_settled("c.txt"));
}

#[test]
fn a_root_that_is_made_anew_is_found() {
    let mut world = World::new(|_| {});
    fs::remove_dir(&world.root).unwrap();
    let gone = Observation::RootGone { watch: world.id };
    world.until("it is gone", |world| world.seen.contains(&gone));
    fs::create_dir(&world.root).unwrap();
    world.write("x/y.txt", b"abc");
    world.until("what is in it is told", |world| world.is_settled("x/y.txt"));
}

#[test]
fn without_events_changes_are_found_by_looking() {
    let mut world = World::new(|rules| rules.poll = true);
    world.write("day/a.txt", b"abc");
    world.until("it is found", |world| world.is_settled("day/a.txt"));
    world.write("day/a.txt", b"abcd");
    world.until("its change is found", |world| {
        world.settled()["day/a.txt"] == (2, 4)
    });
    fs::rename(world.root.join("day"), world.root.join("night")).unwrap();
    world.until("its new place is found", |world| {
        world.is_settled("night/a.txt")
    });
    let eyes = world.report().unwrap().eyes.clone();
    assert!(matches!(eyes, Eyes::Polling { .. }), "{eyes:?}");
}

#[test]
fn a_clip_and_its_side_cars_are_told_together() {
    let mut world = World::new(|_| {});
    let folder = "PRIVATE/M4ROOT/CLIP";
    fs::create_dir_all(world.root.join(folder)).unwrap();
    let mut notes = fs::File::create(world.root.join(folder).join("C0001M01.XML")).unwrap();
    notes.write_all(b"<x").unwrap();
    let clip = format!("{folder}/C0001.MP4");
    world.write(&clip, &video());
    let held = |world: &World| matches!(world.why(&clip), Some(Standing::HeldBy { .. }));
    world.until("the clip waits for its notes", held);
    world.flush();
    assert!(!world.is_settled(&clip));
    notes.write_all(b"/>").unwrap();
    drop(notes);
    world.until("both are told", |world| {
        world.is_settled(&clip) && world.is_settled(&format!("{folder}/C0001M01.XML"))
    });
    let units = world.seen.iter().filter_map(|seen| match seen {
        Observation::Settled(candidate) => candidate.unit.clone(),
        _ => None,
    });
    let units: Vec<_> = units.collect();
    assert!(units.len() == 2 && units[0] == units[1], "{units:?}");
}

#[test]
fn a_watch_within_a_watch_has_its_files_to_itself() {
    let mut world = World::new(|_| {});
    let inner = world.root.join("inner");
    fs::create_dir(&inner).unwrap();
    let new = NewWatch {
        profile: "default".into(),
        root: inner.clone(),
        source: "inner".into(),
        rules: world.watch().rules,
    };
    let id = world.journal.add_watch(&new, now()).unwrap();
    world.ask(Ask::WatchesChanged);
    world.until("both are looked through", |world| {
        world.reports.lock().unwrap().len() == 2
    });
    world.write("inner/a.txt", b"abc");
    world.until("it is told", |world| {
        world
            .seen
            .iter()
            .any(|seen| matches!(seen, Observation::Settled(_)))
    });
    world.flush();
    let watches = world.seen.iter().filter_map(|seen| match seen {
        Observation::Settled(candidate) if candidate.path.starts_with(&inner) => {
            Some(candidate.watch)
        }
        _ => None,
    });
    assert_eq!(watches.collect::<Vec<_>>(), [id]);
    world.journal.remove_watch(id, now()).unwrap();
    world.ask(Ask::WatchesChanged);
    world.until("the outer one has it", |world| {
        world.is_settled("inner/a.txt")
    });
}

#[test]
fn a_file_that_turned_out_changed_is_found_finished_anew() {
    let mut world = World::new(|_| {});
    let path = world.write("a.txt", b"abc");
    world.until("it is told", |world| world.is_settled("a.txt"));
    world.ask(Ask::Look(path.clone()));
    world.until("it is told again", |world| {
        world.settled()["a.txt"] == (2, 3)
    });
    fs::remove_file(&path).unwrap();
    world.ask(Ask::Look(path));
    world.until("it is gone", |world| {
        world
            .seen
            .iter()
            .any(|seen| matches!(seen, Observation::Gone { .. }))
    });
}

#[test]
fn a_mount_over_the_root_and_its_end_are_noticed() {
    let mut world = World::new(|_| {});
    world.write("below.txt", b"abc");
    world.until("it is told", |world| world.is_settled("below.txt"));
    let Some(mounted) = Mounted::tmpfs(&world.root) else {
        return;
    };
    world.write("card.txt", b"abc");
    world.until("what is on it is told", |world| {
        world.is_settled("card.txt")
    });
    drop(mounted);
    world.seen.clear();
    world.write("again.txt", b"abc");
    world.until("what was below is watched again", |world| {
        world.is_settled("again.txt")
    });
}

/// A file system in memory, until it is dropped; none where the system does not let.
struct Mounted(PathBuf);

impl Mounted {
    fn tmpfs(at: &Path) -> Option<Self> {
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "tmpfs"])
            .arg(at)
            .output()
            .unwrap();
        if !mount.status.success() {
            let mut told = std::io::stderr();
            writeln!(told, "left out: nothing may be mounted here").unwrap();
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let ended = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .status();
        assert!(
            ended.is_ok_and(|status| status.success()),
            "it stays mounted"
        );
    }
}
