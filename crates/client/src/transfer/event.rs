//! What happens to a transfer, and what is to be done about it: the closed lists between the pure state and its driver.

use std::time::Duration;

use heimdex_api::Blake3;
use heimdex_api::plan::PartNumber;
use heimdex_api::upload::{AcknowledgedPart, PartToSign, SignedPart, StoredPart};

use super::plan::HashedPart;
use super::retry::Failure;
use super::stop::Stop;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The first event.
    Begun,
    /// The first pass over a part is done.
    Hashed {
        /// Which.
        part: PartNumber,
        /// What it gave.
        hashed: HashedPart,
    },
    /// The answer to [`Effect::Sign`].
    Signed(Vec<SignedPart>),
    /// [`Effect::Sign`] failed.
    SignFailed(Failure),
    /// The store took a part.
    Acknowledged {
        /// Which.
        part: PartNumber,
        /// As the store names it.
        etag: String,
    },
    /// The store did not take a part.
    SendFailed {
        /// Which.
        part: PartNumber,
        /// Why.
        failure: Failure,
    },
    /// The answer to [`Effect::Ask`].
    Listed(Vec<StoredPart>),
    /// [`Effect::Ask`] failed.
    AskFailed(Failure),
    /// The server has taken the whole.
    Completed,
    /// [`Effect::Complete`] failed.
    CompleteFailed {
        /// Why.
        failure: Failure,
        /// The parts that the server misses; then the failure does not count.
        missing: Vec<PartNumber>,
    },
    /// The file cannot be sent as it was planned.
    FileFailed(Stop),
    /// Time has passed: see [`Transfer::wake_at`](super::state::Transfer::wake_at).
    Tick,
    /// A person wants it to stop; what is in flight may arrive.
    Cancelled,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Take the first pass over a part.
    Hash(PartNumber),
    /// Ask for URLs; with no parts it is a progress report.
    Sign {
        /// For these.
        parts: Vec<PartToSign>,
        /// And tell what arrived.
        acknowledged: Vec<AcknowledgedPart>,
    },
    /// Send a part.
    Send {
        /// How.
        signed: SignedPart,
        /// What the bytes must be.
        hashed: HashedPart,
    },
    /// Keep in the journal that the store has a part.
    Record {
        /// Which.
        part: PartNumber,
        /// As the store names it.
        etag: String,
        /// Its values.
        hashed: HashedPart,
    },
    /// Ask the store what it has.
    Ask,
    /// Tell the server that all parts are there.
    Complete {
        /// Of the whole file.
        blake3: Blake3,
        /// One a part.
        subtrees: Vec<Blake3>,
        /// What arrived since the last request.
        acknowledged: Vec<AcknowledgedPart>,
    },
    /// Tell what arrived once, whether anybody listens or not: the last act of an interrupted transfer.
    Report(Vec<AcknowledgedPart>),
    /// Tell the person.
    Tell(Notice),
    /// It is over.
    Finish(Result<Blake3, Stop>),
}

/// What a person may want to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// So many bytes are in the store by now.
    Acknowledged(u64),
    /// A pause after a failure.
    Retrying {
        /// How long.
        wait: Duration,
        /// After what.
        why: String,
    },
    /// All parts are there.
    Completing,
}
