//! Everything that can go wrong, at random, and at the end every file is stored once and equal.
//!
//! The watches, their settling, the engine's state and the journal are the real ones, and so is the file system below
//! them with all that the kernel tells of it. The clocks are set by hand; server, network and the death of the process
//! are played. One number says all that happens: a run that fails names it, and comes again with it.

mod disk;
mod process;
mod random;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use heimdex_client::journal::Journal;

use disk::{Content, Disk};
use process::Process;
use random::Random;
use server::Server;

/// What happens in one run, at most.
const STEPS: u64 = 160;
/// No file waits for longer without anything happening.
const PATIENCE: Duration = Duration::from_secs(3_700);

/// One run of one number.
struct Run {
    random: Random,
    disk: Disk,
    server: Server,
    journal: Journal,
    process: Process,
    /// What happened, for whoever reads of a failure.
    told: Vec<String>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        let disk = Disk::new();
        let journal = Journal::open_in_memory().unwrap();
        process::add_watches(&journal, disk.roots());
        let process = Process::start(&journal);
        Self {
            random,
            disk,
            server: Server::default(),
            journal,
            process,
            told: Vec::new(),
        }
    }

    /// Something happens.
    fn step(&mut self) {
        let happened = match self.random.below(20) {
            0..=6 => self.disk.happen(&mut self.random),
            7..=9 => Some(self.time_passes()),
            10..=13 => self.server_works(),
            14 => Some(self.server.change(&mut self.random, &mut self.process)),
            15 => Some(self.process.is_asked(&mut self.random)),
            16 => self.process.loses_events(&mut self.random),
            17 => Some(self.process.clock_jumps(&mut self.random)),
            18 if self.random.one_in(2) => Some(self.process.doom(&mut self.random)),
            _ => Some("nothing".to_owned()),
        };
        self.told.extend(happened);
        self.pump();
    }

    fn time_passes(&mut self) -> String {
        let most = [2_000, 12_000, 120_000, 4_000_000][self.random.index(4)];
        let passed = Duration::from_millis(self.random.below(most) + 1);
        self.process.pass(passed);
        format!("{passed:?} pass")
    }

    fn server_works(&mut self) -> Option<String> {
        self.process
            .send_something(&mut self.random, &mut self.server)
    }

    /// Watches look, the engine takes in, and what it wants is done; a process that died comes back.
    fn pump(&mut self) {
        self.process.pump(&self.server);
        if self.process.is_dead() {
            self.told.push("it dies, and starts again".into());
            self.process = Process::start(&self.journal);
            self.process.pump(&self.server);
        }
    }

    /// All is well from now on, and everything is given the time that it takes.
    fn come_to_rest(&mut self) {
        self.disk.end_writing();
        self.disk.put_back();
        self.server.mend();
        self.process.mend();
        self.process.resume();
        for _ in 0..20_000 {
            self.pump();
            if self.process.is_sending() {
                self.process.send_well(&mut self.random, &mut self.server);
                continue;
            }
            let Some(wait) = self.process.next_wait() else {
                return;
            };
            assert!(wait <= PATIENCE, "something waits for {wait:?}");
            self.process.pass(wait + Duration::from_millis(1));
        }
        panic!("it never comes to rest: {}", self.process.describe());
    }

    /// All of it is looked through once more, which is the truth.
    fn look_through(&mut self) {
        self.process.pass(Duration::from_secs(3_601));
        self.come_to_rest();
    }

    fn check(&mut self) {
        let files = self.disk.files();
        let mut missing: BTreeMap<PathBuf, Content> = BTreeMap::new();
        for (path, content) in &files {
            if !self.server.has(*content) {
                missing.insert(path.clone(), *content);
            }
        }
        assert!(missing.is_empty(), "not stored: {missing:?}");
        self.server.check_once();
        for content in self.server.contents() {
            assert!(
                self.disk.was_final(content),
                "{content:?} is stored, and was never a whole file"
            );
        }
        self.process.check_empty(&self.journal);
        process::check_kept(&self.journal, &files);
    }
}

/// Runs one number to its end.
fn run(seed: u64) {
    let mut run = Run::new(seed);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let steps = STEPS / 4 + run.random.below(STEPS * 3 / 4);
        for _ in 0..steps {
            run.step();
        }
        run.come_to_rest();
        run.look_through();
        // What could not be written down is found again by the next process.
        run.process = Process::start(&run.journal);
        run.come_to_rest();
        run.check();
    }));
    if let Err(failure) = ended {
        let told = run.told.join("\n  ");
        let why = failure
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(failure.downcast_ref::<&str>().copied())
            .unwrap_or_default();
        panic!("seed {seed} of the simulation fails: {why}\n  {told}");
    }
}

/// `HEIMDEX_CRASH_SEEDS=FROM..TO` runs other numbers than the usual three.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how many numbers are run is said from outside"
)]
fn at_the_end_every_file_is_stored_once_and_equal() {
    let typed = std::env::var("HEIMDEX_CRASH_SEEDS").unwrap_or_else(|_| "1..4".to_owned());
    let (from, to) = typed.split_once("..").expect("FROM..TO");
    let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
    let mut failures = Vec::new();
    for seed in from..to {
        if let Err(failure) = std::panic::catch_unwind(|| run(seed)) {
            failures.push((seed, failure));
        }
    }
    let seeds: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
    if let Some((_, first)) = failures.into_iter().next() {
        let mut told = std::io::stderr();
        let _ = std::io::Write::write_fmt(&mut told, format_args!("seeds that fail: {seeds:?}\n"));
        std::panic::resume_unwind(first);
    }
}
