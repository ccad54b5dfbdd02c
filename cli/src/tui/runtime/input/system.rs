//! Where systems tell what happens at the terminal: keys through its file, all else by signals.
//!
//! A terminal that is gone is one that can be read without end, and says nothing: it is watched for by itself, and nothing
//! is read from it any more.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::Incoming;
use super::super::ask::{self, Asking};
use super::heard::Heard;
use super::of;
use super::parse::Parser;
use crate::tui::key::{Code, Key};
use crate::tui::model::Msg;

/// What a terminal shows pictures by is decided then. An answer that comes later still counts, and is never a key.
const LIMIT: Duration = Duration::from_secs(1);
/// How long an escape may be the beginning of an answer, while there are any to come. Else it is what it is at once.
const REST: Duration = Duration::from_millis(50);
/// A paste of which nothing more has come for so long is over: keys would be taken for a part of it for ever.
const PASTE: Duration = Duration::from_secs(1);
/// Bytes that are read at once.
const READ: usize = 4096;

/// Listens to the terminal for as long as it lives.
pub(super) struct Terminal {
    /// Closed, it ends the threads, which wait for it and for the terminal at once.
    _open: UnixStream,
}

/// What the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Keys,
    /// Nothing, for as long as was to be waited.
    Nothing,
    Gone,
    /// Nobody listens any more.
    Closed,
}

impl Terminal {
    /// Begins to listen.
    pub(super) fn listen(queue: &Sender<Incoming>, asking: Option<Asking>) -> io::Result<Self> {
        let (open, closed) = UnixStream::pair()?;
        let (again, to_keys, to_end) = (closed.try_clone()?, queue.clone(), queue.clone());
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        thread("keys").spawn(move || Keys::of(to_keys, asking).listen(&closed))?;
        thread("hangup").spawn(move || listen_for_the_end(&again, &to_end))?;
        Ok(Self { _open: open })
    }
}

/// Waits for keys, or only for the end of the terminal; without a limit for as long as it takes.
fn wait(closed: &UnixStream, wanted: PollFlags, limit: Option<Duration>) -> Seen {
    let stdin = io::stdin();
    let mut both = [
        PollFd::new(&stdin, wanted),
        PollFd::new(closed, PollFlags::IN),
    ];
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    loop {
        match poll(&mut both, limit.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Seen::Gone,
            Ok(_) if !both[1].revents().is_empty() => return Seen::Closed,
            Ok(0) => return Seen::Nothing,
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
    if wait(closed, PollFlags::empty(), None) == Seen::Gone {
        let _ = queue.blocking_send(Incoming::HungUp);
    }
}

/// Reads the terminal.
struct Keys {
    parser: Parser,
    /// What the terminal answered so far, where it is asked.
    asking: Option<Asking>,
    /// When it has had time enough for that.
    limit: Option<Instant>,
    queue: Sender<Incoming>,
}

impl Keys {
    fn of(queue: Sender<Incoming>, asking: Option<Asking>) -> Self {
        Self {
            parser: Parser::new(asking.is_some()),
            limit: asking.is_some().then(|| Instant::now() + LIMIT),
            asking,
            queue,
        }
    }

    /// Whatever is wrong with the terminal, the other thread says it.
    fn listen(mut self, closed: &UnixStream) {
        let mut bytes = [0; READ];
        loop {
            let heard = match wait(closed, PollFlags::IN, self.patience()) {
                Seen::Keys => match rustix::io::read(io::stdin(), &mut bytes) {
                    Ok(0) => return,
                    Ok(length) => self.parser.push(&bytes[..length]),
                    Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                    Err(_) => return,
                },
                Seen::Nothing => self.parser.waited().into_iter().collect(),
                Seen::Gone | Seen::Closed => return,
            };
            let told = heard.into_iter().filter_map(|heard| self.told(heard));
            let mut msgs: Vec<Msg> = told.collect();
            if self.limit.is_some_and(|limit| limit <= Instant::now()) {
                msgs.extend(self.decided());
            }
            for msg in msgs {
                if self.queue.blocking_send(Incoming::Msg(msg)).is_err() {
                    return;
                }
            }
        }
    }

    /// How long it is worth waiting for more.
    fn patience(&self) -> Option<Duration> {
        if self.parser.is_ambiguous() {
            let is_asking = self.parser.is_asking();
            return Some(if is_asking { REST } else { Duration::ZERO });
        }
        if self.parser.is_pasting() {
            return Some(PASTE);
        }
        let limit = self.limit?;
        Some(limit.saturating_duration_since(Instant::now()))
    }

    fn told(&mut self, heard: Heard) -> Option<Msg> {
        match heard {
            Heard::Event(event) => of(event),
            Heard::Answer(answer) => {
                let is_last = self.asking.as_mut()?.take(answer);
                is_last.then(|| self.decided()).flatten()
            }
        }
    }

    /// How pictures are shown, by what was answered so far.
    fn decided(&mut self) -> Option<Msg> {
        self.limit = None;
        let asking = self.asking.as_ref()?;
        Some(Msg::Canvas(asking.canvas(ask::window)))
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
