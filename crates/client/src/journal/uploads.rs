//! Uploads as they were last seen, and the parts that the store acknowledged.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use heimdex_api::plan::{PartNumber, PartSize};
use heimdex_api::{Blake3, Checksum, IngestId, PartChecksum, Timestamp, UploadId, VideoId};
use rusqlite::{OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::ingests::uuid;
use super::{FileKey, FileStamp, Journal, JournalError, column, time, unreadable, unsigned};
use crate::transfer::plan::{HashedPart, KnownParts};

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
pub struct UploadRow(i64);

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

const COLUMNS: &str =
    "id, fs_id, path, shown_path, size, mtime, ctime, inode, idempotency_key, video_id, upload_id,
    epoch, part_size, part_checksum, ingest_id, blake3, started_at, seen_at, state,
    (SELECT count(*) FROM parts WHERE upload = uploads.id) AS parts";
const UNFINISHED: &str = "state IN ('asked', 'open', 'completing')";

impl Journal {
    /// The unfinished upload of a file, if there is one.
    pub fn unfinished_upload(
        &self,
        key: &UploadKey,
    ) -> Result<Option<JournaledUpload>, JournalError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM uploads
             WHERE profile = ?1 AND fs_id = ?2 AND path = ?3 AND {UNFINISHED}"
        );
        let parameters = params![key.profile, key.file.fs_id, key.file.path];
        Ok(self
            .connection()
            .query_row(&sql, parameters, upload)
            .optional()?)
    }

    /// All unfinished uploads to an account, oldest first.
    pub fn unfinished_uploads(&self, profile: &str) -> Result<Vec<JournaledUpload>, JournalError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM uploads WHERE profile = ?1 AND {UNFINISHED} ORDER BY started_at, id"
        );
        let connection = self.connection();
        let mut statement = connection.prepare(&sql)?;
        let uploads = statement
            .query_map([profile], upload)?
            .collect::<Result<_, _>>()?;
        Ok(uploads)
    }

    /// The unfinished upload that brings a video, if this machine knows it.
    pub fn unfinished_upload_of(
        &self,
        profile: &str,
        video: VideoId,
    ) -> Result<Option<JournaledUpload>, JournalError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM uploads WHERE profile = ?1 AND video_id = ?2 AND {UNFINISHED}"
        );
        let video = video.as_uuid();
        let parameters = params![profile, video.as_bytes()];
        Ok(self
            .connection()
            .query_row(&sql, parameters, upload)
            .optional()?)
    }

    /// Writes down that the server is about to be asked for an upload. On the disk before it returns: the key must
    /// not be forgotten once it was sent.
    pub fn ask_upload(
        &self,
        new: NewUpload<'_>,
        idempotency_key: &str,
        now: Timestamp,
    ) -> Result<UploadRow, JournalError> {
        self.durably(|transaction| insert(transaction, new, Some(idempotency_key), None, now))
    }

    /// Writes down an upload that was taken over from somebody else.
    pub fn adopt_upload(
        &self,
        new: NewUpload<'_>,
        answered: &AnsweredUpload,
        now: Timestamp,
    ) -> Result<UploadRow, JournalError> {
        self.durably(|transaction| insert(transaction, new, None, Some(answered), now))
    }

    /// Writes down what the server said, the first time or with another epoch.
    pub fn answer_upload(
        &self,
        row: UploadRow,
        answered: &AnsweredUpload,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.durably(|transaction| answer(transaction, row, answered, now))
    }

    /// The file of an upload was touched, and found to be the same: what is known of its parts was taken anew.
    pub fn restamp_upload(
        &self,
        row: UploadRow,
        stamp: &FileStamp,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM parts WHERE upload = ?1", [row.0])?;
        transaction.execute(
            "UPDATE uploads SET mtime = ?2, ctime = ?3, inode = ?4, seen_at = ?5 WHERE id = ?1",
            params![
                row.0,
                stamp.mtime,
                stamp.ctime,
                stamp.inode.cast_signed(),
                now.as_micros()
            ],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes down that the store has a part.
    pub fn record_part(
        &self,
        row: UploadRow,
        part: PartNumber,
        hashed: &HashedPart,
        etag: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR REPLACE INTO parts (upload, number, crc32c, checksum, subtree, etag, acknowledged_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                row.0,
                part.get(),
                hashed.crc32c,
                hashed.checksum.as_str(),
                hashed.subtree.as_bytes(),
                etag,
                now.as_micros()
            ],
        )?;
        transaction.execute(
            "UPDATE uploads SET seen_at = ?2 WHERE id = ?1",
            params![row.0, now.as_micros()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The parts that the store acknowledged.
    pub fn upload_parts(&self, row: UploadRow) -> Result<KnownParts, JournalError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT number, crc32c, checksum, subtree FROM parts WHERE upload = ?1")?;
        let parts = statement
            .query_map([row.0], part)?
            .collect::<Result<_, _>>()?;
        Ok(parts)
    }

    /// Writes down that the completion is about to be asked for.
    pub fn completing_upload(
        &self,
        row: UploadRow,
        blake3: &Blake3,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.durably(|transaction| {
            transaction.execute(
                "UPDATE uploads SET state = 'completing', blake3 = ?2, seen_at = ?3 WHERE id = ?1",
                params![row.0, blake3.as_bytes(), now.as_micros()],
            )?;
            Ok(())
        })
    }

    /// Writes down that the server has the whole.
    pub fn stored_upload(&self, row: UploadRow, now: Timestamp) -> Result<(), JournalError> {
        self.close_upload(row, "stored", now)
    }

    /// Writes down that an upload cannot be gone on with.
    pub fn end_upload(&self, row: UploadRow, now: Timestamp) -> Result<(), JournalError> {
        self.close_upload(row, "ended", now)
    }

    fn close_upload(
        &self,
        row: UploadRow,
        state: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM parts WHERE upload = ?1", [row.0])?;
        transaction.execute(
            "UPDATE uploads SET state = ?2, seen_at = ?3 WHERE id = ?1",
            params![row.0, state, now.as_micros()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// One transaction that is on the disk, not only in the journal's log, when this returns.
    fn durably<T>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut connection = self.connection();
        connection.pragma_update(None, "synchronous", "FULL")?;
        let result = (|| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = body(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })();
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        result
    }
}

fn insert(
    transaction: &Transaction<'_>,
    new: NewUpload<'_>,
    idempotency_key: Option<&str>,
    answered: Option<&AnsweredUpload>,
    now: Timestamp,
) -> Result<UploadRow, JournalError> {
    let NewUpload {
        key,
        stamp,
        shown_path,
        ingest_id,
    } = new;
    // At most one unfinished upload of a file: the new one takes the place of an earlier one.
    transaction.execute(
        &format!(
            "UPDATE uploads SET state = 'ended', seen_at = ?4
             WHERE profile = ?1 AND fs_id = ?2 AND path = ?3 AND {UNFINISHED}"
        ),
        params![key.profile, key.file.fs_id, key.file.path, now.as_micros()],
    )?;
    // A row is inserted as ended and told what it is at once, so that it is never half of something.
    transaction.execute(
        "INSERT INTO uploads (profile, fs_id, path, shown_path, size, mtime, ctime, inode, idempotency_key, ingest_id,
         started_at, seen_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, 'ended')",
        params![
            key.profile,
            key.file.fs_id,
            key.file.path,
            shown_path.as_os_str().as_bytes(),
            column(stamp.size),
            stamp.mtime,
            stamp.ctime,
            stamp.inode.cast_signed(),
            idempotency_key,
            ingest_id.map(|ingest| *ingest.as_uuid().as_bytes()),
            now.as_micros()
        ],
    )?;
    let row = UploadRow(transaction.last_insert_rowid());
    match answered {
        Some(answered) => answer(transaction, row, answered, now)?,
        None => {
            transaction.execute("UPDATE uploads SET state = 'asked' WHERE id = ?1", [row.0])?;
        }
    }
    Ok(row)
}

fn answer(
    transaction: &Transaction<'_>,
    row: UploadRow,
    answered: &AnsweredUpload,
    now: Timestamp,
) -> Result<(), JournalError> {
    transaction.execute(
        "UPDATE uploads SET video_id = ?2, upload_id = ?3, epoch = ?4, part_size = ?5, part_checksum = ?6,
         seen_at = ?7, state = 'open' WHERE id = ?1",
        params![
            row.0,
            answered.video_id.as_uuid().as_bytes(),
            answered.upload_id.as_uuid().as_bytes(),
            answered.epoch,
            column(answered.part_size.get()),
            answered.part_checksum.as_str(),
            now.as_micros()
        ],
    )?;
    Ok(())
}

fn upload(row: &Row<'_>) -> rusqlite::Result<JournaledUpload> {
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
        shown_path: PathBuf::from(OsStr::from_bytes(&shown)),
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

fn part(row: &Row<'_>) -> rusqlite::Result<(PartNumber, HashedPart)> {
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
