//! A daemon for a model: watches, a queue of any length, and answers to all that it is asked.

use heimdex_client::control::{
    Because, Count, Counts, DaemonFacts, Eyes, ItemId, Lane, LocalPath, Paused, Place, QueueItem,
    QueueList, Reason, Root, Status, WaitingFile, WatchId, WatchStatus,
};

use crate::commands::safe_to_wipe::aside;
use crate::tui::model::tests::{World, done, model, moment, press, trouble, type_in, video};
use crate::tui::model::{
    Answer, Asking, Asleep, Effect, Looked, Model, Msg, News, Order, Overlay, Part, Prompt, Since,
    Timer, Told, Tone, Trouble, View, WipeStep, WipingIs,
};

/// Whether it runs, its watches, its queue.
#[derive(Debug, Default)]
pub(crate) struct Daemon {
    /// Whether it answers.
    pub(crate) is_here: bool,
    /// Its watches.
    pub(crate) watches: Vec<WatchStatus>,
    /// Its queue.
    pub(crate) queue: Vec<QueueItem>,
    /// Whether all of it is paused.
    pub(crate) is_paused: bool,
    /// Whether a folder may be wiped, by the number of the question.
    pub(crate) wiping: Option<u64>,
    /// The parts of the queue that were asked for.
    pub(crate) parts: Vec<Part>,
}

/// A folder under watch.
pub(crate) fn watch(number: i64, folder: &str) -> WatchStatus {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().into();
    WatchStatus {
        id: WatchId(number),
        path: LocalPath::from_text(folder).unwrap(),
        profile: "default".into(),
        source: "CARD".into(),
        root: Root::Here,
        eyes: Eyes::Events,
        scanned_at: Some(at("2026-11-26T11:58:00Z")),
        next_scan_at: Some(at("2026-11-26T12:58:00Z")),
        rescan_seconds: 3600,
        bwlimit: None,
        parallel: 2,
        counts: Counts::default(),
        rules: Vec::new(),
        paused: None,
        declared: false,
        waiting: Vec::new(),
    }
}

/// A file of the queue.
pub(crate) fn item(number: i64, because: Reason) -> QueueItem {
    QueueItem {
        id: ItemId(number),
        path: LocalPath::from_text(&format!("/media/CARD/A003C{number:03}.mp4")).unwrap(),
        watch: Some(WatchId(1)),
        profile: "default".into(),
        lane: Lane::Watch,
        size_bytes: 1_000_000_000,
        acknowledged_bytes: 0,
        added_at: moment().now,
        attempts: 0,
        video_id: None,
        state: because.into(),
    }
}

/// One that waits for its turn.
pub(crate) fn queued(number: i64) -> QueueItem {
    let ahead = number.unsigned_abs();
    item(
        number,
        Reason::Queued {
            lane: Lane::Watch,
            ahead,
        },
    )
}

/// A file that is not finished.
pub(crate) fn unfinished(path: &str, because: Reason) -> WaitingFile {
    WaitingFile {
        path: LocalPath::from_text(path).unwrap(),
        state: Because::from(because),
    }
}

impl Daemon {
    /// One with a card, and so many files to send.
    pub(crate) fn busy(files: i64) -> Self {
        let mut card = watch(1, "/media/CARD");
        card.counts.queued = Count {
            files: files.unsigned_abs(),
            bytes: files.unsigned_abs() * 1_000_000_000,
        };
        Self {
            is_here: true,
            watches: vec![card, watch(2, "/home/ana/Videos")],
            queue: (1..=files).map(queued).collect(),
            ..Self::default()
        }
    }

    fn status(&self) -> Status {
        let facts = DaemonFacts {
            pid: 7,
            version: "0.1.0".into(),
            protocol: 1,
            oldest_protocol: 1,
            started_at: moment().now,
            features: Vec::new(),
        };
        let mut status = Status::starting(facts);
        status.watches.clone_from(&self.watches);
        status.current = self
            .queue
            .iter()
            .take(Status::CURRENT_MAX)
            .cloned()
            .collect();
        for item in &self.queue {
            status.queue.waiting.add(item.size_bytes);
            status.queue.left_bytes += item.size_bytes;
        }
        status.paused = self.is_paused.then(|| Paused {
            since: moment().now,
            until: None,
        });
        status
    }

    fn looked(&mut self, part: Option<Part>) -> Looked {
        if !self.is_here {
            let asleep = self.watches.iter().map(|watch| Asleep {
                id: watch.id,
                folder: watch.path.as_path().to_owned(),
                profile: watch.profile.clone(),
                is_paused: false,
                bwlimit: watch.bwlimit.clone(),
            });
            return Looked::Absent(asleep.collect());
        }
        self.parts.extend(part);
        let queue = part.map(|part| {
            let items = self.queue.iter().skip(part.offset).take(part.limit);
            let list = QueueList {
                items: items.cloned().collect(),
                total: self.queue.len() as u64,
            };
            (part.offset, list)
        });
        Looked::Here {
            status: Box::new(self.status()),
            queue,
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Pause(None) => self.is_paused = true,
            Order::Resume(None) => self.is_paused = false,
            Order::Pause(Some(id)) | Order::Resume(Some(id)) => {
                let since = moment().now;
                let paused = Paused { since, until: None };
                let is_pause = matches!(order, Order::Pause(_));
                for watch in self.watches.iter_mut().filter(|watch| watch.id == id) {
                    watch.paused = is_pause.then_some(paused);
                }
            }
            // What is in flight of it ends first.
            Order::Cancel { item: id, .. } => self.queue.retain(|item| {
                item.id != id || matches!(item.state.because, Reason::Sending { .. })
            }),
            Order::Move(id, to) => {
                let Some(from) = self.queue.iter().position(|item| item.id == id) else {
                    return;
                };
                let item = self.queue.remove(from);
                let at = match to {
                    Place::First => 0,
                    Place::Last => self.queue.len(),
                    Place::Before(other) => {
                        let at = self.queue.iter().position(|item| item.id == other);
                        at.unwrap_or(self.queue.len())
                    }
                };
                self.queue.insert(at, item);
            }
            Order::Retry(_) | Order::Rescan(_) => {}
        }
    }

    /// What comes of what it is asked.
    pub(crate) fn answer(&mut self, asking: Asking, broken: Option<&Trouble>) -> Vec<Msg> {
        let told = match asking {
            Asking::Look(part) => Told::Looked(match broken {
                Some(trouble) => Looked::Trouble(trouble.clone()),
                None => self.looked(part),
            }),
            Asking::Wipe { number, .. } => {
                self.wiping = Some(number);
                let step = WipeStep {
                    name: "A003C001.mp4".into(),
                    files: 3,
                    bytes: 3000,
                    read_files: 1,
                    read_bytes: 1500,
                    is_asking: false,
                };
                return vec![Msg::Daemon(News::Wiping(number, step))];
            }
            Asking::StopWiping(number) => {
                self.wiping.take_if(|wiping| *wiping == number);
                Told::Wiped(number, Ok(None))
            }
            _ if broken.is_some() => Told::Done(Err(broken.cloned().unwrap())),
            Asking::Order(order, _) => {
                self.obey(order);
                Told::Done(Ok("done".into()))
            }
            Asking::Watch(folder) => {
                let number = i64::try_from(self.watches.len()).unwrap() + 1;
                let folder = folder.display().to_string();
                self.watches.push(watch(number, &format!("/{folder}")));
                Told::Watching(Ok(vec!["Watching it.".into(), "  .DS_Store".into()]))
            }
            Asking::Unwatch(id) => {
                self.watches.retain(|watch| watch.id != id);
                Told::Done(Ok("it is watched no more".into()))
            }
            Asking::LimitWatch(..) => Told::Done(Ok("it takes less".into())),
        };
        vec![Msg::Answer(Answer::Daemon(told))]
    }

    /// The answer to the question that is open.
    pub(crate) fn answer_wiping(&mut self, is_safe: bool) -> Option<Msg> {
        let number = self.wiping.take()?;
        let answer = aside::Answer {
            is_safe,
            headline: if is_safe {
                "Safe to wipe. All 3 files (2.8 GiB) under /media/CARD are stored and verified on films.example.org, and equal to what is on the card now.".into()
            } else {
                "Not safe. 1 of 3 files is not verified on the server:".into()
            },
            findings: if is_safe {
                Vec::new()
            } else {
                vec![(
                    "A003C002.mp4".into(),
                    "waiting: still being written. It grew by 12.0 MiB in the last 5 s".into(),
                )]
            },
            rest: vec!["1 file (1.0 GiB) is on its way.".into()],
            hint: None,
        };
        Some(Msg::Answer(Answer::Daemon(Told::Wiped(
            number,
            Ok(Some(answer)),
        ))))
    }
}

impl Daemon {
    /// Something happens there; what of it is told.
    pub(crate) fn happens(&mut self, what: u8, number: i64) -> Vec<Msg> {
        match what {
            0 => self.is_here = !self.is_here,
            1 => *self = Self::busy(number),
            2 => self.queue.insert(0, queued(1000 + number)),
            3 => self.watches.retain(|watch| watch.id.0 != number % 3),
            4 => {
                let answer = self.answer_wiping(number % 2 == 0);
                return answer.into_iter().collect();
            }
            5 if !self.queue.is_empty() => {
                let at = usize::try_from(number).unwrap() % self.queue.len();
                let item = self.queue.remove(at);
                return vec![Msg::Daemon(News::Left {
                    item: item.id,
                    path: item.path,
                    because: Reason::Stored {
                        video_id: video(7).video_id,
                        at: moment().now,
                    },
                })];
            }
            _ => {}
        }
        vec![Msg::Daemon(News::Changed)]
    }
}

/// A model that has looked at this daemon, in a view.
pub(crate) fn with(daemon: Daemon, view: View, size: (u16, u16)) -> (Model, World) {
    let mut world = World {
        daemon,
        ..World::default()
    };
    let mut model = model(size);
    let effects = model.begin();
    world.settle(&mut model, effects);
    let effects = model.show(view);
    world.settle(&mut model, effects);
    (model, world)
}

fn settled(model: &mut Model, world: &mut World, keys: &str) {
    let effects = press(model, keys);
    world.settle(model, effects);
}

fn happens(model: &mut Model, world: &mut World, news: News) {
    let effects = model.update(Msg::Daemon(news));
    world.settle(model, effects);
}

#[test]
fn a_daemon_that_comes_and_goes_is_noticed() {
    let (mut model, mut world) = with(Daemon::default(), View::Watches, (80, 24));
    assert!(!model.daemon.is_here());
    world.daemon = Daemon::busy(3);
    happens(&mut model, &mut world, News::Changed);
    assert_eq!(model.daemon.watches().len(), 2);
    world.daemon.is_here = false;
    happens(&mut model, &mut world, News::Changed);
    assert!(!model.daemon.is_here());
    assert_eq!(model.daemon.len(), 2, "its folders are known without it");
    assert_eq!(model.transfers.beyond, 0);
    let told: Vec<&str> = model.log.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(told, ["heimdexd 0.1.0 answers", "the daemon has stopped"]);
}

#[test]
fn it_is_asked_once_at_a_time_and_once_more_where_something_happened_meanwhile() {
    let (mut model, mut world) = with(Daemon::busy(1), View::Watches, (80, 24));
    let first = model.update(Msg::Daemon(News::Changed));
    assert_eq!(first.len(), 1);
    for _ in 0..5 {
        assert!(model.update(Msg::Daemon(News::Changed)).is_empty());
    }
    let answers = first.into_iter().flat_map(|effect| world.answer(effect));
    let again: Vec<Effect> = answers
        .collect::<Vec<_>>()
        .into_iter()
        .flat_map(|msg| model.update(msg))
        .collect();
    assert!(matches!(again[..], [Effect::Daemon(Asking::Look(None))]));
    world.settle(&mut model, again);
    model.take_stale();
    happens(&mut model, &mut world, News::Changed);
    assert!(!model.is_stale(), "nothing new draws nothing");
}

#[test]
fn of_a_hundred_thousand_files_a_window_is_held() {
    let (mut model, mut world) = with(Daemon::busy(100_000), View::Transfers, (80, 24));
    assert_eq!(model.transfers.beyond, 100_000);
    settled(&mut model, &mut world, "G");
    assert_eq!(model.queued().map(|item| item.id), Some(ItemId(100_000)));
    settled(&mut model, &mut world, "g");
    assert_eq!(model.queued().map(|item| item.id), Some(ItemId(1)));
    for _ in 0..60 {
        settled(&mut model, &mut world, "ctrl-d");
        assert!(model.queued().is_some(), "{}", model.transfers.cursor);
    }
    let parts = &world.daemon.parts;
    assert!(parts.iter().all(|part| part.limit <= 200), "{parts:?}");
    assert!(parts.len() < 40, "it is asked for parts, not for rows");
}

#[test]
fn what_leaves_the_queue_is_shown_once_and_asks_for_nothing_by_itself() {
    let (mut model, _) = with(Daemon::busy(10), View::Transfers, (80, 24));
    for number in 1..=3 {
        let left = News::Left {
            item: ItemId(number),
            path: LocalPath::from_text(&format!("/card/A003C00{number}.mp4")).unwrap(),
            because: Reason::Stored {
                video_id: video(1).video_id,
                at: moment().now,
            },
        };
        let asked = model.update(Msg::Daemon(left));
        let looks = |effect: &Effect| matches!(effect, Effect::Daemon(Asking::Look(_)));
        assert!(!asked.iter().any(looks), "thousands may leave it in a row");
        assert!(model.daemon.queue.find(ItemId(number)).is_none());
    }
    assert_eq!(model.transfers.list.len(), 3);
    assert_eq!(model.daemon.queue.total(), 7);
    assert_eq!(model.transfers.beyond, 7);
}

#[test]
fn a_limit_ends_by_a_word_and_not_by_a_slip() {
    let (mut model, mut world) = with(Daemon::busy(10), View::Watches, (80, 24));
    let mut limits = |typed: &str| {
        settled(&mut model, &mut world, "l");
        for letter in typed.chars() {
            let _ = press(&mut model, &letter.to_string());
        }
        press(&mut model, "enter")
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Daemon(Asking::LimitWatch(_, limit)) => Some(limit),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(limits(""), []);
    assert_eq!(limits("5M"), [Some("5M".to_owned())]);
    assert_eq!(limits("off"), [None]);
}

#[test]
fn a_limit_is_asked_for_with_the_one_that_holds() {
    for is_here in [true, false] {
        let mut daemon = Daemon::busy(10);
        daemon.is_here = is_here;
        daemon.watches[0].bwlimit = Some("2M".into());
        let (mut model, mut world) = with(daemon, View::Watches, (80, 24));
        settled(&mut model, &mut world, "l");
        let Some(Overlay::Prompt(Prompt::WatchLimit(_), input)) = &model.overlay else {
            panic!("{:?}", model.overlay);
        };
        assert_eq!(input.text(), "2M");
    }
}

#[test]
fn the_cursor_stays_on_its_file_while_the_queue_moves() {
    let (mut model, mut world) = with(Daemon::busy(10), View::Transfers, (80, 24));
    settled(&mut model, &mut world, "j j j");
    let id = model.queued().map(|item| item.id);
    assert_eq!(id, Some(ItemId(4)));
    // The first is stored.
    let stored = world.daemon.queue.remove(0);
    let left = News::Left {
        item: stored.id,
        path: stored.path.clone(),
        because: Reason::Stored {
            video_id: video(1).video_id,
            at: moment().now,
        },
    };
    happens(&mut model, &mut world, left);
    assert_eq!(
        model.transfers.list.len(),
        1,
        "it goes on through its stages"
    );
    assert_eq!(model.transfers.list[0].name, "A003C001.mp4");
    assert_eq!(model.queued().map(|item| item.id), id);
    settled(&mut model, &mut world, "K");
    let order: Vec<i64> = world
        .daemon
        .queue
        .iter()
        .take(4)
        .map(|item| item.id.0)
        .collect();
    assert_eq!(order, [2, 4, 3, 5]);
    assert_eq!(
        model.queued().map(|item| item.id),
        id,
        "the cursor went along"
    );
    settled(&mut model, &mut world, "J");
    settled(&mut model, &mut world, "J");
    let order: Vec<i64> = world
        .daemon
        .queue
        .iter()
        .take(4)
        .map(|item| item.id.0)
        .collect();
    assert_eq!(order, [2, 3, 5, 4]);
    settled(&mut model, &mut world, "x");
    assert!(world.daemon.queue.iter().all(|item| Some(item.id) != id));
}

#[test]
fn a_file_is_paused_with_its_watch_and_goes_on_with_it() {
    let (mut model, mut world) = with(Daemon::busy(2), View::Transfers, (80, 24));
    settled(&mut model, &mut world, "p");
    assert!(world.daemon.watches[0].paused.is_some());
    world.daemon.queue[0].state = Reason::Paused {
        watch: Some(WatchId(1)),
        until: None,
    }
    .into();
    happens(&mut model, &mut world, News::Changed);
    settled(&mut model, &mut world, "p");
    assert!(world.daemon.watches[0].paused.is_none());
    world.daemon.is_paused = true;
    happens(&mut model, &mut world, News::Changed);
    settled(&mut model, &mut world, "p");
    assert!(!world.daemon.is_paused);
}

/// A file of which so much is acknowledged, and so much under way.
fn sending(number: i64, acknowledged: u64, under_way: u64) -> QueueItem {
    let because = Reason::Sending {
        acknowledged_bytes: acknowledged,
        under_way_bytes: under_way,
        size_bytes: 1_000_000_000,
    };
    QueueItem {
        acknowledged_bytes: acknowledged,
        ..item(number, because)
    }
}

#[test]
fn what_was_begun_goes_on_with_its_watch_though_it_says_that_it_is_sent() {
    let (mut model, mut world) = with(Daemon::busy(2), View::Transfers, (80, 24));
    world.daemon.queue[0] = sending(1, 8 << 20, 0);
    happens(&mut model, &mut world, News::Changed);
    settled(&mut model, &mut world, "space");
    assert!(world.daemon.watches[0].paused.is_some());
    settled(&mut model, &mut world, "space");
    assert!(world.daemon.watches[0].paused.is_none());
    let effects = press(&mut model, "space");
    let named = effects.iter().any(
        |effect| matches!(effect, Effect::Daemon(Asking::Order(_, name)) if name == "/media/CARD"),
    );
    assert!(named, "{effects:?}");
}

#[test]
fn what_is_on_its_way_out_of_the_queue_is_not_tried_again_before() {
    let (mut model, mut world) = with(Daemon::busy(2), View::Transfers, (80, 24));
    world.daemon.queue[0] = sending(1, 0, 8 << 20);
    happens(&mut model, &mut world, News::Changed);
    settled(&mut model, &mut world, "x");
    assert!(model.daemon.leaving.contains(&ItemId(1)));
    assert!(press(&mut model, "r").is_empty(), "nobody is asked");
    let (tone, text) = model.notice.clone().unwrap();
    assert_eq!(tone, Tone::Bad);
    assert!(
        text.starts_with("`A003C001.mp4` is on its way out"),
        "{text}"
    );
    let at = moment().now;
    world.daemon.queue[0].state = Reason::Cancelled { at }.into();
    happens(&mut model, &mut world, News::Changed);
    assert!(model.daemon.leaving.is_empty());
    let effects = press(&mut model, "r");
    let retries = |effect: &Effect| matches!(effect, Effect::Daemon(Asking::Order(Order::Retry(ItemId(1)), name)) if name == "A003C001.mp4");
    assert!(effects.iter().any(retries), "{effects:?}");
}

#[test]
fn how_fast_a_file_of_the_daemon_goes_is_counted_and_comes_down_to_nothing() {
    let (mut model, mut world) = with(Daemon::busy(2), View::Transfers, (80, 24));
    let mut second = |acknowledged: u64, under_way: u64| {
        world.daemon.queue[0] = sending(1, acknowledged, under_way);
        happens(&mut model, &mut world, News::Changed);
        let effects = model.update(Msg::Timer(Timer::Second));
        world.settle(&mut model, effects);
        let rate = model.daemon.paces.rate(ItemId(1));
        (rate, model.transfers.rate())
    };
    for seconds in 0..5 {
        second(0, seconds << 20);
    }
    // A part that is acknowledged moves nothing.
    assert_eq!(second(5 << 20, 0), (1 << 20, 1 << 20));
    for _ in 0..5 {
        second(5 << 20, 0);
    }
    assert_eq!(second(5 << 20, 0), (0, 0));
}

#[test]
fn a_watch_is_taken_away_only_by_a_yes() {
    let (mut model, mut world) = with(Daemon::busy(0), View::Watches, (80, 24));
    settled(&mut model, &mut world, "x n");
    assert_eq!(world.daemon.watches.len(), 2);
    settled(&mut model, &mut world, "x y");
    assert_eq!(world.daemon.watches.len(), 1);
    settled(&mut model, &mut world, "a");
    let effects = type_in(&mut model, "media/CARD_B");
    world.settle(&mut model, effects);
    settled(&mut model, &mut world, "enter");
    assert_eq!(world.daemon.watches.len(), 2);
    assert!(model.log.iter().any(|line| line.text == "  .DS_Store"));
}

#[test]
fn nothing_but_the_answer_is_a_yes() {
    let (mut model, mut world) = with(Daemon::busy(0), View::Watches, (80, 24));
    let is = |model: &Model| model.daemon.wiping.as_ref().map(|wiping| wiping.is.clone());
    settled(&mut model, &mut world, "w");
    assert!(matches!(is(&model), Some(WipingIs::OnItsWay(step)) if step.read_bytes == 1500));
    settled(&mut model, &mut world, "w");
    assert_eq!(is(&model), Some(WipingIs::Stopped));
    settled(&mut model, &mut world, "w");
    let msg = world.daemon.answer_wiping(true).unwrap();
    let _ = model.update(msg.clone());
    let Some(WipingIs::Answered(_, answer)) = is(&model) else {
        panic!("{:?}", is(&model));
    };
    assert!(answer.is_safe);
    // The answer to a question that is not asked any more.
    settled(&mut model, &mut world, "w");
    let _ = model.update(msg);
    assert!(matches!(is(&model), Some(WipingIs::OnItsWay(_))));
}

/// A yes about the first watch, which has files that are stored.
fn safe() -> (Model, World) {
    let mut daemon = Daemon::busy(0);
    daemon.watches[0].counts.stored = Count {
        files: 5,
        bytes: 5000,
    };
    let (mut model, mut world) = with(daemon, View::Watches, (80, 24));
    settled(&mut model, &mut world, "w");
    let msg = world.daemon.answer_wiping(true).unwrap();
    let effects = model.update(msg);
    world.settle(&mut model, effects);
    (model, world)
}

fn no_more(model: &Model) -> Option<Since> {
    match &model.daemon.wiping.as_ref().unwrap().is {
        WipingIs::Answered(_, answer) if answer.is_safe => None,
        WipingIs::WasSafe(_, since) => Some(*since),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_yes_ends_with_whatever_is_seen_of_its_folder() {
    type Happens = fn(&mut Daemon);
    let cases: [(Happens, Option<Since>); 8] = [
        (|_| {}, None),
        (|daemon| daemon.watches[1].counts.settling.add(9), None),
        (
            |daemon| daemon.watches[0].counts.settling.add(9),
            Some(Since::Changed),
        ),
        // One of them is written anew: there are as many as before.
        (
            |daemon| {
                daemon.watches[0].counts.stored.files = 4;
                daemon.watches[0].counts.settling.files = 1;
            },
            Some(Since::Changed),
        ),
        (
            |daemon| daemon.watches[0].counts.excluded.add(9),
            Some(Since::Changed),
        ),
        (
            |daemon| {
                daemon.watches[0].root = Root::Gone {
                    since: moment().now,
                };
            },
            Some(Since::Changed),
        ),
        (
            |daemon| daemon.watches[0].path = LocalPath::from_text("/media/OTHER").unwrap(),
            Some(Since::Unwatched),
        ),
        (|daemon| daemon.is_here = false, Some(Since::Unwatched)),
    ];
    for (number, (happens_there, expected)) in cases.into_iter().enumerate() {
        let (mut model, mut world) = safe();
        happens_there(&mut world.daemon);
        model.take_stale();
        happens(&mut model, &mut world, News::Changed);
        assert_eq!(no_more(&model), expected, "{number}");
        assert!(model.is_stale() || expected.is_none(), "{number}");
        let is_told = |line: &crate::tui::model::Line| line.text.contains("was found safe");
        assert_eq!(
            model.log.iter().any(is_told),
            expected.is_some(),
            "{number}"
        );
        // It is no yes again because all is as it was.
        world.daemon.is_here = true;
        world.daemon.watches = safe().1.daemon.watches;
        happens(&mut model, &mut world, News::Changed);
        assert_eq!(no_more(&model), expected, "{number}");
    }
}

#[test]
fn what_the_daemon_hears_later_that_it_is_stored_is_no_change() {
    let (mut model, mut world) = safe();
    world.daemon.watches[0].counts.sending.add(1000);
    happens(&mut model, &mut world, News::Changed);
    settled(&mut model, &mut world, "w");
    let msg = world.daemon.answer_wiping(true).unwrap();
    let _ = model.update(msg);
    let counts = &mut world.daemon.watches[0].counts;
    counts.sending = Count::default();
    counts.stored.add(1000);
    happens(&mut model, &mut world, News::Changed);
    assert_eq!(no_more(&model), None);
}

#[test]
fn a_yes_grows_old_and_one_that_nobody_watched_ends_with_the_first_doubt() {
    let (mut model, _) = safe();
    let number = model.daemon.wiping.as_ref().unwrap().number;
    let _ = model.update(Msg::Timer(Timer::Yes(number + 1)));
    assert_eq!(no_more(&model), None);
    let _ = model.update(Msg::Timer(Timer::Yes(number)));
    assert_eq!(no_more(&model), Some(Since::Old));
    let mut daemon = Daemon::busy(0);
    daemon.is_here = false;
    let (mut model, mut world) = with(daemon, View::Watches, (80, 24));
    settled(&mut model, &mut world, "w 1");
    let effects = done(&mut model, world.daemon.answer_wiping(true).unwrap());
    assert!(
        matches!(&effects[..], [Effect::After(_, Timer::Yes(_))]),
        "{effects:?}"
    );
    assert!(model.notice.is_some());
    world.daemon.is_here = true;
    world.daemon.watches[0].counts.settling.add(9);
    happens(&mut model, &mut world, News::Changed);
    assert_eq!(no_more(&model), Some(Since::Changed));
    assert_eq!(model.notice, None, "nothing says that it is safe");
}

#[test]
fn a_path_is_completed_as_far_as_all_have_in_common() {
    let (mut model, mut world) = with(Daemon::busy(0), View::Watches, (80, 24));
    settled(&mut model, &mut world, "a");
    let effects = type_in(&mut model, "/m/");
    world.settle(&mut model, effects);
    settled(&mut model, &mut world, "tab");
    let crate::tui::model::Overlay::Prompt(_, input) = model.overlay.as_ref().unwrap() else {
        panic!("{:?}", model.overlay);
    };
    assert_eq!(input.text(), "/m/on");
    assert_eq!(model.completions, ["/m/one/", "/m/once"]);
}

#[test]
fn trouble_with_the_daemon_says_nothing_of_the_server() {
    let (mut model, mut world) = with(Daemon::busy(1), View::Watches, (80, 24));
    let broken = trouble(
        heimdex_client::ErrorClass::Unreachable,
        "the daemon does not answer",
    );
    world.broken = Some(broken);
    happens(&mut model, &mut world, News::Changed);
    assert_eq!(model.link, crate::tui::model::Link::Online);
    settled(&mut model, &mut world, "r");
    assert_eq!(
        model.notice,
        Some((Tone::Bad, "the daemon does not answer".into()))
    );
}
