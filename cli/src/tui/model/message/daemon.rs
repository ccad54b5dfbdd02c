//! What is asked of the daemon, what comes of it, and what it tells by itself.

use std::path::PathBuf;

use heimdex_client::control::{ItemId, LocalPath, Place, QueueList, Reason, Status, WatchId};

use super::Trouble;
use crate::commands::safe_to_wipe::aside;

/// A part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// Files before it.
    pub(crate) offset: usize,
    /// Files of it, at most.
    pub(crate) limit: usize,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asking {
    /// How it stands, and this part of its queue.
    Look(Option<Part>),
    /// To do something, to what people call so.
    Order(Order, String),
    /// To watch a folder; written down where it does not run.
    Watch(PathBuf),
    /// To watch one no more; written down where it does not run.
    Unwatch(WatchId),
    /// To let a watch take at most this of the line; written down where it does not run.
    LimitWatch(WatchId, Option<String>),
    /// Whether the folder of a watch may be wiped.
    Wipe {
        /// The number of the question.
        number: u64,
        /// The folder.
        folder: PathBuf,
        /// The profile that its files go to.
        profile: String,
    },
    /// Not to go on with that question.
    StopWiping(u64),
}

/// Something that the daemon is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Send nothing, of this watch or of all.
    Pause(Option<WatchId>),
    /// Go on.
    Resume(Option<WatchId>),
    /// Try a file again at once.
    Retry(ItemId),
    /// Take a file out of the queue.
    Cancel {
        /// Which.
        item: ItemId,
        /// Whether parts of it may be in flight, which end first.
        is_begun: bool,
    },
    /// Give a file another place.
    Move(ItemId, Place),
    /// Look through a folder at once.
    Rescan(WatchId),
}

/// A folder that is watched as soon as the daemon runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asleep {
    /// Its watch.
    pub(crate) id: WatchId,
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// The profile that its files go to.
    pub(crate) profile: String,
    /// Whether a person paused it.
    pub(crate) is_paused: bool,
    /// What it may take of the line.
    pub(crate) bwlimit: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Looked {
    /// It answers.
    Here {
        /// All that it says.
        status: Box<Status>,
        /// The part of its queue that was asked for, and behind how many it begins.
        queue: Option<(usize, QueueList)>,
    },
    /// It does not run; this is what the journal says.
    Absent(Vec<Asleep>),
    /// It does not answer as it should.
    Trouble(Trouble),
}

/// What comes of what was asked.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// How it stands.
    Looked(Looked),
    /// It was done, in a sentence.
    Done(Result<String, Trouble>),
    /// A folder is watched: the sentences of `heimdex watch add`.
    Watching(Result<Vec<String>, Trouble>),
    /// Whether a folder may be wiped; without an answer where a person stopped it.
    Wiped(u64, Result<Option<aside::Answer>, Trouble>),
}

/// What it tells by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    /// Something is another than before; it may have come, or gone.
    Changed,
    /// A file left its queue.
    Left {
        /// Its place.
        item: ItemId,
        /// The file.
        path: LocalPath,
        /// What became of it.
        because: Reason,
    },
    /// How far the reading of a folder is that may be wiped.
    Wiping(u64, WipeStep),
}

/// How far the reading of a folder is that may be wiped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WipeStep {
    /// The file that is read.
    pub(crate) name: String,
    /// Files of the folder.
    pub(crate) files: u64,
    /// Its bytes.
    pub(crate) bytes: u64,
    /// Files that were read.
    pub(crate) read_files: u64,
    /// Bytes that were read.
    pub(crate) read_bytes: u64,
    /// Whether the server is asked by now.
    pub(crate) is_asking: bool,
}
