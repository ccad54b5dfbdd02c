//! `GET /videos/events`: what happens to a library, as server-sent events.
//!
//! Each event has an opaque id; `Last-Event-ID` goes on behind it. What `reset` tells invalidates everything that was
//! known: whoever gets it reads anew what it needs, and goes on from the id that came with it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::video::VideoResponse;
use crate::{JobId, JobState, Open, Timestamp, VideoId, VideoState};

pub use crate::state::{EventKind, ResetReason};

/// A stream without an event says this often that it lives, unless the server is set otherwise.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// The media type of the stream.
pub const CONTENT_TYPE: &str = "text/event-stream";
/// The request's header that names the last event that was seen.
pub const LAST_EVENT_ID: &str = "last-event-id";

/// A video came to be, moved on, or was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoEvent {
    /// Which.
    pub video_id: VideoId,
    /// When it happened.
    pub at: Timestamp,
    /// Where it stood then.
    pub state: Open<VideoState>,
    /// How far it is in that, 0 to 1: sent while it uploads, checked or looked into afterwards; null where nothing moves.
    #[serde(default)]
    pub progress: Option<f64>,
    /// The fields that a person changed; empty where none did.
    #[serde(default)]
    pub changed: Vec<String>,
    /// All of it as it is by now, which may be later than `state`; null where it is gone.
    #[serde(default)]
    pub video: Option<Box<VideoResponse>>,
}

/// Bytes of an upload arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadEvent {
    /// Of which video.
    pub video_id: VideoId,
    /// When it was told.
    pub at: Timestamp,
    /// What the store acknowledged.
    pub bytes_received: u64,
    /// Of so many; null for a stream that still runs.
    #[serde(default)]
    pub size_bytes: Option<u64>,
}

/// Background work on a video began, got on, or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobEvent {
    /// On which video.
    pub video_id: VideoId,
    /// When.
    pub at: Timestamp,
    /// The job.
    pub job_id: JobId,
    /// Which kind of work.
    pub stage: String,
    /// Where it stood then.
    pub state: Open<JobState>,
    /// How far it was, 0 to 1.
    pub progress: f64,
    /// Why it failed, or was left out.
    #[serde(default)]
    pub error_text: Option<String>,
}

/// A video was put into the trash, or thrown away for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedEvent {
    /// Which.
    pub video_id: VideoId,
    /// When.
    pub at: Timestamp,
    /// Nothing is left of it; otherwise it can be restored.
    #[serde(default)]
    pub purged: bool,
}

/// Events are missing: what is wanted must be read anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetEvent {
    /// Why.
    pub reason: Open<ResetReason>,
}
