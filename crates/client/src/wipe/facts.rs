//! What is known of a card and of its copies: all that the verdict may lean on.

use heimdex_api::{Blake3, Open, StoreStanding, Timestamp, VerifiedHow, VideoId, VideoState};

use super::manifests::ManifestFacts;
use crate::control::WatchId;
use crate::manifest::Digest;
use crate::watch::Left;

/// Everything that was found out about a card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its files, by path.
    pub files: Vec<FileFacts>,
    /// What is there and is no file that could be compared.
    pub obstacles: Vec<Obstacle>,
    /// What operating systems left there: excused, and not looked at.
    pub litter: Vec<Litter>,
    /// What rules of its owner leave out: excused, and not looked at.
    pub excused: Vec<Excused>,
    /// What checksum files on it say.
    pub manifests: Vec<ManifestFacts>,
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// A verification counts that the server's page cache may have answered.
    pub accept_cached: bool,
    /// The store's bytes must have been read and hashed again for this verdict.
    pub reread: bool,
}

/// One file of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// The bytes of its path within the card.
    pub path: Vec<u8>,
    /// Bytes, as last seen.
    pub size: u64,
    /// What reading it came to.
    pub read: ReadBack,
    /// What the server has of these very bytes.
    pub stored: Stored,
    /// What reading the store's bytes again came to.
    pub reread: Reread,
}

/// What reading a file of the card came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadBack {
    /// All of it was read, and it was the same file before and after.
    Whole {
        /// Of all bytes.
        blake3: Blake3,
        /// What answered.
        how: ReadHow,
        /// Other checksums, taken in the same read.
        digests: Vec<Digest>,
    },
    /// It is not what it was when the look at the card began.
    Changed,
    /// It is not there any more.
    Vanished,
    /// It was not there when the look at the card began.
    Appeared,
    /// It could not be read, in a few words.
    Unreadable(String),
}

/// What answered when a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadHow {
    /// Perhaps the memory of this machine, or of the one that has the disk.
    Cached,
    /// The medium itself, as far as this system can tell.
    Medium,
}

/// What the server has of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// There was nothing to ask for.
    NotAsked,
    /// No video that counts has these bytes; the trace says what is there instead, as far as it is known.
    Nothing(Trace),
    /// A video has them.
    Copy(Copy),
}

/// A video that has a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Which.
    pub video_id: VideoId,
    /// Where it stands.
    pub state: Option<Open<VideoState>>,
    /// What the store said of it when it was asked for this verdict.
    pub store: Option<Open<StoreStanding>>,
    /// When its stored bytes were last read back and found equal.
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    pub verified_how: Option<Open<VerifiedHow>>,
}

/// Why the server has no copy that counts; for people, the verdict is the same with any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trace {
    /// Nothing is known of such a file.
    #[default]
    Unknown,
    /// A file of this name and size is on its way.
    Arriving {
        /// Which.
        video_id: VideoId,
        /// How much of it the store has, in per cent; never 100.
        percent: u64,
    },
    /// A file of this name is stored that has other bytes.
    Differs {
        /// Which.
        video_id: VideoId,
        /// When it arrived.
        since: Timestamp,
    },
    /// Its video is in the trash.
    Trashed {
        /// Which.
        video_id: VideoId,
    },
    /// Its video failed.
    Failed {
        /// Which.
        video_id: VideoId,
        /// Why, in a sentence.
        reason: Option<String>,
    },
    /// Its video was set aside by the operator.
    Quarantined {
        /// Which.
        video_id: VideoId,
    },
}

impl Trace {
    /// The video that it leads to.
    #[must_use]
    pub fn video_id(&self) -> Option<VideoId> {
        match self {
            Self::Unknown => None,
            Self::Arriving { video_id, .. }
            | Self::Differs { video_id, .. }
            | Self::Trashed { video_id }
            | Self::Failed { video_id, .. }
            | Self::Quarantined { video_id } => Some(*video_id),
        }
    }
}

/// What reading the store's bytes again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reread {
    /// Nobody asked for it.
    NotAsked,
    /// They are the card's.
    Equal {
        /// What was read.
        how: Option<Open<VerifiedHow>>,
        /// When.
        at: Option<Timestamp>,
    },
    /// They are not, or were not read.
    Bad(NotEqual),
}

/// Why a video's bytes were not found equal when they were to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEqual {
    /// The store has other bytes.
    Differs,
    /// The store does not have them any more.
    Missing,
    /// The store has them, and cannot read them to their end.
    Unreadable,
    /// Nobody may lean on the video by now.
    NotCounted,
    /// The server did not come to it, or did not say.
    NotRead,
}

/// Something on a card that is no file, or hides some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The bytes of its path within the card; empty for the card itself.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: ObstacleKind,
}

/// What stands in the way of a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObstacleKind {
    /// It could not be looked at, in a few words.
    Unreadable(String),
    /// Something is mounted there, and may hide what is on the card.
    Mounted,
    /// A symbolic link: what it leads to is not the card's.
    Link,
    /// A pipe, a socket or a device.
    Special(&'static str),
}

/// What an operating system left on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Litter {
    /// The bytes of its path within the card.
    pub path: Vec<u8>,
    /// Files in it, itself if it is one.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
}

/// Something on a card that a rule leaves out which its owner wrote, or accepted with a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excused {
    /// The bytes of its path within the card.
    pub path: Vec<u8>,
    /// Files in it, itself if it is one.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Whose rule it is.
    pub watch: WatchId,
    /// Which.
    pub rule: Left,
}
