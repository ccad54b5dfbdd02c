//! `bench tui`: how soon the terminal interface shows something and answers keys, and what it costs, by the real program
//! in a real terminal (that of `script`, which hands on what is typed and drawn) before a real server.

mod load;
mod screen;
mod terminal;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::process::{Spent, mib};
use super::table;
use crate::keeper::{Directory, Owner};
use crate::seed::{self, EMAIL, PASSWORD, Place};
use crate::{packages, say};

use load::Load;
use terminal::Terminal;

const START_LIMIT: Duration = Duration::from_mins(1);
const STARTS: usize = 20;
const KEYS: usize = 400;
/// What is pressed a second by a key that is held.
const HELD: Duration = Duration::from_millis(33);
/// What changes in the library, a second.
const EVENTS: u32 = 200;
const SECONDS: u64 = 10;
const SIZE: (u16, u16) = (120, 40);
const LARGE: (u16, u16) = (200, 60);

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How many videos the library has.
    pub(crate) videos: u64,
    /// Where the programs are, where they are built already.
    pub(crate) binaries: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            videos: 1_000_000,
            binaries: None,
        }
    }
}

/// What was measured: milliseconds, frames, MiB.
struct Figures {
    first: Vec<f64>,
    keys: Vec<f64>,
    frame: f64,
    idle: u64,
    under_load: f64,
    held: f64,
    memory: f64,
}

pub(super) fn run(binaries: &Path, plan: &Plan) -> Result<()> {
    packages::ensure(&[packages::SQLITE])?;
    let directory = Directory::new("heimdex-bench", Owner::Us)?;
    let place = Place::Sqlite(directory.path().join("data"));
    let server = binaries.join("heimdex-server");
    let began = Instant::now();
    seed::fill(&server, &place, plan.videos)?;
    say::talk(&format!(
        "seeded within {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    let mut serve = place.server(
        &server,
        &["serve", "--listen", "127.0.0.1:0", "--no-worker"],
    );
    serve.env("HEIMDEX_SERVER_LOG", "warn");
    let mut server = directory.keep("TERM", &serve)?;
    let url = server.wait_for("the server's URL", START_LIMIT, |server| {
        let line = server.stdout();
        Ok(line
            .split_once('\n')
            .map(|(line, _)| line.trim().to_owned()))
    })?;
    let home = Directory::new("heimdex-bench", Owner::Us)?;
    log_in(binaries, home.path(), &url)?;
    let program = binaries.join("heimdex");
    // A server that stands still answers nothing: what is drawn then waited for no answer.
    let process = server.process("heimdex-server")?;
    signal("STOP", process)?;
    let first = first_frames(&program, home.path());
    signal("CONT", process)?;
    let figures = measure(&program, home.path(), &url, first?)?;
    server.end()?;
    print(plan, &figures)
}

fn log_in(binaries: &Path, home: &Path, url: &str) -> Result<()> {
    let mut login = Command::new(binaries.join("heimdex"));
    login
        .args(["login", EMAIL, "--server", url, "--password-stdin"])
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped());
    let mut child = login.spawn().context("cannot start heimdex")?;
    let mut stdin = child.stdin.take().context("no way to heimdex")?;
    writeln!(stdin, "{PASSWORD}")?;
    drop(stdin);
    let status = child.wait()?;
    ensure!(status.success(), "`heimdex login` failed ({status})");
    Ok(())
}

fn signal(name: &str, process: u32) -> Result<()> {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .context("cannot start kill")?;
    ensure!(status.success(), "`kill -s {name}` failed ({status})");
    Ok(())
}

/// Milliseconds from exec to the first frame, of each start.
fn first_frames(program: &Path, home: &Path) -> Result<Vec<f64>> {
    let mut first = Vec::new();
    for _ in 0..STARTS {
        let mut terminal = Terminal::start(program, home, SIZE)?;
        first.push(millis(terminal.first_frame()?));
        terminal.end()?;
    }
    Ok(first)
}

fn measure(program: &Path, home: &Path, url: &str, first: Vec<f64>) -> Result<Figures> {
    let frame = cost_of_a_frame(program, home)?;
    let mut terminal = Terminal::start(program, home, SIZE)?;
    terminal.until_listed()?;
    terminal.rest()?;
    let idle = terminal.frames_within(Duration::from_secs(SECONDS))?;
    let load = Load::start(url, EVENTS)?;
    terminal.frames_within(Duration::from_secs(1))?;
    let frames = terminal.frames_within(Duration::from_secs(SECONDS))?;
    let keys = keys(&mut terminal)?;
    let held = held(&mut terminal)?;
    let changes = load.end()?;
    say::talk(&format!("{changes} changes within the time under load"));
    let memory = mib(terminal.process()?, "VmHWM:")?;
    terminal.end()?;
    Ok(Figures {
        first,
        keys,
        frame,
        idle,
        under_load: per_second(frames),
        held,
        memory,
    })
}

/// Milliseconds of processor time of a frame on a large screen, of all that is done for it.
fn cost_of_a_frame(program: &Path, home: &Path) -> Result<f64> {
    let mut terminal = Terminal::start(program, home, LARGE)?;
    terminal.until_listed()?;
    terminal.rest()?;
    let process = terminal.process()?;
    let before = Spent::by(process)?;
    let mut frames = 0;
    for _ in 0..KEYS {
        terminal.press("j")?;
        frames += terminal.frames_within(HELD)?;
    }
    let (spent, _) = Spent::by(process)?.since(&before);
    terminal.end()?;
    ensure!(frames > 0, "no frame was drawn");
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let frames = frames as f64;
    Ok(spent / frames * 1000.0)
}

/// Milliseconds from a key to the end of the frame that shows what it did.
fn keys(terminal: &mut Terminal) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for round in 0..KEYS {
        // A page down now and then, so that others are asked for.
        let key = match round % 20 {
            19 => "\u{1b}[6~",
            _ => "j",
        };
        let before = terminal.place()?;
        times.push(millis(terminal.moved_by(key, before)?));
        terminal.frames_within(HELD)?;
    }
    Ok(times)
}

/// Frames a second while more keys come than anybody can press.
fn held(terminal: &mut Terminal) -> Result<f64> {
    let (mut frames, began) = (0, Instant::now());
    while began.elapsed() < Duration::from_secs(SECONDS) {
        terminal.press("jk")?;
        frames += terminal.frames_within(Duration::from_millis(4))?;
    }
    Ok(per_second(frames))
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn per_second(frames: u64) -> f64 {
    frames as f64 / SECONDS as f64
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The figure that 99 of 100 do not exceed.
fn nearly_most(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * 99).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

fn print(plan: &Plan, figures: &Figures) -> Result<()> {
    let first = table::median(&figures.first);
    let last_key = nearly_most(&figures.keys);
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let idle = figures.idle as f64;
    let lines = [
        (
            "first frame after exec, ms",
            table::spread(&figures.first),
            50.0,
            first,
        ),
        (
            "a key to its frame, ms",
            table::spread(&figures.keys),
            f64::INFINITY,
            0.0,
        ),
        (
            "the same, of 99 in 100",
            format!("{last_key:.2}"),
            8.0,
            last_key,
        ),
        (
            "processor time of a frame at 200x60, ms",
            format!("{:.2}", figures.frame),
            3.0,
            figures.frame,
        ),
        (
            "frames a second under load",
            format!("{:.1}", figures.under_load),
            60.0,
            figures.under_load,
        ),
        (
            "frames a second, keys held under load",
            format!("{:.1}", figures.held),
            60.0,
            figures.held,
        ),
        (
            "frames where nothing changes",
            format!("{}", figures.idle),
            0.0,
            idle,
        ),
        (
            "most memory, MiB",
            format!("{:.1}", figures.memory),
            40.0,
            figures.memory,
        ),
    ];
    say::out(&format!(
        "\n{} videos, {EVENTS} changes a second; {STARTS} starts, {KEYS} keys, {SECONDS} s each.\n",
        plan.videos
    ));
    let rows = lines.iter().map(|(what, figure, most, _)| {
        let most = if most.is_finite() {
            most.to_string()
        } else {
            String::new()
        };
        vec![(*what).to_owned(), figure.clone(), most]
    });
    table::print(&["what", "figure", "at most"], &rows.collect::<Vec<_>>());
    let missed: Vec<&str> = lines
        .iter()
        .filter(|(_, _, most, figure)| figure > most)
        .map(|(what, ..)| *what)
        .collect();
    ensure!(
        missed.is_empty(),
        "beyond what is promised: {}",
        missed.join("; ")
    );
    Ok(())
}
