//! A terminal that a test types into and looks at: a tmux of its own, in one home.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::binary::{Binary, binary_path};
use crate::home::Home;
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_mins(1);

/// A terminal of 100 columns and 30 lines; it ends with this value.
#[derive(Debug)]
pub struct Terminal<'a> {
    home: &'a Home,
    /// Whose tmux it is.
    socket: String,
}

impl<'a> Terminal<'a> {
    /// One in which this runs, as a shell reads it. Our programs are found by their names.
    #[track_caller]
    pub fn start(home: &'a Home, command: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Tests are processes of their own, and all sockets lie in one folder.
        let socket = format!("test{}-{number}", std::process::id());
        let terminal = Self { home, socket };
        let size = ["-x", "100", "-y", "30"];
        let mut start = vec!["-f", "/dev/null", "new-session", "-d"];
        start.extend(size);
        start.push(command);
        terminal.tmux(&start);
        terminal
    }

    #[track_caller]
    fn tmux(&self, arguments: &[&str]) -> String {
        let output = self
            .home
            .any_program("tmux")
            .env("PATH", path())
            .env("TERM", "xterm")
            .args(["-L", &self.socket])
            .args(arguments)
            .ok();
        output.stdout().to_owned()
    }

    /// Types, then presses keys, by tmux's names for them.
    #[track_caller]
    pub fn types(&self, text: &str, keys: &[&str]) {
        self.tmux(&["send-keys", "-l", "--", text]);
        for key in keys {
            self.tmux(&["send-keys", key]);
        }
    }

    /// What is on it.
    #[track_caller]
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Waits until this is on it.
    #[track_caller]
    pub fn sees(&self, expected: &str) {
        wait_until(&format!("`{expected}` on the screen"), LIMIT, || {
            let screen = self.screen();
            if screen.contains(expected) {
                Ok(())
            } else {
                Err(screen)
            }
        });
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = self
            .home
            .any_program("tmux")
            .env("PATH", path())
            .args(["-L", &self.socket, "kill-server"])
            .run();
    }
}

fn path() -> String {
    let directory: Option<PathBuf> = binary_path(Binary::Cli).parent().map(PathBuf::from);
    let directory = directory.expect("a program lies in a directory");
    format!("{}:/usr/bin:/bin", directory.display())
}
