//! `bench daemon`: what a large folder under watch costs, and how soon a new file in it is noticed and sent, by the real
//! daemon and server.

mod socket;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use super::process::{Spent, mib};
use super::table;
use crate::demo::Stage;
use crate::keeper::{Directory, Kept, Owner};
use crate::say;

use socket::Socket;

const EMAIL: &str = "bench@example.org";
const FOOTAGE: &str = "footage";
const LIMIT: Duration = Duration::from_mins(5);
/// The watch waits so long for stillness.
const SETTLE: Duration = Duration::from_secs(1);
/// How often the folder is looked through, and how often a file is put into it.
const ROUNDS: usize = 5;

/// How much is watched, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Files under watch.
    pub(crate) files: u64,
    /// Folders that they lie in.
    pub(crate) folders: u64,
    /// Seconds without anything to do.
    pub(crate) idle: u64,
    /// Where the programs are, where they are built already.
    pub(crate) binaries: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            files: 100_000,
            folders: 2_000,
            idle: 60,
            binaries: None,
        }
    }
}

/// One line of the table: what, what it came to, what it may come to.
struct Line(&'static str, String, &'static str, bool);

pub(super) fn run(binaries: &Path, plan: &Plan) -> Result<()> {
    let stage = Stage::open(binaries)?;
    stage.sh("echo 'a pass phrase for measurements' >password")?;
    let url = stage.url();
    stage.sh(&format!(
        "heimdex register {EMAIL} --server {url} --password-stdin <password"
    ))?;
    let footage = stage.home().join(FOOTAGE);
    fill(&footage, plan)?;
    let find = find(&footage)?;
    let settle = format!("{}s", SETTLE.as_secs());
    stage.heimdex(&[
        "watch",
        "add",
        FOOTAGE,
        "--existing",
        "skip",
        "--settle",
        &settle,
    ])?;
    let (daemon, mut socket) = start(&stage, binaries)?;
    let first = until_scanned(&mut socket)?;
    // The second start knows every file.
    daemon.end()?;
    let began = Instant::now();
    let (daemon, mut socket) = start(&stage, binaries)?;
    until_scanned(&mut socket)?;
    let again = began.elapsed();
    let scans = rescans(&mut socket)?;
    // Before the rest: what it takes to send a file stays in the process.
    let (noticed, sending) = new_files(&mut socket, &footage)?;
    let process = daemon.process("heimdexd")?;
    let memory = mib(process, "VmRSS:")?;
    let (cpu, wakes) = idle(process, plan.idle)?;
    let peak = mib(process, "VmHWM:")?;
    daemon.end()?;
    stage.close()?;
    print(
        plan,
        &Figures {
            find,
            scans,
            first,
            again,
            memory,
            peak,
            cpu,
            wakes,
            noticed,
            sending,
        },
    )
}

/// What was measured. Seconds, MiB, parts of one, milliseconds.
struct Figures {
    find: Vec<f64>,
    scans: Vec<f64>,
    first: Duration,
    again: Duration,
    memory: f64,
    peak: f64,
    cpu: f64,
    wakes: f64,
    noticed: Vec<f64>,
    sending: Vec<f64>,
}

fn print(plan: &Plan, figures: &Figures) -> Result<()> {
    let Figures {
        find,
        scans,
        first,
        again,
        memory,
        peak,
        cpu,
        wakes,
        noticed,
        sending,
    } = figures;
    let ratio = table::median(scans) / table::median(find);
    let lines = [
        Line("`find -printf '%s %T@'`, s", table::spread(find), "", true),
        Line(
            "looking through all of it, s",
            table::spread(scans),
            "",
            true,
        ),
        Line(
            "the same, beside `find`",
            format!("{ratio:.2}"),
            "3",
            ratio <= 3.0,
        ),
        Line(
            "first look, every file new, s",
            format!("{:.2}", first.as_secs_f64()),
            "",
            true,
        ),
        Line(
            "start with all of it known, s",
            format!("{:.2}", again.as_secs_f64()),
            "",
            true,
        ),
        Line(
            "memory (RSS), MiB",
            format!("{memory:.1}"),
            "30",
            *memory <= 30.0,
        ),
        Line(
            "most memory at any time, MiB",
            format!("{peak:.1}"),
            "",
            true,
        ),
        Line(
            "idle: part of a core, %",
            format!("{:.3}", cpu * 100.0),
            "0.1",
            *cpu <= 0.001,
        ),
        Line(
            "idle: wake-ups a second",
            format!("{wakes:.2}"),
            "1",
            *wakes <= 1.0,
        ),
        Line(
            "a new file is noticed after, ms",
            table::spread(noticed),
            "100",
            table::median(noticed) <= 100.0,
        ),
        Line(
            "it is sent after it settled, ms",
            table::spread(sending),
            "200",
            table::median(sending) <= 200.0,
        ),
    ];
    say::out(&format!(
        "\n{} files in {} folders; {} s without anything to do; medians of {ROUNDS}.\n",
        plan.files, plan.folders, plan.idle
    ));
    let rows = lines.iter().map(|Line(what, figure, most, _)| {
        vec![(*what).to_owned(), figure.clone(), (*most).to_owned()]
    });
    table::print(&["what", "figure", "at most"], &rows.collect::<Vec<_>>());
    let missed: Vec<&str> = lines
        .iter()
        .filter(|Line(.., is_held)| !is_held)
        .map(|Line(what, ..)| *what)
        .collect();
    ensure!(
        missed.is_empty(),
        "beyond what is promised: {}",
        missed.join("; ")
    );
    Ok(())
}

fn fill(footage: &Path, plan: &Plan) -> Result<()> {
    for folder in 0..plan.folders {
        let folder_path = footage.join(format!("card-{:02}/{folder:04}", folder % 40));
        fs::create_dir_all(&folder_path)?;
        let files = (folder..plan.files).step_by(usize::try_from(plan.folders)?);
        for file in files {
            fs::write(
                folder_path.join(format!("C{file:06}.MP4")),
                b"not much of a film",
            )?;
        }
    }
    Ok(())
}

/// How long `find` takes to look at the same.
fn find(footage: &Path) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let status = Command::new("find")
            .arg(footage)
            .args(["-type", "f", "-printf", "%s %T@\n"])
            .stdout(Stdio::null())
            .status()
            .context("cannot start find")?;
        ensure!(status.success(), "find failed ({status})");
        if round > 0 {
            times.push(began.elapsed().as_secs_f64());
        }
    }
    Ok(times)
}

fn start(stage: &Stage, binaries: &Path) -> Result<(Kept, Socket)> {
    let runtime = stage.home().join("runtime");
    stage.sh("mkdir -p -m 700 runtime")?;
    let mut command = stage.command("heimdexd");
    command
        .args(["--log", "warn", "--log-to", "stderr"])
        .env("XDG_RUNTIME_DIR", &runtime);
    // By its whole path: the keeper's own PATH is not the stage's.
    let mut started = Command::new(binaries.join("heimdexd"));
    started.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => started.env(name, value),
            None => started.env_remove(name),
        };
    }
    let directory = Directory::new("heimdex-bench", Owner::Us)?;
    let mut daemon = directory.keep("TERM", &started)?;
    let path: PathBuf = runtime.join("heimdex/heimdexd.sock");
    let socket = Socket::new(path);
    daemon.wait_for("the daemon's socket", LIMIT, |_| {
        Ok(socket.get("/v1/version").ok())
    })?;
    Ok((daemon, socket))
}

/// Until the watch was looked through for the first time; how long that took to wait for.
fn until_scanned(socket: &mut Socket) -> Result<Duration> {
    let began = Instant::now();
    while scanned_at(socket)?.is_none() {
        ensure!(began.elapsed() < LIMIT, "the folder is not looked through");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(began.elapsed())
}

fn scanned_at(socket: &Socket) -> Result<Option<String>> {
    let status = socket.get("/v1/status")?;
    let scanned = &status["watches"][0]["scanned_at"];
    Ok(scanned.as_str().map(str::to_owned))
}

fn rescans(socket: &mut Socket) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        // What is shown changes four times a second at most: the last change is long enough ago.
        std::thread::sleep(Duration::from_millis(600));
        let before = scanned_at(socket)?;
        let began = Instant::now();
        socket.post("/v1/rescan", "{}")?;
        while scanned_at(socket)? == before {
            ensure!(
                began.elapsed() < LIMIT,
                "the folder is not looked through again"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(began.elapsed().as_secs_f64());
    }
    Ok(times)
}

/// Part of a core, and how often a thread went to sleep and so was woken, a second.
fn idle(process: u32, seconds: u64) -> Result<(f64, f64)> {
    std::thread::sleep(Duration::from_secs(2));
    let (before, began) = (Spent::by(process)?, Instant::now());
    std::thread::sleep(Duration::from_secs(seconds));
    let (cpu, wakes) = Spent::by(process)?.since(&before);
    let took = began.elapsed().as_secs_f64();
    Ok((cpu / took, wakes / took))
}

/// Puts files in; milliseconds until each is noticed, and from the end of its stillness until it is on its way.
fn new_files(socket: &mut Socket, footage: &Path) -> Result<(Vec<f64>, Vec<f64>)> {
    const UNKNOWN: [&str; 4] = ["missing", "not_watched", "watched", "not_looked_at"];
    const ON_ITS_WAY: [&str; 5] = ["hashing", "sending", "completing", "stored", "same_as"];
    let (mut noticed, mut sending) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let path = footage.join(format!("card-00/new-{round}.txt"));
        fs::write(&path, format!("a file of its own: {round}"))?;
        let began = Instant::now();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let at = |socket: &Socket, wanted: &dyn Fn(&str) -> bool| -> Result<Duration> {
            loop {
                let reasons = socket.why(&path)?;
                if reasons.iter().any(|reason| wanted(reason)) {
                    return Ok(began.elapsed());
                }
                ensure!(
                    began.elapsed() < LIMIT,
                    "a new file is not sent: {reasons:?}"
                );
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        noticed.push(milliseconds(at(socket, &|reason| {
            !UNKNOWN.contains(&reason)
        })?));
        let sent = at(socket, &|reason| ON_ITS_WAY.contains(&reason))?;
        sending.push(milliseconds(sent.saturating_sub(SETTLE)));
    }
    Ok((noticed, sending))
}
