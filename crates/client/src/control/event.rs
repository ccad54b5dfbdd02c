//! What happens, as it happens: the events of `GET /v1/events`.

use serde::{Deserialize, Serialize};

use super::{AccountStatus, ItemId, LocalPath, QueueItem, Reason, WatchId, WatchStatus};

/// Something that happened. On the wire its name is also the name of the server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A file in the queue came, went on or changed its state.
    Item {
        /// As it is now.
        item: QueueItem,
    },
    /// A file left the queue: it was stored, cancelled, or went away.
    Left {
        /// Its id.
        item: ItemId,
        /// The file.
        path: LocalPath,
        /// Why.
        because: Reason,
    },
    /// A file under watch that is not in the queue: it grows, settles, looks cut off.
    File {
        /// By which watch.
        watch: WatchId,
        /// The file.
        path: LocalPath,
        /// What holds.
        because: Reason,
    },
    /// A watch came, went, or was looked through.
    Watch {
        /// As it is now.
        watch: Box<WatchStatus>,
    },
    /// A watch was taken away.
    WatchGone {
        /// Which.
        watch: WatchId,
    },
    /// An account can be reached again, or not any more.
    Account {
        /// As it is now.
        account: AccountStatus,
    },
    /// A person should do something.
    Notice {
        /// What.
        notice: Notice,
    },
    /// The pauses changed: ask for the status.
    Pauses,
    /// The reader was too slow for so many events: ask for the status.
    Missed {
        /// How many.
        events: u64,
    },
    /// The daemon ends.
    Stopping,
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// What needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A login has expired: nothing goes to its server until somebody logs in.
    LoginExpired {
        /// Of which profile.
        profile: String,
        /// At which server.
        server: Option<String>,
    },
    /// All that a card or folder holds is stored: `safe-to-wipe` can be asked.
    CardDone {
        /// The watch.
        watch: WatchId,
        /// Its folder.
        path: LocalPath,
        /// Files that are stored.
        files: u64,
        /// Their bytes.
        bytes: u64,
    },
    /// A file cannot be sent.
    CannotSend {
        /// Its place in the queue.
        item: Option<ItemId>,
        /// The file.
        path: LocalPath,
        /// What happened.
        error: String,
    },
    /// A file looks cut off, and waits for somebody to decide.
    LooksCutOff {
        /// The file.
        path: LocalPath,
        /// What is missing, in words.
        missing: String,
    },
    /// The quota or the store is full.
    Full {
        /// Of which profile.
        profile: String,
    },
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}
