//! Keeps the terminal as it was found: whatever ends or stops the program, the screen and the keys are given back.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;

use super::options::Surroundings;
use super::painter::Painter;

/// Bytes of a frame that are written together.
const FRAME: usize = 1 << 16;

/// Where frames are drawn.
pub(crate) type Screen = Terminal<Painter<BufWriter<Stdout>>>;

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Holds the terminal for as long as it lives.
pub(crate) struct Guard {
    is_held: bool,
    /// What panics said: shown once the terminal is given back.
    panics: Arc<Mutex<Vec<String>>>,
    hook: Option<Hook>,
}

impl Guard {
    /// Takes the terminal.
    pub(crate) fn hold() -> io::Result<Self> {
        let panics: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&panics);
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Printed now it would be lost with the screen.
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(info.to_string());
        }));
        let mut guard = Self {
            is_held: false,
            panics,
            hook: Some(hook),
        };
        guard.take()?;
        Ok(guard)
    }

    /// A screen to draw on, of which nothing is drawn yet.
    pub(crate) fn screen(surroundings: Surroundings) -> io::Result<Screen> {
        execute!(io::stdout(), Clear(ClearType::All))?;
        let out = BufWriter::with_capacity(FRAME, io::stdout());
        let Surroundings { depth, glyphs } = surroundings;
        Terminal::new(Painter::new(out, depth, glyphs))
    }

    /// Takes the terminal, also where a shell has changed it meanwhile.
    pub(crate) fn take(&mut self) -> io::Result<()> {
        if self.is_held {
            disable_raw_mode()?;
        }
        enable_raw_mode()?;
        self.is_held = true;
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableMouseCapture,
            EnableBracketedPaste,
            Hide
        )
    }

    /// Gives it back as it was.
    pub(crate) fn give_back(&mut self) {
        if !self.is_held {
            return;
        }
        self.is_held = false;
        // A terminal that is gone takes nothing more, and needs nothing.
        let _ = execute!(
            io::stdout(),
            // A frame that was not drawn to its end.
            EndSynchronizedUpdate,
            ResetColor,
            DisableBracketedPaste,
            DisableMouseCapture,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }

    /// Gives it back, stops the process as ctrl-z does, and takes it again when the shell lets it go on.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        self.give_back();
        let stopped =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
        self.take()?;
        stopped.map_err(Into::into)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.give_back();
        if let Some(hook) = self.hook.take()
            && !std::thread::panicking()
        {
            panic::set_hook(hook);
        }
        let said = std::mem::take(&mut *self.panics.lock().unwrap_or_else(PoisonError::into_inner));
        let mut stderr = io::stderr().lock();
        for text in said {
            let _ = writeln!(stderr, "{text}");
        }
    }
}
