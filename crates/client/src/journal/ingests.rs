//! Runs over cards and folders: the same root and source goes on with the latest one.

use std::collections::BTreeSet;

use heimdex_api::{IngestId, Timestamp};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::{FileKey, Journal, JournalError, time, unreadable};

/// What makes two runs the same ingest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestKey {
    /// The profile, and with it server and account.
    pub profile: String,
    /// The folder.
    pub root: FileKey,
    /// The label.
    pub source: String,
}

/// An ingest as this machine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournaledIngest {
    /// Its id on the server.
    pub ingest_id: IngestId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last finished.
    pub finished_at: Option<Timestamp>,
}

impl Journal {
    /// The latest ingest of this folder and label.
    pub fn latest_ingest(&self, key: &IngestKey) -> Result<Option<JournaledIngest>, JournalError> {
        let sql = "SELECT ingest_id, started_at, finished_at FROM ingests
                   WHERE profile = ?1 AND fs_id = ?2 AND root = ?3 AND source = ?4
                   ORDER BY started_at DESC, ingest_id LIMIT 1";
        let ingest = self
            .connection()
            .query_row(
                sql,
                params![key.profile, key.root.fs_id, key.root.path, key.source],
                |row| {
                    let finished: Option<i64> = row.get("finished_at")?;
                    Ok(JournaledIngest {
                        ingest_id: uuid(row, "ingest_id")?.into(),
                        started_at: time(row, "started_at")?,
                        finished_at: finished.and_then(Timestamp::from_micros),
                    })
                },
            )
            .optional()?;
        Ok(ingest)
    }

    /// The label of the latest ingest of a folder, whatever it is.
    pub fn latest_source(
        &self,
        profile: &str,
        root: &FileKey,
    ) -> Result<Option<String>, JournalError> {
        let sql = "SELECT source FROM ingests WHERE profile = ?1 AND fs_id = ?2 AND root = ?3
                   ORDER BY started_at DESC, ingest_id LIMIT 1";
        let parameters = params![profile, root.fs_id, root.path];
        Ok(self
            .connection()
            .query_row(sql, parameters, |row| row.get("source"))
            .optional()?)
    }

    /// The folder of an ingest that this machine knows.
    pub fn ingest_root(&self, ingest: IngestId) -> Result<Option<FileKey>, JournalError> {
        let sql = "SELECT fs_id, root FROM ingests WHERE ingest_id = ?1";
        let root = self
            .connection()
            .query_row(sql, [ingest.as_uuid().as_bytes()], |row| {
                Ok(FileKey {
                    fs_id: row.get("fs_id")?,
                    path: row.get("root")?,
                })
            })
            .optional()?;
        Ok(root)
    }

    /// Remembers an ingest that the server has.
    pub fn record_ingest(
        &self,
        key: &IngestKey,
        ingest: IngestId,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.connection().execute(
            "INSERT INTO ingests (ingest_id, fs_id, root, profile, source, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (ingest_id) DO NOTHING",
            params![
                ingest.as_uuid().as_bytes(),
                key.root.fs_id,
                key.root.path,
                key.profile,
                key.source,
                now.as_micros()
            ],
        )?;
        Ok(())
    }

    /// Remembers that an ingest was finished.
    pub fn finish_ingest(&self, ingest: IngestId, now: Timestamp) -> Result<(), JournalError> {
        self.connection().execute(
            "UPDATE ingests SET finished_at = ?2 WHERE ingest_id = ?1",
            params![ingest.as_uuid().as_bytes(), now.as_micros()],
        )?;
        Ok(())
    }

    /// The files of an ingest that were named one by one and did not come, by path within its folder.
    pub fn absent_files(&self, ingest: IngestId) -> Result<BTreeSet<Vec<u8>>, JournalError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT path FROM absent WHERE ingest_id = ?1")?;
        let paths = statement.query_map([ingest.as_uuid().as_bytes()], |row| row.get("path"))?;
        Ok(paths.collect::<Result<_, _>>()?)
    }

    /// Remembers these instead of those that were remembered before.
    pub fn record_absent_files(
        &self,
        ingest: IngestId,
        paths: &BTreeSet<Vec<u8>>,
    ) -> Result<(), JournalError> {
        self.durably(|transaction| {
            let id = ingest.as_uuid();
            transaction.execute("DELETE FROM absent WHERE ingest_id = ?1", [id.as_bytes()])?;
            let sql = "INSERT INTO absent (ingest_id, path) VALUES (?1, ?2)";
            let mut statement = transaction.prepare_cached(sql)?;
            for path in paths {
                statement.execute(params![id.as_bytes(), path])?;
            }
            Ok(())
        })
    }
}

/// A UUID column.
pub(super) fn uuid(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Uuid> {
    let bytes: Vec<u8> = row.get(column)?;
    Uuid::from_slice(&bytes).map_err(|_| unreadable(column, "no UUID"))
}
