//! A terminal that a test types into and looks at: a tmux of its own, in one home.

use std::path::{Path, PathBuf};
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
        // Programs may copy, as people who do so set it.
        start.extend([";", "set", "-g", "set-clipboard", "on"]);
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

    /// What is on it, with the sequences that colour it.
    #[track_caller]
    pub fn coloured_screen(&self) -> String {
        self.tmux(&["capture-pane", "-e", "-p"])
    }

    /// Which of the screens is shown, whether the cursor is, who gets the mouse, how keys are told.
    #[track_caller]
    pub fn modes(&self) -> String {
        let flags = "alternate=#{alternate_on} cursor=#{cursor_flag} mouse=#{mouse_any_flag} \
                     button=#{mouse_button_flag} standard=#{mouse_standard_flag} sgr=#{mouse_sgr_flag} \
                     keypad=#{keypad_flag} arrows=#{keypad_cursor_flag} wrap=#{wrap_flag}";
        self.tmux(&["display-message", "-p", flags])
    }

    /// Writes every byte that goes to the terminal from now on into this file, too.
    #[track_caller]
    pub fn record(&self, file: &Path) {
        let command = format!("exec cat >>'{}'", file.display());
        self.tmux(&["pipe-pane", &command]);
    }

    /// Makes it so many columns wide and lines high.
    #[track_caller]
    pub fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    /// What was copied last, by a program in it or by a person.
    #[track_caller]
    pub fn clipboard(&self) -> String {
        self.tmux(&["show-buffer"])
    }

    /// Takes the terminal away from whatever runs in it.
    #[track_caller]
    pub fn hang_up(&self) {
        self.tmux(&["kill-session"]);
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
