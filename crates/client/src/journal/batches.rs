//! Many uploads at once: what one request tells of many files is one transaction, and waits for the disk once.

use heimdex_api::{Blake3, Timestamp};
use rusqlite::params;

use super::upload_row::{AnsweredUpload, NewUpload, UploadRow};
use super::uploads::{answer, insert};
use super::{Journal, JournalError};

impl Journal {
    /// [`ask_upload`](Self::ask_upload) for many, each with its key; rows come in the same order.
    pub fn ask_uploads(
        &self,
        asked: &[(NewUpload<'_>, &str)],
        now: Timestamp,
    ) -> Result<Vec<UploadRow>, JournalError> {
        self.durably(|transaction| {
            let one = |(new, key): &(NewUpload<'_>, &str)| {
                insert(transaction, *new, Some(key), None, now)
            };
            asked.iter().map(one).collect()
        })
    }

    /// [`answer_upload`](Self::answer_upload) for many.
    pub fn answer_uploads(
        &self,
        answers: &[(UploadRow, AnsweredUpload)],
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.durably(|transaction| {
            for (row, answered) in answers {
                answer(transaction, *row, answered, now)?;
            }
            Ok(())
        })
    }

    /// [`completing_upload`](Self::completing_upload) for many.
    pub fn completing_uploads(
        &self,
        uploads: &[(UploadRow, Blake3)],
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.durably(|transaction| {
            let sql =
                "UPDATE uploads SET state = 'completing', blake3 = ?2, seen_at = ?3 WHERE id = ?1";
            let mut statement = transaction.prepare_cached(sql)?;
            for (row, blake3) in uploads {
                statement.execute(params![row.0, blake3.as_bytes(), now.as_micros()])?;
            }
            Ok(())
        })
    }

    /// [`stored_upload`](Self::stored_upload) for many.
    pub fn stored_uploads(&self, rows: &[UploadRow], now: Timestamp) -> Result<(), JournalError> {
        self.durably(|transaction| {
            let mut parts = transaction.prepare_cached("DELETE FROM parts WHERE upload = ?1")?;
            let sql = "UPDATE uploads SET state = 'stored', seen_at = ?2 WHERE id = ?1";
            let mut stored = transaction.prepare_cached(sql)?;
            for row in rows {
                parts.execute([row.0])?;
                stored.execute(params![row.0, now.as_micros()])?;
            }
            Ok(())
        })
    }
}
