//! What the engine wants done: the closed list that its driver performs.

use heimdex_client::control::{Answer, Event as Told, Refusal, SendRequest};
use heimdex_client::journal::{KeptFile, Pause, QueueWrite, QueuedFile, WatchId};

use super::event::{Ticket, TurnId};
use crate::watch::Ask;

/// Something to do. The writes of one round are done first, and together.
#[derive(Debug)]
pub enum Effect {
    /// Write down what must survive.
    Write(QueueWrite),
    /// Write down a pause of everything, or its end.
    PauseAll(Option<Pause>),
    /// Write down the pause of a watch.
    PauseWatch(WatchId, Option<Pause>),
    /// Begin to send files, which go together.
    Begin(TurnId, Vec<QueuedFile>),
    /// End a turn once what is in flight has arrived.
    Stop(TurnId),
    /// Ask a server whether it works again, as this profile.
    AskServer(String),
    /// Put a file in the trash, if it is proven that it may.
    Trash(Box<KeptFile>),
    /// Nothing is to be done any more with a file that was to go there.
    SettleKept(Box<KeptFile>),
    /// The file that is being proven is not to go in the trash any more.
    StopTrashing,
    /// Look at files that a person wants sent.
    LookAt(SendRequest, Ticket),
    /// Ask the watches for something.
    AskWatches(Ask),
    /// Read watches and profiles anew.
    Reload,
    /// Answer a command.
    Reply(Ticket, Result<Answer, Refusal>),
    /// Tell whoever listens.
    Tell(Box<Told>),
    /// Keep the machine awake, or do not.
    KeepAwake(bool),
}
