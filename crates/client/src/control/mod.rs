//! What the daemon and whoever speaks to it agree on: the types of `/v1/…` on its Unix socket, and a client of it.
//!
//! Version policy: fields and variants are added within a protocol version, and readers pass over what they do not
//! know; whatever else changes raises [`PROTOCOL`]. `docs/daemon-api.md` is the same for people.

mod client;
mod error;
mod event;
mod id;
mod path;
mod problem;
mod reason;
mod request;
mod socket;
mod status;
mod why;
pub mod words;

pub use client::{Compared, ControlClient, Events};
pub use error::{Behind, ControlError};
pub use event::{Event, Notice};
pub use id::{InvalidId, ItemId, WatchId};
pub use path::LocalPath;
pub use problem::{Problem, Refusal, RefusalCode};
pub use reason::{Container, Lane, Outage, Reason, RuleOrigin, SkipKind};
pub use request::{
    Answer, CancelRequest, Changed, MoveRequest, PauseRequest, Place, QueueQuery, Request,
    RescanRequest, ResumeRequest, RetryRequest, SendRequest, SendTexts, StopRequest, TEXTS,
    WhyQuery,
};
pub use socket::{SOCKET_PATH_MAX, SocketError, SocketPlace};
pub use status::{
    AccountStatus, Because, Count, Counts, DaemonFacts, Eyes, Pace, Paused, QueueItem, QueueList,
    QueueStatus, RecentError, Root, RuleCount, Status, WaitingFile, WatchStatus,
};
pub use why::Why;

/// The version of what is spoken on the socket; a client says which it speaks, a daemon which it speaks and from which
/// on it understands.
pub const PROTOCOL: u32 = 1;

/// The oldest version that a daemon of this version understands.
pub const OLDEST_PROTOCOL: u32 = 1;

/// The header that carries [`PROTOCOL`], both ways. A request without it (`curl`) is taken as the daemon's own version.
pub const PROTOCOL_HEADER: &str = "heimdex-protocol";

/// The header of each answer that says which version of the program answers.
pub const VERSION_HEADER: &str = "heimdex-daemon";
