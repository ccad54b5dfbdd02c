//! Where systems tell what happens at the terminal: keys through its file, all else by signals.
//!
//! A terminal that is gone is one that can be read without end, and says nothing: it is watched for by itself, and nothing
//! is read from it any more.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::super::Incoming;
use super::of;
use crate::tui::key::{Code, Key};
use crate::tui::model::Msg;

/// How long what was typed is looked for once there is something. Nobody waits for it but the thread that reads.
const LOOK: Duration = Duration::from_millis(1);

/// Listens to the terminal for as long as it lives.
pub(super) struct Terminal {
    /// Closed, it ends the threads, which wait for it and for the terminal at once.
    _open: UnixStream,
}

/// What the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Keys,
    Gone,
    /// Nobody listens any more.
    Closed,
}

impl Terminal {
    /// Begins to listen.
    pub(super) fn listen(queue: &Sender<Incoming>) -> io::Result<Self> {
        let (open, closed) = UnixStream::pair()?;
        let again = closed.try_clone()?;
        for (name, listen) in [
            (
                "keys",
                listen_for_keys as fn(&UnixStream, &Sender<Incoming>),
            ),
            ("hangup", listen_for_the_end),
        ] {
            let (closed, queue) = (again.try_clone()?, queue.clone());
            let thread = std::thread::Builder::new().name(name.into());
            thread.spawn(move || listen(&closed, &queue))?;
        }
        Ok(Self { _open: open })
    }
}

/// Waits for keys, or only for the end of the terminal.
fn wait(closed: &UnixStream, wanted: PollFlags) -> Seen {
    let stdin = io::stdin();
    let mut both = [
        PollFd::new(&stdin, wanted),
        PollFd::new(closed, PollFlags::IN),
    ];
    loop {
        match poll(&mut both, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Seen::Gone,
            Ok(_) if !both[1].revents().is_empty() => return Seen::Closed,
            Ok(_) => break,
        }
    }
    if both[0].revents() == PollFlags::IN {
        Seen::Keys
    } else {
        Seen::Gone
    }
}

fn listen_for_the_end(closed: &UnixStream, queue: &Sender<Incoming>) {
    if wait(closed, PollFlags::empty()) == Seen::Gone {
        let _ = queue.blocking_send(Incoming::HungUp);
    }
}

fn listen_for_keys(closed: &UnixStream, queue: &Sender<Incoming>) {
    while wait(closed, PollFlags::IN) == Seen::Keys {
        // Whatever is wrong with the terminal, the other thread says it.
        while crossterm::event::poll(LOOK).unwrap_or(false) {
            let Ok(event) = crossterm::event::read() else {
                return;
            };
            if let Some(msg) = of(event)
                && queue.blocking_send(Incoming::Msg(msg)).is_err()
            {
                return;
            }
        }
    }
}

/// Begins to listen to signals.
pub(super) fn listen(tasks: &mut JoinSet<()>, queue: &Sender<Incoming>) -> io::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        forward(tasks, queue, signal(kind)?, || {
            Some(Incoming::Msg(Msg::Ended))
        });
    }
    forward(tasks, queue, signal(SignalKind::hangup())?, || {
        Some(Incoming::HungUp)
    });
    let stop = SignalKind::from_raw(Number::TSTP.as_raw());
    forward(tasks, queue, signal(stop)?, || {
        // As if it had been pressed.
        Some(Incoming::Msg(Msg::Key(Key {
            code: Code::Char('z'),
            ctrl: true,
            alt: false,
        })))
    });
    let go_on = SignalKind::from_raw(Number::CONT.as_raw());
    forward(tasks, queue, signal(go_on)?, || Some(Incoming::Continued));
    forward(tasks, queue, signal(SignalKind::window_change())?, || {
        let (columns, rows) = crossterm::terminal::size().ok()?;
        Some(Incoming::Msg(Msg::Resized { columns, rows }))
    });
    Ok(())
}

fn forward(
    tasks: &mut JoinSet<()>,
    queue: &Sender<Incoming>,
    mut signal: Signal,
    what: fn() -> Option<Incoming>,
) {
    let queue = queue.clone();
    tasks.spawn(async move {
        while signal.recv().await.is_some() {
            if let Some(incoming) = what()
                && queue.send(incoming).await.is_err()
            {
                return;
            }
        }
    });
}
