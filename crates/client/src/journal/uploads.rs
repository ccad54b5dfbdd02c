//! Uploads as they were last seen, and the parts that the store acknowledged: the transactions.

use std::time::Duration;

use heimdex_api::plan::PartNumber;
use heimdex_api::{Blake3, Timestamp, VideoId};
use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::ingests::uuid;
use super::upload_row::{
    AnsweredUpload, COLUMNS, JournaledUpload, NewUpload, UNFINISHED, UploadKey, UploadRow, part,
    upload,
};
use super::{FileStamp, Journal, JournalError, column};
use crate::platform;
use crate::transfer::plan::{HashedPart, KnownParts};

/// How long a finished upload is remembered.
const FINISHED_KEPT: Duration = Duration::from_hours(90 * 24);

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

    /// The video that this machine last stored these bytes as, if it did.
    pub fn stored_video_of(
        &self,
        profile: &str,
        size: u64,
        blake3: &Blake3,
    ) -> Result<Option<VideoId>, JournalError> {
        let sql = "SELECT video_id FROM uploads
                   WHERE profile = ?1 AND blake3 = ?2 AND size = ?3 AND state = 'stored'
                   ORDER BY seen_at DESC, id DESC LIMIT 1";
        let parameters = params![profile, blake3.as_bytes(), column(size)];
        Ok(self
            .connection()
            .query_row(sql, parameters, |row| uuid(row, "video_id"))
            .optional()?
            .map(VideoId::new))
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
    pub(super) fn durably<T>(
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

pub(super) fn insert(
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
    transaction.execute(
        "DELETE FROM uploads WHERE state IN ('stored', 'ended') AND seen_at < ?1",
        [now.saturating_sub(FINISHED_KEPT).as_micros()],
    )?;
    // A row is inserted as ended and told what it is at once, so that it is never half of something.
    transaction.execute(
        "INSERT INTO uploads (profile, fs_id, path, shown_path, size, mtime, ctime, inode, idempotency_key, ingest_id,
         started_at, seen_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, 'ended')",
        params![
            key.profile,
            key.file.fs_id,
            key.file.path,
            platform::bytes_of(shown_path.as_os_str()),
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

pub(super) fn answer(
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
