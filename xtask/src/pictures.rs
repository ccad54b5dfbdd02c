//! `cargo xtask pictures`: takes the pictures of the terminal interface that the documentation shows. The real programs
//! run, with real videos, in a real terminal; what is on its screen becomes SVG.

mod cells;
mod footage;
mod paintings;
mod scenes;
mod svg;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::demo::Stage;
use crate::workspace::Workspace;
use crate::{build, say};

use scenes::{SCENES, Scene, Step};

const EMAIL: &str = "ana@example.org";
const PLACE: &str = "docs/pictures";
/// Posters are made one by one.
const LIMIT: Duration = Duration::from_mins(5);
const LOOK: Duration = Duration::from_millis(50);

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    /// Where the programs are, where they are built already.
    pub(crate) binaries: Option<PathBuf>,
    /// The only scene, where not all are taken.
    pub(crate) scene: Option<String>,
}

pub(crate) fn run(workspace: &Workspace, plan: &Plan) -> Result<ExitCode> {
    let binaries = if let Some(binaries) = &plan.binaries {
        fs::canonicalize(binaries)?
    } else {
        build::binaries(workspace)?;
        workspace.binaries()
    };
    let wanted: Vec<&Scene> = SCENES
        .iter()
        .filter(|scene| plan.scene.as_deref().is_none_or(|name| name == scene.name))
        .collect();
    ensure!(!wanted.is_empty(), "there is no such scene");
    let stage = Stage::open(&binaries)?;
    stage.sh("echo 'a pass phrase for one picture' >password")?;
    let server = stage.url();
    stage.sh(&format!(
        "heimdex register {EMAIL} --server {server} --password-stdin <password"
    ))?;
    footage::make(&stage)?;
    let place = workspace.root().join(PLACE);
    fs::create_dir_all(&place)?;
    for scene in wanted {
        let around = |line: &str| {
            if line.is_empty() {
                Ok(())
            } else {
                stage.sh(line)
            }
        };
        around(scene.around.0)?;
        let picture = take(&stage, scene).with_context(|| format!("scene `{}`", scene.name));
        around(scene.around.1)?;
        let picture = picture?;
        let file = place.join(format!("{}.svg", scene.name));
        fs::write(&file, picture)?;
        say::out(&file.display().to_string());
    }
    stage.close()?;
    Ok(ExitCode::SUCCESS)
}

/// Plays a scene in a terminal of its own.
fn take(stage: &Stage, scene: &Scene) -> Result<String> {
    let terminal = Terminal::open(stage, scene)?;
    for step in scene.steps {
        match step {
            Step::Sees(text) => terminal.until(text, |screen| screen.contains(text))?,
            Step::Pictures(pixels) => terminal.until("pictures", |screen| {
                screen.matches(['▀', '▄']).count() * 2 >= *pixels
            })?,
            Step::Types(text) => terminal.tmux(&["send-keys", "-l", "--", text]).map(drop)?,
            Step::Presses(key) => terminal.tmux(&["send-keys", key]).map(drop)?,
            Step::Waits(seconds) => std::thread::sleep(Duration::from_secs(*seconds)),
        }
    }
    let screen = terminal.tmux(&["capture-pane", "-e", "-p", "-N"])?;
    Ok(svg::picture(scene.says, scene.size, &cells::read(&screen)))
}

/// A tmux of its own; it ends with this value.
struct Terminal<'a> {
    stage: &'a Stage,
    socket: String,
}

impl<'a> Terminal<'a> {
    fn open(stage: &'a Stage, scene: &Scene) -> Result<Self> {
        // Each has its own: the one before may not have ended yet.
        let socket = format!("heimdex-pictures-{}-{}", std::process::id(), scene.name);
        let terminal = Self { stage, socket };
        let (columns, rows) = (scene.size.0.to_string(), scene.size.1.to_string());
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "start-server",
            ";",
            "set",
            "-g",
            "default-terminal",
            "tmux-256color",
            ";",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            &rows,
            "-e",
            "COLORTERM=truecolor",
            "exec heimdex",
        ])?;
        Ok(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> Result<String> {
        let mut command = self.stage.command("tmux");
        command
            .args(["-L", &self.socket])
            .args(arguments)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env_remove("NO_COLOR")
            .env_remove("TMUX");
        let output = command.output().context("cannot start tmux")?;
        ensure!(
            output.status.success(),
            "tmux {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> Result<()> {
        let began = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"])?;
            if is_so(&screen) {
                return Ok(());
            }
            ensure!(began.elapsed() < LIMIT, "waited for `{what}`:\n{screen}");
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        // Where it ended already there is nothing to end.
        let _ = self.tmux(&["kill-server"]);
    }
}

/// What follows `cargo xtask pictures`; answers the word that means nothing.
pub(crate) fn parse(words: Vec<std::ffi::OsString>) -> Result<Plan, std::ffi::OsString> {
    let mut plan = Plan::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--binaries" {
            plan.binaries = Some(Path::new(&words.next().ok_or(word)?).to_owned());
        } else if word == "--scene" {
            plan.scene = Some(words.next().ok_or(word)?.into_string()?);
        } else {
            return Err(word);
        }
    }
    Ok(plan)
}
