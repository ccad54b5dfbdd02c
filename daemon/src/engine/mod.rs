//! What is queued, in which order it goes, and what became of it. Nothing is queued yet: it answers, and waits.

mod handle;

use std::sync::Arc;

use heimdex_client::control::{
    Answer, Changed, DaemonFacts, Refusal, RefusalCode, Request, Status,
};
use tokio::sync::{broadcast, mpsc, watch};

use crate::lifecycle::Lifecycle;

pub use handle::{Command, Handle};

/// Commands that may wait; who asks then waits, too.
const COMMANDS: usize = 64;
/// Events that a reader may be behind.
const EVENTS: usize = 1024;

/// What the engine is made of.
#[derive(Debug)]
pub struct Setup {
    /// Which process it works in.
    pub daemon: DaemonFacts,
    /// When it ends.
    pub lifecycle: Lifecycle,
}

/// Starts the engine.
#[must_use]
pub fn start(setup: Setup) -> Handle {
    let (commands, mut asked) = mpsc::channel::<Command>(COMMANDS);
    let (state, status) = watch::channel(Arc::new(Status::starting(setup.daemon)));
    let (events, _) = broadcast::channel(EVENTS);
    let soft = setup.lifecycle.soft().clone();
    drop(setup.lifecycle.spawn("engine", async move {
        while let Some(Some(command)) = soft.run_until_cancelled(asked.recv()).await {
            // Whoever asked may have gone away.
            let _ = command.reply.send(answer(&command.request));
        }
        drop(state);
    }));
    Handle {
        commands,
        status,
        events,
    }
}

fn answer(request: &Request) -> Result<Answer, Refusal> {
    match request {
        Request::Queue(_) => Ok(Answer::Queue(Vec::new())),
        Request::Ping | Request::Reload => Ok(Answer::Done(Changed::default())),
        Request::Why(_)
        | Request::Send(_)
        | Request::Retry(_)
        | Request::Cancel(_)
        | Request::Move(_)
        | Request::Pause(_)
        | Request::Resume(_)
        | Request::Rescan(_) => Err(Refusal::new(RefusalCode::NotFound, "nothing is queued")),
    }
}
