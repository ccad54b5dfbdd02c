//! Keys, the mouse, pasted text and signals, each as an event; and what is written beside frames.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Incoming;
use crate::tui::key::Key;
use crate::tui::model::{Mouse, Msg, Pointed};

/// Listens for as long as it lives.
pub(super) struct Inputs {
    _tasks: JoinSet<()>,
}

/// Begins to listen.
pub(super) fn listen(queue: mpsc::Sender<Incoming>) -> io::Result<Inputs> {
    let mut tasks = JoinSet::new();
    system::listen(&mut tasks, &queue)?;
    tasks.spawn(async move {
        let mut events = EventStream::new();
        while let Some(event) = events.next().await {
            let msg = match event {
                Ok(event) => of(event),
                // The terminal is gone.
                Err(_) => Some(Msg::Ended),
            };
            if let Some(msg) = msg
                && queue.send(Incoming::Msg(msg)).await.is_err()
            {
                return;
            }
        }
        let _ = queue.send(Incoming::Msg(Msg::Ended)).await;
    });
    Ok(Inputs { _tasks: tasks })
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
mod system {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};
    use tokio::sync::mpsc;
    use tokio::task::JoinSet;

    use super::super::Incoming;
    use crate::tui::key::{Code, Key};
    use crate::tui::model::Msg;

    pub(super) fn listen(
        tasks: &mut JoinSet<()>,
        queue: &mpsc::Sender<Incoming>,
    ) -> io::Result<()> {
        let ends = [
            SignalKind::terminate(),
            SignalKind::hangup(),
            SignalKind::interrupt(),
        ];
        for kind in ends {
            forward(tasks, queue, signal(kind)?, || Incoming::Msg(Msg::Ended));
        }
        let stop = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
        forward(tasks, queue, signal(stop)?, || {
            // As if it had been pressed.
            Incoming::Msg(Msg::Key(Key {
                code: Code::Char('z'),
                ctrl: true,
                alt: false,
            }))
        });
        let go_on = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
        forward(tasks, queue, signal(go_on)?, || Incoming::Continued);
        Ok(())
    }

    fn forward(
        tasks: &mut JoinSet<()>,
        queue: &mpsc::Sender<Incoming>,
        mut signal: Signal,
        what: fn() -> Incoming,
    ) {
        let queue = queue.clone();
        tasks.spawn(async move {
            while signal.recv().await.is_some() {
                if queue.send(what()).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Other systems send no signals. Neither built nor run anywhere yet.
#[cfg(not(unix))]
mod system {
    pub(super) fn listen(
        _tasks: &mut tokio::task::JoinSet<()>,
        _queue: &tokio::sync::mpsc::Sender<super::Incoming>,
    ) -> std::io::Result<()> {
        Ok(())
    }
}
