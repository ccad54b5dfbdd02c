//! Why a file is where it is: one closed list for rules, settling, the queue and what became of it.
//!
//! Whoever decides maps its own states to it; `words` says it to people. A client that is older than the daemon reads
//! what it does not know as [`Reason::Unknown`], and shows the daemon's words.

use heimdex_api::{Timestamp, VideoId};
use serde::{Deserialize, Serialize};

use super::{ItemId, LocalPath, WatchId};

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum RuleOrigin {
    /// It was written into the watch by `watch add`, as the usual ones, and accepted with it.
    Default,
    /// A person wrote it into the watch.
    Watch,
    /// A person wrote it into a `.heimdexignore`.
    File {
        /// Which.
        path: LocalPath,
        /// Its line, from 1.
        line: u32,
    },
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// What is never sent, whatever the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipKind {
    /// A symbolic link: what it leads to is taken where it lies.
    Link,
    /// A socket, a pipe, a device.
    Special,
    /// Nothing is in it.
    Empty,
    /// It lies on another file system that is mounted below the watch.
    OtherFileSystem,
    /// It is the folder of another watch.
    OtherWatch,
    /// No server can be told its name.
    Unsendable,
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// How much of a container is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "container", rename_all = "snake_case")]
pub enum Container {
    /// It has all that a player needs.
    Complete,
    /// It ends too early; what is missing, in words (`its index (moov) is missing`).
    CutOff {
        /// What is missing.
        missing: String,
    },
    /// It is of a kind that does not say whether it is complete.
    Unsure,
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// In which part of the queue a file waits. Earlier ones go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A person asked for it.
    Interactive,
    /// It came into a folder under watch.
    Watch,
    /// It was there when the watch was set.
    Bulk,
}

/// Why nothing at all goes to an account now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outage", rename_all = "snake_case")]
pub enum Outage {
    /// The server or its store cannot be reached.
    Offline,
    /// The login has expired or was ended: a person must log in.
    LoggedOut,
    /// The account's quota, or the store, is full.
    Full,
    /// The server says that it is being worked on.
    Maintenance,
    /// The server does not take this account or this client.
    Refused {
        /// What it said.
        message: String,
    },
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// Why a file is where it is. Sizes are bytes, lengths of time milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    // What rules say.
    /// No watch covers it.
    NotWatched,
    /// This watch covers it.
    Watched {
        /// Which.
        watch: WatchId,
        /// Its folder.
        root: LocalPath,
    },
    /// A rule takes it in.
    Included {
        /// As it was written.
        rule: String,
        /// By whom.
        origin: RuleOrigin,
    },
    /// A rule leaves it out.
    Excluded {
        /// As it was written.
        rule: String,
        /// By whom.
        origin: RuleOrigin,
    },
    /// No `--include` of its watch takes it in.
    NotIncluded,
    /// It is smaller than the watch takes.
    TooSmall {
        /// What it has.
        size_bytes: u64,
        /// What it needs.
        min_bytes: u64,
    },
    /// It was there when the watch was set, which skips what was there.
    ExistedBefore {
        /// When the watch was set.
        since: Timestamp,
    },
    /// It is nothing that can be sent.
    NotAFile {
        /// What it is.
        kind: SkipKind,
    },

    // What was seen of it.
    /// It is not there.
    Missing,
    /// No daemon has looked at it in this state.
    NotLookedAt,
    /// It cannot be read.
    Unreadable {
        /// What the system says.
        error: String,
    },
    /// The folder under watch is away: a card that was pulled, a mount that is late.
    RootGone {
        /// The folder.
        root: LocalPath,
        /// Since when.
        since: Timestamp,
    },
    /// It grows: a copy, a download, an export.
    Growing {
        /// By how much, of late.
        grown_bytes: u64,
        /// In how long.
        within_ms: u64,
        /// It is sent when it has been still for so long.
        settle_ms: u64,
    },
    /// It grows and is a video that is being recorded.
    Recording {
        /// By how much, of late.
        grown_bytes: u64,
        /// In how long.
        within_ms: u64,
        /// It is sent when it has been still for so long.
        settle_ms: u64,
    },
    /// It is being copied, and its size is known before it is there.
    Copying {
        /// What is there.
        size_bytes: u64,
        /// What it will have.
        target_bytes: u64,
    },
    /// It is still, not yet for long enough.
    Settling {
        /// When it is taken for finished.
        until: Timestamp,
        /// How long its writer paused before, where it is waited for longer because of that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pause_ms: Option<u64>,
    },
    /// A program holds it open for writing.
    OpenForWriting {
        /// Which, where that can be known.
        program: Option<String>,
    },
    /// A temporary or lock file beside it says that somebody works on it.
    LockedBySibling {
        /// Its name.
        name: String,
    },
    /// It is still, but its container ends too early.
    LooksCutOff {
        /// What is missing, in words.
        missing: String,
    },
    /// It is one of several that belong together (a clip and its side-cars), and others are not finished.
    UnitNotFinished {
        /// The other file.
        other: LocalPath,
    },
    /// It is finished.
    Settled {
        /// Since when it is still.
        since: Timestamp,
        /// What its container says.
        container: Container,
    },

    // The queue.
    /// It waits for its turn.
    Queued {
        /// In which lane.
        lane: Lane,
        /// How many go before it.
        ahead: u64,
    },
    /// Its turn is held back by a person.
    Paused {
        /// The watch that is paused; all of it where none is named.
        watch: Option<WatchId>,
        /// Until when; until `resume` where no time is named.
        until: Option<Timestamp>,
    },
    /// The timetable of `--bwlimit` lets nothing through now.
    LimitedToNothing {
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Nothing goes to its account now.
    HeldUp {
        /// Why.
        outage: Outage,
        /// Since when.
        since: Timestamp,
        /// When it is tried next; nothing is tried by itself where a person must act first.
        next_try_at: Option<Timestamp>,
    },
    /// It failed, and is tried again.
    Delayed {
        /// What happened.
        error: String,
        /// What to do, where a person can do something.
        hint: Option<String>,
        /// How often it was tried.
        attempts: u32,
        /// When it is tried next.
        next_try_at: Timestamp,
    },
    /// Another process or machine sends the same.
    SentElsewhere {
        /// When the daemon looks again.
        next_try_at: Timestamp,
    },
    /// It changed while it waited, and is looked at again.
    ChangedWhileQueued,
    /// Its profile is not in the configuration.
    NoSuchProfile {
        /// Its name.
        profile: String,
    },
    /// It is read, to know what it is.
    Hashing {
        /// So far.
        done_bytes: u64,
        /// Of so many.
        size_bytes: u64,
    },
    /// It is being sent.
    Sending {
        /// What the store acknowledged.
        acknowledged_bytes: u64,
        /// What is handed to the network beyond that.
        #[serde(default)]
        under_way_bytes: u64,
        /// Of so many.
        size_bytes: u64,
    },
    /// All bytes are acknowledged; the server puts the whole together.
    Completing,

    // What became of it.
    /// It is stored. Whether it was read back is the server's to say: `heimdex show`.
    Stored {
        /// As which video.
        video_id: VideoId,
        /// When.
        at: Timestamp,
    },
    /// The same bytes are stored already: one more place of that video was noted.
    SameAs {
        /// Which video.
        video_id: VideoId,
        /// When that was seen.
        at: Timestamp,
    },
    /// It is stored, and kept here until the server has read it back and it is proven equal.
    AwaitingProof {
        /// As which video.
        video_id: VideoId,
        /// When that is asked next.
        next_look_at: Timestamp,
        /// What the proof lacked when it was asked for last, in a few words.
        #[serde(default)]
        lacks: Option<String>,
    },
    /// It was stored, proven equal, and moved to the trash of this machine.
    Trashed {
        /// As which video.
        video_id: VideoId,
        /// When.
        at: Timestamp,
    },
    /// It was stored, and changed since: the new bytes are a new video.
    ChangedSince {
        /// The earlier video.
        video_id: VideoId,
    },
    /// It cannot be sent, and is not tried again until a person says so or the file changes.
    Failed {
        /// What happened.
        error: String,
        /// What to do.
        hint: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A person cancelled it.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// It went away while it waited.
    Deleted {
        /// When that was seen.
        at: Timestamp,
    },
    /// It was moved while it waited.
    MovedTo {
        /// Where it is.
        path: LocalPath,
        /// Its place in the queue there.
        item: Option<ItemId>,
    },
    /// A newer daemon says something else: its words are shown.
    #[serde(other)]
    Unknown,
}
