//! What the daemon says of itself.

use heimdex_api::{Timestamp, VideoId};
use serde::{Deserialize, Serialize};

use super::{ItemId, Lane, LocalPath, Notice, Outage, Reason, RuleOrigin, WatchId, words};
use crate::shown::Moment;

/// Which process answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonFacts {
    /// Its process id.
    pub pid: u32,
    /// The version of the program.
    pub version: String,
    /// What it speaks.
    pub protocol: u32,
    /// From which version on it understands clients.
    pub oldest_protocol: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// What it can do beyond what all of its protocol do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// A reason and its words, as the daemon says them; a client that knows the reason says it in its own time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The reason.
    pub because: Reason,
    /// In words.
    pub text: String,
}

impl Because {
    /// The words, in the reader's own time where the reason is known.
    #[must_use]
    pub fn text(&self, moment: &Moment) -> String {
        match &self.because {
            Reason::Unknown => self.text.clone(),
            known => words::sentence(known, moment),
        }
    }

    /// Finds the words, as of now.
    pub fn say(&mut self, moment: &Moment) {
        self.text = self.text(moment);
    }
}

/// Without words yet: they are found when it is told, because they speak of now.
impl From<Reason> for Because {
    fn from(because: Reason) -> Self {
        Self {
            because,
            text: String::new(),
        }
    }
}

/// So many files, so many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Count {
    /// One file more.
    pub fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// The files of a watch. Every file that was seen is in exactly one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Still written, or not still for long enough.
    pub settling: Count,
    /// Still, but look cut off: a person decides.
    pub cut_off: Count,
    /// Finished, waiting for their turn.
    pub queued: Count,
    /// On their way.
    pub sending: Count,
    /// In the store.
    pub stored: Count,
    /// Cannot be sent.
    pub failed: Count,
    /// Cannot be read.
    pub unreadable: Count,
    /// Left out by a rule, see `rules`.
    pub excluded: Count,
    /// There when the watch was set, which skips those.
    pub skipped: Count,
}

/// What a rule leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// As it was written.
    pub rule: String,
    /// By whom.
    pub origin: RuleOrigin,
    /// How much.
    pub left_out: Count,
}

/// Whether the folder of a watch is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Root {
    /// It is.
    Here,
    /// It is away.
    Gone {
        /// Since when.
        since: Timestamp,
    },
    /// It cannot be read.
    Unreadable {
        /// What the system says.
        error: String,
    },
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// How changes are noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Eyes {
    /// The system tells (inotify).
    Events,
    /// By looking again and again.
    Polling {
        /// Why, in words (`the file system (nfs) does not tell`).
        why: String,
        /// How often.
        every_ms: u64,
    },
    /// The first look is not over.
    Starting,
    /// A newer daemon says something else.
    #[serde(other)]
    Unknown,
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Since when.
    pub since: Timestamp,
    /// Until when; until `resume` where no time is named.
    pub until: Option<Timestamp>,
}

/// A folder under watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchStatus {
    /// Its id.
    pub id: WatchId,
    /// The folder.
    pub path: LocalPath,
    /// Where its files go.
    pub profile: String,
    /// The label of what comes from it.
    pub source: String,
    /// Whether the folder is there.
    pub root: Root,
    /// How changes are noticed.
    pub eyes: Eyes,
    /// When all of it was last looked through.
    pub scanned_at: Option<Timestamp>,
    /// When it will be again.
    pub next_scan_at: Option<Timestamp>,
    /// How often it is, where the system tells of changes. Seconds; 0 of a daemon that does not say.
    #[serde(default)]
    pub rescan_seconds: u32,
    /// What its files may take of the line all together, as it was said; without it what the line gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bwlimit: Option<String>,
    /// So many of its files, or groups of small ones, are sent at once; 0 of a daemon that does not say.
    #[serde(default)]
    pub parallel: usize,
    /// Its files.
    pub counts: Counts,
    /// What its rules leave out; those that leave out nothing are not named.
    pub rules: Vec<RuleCount>,
    /// Where a person paused it.
    pub paused: Option<Paused>,
    /// Whether a file declares it, so that commands do not change it.
    pub declared: bool,
    /// Files that are not finished, and why: those that a person must see first; at most [`WatchStatus::WAITING_MAX`].
    #[serde(default)]
    pub waiting: Vec<WaitingFile>,
}

impl WatchStatus {
    /// The most files in `waiting`.
    pub const WAITING_MAX: usize = 64;
}

/// A file under watch that is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingFile {
    /// The file.
    pub path: LocalPath,
    /// Why.
    pub state: Because,
}

/// A file in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueItem {
    /// Its id.
    pub id: ItemId,
    /// The file.
    pub path: LocalPath,
    /// The watch that it came by.
    pub watch: Option<WatchId>,
    /// Where it goes.
    pub profile: String,
    /// In which lane.
    pub lane: Lane,
    /// Its size.
    pub size_bytes: u64,
    /// What the store acknowledged of it, over all attempts.
    pub acknowledged_bytes: u64,
    /// When it was queued.
    pub added_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// The video that it is becoming.
    pub video_id: Option<VideoId>,
    /// Why it is where it is.
    pub state: Because,
}

/// The queue in numbers. Every file in it is in exactly one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStatus {
    /// Waiting for their turn, or held up.
    pub waiting: Count,
    /// On their way.
    pub sending: Count,
    /// Failed, and tried again later.
    pub delayed: Count,
    /// Failed for good, until a person says otherwise.
    pub failed: Count,
    /// Bytes that the store has not acknowledged.
    pub left_bytes: u64,
}

/// How fast it goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Acknowledged bytes a second, of late.
    pub bytes_per_second: u64,
    /// When all that is queued will be there, at this rate; unknown while nothing moves.
    pub done_at: Option<Timestamp>,
    /// What `--bwlimit` allows now, in bytes a second.
    pub limit: Option<u64>,
}

/// A profile that files go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// The profile.
    pub profile: String,
    /// The server, where the configuration names one.
    pub server: Option<String>,
    /// Why nothing goes there now.
    pub outage: Option<Outage>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// When it is tried next.
    pub next_try_at: Option<Timestamp>,
}

/// Something that failed of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentError {
    /// When.
    pub at: Timestamp,
    /// With which file.
    pub path: Option<LocalPath>,
    /// What happened, a sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// All that `heimdex status` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Who answers.
    pub daemon: DaemonFacts,
    /// Where a person paused all of it.
    pub paused: Option<Paused>,
    /// Folders under watch.
    pub watches: Vec<WatchStatus>,
    /// The queue in numbers.
    pub queue: QueueStatus,
    /// What is on its way, then what goes next; at most [`Status::CURRENT_MAX`].
    pub current: Vec<QueueItem>,
    /// Stored files that stay here until they are proven, and then go in the trash.
    #[serde(default)]
    pub awaiting_proof: Count,
    /// How fast it goes.
    pub pace: Pace,
    /// So many files, or groups of small ones, are sent at once; 0 of a daemon that does not say.
    #[serde(default)]
    pub parallel: usize,
    /// Where files go.
    pub accounts: Vec<AccountStatus>,
    /// What failed of late, the last first; at most [`Status::ERRORS_MAX`].
    pub errors: Vec<RecentError>,
    /// What a person should do.
    pub notices: Vec<Notice>,
}

impl Status {
    /// The most files in `current`.
    pub const CURRENT_MAX: usize = 64;
    /// The most entries in `errors`.
    pub const ERRORS_MAX: usize = 20;

    /// Finds the words for all that it says, as of now.
    pub fn say(&mut self, moment: &Moment) {
        for item in &mut self.current {
            item.state.say(moment);
        }
        for file in self.watches.iter_mut().flat_map(|watch| &mut watch.waiting) {
            file.state.say(moment);
        }
    }

    /// Of a daemon that has not looked at anything yet.
    #[must_use]
    pub fn starting(daemon: DaemonFacts) -> Self {
        Self {
            daemon,
            paused: None,
            watches: Vec::new(),
            queue: QueueStatus::default(),
            current: Vec::new(),
            awaiting_proof: Count::default(),
            pace: Pace::default(),
            parallel: 0,
            accounts: Vec::new(),
            errors: Vec::new(),
            notices: Vec::new(),
        }
    }
}

/// The queue as it goes, or a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueList {
    /// Its files, the next first.
    pub items: Vec<QueueItem>,
    /// How many there are in all; 0 of a daemon that does not say.
    #[serde(default)]
    pub total: u64,
}

impl QueueList {
    /// Finds the words for all that it says, as of now.
    pub fn say(&mut self, moment: &Moment) {
        for item in &mut self.items {
            item.state.say(moment);
        }
    }
}
