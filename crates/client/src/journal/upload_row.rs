//! Uploads and parts as they lie in the journal: types, and how rows become them.

use std::path::{Path, PathBuf};

use heimdex_api::plan::{PartNumber, PartSize};
use heimdex_api::{Blake3, Checksum, IngestId, PartChecksum, Timestamp, UploadId, VideoId};
use rusqlite::Row;

use super::ingests::uuid;
use super::{FileKey, FileStamp, time, unreadable, unsigned};
use crate::platform;
use crate::transfer::plan::HashedPart;

/// A file on its way to one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadKey {
    /// The profile, and with it server and account.
    pub profile: String,
    /// The file.
    pub file: FileKey,
}

/// A row of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadRow(pub(super) i64);

/// Where an unfinished upload stood when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// The server was asked for it; the answer was not seen.
    Asked,
    /// Parts are sent.
    Open,
    /// The completion was asked for; the answer was not seen.
    Completing,
}

/// What the server said of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredUpload {
    /// The row that the bytes are for.
    pub video_id: VideoId,
    /// This attempt to bring them.
    pub upload_id: UploadId,
    /// Grows with every adoption.
    pub epoch: u32,
    /// All parts but the last have it.
    pub part_size: PartSize,
    /// What every part is checked by.
    pub part_checksum: PartChecksum,
}

/// An upload that is not finished, as far as this machine knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournaledUpload {
    /// Its row.
    pub row: UploadRow,
    /// The file.
    pub file: FileKey,
    /// Where the file was when it was last seen.
    pub shown_path: PathBuf,
    /// The state of the file that its parts were taken of.
    pub stamp: FileStamp,
    /// What init was asked with; `None` of an adopted one.
    pub idempotency_key: Option<String>,
    /// What the server said; `None` where its answer was not seen.
    pub answered: Option<AnsweredUpload>,
    /// The run that it belongs to.
    pub ingest_id: Option<IngestId>,
    /// The file's hash, once the completion was asked for.
    pub blake3: Option<Blake3>,
    /// When it began.
    pub started_at: Timestamp,
    /// When something was last seen of it.
    pub seen_at: Timestamp,
    /// Where it stood.
    pub state: UploadState,
    /// Parts that the store acknowledged.
    pub parts: u64,
}

/// A file that is to be brought: what a new row says of it.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// File and account.
    pub key: &'a UploadKey,
    /// The file's present state.
    pub stamp: &'a FileStamp,
    /// Where it is now.
    pub shown_path: &'a Path,
    /// The run that it belongs to.
    pub ingest_id: Option<IngestId>,
}

/// What [`upload`] reads.
pub(super) const COLUMNS: &str =
    "id, fs_id, path, shown_path, size, mtime, ctime, inode, idempotency_key, video_id, upload_id,
    epoch, part_size, part_checksum, ingest_id, blake3, started_at, seen_at, state,
    (SELECT count(*) FROM parts WHERE upload = uploads.id) AS parts";
/// States of an upload that may go on.
pub(super) const UNFINISHED: &str = "state IN ('asked', 'open', 'completing')";

/// Reads a row of `uploads`.
pub(super) fn upload(row: &Row<'_>) -> rusqlite::Result<JournaledUpload> {
    let shown: Vec<u8> = row.get("shown_path")?;
    let ingest: Option<Vec<u8>> = row.get("ingest_id")?;
    let blake3: Option<Vec<u8>> = row.get("blake3")?;
    let state: String = row.get("state")?;
    let state = match state.as_str() {
        "asked" => UploadState::Asked,
        "open" => UploadState::Open,
        "completing" => UploadState::Completing,
        _ => return Err(unreadable("state", "an unknown word")),
    };
    Ok(JournaledUpload {
        row: UploadRow(row.get("id")?),
        file: FileKey {
            fs_id: row.get("fs_id")?,
            path: row.get("path")?,
        },
        shown_path: PathBuf::from(platform::name_from_bytes(&shown)),
        stamp: FileStamp {
            size: unsigned(row, "size")?,
            mtime: row.get("mtime")?,
            ctime: row.get("ctime")?,
            inode: row.get::<_, i64>("inode")?.cast_unsigned(),
        },
        idempotency_key: row.get("idempotency_key")?,
        answered: if state == UploadState::Asked {
            None
        } else {
            Some(answered(row)?)
        },
        ingest_id: match ingest {
            None => None,
            Some(_) => Some(uuid(row, "ingest_id")?.into()),
        },
        blake3: blake3
            .map(|bytes| Blake3::from_slice(&bytes).map_err(|_| unreadable("blake3", "no hash")))
            .transpose()?,
        started_at: time(row, "started_at")?,
        seen_at: time(row, "seen_at")?,
        state,
        parts: unsigned(row, "parts")?,
    })
}

fn answered(row: &Row<'_>) -> rusqlite::Result<AnsweredUpload> {
    let checksum: String = row.get("part_checksum")?;
    Ok(AnsweredUpload {
        video_id: uuid(row, "video_id")?.into(),
        upload_id: uuid(row, "upload_id")?.into(),
        epoch: row.get("epoch")?,
        part_size: PartSize::new(unsigned(row, "part_size")?)
            .ok_or_else(|| unreadable("part_size", "no power of two"))?,
        part_checksum: PartChecksum::from_name(&checksum)
            .ok_or_else(|| unreadable("part_checksum", "an unknown word"))?,
    })
}

/// Reads a row of `parts`.
pub(super) fn part(row: &Row<'_>) -> rusqlite::Result<(PartNumber, HashedPart)> {
    let number = PartNumber::new(row.get("number")?)
        .ok_or_else(|| unreadable("number", "no part number"))?;
    let subtree: Vec<u8> = row.get("subtree")?;
    let subtree = Blake3::from_slice(&subtree).map_err(|_| unreadable("subtree", "no hash"))?;
    let checksum = Checksum::unchecked(row.get("checksum")?);
    Ok((
        number,
        HashedPart {
            crc32c: row.get("crc32c")?,
            checksum,
            subtree,
        },
    ))
}
