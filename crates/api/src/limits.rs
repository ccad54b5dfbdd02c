//! Every limit of the wire contract, in one place.

use std::time::Duration;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Shortest password accepted, in characters.
pub const PASSWORD_MIN: usize = 8;
/// Longest password accepted, in bytes: what is hashed must be bounded.
pub const PASSWORD_MAX: usize = 1024;
/// Longest e-mail address, in bytes (RFC 5321).
pub const EMAIL_MAX: usize = 254;
/// Longest title, display name, file name, source label or tag, in characters.
pub const NAME_MAX: usize = 255;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 10_000;
/// Longest relative path, in bytes (Linux `PATH_MAX`).
pub const PATH_MAX: usize = 4096;
/// Most tags on one video.
pub const TAGS_MAX: usize = 100;
/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_KEY_TTL: Duration = Duration::from_hours(24);
/// Largest request body in general.
pub const BODY_MAX: usize = 1 << 20;
/// Largest body of part requests, of complete and of batches.
pub const BODY_MAX_PARTS: usize = 4 << 20;
/// Most rows a page of a list may hold.
pub const PAGE_MAX: u32 = 500;
/// Rows of a page where nothing was asked for.
pub const PAGE_DEFAULT: u32 = 50;
/// Fewest hexadecimal digits that may stand for an id.
pub const ID_PREFIX_MIN: usize = 4;
/// Up to this many rows `total` is exact with any filter; beyond it is a lower bound.
pub const EXACT_TOTAL_MAX: u64 = 10_000;
/// Most parts that a store takes for one object.
pub const PARTS_MAX: u32 = 10_000;
/// Most parts in one part request.
pub const PARTS_PER_REQUEST: usize = 1_000;
/// Most bodies in one batch.
pub const BATCH_MAX: usize = 500;
/// Most rows in one look-up.
pub const LOOKUP_MAX: usize = 1_000;
/// Most videos in one run of reading again.
pub const REREAD_MAX: usize = 10_000;
/// Most files in one request that records locations.
pub const INGEST_FILES_MAX: usize = 1_000;
/// Default part size, and the smallest the server chooses by itself.
pub const PART_SIZE_DEFAULT: u64 = 16 * MIB;
/// The smallest part size: what a slow client's hint may ask for.
pub const PART_SIZE_MIN: u64 = 8 * MIB;
/// Default part size of a stream of unknown length.
pub const STREAM_PART_SIZE_DEFAULT: u64 = 64 * MIB;
/// Default limit of a single PUT, as S3 has it.
pub const SINGLE_PUT_MAX: u64 = 5 * GIB;
/// Default limit of a file in parts.
pub const FILE_SIZE_MAX: u64 = 5 * 1024 * GIB;
/// How long the URL of a single PUT holds; the original's value.
pub const SINGLE_PUT_EXPIRY: Duration = Duration::from_mins(15);
/// How long a part's URL holds.
pub const PART_URL_EXPIRY: Duration = Duration::from_hours(1);
/// How long a download's URL holds where nothing was asked for; the original's value.
pub const DOWNLOAD_EXPIRY_DEFAULT: Duration = Duration::from_mins(10);
/// How long a download's URL may hold.
pub const DOWNLOAD_EXPIRY_MAX: Duration = Duration::from_hours(12);
/// A deleted video is kept this long.
pub const TRASH_TTL: Duration = Duration::from_hours(30 * 24);
/// An upload without progress for this long expires (default).
pub const UPLOAD_TTL_DEFAULT: Duration = Duration::from_hours(30 * 24);

/// MIME types that a single PUT takes: the original's list.
pub const SINGLE_PUT_MIME_TYPES: [&str; 5] = [
    "video/mp4",
    "video/quicktime",
    "video/x-msvideo",
    "video/x-matroska",
    "video/webm",
];
