//! `/videos/upload/…`, `/videos/{id}/upload…`, `/videos/lookup`: how bytes come in.

use serde::{Deserialize, Serialize};

use crate::plan::{PartNumber, PartSize};
use crate::request::request;
use crate::{
    Blake3, Checksum, IngestId, Open, PartChecksum, PresignedUrl, StoreStanding, Timestamp,
    UploadId, VerifiedHow, VideoId, VideoState,
};

request! {
    /// `POST /videos/upload/init`
    #[derive(Default)]
    pub struct InitUploadRequest {
        /// The file's name.
        pub filename: String,
        /// Needed for a single PUT; for parts `application/octet-stream` is taken where it is missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mime_type: Option<String>,
        /// Bytes; null, with `multipart`, for a stream of unknown length.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size_bytes: Option<u64>,
        /// At most 255 characters; the file's name without its ending by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// At most 10,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub description: Option<String>,
        /// At most 100 of at most 255 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tags: Option<Vec<String>>,
        /// The run that this file belongs to; its path becomes a location.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ingest_id: Option<IngestId>,
        /// Within the card or folder; relative, `/`-separated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
        /// Base64 of the path's bytes, where they are not UTF-8.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path_raw: Option<String>,
        /// The file's own time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mtime: Option<Timestamp>,
        /// When it was shot, where the client knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub captured_at: Option<Timestamp>,
        /// Of all bytes, where the client knows already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blake3: Option<Blake3>,
        /// The video that this one is a newer version of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub replaces: Option<VideoId>,
        /// A damaged container is accepted as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub damaged: Option<bool>,
        /// Parts instead of the original's single PUT.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub multipart: Option<bool>,
        /// The part size that the client would like, in bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub part_size_hint: Option<u64>,
        /// Parts whose checksums are known already: their URLs come with the reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub parts: Option<Vec<PartToSign>>,
    }
}

/// A part that the client wants to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartToSign {
    /// From 1.
    pub part_number: PartNumber,
    /// Exactly; it is signed.
    pub size_bytes: u64,
    /// By the upload's algorithm; it is signed.
    pub checksum: Checksum,
}

/// A part that the store acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgedPart {
    /// From 1.
    pub part_number: PartNumber,
    /// As the store answered, with or without quotes.
    pub etag: String,
    /// The checksum that was signed and sent.
    pub checksum: Checksum,
}

/// The reply to init without `multipart`: the original's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SinglePutResponse {
    /// The row that the bytes are for.
    pub video_id: VideoId,
    /// Takes one PUT of exactly the promised size.
    pub upload_url: PresignedUrl,
    /// Seconds that it holds.
    pub expires_in: u64,
}

/// The reply to init with `multipart`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InitUploadResponse {
    /// The row that the bytes are for.
    pub video_id: VideoId,
    /// This attempt to bring them.
    pub upload_id: UploadId,
    /// Grows with every adoption.
    pub epoch: u32,
    /// All parts but the last have it.
    pub part_size: PartSize,
    /// Null for a stream.
    pub part_count: Option<u32>,
    /// What every part is checked by.
    pub part_checksum: PartChecksum,
    /// When the upload expires without progress.
    pub expires_at: Timestamp,
    /// How many parts one request may name.
    pub max_parts_per_request: u32,
    /// URLs of the parts that the request named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<SignedPart>>,
}

/// Where and how to send one part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignedPart {
    /// From 1.
    pub part_number: PartNumber,
    /// Takes one PUT.
    pub url: PresignedUrl,
    /// To be sent exactly so.
    pub headers: std::collections::BTreeMap<String, String>,
    /// When the URL ends.
    pub expires_at: Timestamp,
}

request! {
    /// `POST /videos/{id}/upload/parts`
    #[derive(Default)]
    pub struct SignPartsRequest {
        /// The upload's; may be missing while it is 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epoch: Option<u32>,
        /// Up to 1,000; none makes this a progress report.
        #[serde(default)]
        pub parts: Vec<PartToSign>,
        /// What the store took since the last request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub acknowledged: Option<Vec<AcknowledgedPart>>,
    }
}

/// The reply to a part request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignPartsResponse {
    /// In the order asked for.
    pub parts: Vec<SignedPart>,
}

/// `GET /videos/{id}/upload`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadResponse {
    /// This attempt.
    pub upload_id: UploadId,
    /// Grows with every adoption.
    pub epoch: u32,
    /// All parts but the last have it.
    pub part_size: PartSize,
    /// Null for a stream.
    pub part_count: Option<u32>,
    /// What every part is checked by.
    pub part_checksum: PartChecksum,
    /// Bytes in the parts below.
    pub bytes_received: u64,
    /// The parts that the store lists.
    pub parts: Vec<StoredPart>,
    /// When the upload expires without progress.
    pub expires_at: Timestamp,
}

/// A part as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPart {
    /// From 1.
    pub part_number: PartNumber,
    /// Bytes.
    pub size_bytes: u64,
    /// As the store names it.
    pub etag: String,
    /// The checksum that stands; null where two were signed and none acknowledged: the part is sent again.
    pub checksum: Option<Checksum>,
}

request! {
    /// The query of `GET /videos/uploads`.
    #[derive(Default)]
    pub struct OpenUploadsQuery {
        /// Exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
        /// Exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size_bytes: Option<String>,
        /// `next_cursor` of an earlier page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}

/// `GET /videos/uploads`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenUploadsResponse {
    /// Newest first.
    pub uploads: Vec<OpenUpload>,
    /// The next page.
    pub next_cursor: Option<String>,
}

/// An upload that somebody could go on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenUpload {
    /// The row that the bytes are for.
    pub video_id: VideoId,
    /// This attempt.
    pub upload_id: UploadId,
    /// The file's name.
    pub filename: String,
    /// Bytes; null for a stream.
    pub size_bytes: Option<u64>,
    /// What is known to be stored.
    pub bytes_received: u64,
    /// Of all bytes, where whoever began it knew.
    #[serde(default)]
    pub blake3: Option<Blake3>,
    /// Grows with every adoption.
    pub epoch: u32,
    /// When something last arrived.
    pub last_progress_at: Timestamp,
    /// When the upload expires without progress.
    pub expires_at: Timestamp,
}

request! {
    /// `POST /videos/{id}/upload/adopt`
    pub struct AdoptUploadRequest {
        /// The epoch that is taken over.
        pub epoch: u32,
    }
}

/// The reply to an adoption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptUploadResponse {
    /// What requests carry from now on.
    pub epoch: u32,
}

request! {
    /// `POST /videos/upload/complete`
    pub struct CompleteUploadRequest {
        /// Which.
        pub video_id: VideoId,
        /// The upload's; may be missing while it is 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epoch: Option<u32>,
        /// Of all bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blake3: Option<Blake3>,
        /// Needed for a stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size_bytes: Option<u64>,
        /// One a part; of one part the file's hash itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subtrees: Option<Vec<Blake3>>,
        /// What the store took since the last request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub acknowledged: Option<Vec<AcknowledgedPart>>,
        /// A damaged container is accepted as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub damaged: Option<bool>,
    }
}

/// The reply to a completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteUploadResponse {
    /// Which.
    pub video_id: VideoId,
    /// `validating`, or what it is by now.
    pub state: Open<VideoState>,
    /// A sentence.
    pub message: String,
}

request! {
    /// `POST /videos/lookup`
    pub struct LookupRequest {
        /// Up to 1,000.
        pub files: Vec<LookupFile>,
        /// `catalog`, the default, or `store`: the store is asked now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub check: Option<String>,
    }
}

/// A file that the client has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupFile {
    /// Bytes.
    pub size_bytes: u64,
    /// Of all bytes; without it only candidates are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<Blake3>,
}

/// The reply to a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupResponse {
    /// One a file, in order; null where nothing fits.
    pub results: Vec<Option<LookupResult>>,
}

/// What the catalog has for one file: with a hash the video, without one the number of candidates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupResult {
    /// The video with these bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Open<VideoState>>,
    /// When its stored bytes were last read back and found equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_how: Option<Open<VerifiedHow>>,
    /// Its container is damaged, and that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<bool>,
    /// What the store says now, with `check: store`; where it does not have the object, the video is not verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Open<StoreStanding>>,
    /// Videos of this size, stored or on their way; only without a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<u64>,
}
