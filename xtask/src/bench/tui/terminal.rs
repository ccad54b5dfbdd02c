//! The program in a terminal, whose frames are seen as they come.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;

use super::screen::Screen;

const LIMIT: Duration = Duration::from_secs(30);
/// What the shell says before it becomes the program.
const READY: &str = "ready";
/// How long nothing is drawn before it counts as at rest.
const REST: Duration = Duration::from_secs(2);

/// A terminal in which the program runs.
pub(super) struct Terminal {
    child: Child,
    keys: ChildStdin,
    drawn: Receiver<(Instant, Vec<u8>)>,
    screen: Screen,
    process_file: std::path::PathBuf,
    began: Instant,
}

impl Terminal {
    /// One of this size, with the program in it.
    pub(super) fn start(program: &Path, home: &Path, size: (u16, u16)) -> Result<Self> {
        let process_file = home.join("pid");
        let (columns, rows) = size;
        let line = format!(
            "stty rows {rows} cols {columns}; echo $$ >pid; printf {READY}; exec '{}' tui",
            program.display()
        );
        let mut script = Command::new("script");
        script
            .args([
                "--quiet",
                "--return",
                "--flush",
                "--command",
                &line,
                "/dev/null",
            ])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = script.spawn().context("cannot start script")?;
        let keys = child.stdin.take().context("no way to the terminal")?;
        let mut output = child.stdout.take().context("nothing of the terminal")?;
        // Without bound: what is seen late would be measured as late.
        let (sender, drawn) = channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                if sender
                    .send((Instant::now(), bytes[..read].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        });
        let mut terminal = Self {
            child,
            keys,
            drawn,
            screen: Screen::new(size),
            process_file,
            began: Instant::now(),
        };
        terminal.until("the shell", |terminal| {
            terminal.screen.to_string().contains(READY)
        })?;
        Ok(terminal)
    }

    /// How long after it was started its first frame is there.
    pub(super) fn first_frame(&mut self) -> Result<Duration> {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some((at, frames)) = self.step(end)?
                && frames > 0
            {
                return Ok(at - self.began);
            }
            ensure!(Instant::now() < end, "no frame:\n{}", self.screen);
        }
    }

    /// Waits for the first page of the library.
    pub(super) fn until_listed(&mut self) -> Result<()> {
        self.until("a list", |terminal| terminal.place().is_ok())
    }

    /// Waits until nothing more is drawn.
    pub(super) fn rest(&mut self) -> Result<()> {
        let began = Instant::now();
        while self.frames_within(REST)? > 0 {
            ensure!(began.elapsed() < LIMIT, "it does not come to rest");
        }
        Ok(())
    }

    /// Which of the library's videos is under the cursor.
    pub(super) fn place(&self) -> Result<u64> {
        let status = self.screen.row_from_the_bottom(1);
        let number = status.trim_start().split(" of ").next().unwrap_or_default();
        let number = number.replace(',', "");
        number
            .parse()
            .with_context(|| format!("no place:\n{}", self.screen))
    }

    /// Types.
    pub(super) fn press(&mut self, keys: &str) -> Result<()> {
        self.keys.write_all(keys.as_bytes())?;
        Ok(self.keys.flush()?)
    }

    /// Presses a key; how long until a frame ended that shows another place.
    pub(super) fn moved_by(&mut self, key: &str, before: u64) -> Result<Duration> {
        let began = Instant::now();
        self.press(key)?;
        loop {
            if let Some((at, frames)) = self.step(began + LIMIT)?
                && frames > 0
                && self.place().is_ok_and(|place| place != before)
            {
                return Ok(at - began);
            }
            ensure!(
                began.elapsed() < LIMIT,
                "the cursor does not move:\n{}",
                self.screen
            );
        }
    }

    /// Looks on for as long; how many frames ended.
    pub(super) fn frames_within(&mut self, time: Duration) -> Result<u64> {
        let (end, mut all) = (Instant::now() + time, 0);
        while Instant::now() < end {
            if let Some((_, frames)) = self.step(end)? {
                all += frames;
            }
        }
        Ok(all)
    }

    /// The program's process id.
    pub(super) fn process(&self) -> Result<u32> {
        Ok(fs::read_to_string(&self.process_file)?.trim().parse()?)
    }

    /// Quits.
    pub(super) fn end(mut self) -> Result<()> {
        self.press("\u{3}")?;
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "heimdex did not end well ({status})");
                return Ok(());
            }
            ensure!(began.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<()> {
        let end = Instant::now() + LIMIT;
        while !holds(self) {
            if let Some((at, _)) = self.step(end)? {
                self.began = at;
            }
            ensure!(Instant::now() < end, "waited for {what}:\n{}", self.screen);
        }
        Ok(())
    }

    /// Takes in what was drawn next: when, and how many frames ended.
    fn step(&mut self, end: Instant) -> Result<Option<(Instant, u64)>> {
        match self
            .drawn
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            Ok((at, bytes)) => Ok(Some((at, self.screen.feed(&bytes)))),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => bail!("the program ended:\n{}", self.screen),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where it ended already there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
