//! `/ingests`: one run over a card or folder, and whether it arrived whole.

use serde::{Deserialize, Serialize};

use crate::request::request;
use crate::{Blake3, IngestId, Open, Timestamp, VideoId, VideoState};

request! {
    /// `POST /ingests`
    pub struct CreateIngestRequest {
        /// The label of the card, reel or folder.
        pub source: String,
        /// The name of the folder that is taken in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub root_name: Option<String>,
        /// The machine that it is taken in by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub host: Option<String>,
    }
}

/// The reply to the creation of an ingest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateIngestResponse {
    /// Its id.
    pub ingest_id: IngestId,
}

request! {
    /// `PUT /ingests/{id}/files`
    pub struct PutIngestFilesRequest {
        /// Up to 1,000.
        pub files: Vec<IngestFile>,
    }
}

/// A file of the card, and the video that has its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestFile {
    /// Within the card or folder; relative, `/`-separated.
    pub path: String,
    /// Base64 of the path's bytes, where they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_raw: Option<String>,
    /// The file's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtime: Option<Timestamp>,
    /// What has its bytes.
    pub video_id: VideoId,
}

/// The reply to the recording of locations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutIngestFilesResponse {
    /// New ones.
    pub added: u64,
    /// Known already, the same.
    pub unchanged: u64,
    /// Paths that held another video until now.
    pub superseded: u64,
}

request! {
    /// `POST /ingests/{id}/finish`
    pub struct FinishIngestRequest {
        /// How many files the card has, unreadable ones too.
        pub files: u64,
        /// How many bytes.
        pub bytes: u64,
    }
}

request! {
    /// The query of `GET /ingests`.
    #[derive(Default)]
    pub struct IngestListQuery {
        /// Exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub source: Option<String>,
        /// The first four or more hexadecimal digits of an id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub id_prefix: Option<String>,
        /// `next_cursor` of an earlier page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}

/// One ingest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestResponse {
    /// Its id.
    pub ingest_id: IngestId,
    /// The label of the card, reel or folder.
    pub source: String,
    /// The name of the folder that was taken in.
    pub root_name: Option<String>,
    /// The machine that it was taken in by.
    pub host: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last finished; null while it runs.
    pub finished_at: Option<Timestamp>,
    /// Its files, counted.
    pub files: IngestCounts,
    /// Bytes that the card has, as `finish` said; before that, what its locations name.
    pub bytes: u64,
}

/// How many of a card's files are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestCounts {
    /// As `finish` said; null before.
    pub expected: Option<u64>,
    /// Complete in the store.
    pub stored: u64,
    /// Read back and equal.
    pub verified: u64,
    /// Failed, or deleted since.
    pub failed: u64,
}

/// `GET /ingests`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestListResponse {
    /// Newest first.
    pub ingests: Vec<IngestResponse>,
    /// The next page.
    pub next_cursor: Option<String>,
}

request! {
    /// The query of `GET /ingests/{id}/files`.
    #[derive(Default)]
    pub struct IngestFilesQuery {
        /// `next_cursor` of an earlier page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}

/// `GET /ingests/{id}/files`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IngestFilesResponse {
    /// By path.
    pub files: Vec<IngestFileResponse>,
    /// The next page.
    pub next_cursor: Option<String>,
}

/// One file of an ingest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IngestFileResponse {
    /// Within the card or folder.
    pub path: String,
    /// Base64 of the path's bytes, where they are not UTF-8.
    pub path_raw: Option<String>,
    /// The path's last component.
    pub filename: String,
    /// The file's own time.
    pub mtime: Option<Timestamp>,
    /// What has its bytes.
    pub video_id: VideoId,
    /// Bytes.
    pub size_bytes: Option<u64>,
    /// Of all bytes.
    pub blake3: Option<Blake3>,
    /// Where the video stands.
    pub state: Open<VideoState>,
    /// When its stored bytes were last read back and found equal.
    pub verified_at: Option<Timestamp>,
    /// When its video was thrown away for good; `state` is then `deleted`, and there is no such video.
    pub purged_at: Option<Timestamp>,
}
