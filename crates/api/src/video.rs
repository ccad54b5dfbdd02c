//! `/videos`: the catalog as it is read.

use serde::{Deserialize, Deserializer, Serialize};

use crate::request::request;
use crate::{
    Blake3, IngestId, JobId, JobState, LibraryId, Open, PresignedUrl, Timestamp, UserId,
    VerifiedHow, VideoId, VideoKind, VideoState,
};

request! {
    /// The query of `GET /videos`. Everything is text as it came; the server parses and names what is wrong.
    #[derive(Default)]
    pub struct VideoListQuery {
        /// 1 to 500, 50 by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<String>,
        /// Rows to skip; not together with `cursor`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offset: Option<String>,
        /// `next_cursor` or `prev_cursor` of an earlier page, with the same filters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
        /// The first four or more hexadecimal digits of an id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub id_prefix: Option<String>,
        /// A [`VideoState`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub state: Option<String>,
        /// Text within title or file name, case folded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub q: Option<String>,
        /// A tag, exactly, case folded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tag: Option<String>,
        /// A source label, exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub source: Option<String>,
        /// A [`VideoKind`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
        /// Created at or after.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<String>,
        /// Created before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<String>,
        /// Shot at or after.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub captured_since: Option<String>,
        /// Shot before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub captured_until: Option<String>,
        /// Seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min_duration: Option<String>,
        /// Seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_duration: Option<String>,
        /// Text within the camera's name, case folded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub camera: Option<String>,
        /// `created_at` (default), `captured_at`, `title`, `size_bytes` or `duration_s`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sort: Option<String>,
        /// `asc` or `desc`; by default descending, for titles ascending.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<String>,
    }
}

/// A video, or any other file, as the catalog knows it. Every key is always there, null if unset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoResponse {
    /// Its id.
    pub video_id: VideoId,
    /// Who sent it.
    pub user_id: UserId,
    /// Whose it is.
    #[serde(default)]
    pub library_id: Option<LibraryId>,
    /// What `ETag` and `If-Match` carry; grows with every change by a person.
    #[serde(default)]
    pub version: Option<u64>,
    /// Video, or any other file.
    #[serde(default)]
    pub kind: Option<Open<VideoKind>>,
    /// What people call it.
    pub title: Option<String>,
    /// What people say of it.
    pub description: Option<String>,
    /// Its tags, as they were spelled first.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The name of the file that was sent.
    #[serde(default)]
    pub filename: Option<String>,
    /// Where it was found first, within its source.
    #[serde(default)]
    pub path: Option<String>,
    /// Base64 of the path's bytes, where they are not UTF-8.
    #[serde(default)]
    pub path_raw: Option<String>,
    /// The card, reel or folder that it was found on first.
    #[serde(default)]
    pub source: Option<String>,
    /// As the client said.
    pub mime_type: Option<String>,
    /// Bytes; null for a stream that still runs.
    pub size_bytes: Option<u64>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Pixels, as shown (rotation applied).
    #[serde(default)]
    pub width: Option<u32>,
    /// Pixels, as shown (rotation applied).
    #[serde(default)]
    pub height: Option<u32>,
    /// Degrees clockwise that the picture is turned for showing: 0, 90, 180 or 270.
    #[serde(default)]
    pub rotation: Option<u16>,
    /// Frames a second, on average.
    #[serde(default)]
    pub frame_rate: Option<f64>,
    /// By ffmpeg's name.
    #[serde(default)]
    pub video_codec: Option<String>,
    /// By ffmpeg's name.
    #[serde(default)]
    pub audio_codec: Option<String>,
    /// Maker and model.
    #[serde(default)]
    pub camera: Option<String>,
    /// When it was shot.
    #[serde(default)]
    pub captured_at: Option<Timestamp>,
    /// Of all its bytes.
    #[serde(default)]
    pub blake3: Option<Blake3>,
    /// When the stored bytes were last read back and found equal.
    #[serde(default)]
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    #[serde(default)]
    pub verified_how: Option<Open<VerifiedHow>>,
    /// The container is damaged, and a person accepted that.
    #[serde(default)]
    pub damaged: bool,
    /// Set aside by an operator since.
    #[serde(default)]
    pub quarantined_at: Option<Timestamp>,
    /// The video that this one is a newer version of.
    #[serde(default)]
    pub replaces: Option<VideoId>,
    /// Where it stands.
    pub state: Open<VideoState>,
    /// Why it failed, or how it is damaged.
    pub error_text: Option<String>,
    /// A picture of it.
    pub thumbnail_url: Option<PresignedUrl>,
    /// Many small pictures of it.
    #[serde(default)]
    pub contact_sheet_url: Option<PresignedUrl>,
    /// While it uploads: what the store acknowledged.
    #[serde(default)]
    pub bytes_received: Option<u64>,
    /// While it uploads, for the last seven days before it: when the upload expires.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its row last changed.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// When it was done.
    pub indexed_at: Option<Timestamp>,
    /// When it was put into the trash.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Where its bytes were found; only in the reply for one video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationResponse>>,
    /// What else the probe found; only in the reply for one video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<serde_json::Value>,
}

request! {
    /// `PATCH /videos/{id}`: what is not there stays as it is.
    #[derive(Default)]
    pub struct UpdateVideoRequest {
        /// At most 255 characters; empty or null: the file's name without its ending.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "null_is_empty")]
        pub title: Option<String>,
        /// At most 10,000 characters; empty or null for none.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "null_is_empty")]
        pub description: Option<String>,
        /// All tags that it is to have: at most 100 of at most 255 characters; empty or null for none.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "null_is_empty")]
        pub tags: Option<Vec<String>>,
        /// `true`: a damaged container is kept as it is, and the video goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub damaged: Option<bool>,
    }
}

/// Tells null, which takes a value away, from a field that is not there, which keeps it.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(|value| Some(value.unwrap_or_default()))
}

/// A place where a video's bytes were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationResponse {
    /// The run that found them.
    pub ingest_id: IngestId,
    /// The card, reel or folder.
    pub source: String,
    /// Within it.
    pub path: String,
    /// Base64 of the path's bytes, where they are not UTF-8.
    pub path_raw: Option<String>,
    /// The file's own time.
    pub mtime: Option<Timestamp>,
    /// Since when other bytes are at this path.
    pub superseded_at: Option<Timestamp>,
}

/// `GET /videos`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoListResponse {
    /// One page.
    pub videos: Vec<VideoResponse>,
    /// How many there are with these filters.
    pub total: u64,
    /// Whether there are more than `total` says.
    #[serde(default)]
    pub total_is_lower_bound: bool,
    /// The next page.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// The page before.
    #[serde(default)]
    pub prev_cursor: Option<String>,
}

/// `GET /videos/{id}/status`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoStatusResponse {
    /// The video.
    pub video_id: VideoId,
    /// Where it stands.
    pub state: Open<VideoState>,
    /// Why it failed, or how it is damaged.
    pub error_text: Option<String>,
    /// What was and is done with it, in order.
    pub jobs: Vec<JobResponse>,
}

/// One piece of background work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobResponse {
    /// Its id.
    pub job_id: JobId,
    /// Which kind of work.
    pub stage: String,
    /// Where it stands.
    pub state: Open<JobState>,
    /// 0 to 1; it moves while the job runs.
    pub progress: f64,
    /// Why it failed.
    pub error_text: Option<String>,
    /// First attempt.
    pub started_at: Option<Timestamp>,
    /// End.
    pub finished_at: Option<Timestamp>,
}

request! {
    /// The query of `GET /videos/{id}/download`.
    pub struct DownloadQuery {
        /// Seconds that the URL holds, at most 12 hours; 10 minutes by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_in: Option<String>,
    }
}

/// `GET /videos/{id}/download`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DownloadResponse {
    /// Takes GET, with ranges.
    pub url: PresignedUrl,
    /// Seconds that it holds.
    pub expires_in: u64,
    /// Bytes.
    pub size_bytes: u64,
    /// Of all bytes; null while it is not known.
    pub blake3: Option<Blake3>,
    /// What `subtrees` are cut at.
    pub part_size: Option<u64>,
    /// The parts' values, to verify them one by one.
    pub subtrees: Option<Vec<Blake3>>,
    /// The name to save it under.
    pub filename: String,
    /// The file's own time.
    pub mtime: Option<Timestamp>,
}
