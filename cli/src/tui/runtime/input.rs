//! Keys, the mouse, pasted text, answers and signals, each as an event; and what is written beside frames.

mod heard;
pub(super) mod parse;
mod sequence;

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Incoming;
use super::ask::Asking;
use crate::tui::key::Key;
use crate::tui::model::{Mouse, Msg, Pointed};

/// Listens for as long as it lives.
pub(super) struct Inputs {
    _tasks: JoinSet<()>,
    _terminal: system::Terminal,
}

/// Begins to listen; also to how the terminal shows pictures, where it is asked for that.
pub(super) fn listen(queue: &mpsc::Sender<Incoming>, asking: Option<Asking>) -> io::Result<Inputs> {
    let mut tasks = JoinSet::new();
    system::listen(&mut tasks, queue)?;
    Ok(Inputs {
        _tasks: tasks,
        _terminal: system::Terminal::listen(queue, asking)?,
    })
}

fn of(event: Event) -> Option<Msg> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => Key::of(&event).map(Msg::Key),
        Event::Mouse(event) => pointed(event).map(Msg::Mouse),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(columns, rows) => Some(Msg::Resized { columns, rows }),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn pointed(event: MouseEvent) -> Option<Mouse> {
    let what = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Pointed::Click,
        MouseEventKind::ScrollUp => Pointed::Up,
        MouseEventKind::ScrollDown => Pointed::Down,
        _ => return None,
    };
    Some(Mouse {
        column: event.column,
        row: event.row,
        what,
    })
}

/// Hands a text to the terminal's clipboard (OSC 52), which works through ssh, too.
pub(super) fn copy(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    write!(stdout, "\u{1b}]52;c;{}\u{7}", STANDARD.encode(text))?;
    stdout.flush()
}

#[cfg(unix)]
mod system;

/// Other systems send no signals. Neither built nor run anywhere yet.
#[cfg(not(unix))]
mod system {
    use std::io;

    use tokio::sync::mpsc::Sender;
    use tokio::task::JoinSet;

    use super::{Asking, Incoming};
    use crate::tui::model::Msg;
    use crate::tui::runtime::ask;

    pub(super) struct Terminal;

    impl Terminal {
        pub(super) fn listen(queue: &Sender<Incoming>, asking: Option<Asking>) -> io::Result<Self> {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name("keys".into());
            thread.spawn(move || {
                if let Some(asking) = asking {
                    let canvas = asking.canvas(ask::window);
                    let _ = queue.blocking_send(Incoming::Msg(Msg::Canvas(canvas)));
                }
                while let Ok(event) = crossterm::event::read() {
                    let msg = super::of(event).map(Incoming::Msg);
                    if msg.is_some_and(|msg| queue.blocking_send(msg).is_err()) {
                        return;
                    }
                }
                let _ = queue.blocking_send(Incoming::HungUp);
            })?;
            Ok(Self)
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "other systems can fail here")]
    pub(super) fn listen(_tasks: &mut JoinSet<()>, _queue: &Sender<Incoming>) -> io::Result<()> {
        Ok(())
    }
}
