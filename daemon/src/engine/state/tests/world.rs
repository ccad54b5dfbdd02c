//! A world in which everything goes wrong: files change and go, the server is away or full, the process dies between any
//! two steps. Whatever happened, at the end every file is stored, each content once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// The journal, the disk and the server; they outlive the process.
#[derive(Debug, Default)]
struct World {
    now: u64,
    /// Stamp and content of each file.
    files: BTreeMap<String, (FileStamp, u64)>,
    queue: BTreeMap<ItemId, QueuedFile>,
    kept: BTreeMap<String, KeptFile>,
    wanted: BTreeMap<PathBuf, SendTexts>,
    /// The videos of each content.
    videos: BTreeMap<u64, Vec<u128>>,
    last_stamp: i64,
    last_video: u128,
    is_away: bool,
    is_full: bool,
    is_pulled: bool,
}

/// The process: all that a death takes.
struct Process {
    state: State,
    turns: BTreeMap<TurnId, Vec<QueuedFile>>,
    /// What it was asked, and will be told.
    asked: Vec<Event>,
}

#[derive(Debug, Clone)]
enum Step {
    Write(u8, u8),
    Delete(u8),
    Move(u8, u8),
    Finish(u8, Luck),
    Die(u8),
    Toggle(Toggle),
    Wait(u32),
    Pause,
    Resume,
    Want(u8),
}

#[derive(Debug, Clone, Copy)]
enum Luck {
    Good,
    Fails,
    TakenOver,
    Busy,
}

#[derive(Debug, Clone, Copy)]
enum Toggle {
    Network,
    Quota,
    Card,
}

fn name(number: u8) -> String {
    format!("{}.mp4", number % 6)
}

impl World {
    fn write(&mut self, number: u8, content: u8) {
        self.last_stamp += 1;
        let mut stamp = candidate("", 0, self.last_stamp).stamp;
        // Small ones go together, large ones alone.
        stamp.size = if content.is_multiple_of(2) {
            100
        } else {
            LARGE
        };
        self.files
            .insert(name(number), (stamp, u64::from(content % 5)));
    }

    fn found(&self, name: &str) -> Option<Candidate> {
        let (stamp, _) = self.files.get(name).filter(|_| !self.is_pulled)?;
        let mut found = candidate(name, 0, 0);
        found.stamp = *stamp;
        Some(found)
    }

    /// What the driver lets through: nothing that is stored as it is.
    fn is_kept(&self, candidate: &Candidate) -> bool {
        let name = String::from_utf8_lossy(&candidate.relative).into_owned();
        self.kept
            .get(&name)
            .is_some_and(|kept| kept.stamp == candidate.stamp)
    }

    /// Whether the journal has the title that was given for a file.
    fn has_title(&self, name: &str) -> bool {
        let path = candidate(name, 0, 0).path;
        let wanted = self.wanted.get(&path).and_then(|texts| texts.title.clone());
        let mut queued = self.queue.values().filter(|file| file.path == path);
        let queued = queued.find_map(|file| file.options.title.clone());
        wanted.or(queued).as_deref() == Some(name)
    }

    /// What sending a file comes to.
    fn send(&mut self, file: &QueuedFile, luck: Luck) -> Ending {
        let away = |kind| {
            Ending::Away(Away {
                kind,
                why: "no".into(),
                hint: None,
                retry_after: None,
            })
        };
        let name = String::from_utf8_lossy(&file.relative).into_owned();
        let Some((stamp, content)) = self.files.get(&name).copied().filter(|_| !self.is_pulled)
        else {
            return Ending::Vanished;
        };
        if stamp != file.stamp {
            return Ending::Changed(stamp);
        }
        if self.is_away {
            return away(Kind::Offline);
        }
        match luck {
            Luck::Good => {}
            Luck::Busy => return Ending::Busy,
            Luck::Fails => {
                return Ending::Failed(Trouble {
                    text: "no".into(),
                    hint: None,
                });
            }
            Luck::TakenOver => {
                return Ending::TakenOver {
                    silent_for: Duration::ZERO,
                };
            }
        }
        let is_known = self.videos.contains_key(&content);
        if self.is_full && !is_known {
            return away(Kind::Quota);
        }
        if !is_known {
            self.last_video += 1;
            self.videos
                .entry(content)
                .or_default()
                .push(self.last_video);
        }
        stored(file)
    }
}

fn wanted_row((path, texts): (&PathBuf, &SendTexts)) -> WantedFile {
    WantedFile {
        path: path.clone(),
        texts: texts.clone(),
    }
}

struct Run {
    world: World,
    process: Process,
}

impl Run {
    fn new() -> Self {
        let process = Process {
            state: fresh(),
            turns: BTreeMap::new(),
            asked: Vec::new(),
        };
        Self {
            world: World::default(),
            process,
        }
    }

    fn tell(&mut self, event: Event) {
        if let Event::Observed(Observation::Settled(candidate)) = &event
            && self.world.is_kept(candidate)
            && !self.process.state.is_awaited(&candidate.path)
        {
            return;
        }
        let effects = self.process.state.apply(at(self.world.now), event);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Write(QueueWrite::Put(file)) => {
                    self.world
                        .queue
                        .retain(|id, row| *id == file.id || row.path != file.path);
                    self.world.queue.insert(file.id, *file);
                }
                Effect::Write(QueueWrite::Remove(id)) => {
                    self.world.queue.remove(&id);
                }
                Effect::Write(QueueWrite::Keep(kept)) => {
                    let name = kept
                        .shown_path
                        .file_name()
                        .unwrap()
                        .to_string_lossy()
                        .into_owned();
                    self.world.kept.insert(name, *kept);
                }
                Effect::Write(QueueWrite::Want(file)) => {
                    self.world.wanted.insert(file.path, file.texts);
                }
                Effect::Write(QueueWrite::NotWanted(path)) => {
                    self.world.wanted.remove(&path);
                }
                Effect::Begin(turn, files) => {
                    self.process.turns.insert(turn, files);
                }
                Effect::AskServer(profile) => {
                    let result = if self.world.is_away {
                        Err(Away {
                            kind: Kind::Offline,
                            why: "no".into(),
                            hint: None,
                            retry_after: None,
                        })
                    } else {
                        Ok(())
                    };
                    self.process.asked.push(Event::Answered { profile, result });
                }
                Effect::Stop(turn) => self.process.asked.push(Event::TurnOver(turn)),
                Effect::AskWatches(Ask::Look(path) | Ask::Force(path)) => {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    let seen = match self.world.found(&name) {
                        Some(found) => Observation::Settled(found),
                        None => Observation::Gone { watch: WATCH, path },
                    };
                    self.process.asked.push(Event::Observed(seen));
                }
                _ => {}
            }
        }
    }

    /// What was asked is answered; a turn that is to stop ends as it is.
    fn answer(&mut self) {
        for event in std::mem::take(&mut self.process.asked) {
            match event {
                Event::TurnOver(turn) => {
                    for file in self.process.turns.remove(&turn).unwrap_or_default() {
                        self.tell(Event::Ended(file.id, Ending::NotDone));
                    }
                    self.tell(Event::TurnOver(turn));
                }
                event => self.tell(event),
            }
        }
    }

    fn round(&mut self) {
        let effects = self.process.state.round(at(self.world.now).now);
        self.perform(effects);
    }

    fn finish(&mut self, which: u8, luck: Luck) {
        let turns: Vec<TurnId> = self.process.turns.keys().copied().collect();
        let Some(turn) = turns.get(usize::from(which) % turns.len().max(1)) else {
            return;
        };
        let mut is_over = false;
        for file in self.process.turns.remove(turn).unwrap_or_default() {
            let ending = if is_over {
                Ending::NotDone
            } else {
                self.world.send(&file, luck)
            };
            // What every file would meet ends the turn.
            is_over |= matches!(ending, Ending::Away(_));
            if matches!(ending, Ending::Stored { .. }) {
                self.tell(Event::Accepted(*turn));
            }
            self.tell(Event::Ended(file.id, ending));
        }
        self.tell(Event::TurnOver(*turn));
    }

    /// The process dies: what is in flight may have arrived, and only the journal is left.
    fn die(&mut self, arrived: u8) {
        let turns = std::mem::take(&mut self.process.turns);
        for (number, file) in turns.into_values().flatten().enumerate() {
            if arrived >> (number % 8) & 1 == 1 {
                let _ = self.world.send(&file, Luck::Good);
            }
        }
        let remembered = Remembered {
            queue: self.world.queue.values().cloned().collect(),
            wanted: self.world.wanted.iter().map(wanted_row).collect(),
            ..Remembered::default()
        };
        let now = at(self.world.now).now;
        self.process.state = State::new(Limits::default(), remembered, known(), now);
        self.process.asked.clear();
        self.scan();
    }

    fn scan(&mut self) {
        if self.world.is_pulled {
            return self.tell(Event::Observed(Observation::RootGone { watch: WATCH }));
        }
        let names: Vec<String> = self.world.files.keys().cloned().collect();
        for name in names {
            let found = self.world.found(&name).unwrap();
            self.tell(Event::Observed(Observation::Settled(found)));
        }
        self.tell(Event::Observed(Observation::Scanned { watch: WATCH }));
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Write(number, content) => {
                self.world.write(number, content);
                if let Some(found) = self.world.found(&name(number)) {
                    self.tell(Event::Observed(Observation::Settled(found)));
                }
            }
            Step::Delete(number) => {
                let was_there = self.world.files.remove(&name(number)).is_some();
                if was_there && !self.world.is_pulled {
                    let path = PathBuf::from("/videos").join(name(number));
                    self.tell(Event::Observed(Observation::Gone { watch: WATCH, path }));
                }
            }
            Step::Move(from, to) => self.rename(from, to),
            Step::Finish(which, luck) => self.finish(which, luck),
            Step::Die(arrived) => self.die(arrived),
            Step::Toggle(Toggle::Network) => self.world.is_away ^= true,
            Step::Toggle(Toggle::Quota) => self.world.is_full ^= true,
            Step::Toggle(Toggle::Card) => self.pull(!self.world.is_pulled),
            Step::Wait(seconds) => self.world.now += u64::from(seconds),
            Step::Pause => {
                self.tell(Event::Asked(
                    Request::Pause(PauseRequest::default()),
                    Ticket(1),
                ));
            }
            Step::Resume => {
                self.tell(Event::Asked(
                    Request::Resume(ResumeRequest::default()),
                    Ticket(1),
                ));
            }
            Step::Want(number) => self.want(number),
        }
        self.answer();
        self.round();
        let state = &self.process.state;
        let mut grouped = Groups::default();
        for item in state.items.values() {
            grouped.add(&item.file);
        }
        assert_eq!(state.groups, grouped);
    }

    /// A person hands a file over, with a title; once that is answered it is not forgotten.
    fn want(&mut self, number: u8) {
        let Some(found) = self.world.found(&name(number)) else {
            return;
        };
        let texts = SendTexts {
            title: Some(name(number)),
            ..SendTexts::default()
        };
        let mut items = self.process.state.items.values();
        let is_on_its_way =
            items.any(|item| item.file.path == found.path && item.running().is_some());
        let request = SendRequest {
            paths: vec![found.path.as_path().into()],
            texts,
            ..SendRequest::default()
        };
        self.tell(Event::Looked {
            request,
            found: vec![(found.path, Ok(finding(found.stamp)))],
            ticket: Ticket(1),
        });
        // What is on its way has its texts already: then that is the answer.
        assert!(
            is_on_its_way || self.world.has_title(&name(number)),
            "it was answered and not written down"
        );
    }

    fn rename(&mut self, from: u8, to: u8) {
        if name(from) == name(to) || self.world.is_pulled {
            return;
        }
        let Some((mut stamp, content)) = self.world.files.remove(&name(from)) else {
            return;
        };
        self.world.last_stamp += 1;
        stamp.ctime = 1_000_000 * self.world.last_stamp;
        self.world.files.insert(name(to), (stamp, content));
        let moved = Observation::Moved {
            watch: WATCH,
            from: PathBuf::from("/videos").join(name(from)),
            to: self.world.found(&name(to)).unwrap(),
        };
        self.tell(Event::Observed(moved));
    }

    fn pull(&mut self, is_pulled: bool) {
        self.world.is_pulled = is_pulled;
        if is_pulled {
            self.tell(Event::Observed(Observation::RootGone { watch: WATCH }));
        } else {
            self.tell(Event::Observed(Observation::RootBack { watch: WATCH }));
            self.scan();
        }
    }

    /// All is well from now on; the engine is given time until it has nothing left to do.
    fn come_to_rest(&mut self) {
        (self.world.is_away, self.world.is_full) = (false, false);
        self.tell(Event::Asked(
            Request::Resume(ResumeRequest::default()),
            Ticket(1),
        ));
        self.pull(false);
        for _ in 0..10_000 {
            self.answer();
            self.round();
            if !self.process.turns.is_empty() {
                self.finish(0, Luck::Good);
                continue;
            }
            if !self.process.asked.is_empty() {
                continue;
            }
            let now = at(self.world.now).now;
            let Some(wake) = self.process.state.wake_at(now) else {
                return;
            };
            let wait = wake.since(now).as_secs() + 1;
            assert!(wait <= 3_601, "nothing waits for longer than an hour");
            self.world.now += wait;
        }
        panic!("it never came to rest: {:?}", self.process.state.items);
    }

    fn check(&self) {
        assert!(
            self.process.state.items.is_empty(),
            "{:?}",
            self.process.state.items
        );
        assert!(self.world.queue.is_empty(), "{:?}", self.world.queue);
        assert!(self.world.wanted.is_empty(), "{:?}", self.world.wanted);
        let contents: BTreeSet<u64> = self
            .world
            .files
            .values()
            .map(|(_, content)| *content)
            .collect();
        for content in contents {
            assert!(
                self.world.videos.contains_key(&content),
                "content {content} is not stored"
            );
        }
        for (content, videos) in &self.world.videos {
            assert_eq!(videos.len(), 1, "content {content}");
        }
        for (name, (stamp, _)) in &self.world.files {
            assert_eq!(self.world.kept[name].stamp, *stamp, "{name}");
        }
    }
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        4 => Just(Luck::Good),
        1 => Just(Luck::Fails),
        1 => Just(Luck::TakenOver),
        1 => Just(Luck::Busy),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let toggle = prop_oneof![
        Just(Toggle::Network),
        Just(Toggle::Quota),
        Just(Toggle::Card)
    ];
    prop_oneof![
        6 => (any::<u8>(), any::<u8>()).prop_map(|(number, content)| Step::Write(number, content)),
        1 => any::<u8>().prop_map(Step::Delete),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Step::Move(from, to)),
        6 => (any::<u8>(), luck()).prop_map(|(which, luck)| Step::Finish(which, luck)),
        1 => any::<u8>().prop_map(Step::Die),
        2 => toggle.prop_map(Step::Toggle),
        3 => (0u32..4000).prop_map(Step::Wait),
        1 => Just(Step::Pause),
        1 => Just(Step::Resume),
        2 => any::<u8>().prop_map(Step::Want),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_every_file_is_stored_and_each_content_once(
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut run = Run::new();
        for step in &steps {
            run.step(step);
        }
        run.come_to_rest();
        run.check();
    }
}
