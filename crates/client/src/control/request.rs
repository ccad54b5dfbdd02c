//! What can be asked of the daemon, and what it answers.

use heimdex_api::{Timestamp, VideoId};
use serde::{Deserialize, Serialize};

use super::{ItemId, LocalPath, QueueList, WatchId, Why};

/// Something that is asked of the daemon's engine: one kind a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `GET /v1/queue`.
    Queue(QueueQuery),
    /// `GET /v1/why`.
    Why(WhyQuery),
    /// `POST /v1/queue/send`.
    Send(SendRequest),
    /// `POST /v1/queue/retry`.
    Retry(RetryRequest),
    /// `POST /v1/queue/cancel`.
    Cancel(CancelRequest),
    /// `POST /v1/queue/move`.
    Move(MoveRequest),
    /// `POST /v1/pause`.
    Pause(PauseRequest),
    /// `POST /v1/resume`.
    Resume(ResumeRequest),
    /// `POST /v1/rescan`.
    Rescan(RescanRequest),
    /// `POST /v1/reload`: watches, profiles or logins were changed; look again.
    Reload,
    /// Nothing: whoever takes commands shows that it still does, and answers with nothing changed.
    Ping,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done.
    Done(Changed),
    /// To [`Request::Queue`].
    Queue(QueueList),
    /// To [`Request::Why`].
    Why(Box<Why>),
}

/// What a command changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The files of the queue that it concerned.
    pub items: Vec<ItemId>,
    /// Why the journal does not have it: then it holds until the daemon ends, or the journal can be written again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unwritten: Option<String>,
}

/// Which files of the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueQuery {
    /// Those of this watch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchId>,
    /// Not the first so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// At most so many; without it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Which file is asked about: exactly one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhyQuery {
    /// The file.
    #[serde(default)]
    pub path: Option<LocalPath>,
    /// Its place in the queue.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// The video that it is.
    #[serde(default)]
    pub video_id: Option<VideoId>,
}

/// Files to send before all others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendRequest {
    /// Files, in the queue or not.
    #[serde(default)]
    pub paths: Vec<LocalPath>,
    /// Files of the queue.
    #[serde(default)]
    pub items: Vec<ItemId>,
    /// Send them as they are: still written, cut off, left out by a rule. They are marked as damaged where they are.
    #[serde(default)]
    pub force: bool,
    /// Where to, for files that no watch covers; without it the profile in use.
    #[serde(default)]
    pub profile: Option<String>,
    /// What the server is to know of each; asked of no daemon that does not name [`TEXTS`] among what it can do.
    #[serde(default, skip_serializing_if = "SendTexts::is_empty")]
    pub texts: SendTexts,
}

/// What a daemon can do that takes [`SendRequest::texts`].
pub const TEXTS: &str = "send_texts";

/// What a person said of files that are to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendTexts {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags, beside those of a watch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl SendTexts {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.title.is_none() && self.description.is_none() && self.tags.is_empty()
    }

    /// With what was said later: a text of it holds before an earlier one, and tags are added.
    #[must_use]
    pub fn and(mut self, later: &Self) -> Self {
        if later.title.is_some() {
            self.title.clone_from(&later.title);
        }
        if later.description.is_some() {
            self.description.clone_from(&later.description);
        }
        for tag in &later.tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
        self
    }
}

/// Failed or delayed files to try again at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryRequest {
    /// These; without any, all.
    #[serde(default)]
    pub items: Vec<ItemId>,
}

/// Files to take out of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// Which.
    pub items: Vec<ItemId>,
}

/// Where a file of the queue goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
    /// Right before this one.
    Before(ItemId),
}

/// A file of the queue that takes another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// Which.
    pub item: ItemId,
    /// Where to.
    pub to: Place,
}

/// A pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    /// Of this watch; without it of everything.
    #[serde(default)]
    pub watch: Option<WatchId>,
    /// Until then; without it until it is resumed.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// The end of a pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeRequest {
    /// Of this watch; without it of everything, watches included.
    #[serde(default)]
    pub watch: Option<WatchId>,
}

/// A folder to look through at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RescanRequest {
    /// This watch; without it all.
    #[serde(default)]
    pub watch: Option<WatchId>,
}

/// The end of the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// Drop what is in flight, too; without it the parts in flight arrive first.
    #[serde(default)]
    pub now: bool,
}
