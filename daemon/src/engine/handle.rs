//! How the rest of the daemon speaks to the engine: commands that are answered, its state, what happens.

use std::sync::Arc;

use heimdex_client::control::{Answer, Event, Refusal, RefusalCode, Request, Status};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// A command for the engine, and where its answer goes.
#[derive(Debug)]
pub struct Command {
    /// What is wanted.
    pub request: Request,
    /// Where the answer goes; whoever asked may have gone away.
    pub reply: oneshot::Sender<Result<Answer, Refusal>>,
}

/// The engine, from outside. Clones speak to the same one.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Bounded: who asks while it is full waits.
    pub commands: mpsc::Sender<Command>,
    /// How it stands, whenever that changes.
    pub status: watch::Receiver<Arc<Status>>,
    /// What happens; a reader that is too slow misses some.
    pub events: broadcast::Sender<Event>,
}

impl Handle {
    /// Asks, and waits for the answer.
    pub async fn ask(&self, request: Request) -> Result<Answer, Refusal> {
        let stopping = || Refusal::new(RefusalCode::Stopping, "the daemon is stopping");
        let (reply, answer) = oneshot::channel();
        let command = Command { request, reply };
        self.commands.send(command).await.map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }

    /// How it stands now.
    #[must_use]
    pub fn now(&self) -> Arc<Status> {
        Arc::clone(&self.status.borrow())
    }
}
