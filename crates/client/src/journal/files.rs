//! Files that were hashed: not again while size, times and inode are the same.

use heimdex_api::{Blake3, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use super::{Journal, JournalError, column, unreadable};

/// A file by what stays the same when its card is plugged in again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// The file system: `uuid:…`, else the mount's source, else the machine.
    pub fs_id: String,
    /// The path's bytes within it.
    pub path: Vec<u8>,
}

/// What tells that a file was not touched since: if any of it differs, its bytes may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// When its bytes last changed, in microseconds.
    pub mtime: i64,
    /// When anything of it last changed, in microseconds.
    pub ctime: i64,
    /// Its number in the file system.
    pub inode: u64,
}

impl Journal {
    /// The hash of a file, if it was taken of this very state of it.
    pub fn file_hash(
        &self,
        key: &FileKey,
        stamp: &FileStamp,
    ) -> Result<Option<Blake3>, JournalError> {
        let hash: Option<Option<Vec<u8>>> = self
            .connection()
            .query_row(
                "SELECT blake3 FROM files WHERE fs_id = ?1 AND path = ?2 AND size = ?3 AND mtime = ?4
                 AND ctime = ?5 AND inode = ?6",
                params![
                    key.fs_id,
                    key.path,
                    column(stamp.size),
                    stamp.mtime,
                    stamp.ctime,
                    stamp.inode.cast_signed()
                ],
                |row| row.get(0),
            )
            .optional()?;
        let Some(bytes) = hash.flatten() else {
            return Ok(None);
        };
        Ok(Some(
            Blake3::from_slice(&bytes).map_err(|_| unreadable("blake3", "no hash"))?,
        ))
    }

    /// Remembers the hash of a file in this state.
    pub fn record_file(
        &self,
        key: &FileKey,
        stamp: &FileStamp,
        blake3: &Blake3,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.connection().execute(
            "INSERT INTO files (fs_id, path, size, mtime, ctime, inode, blake3, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (fs_id, path) DO UPDATE SET size = ?3, mtime = ?4, ctime = ?5, inode = ?6,
             blake3 = ?7, last_seen = ?8",
            params![
                key.fs_id,
                key.path,
                column(stamp.size),
                stamp.mtime,
                stamp.ctime,
                stamp.inode.cast_signed(),
                blake3.as_bytes(),
                now.as_micros()
            ],
        )?;
        Ok(())
    }

    /// Takes over the hash of a file that was moved, or has one more name: of a row with the same number, length and
    /// time of its bytes. Whether there was one.
    ///
    /// For file systems whose numbers stay with their files; the caller knows which these are.
    pub fn adopt_hash(
        &self,
        key: &FileKey,
        stamp: &FileStamp,
        now: Timestamp,
    ) -> Result<bool, JournalError> {
        let adopted = self.connection().execute(
            "INSERT INTO files (fs_id, path, size, mtime, ctime, inode, blake3, last_seen)
             SELECT fs_id, ?2, size, mtime, ?5, inode, blake3, ?7 FROM files
             WHERE fs_id = ?1 AND inode = ?6 AND size = ?3 AND mtime = ?4 AND path <> ?2 AND blake3 IS NOT NULL
             ORDER BY last_seen DESC LIMIT 1
             ON CONFLICT (fs_id, path) DO UPDATE SET size = ?3, mtime = ?4, ctime = ?5, inode = ?6,
             blake3 = excluded.blake3, last_seen = ?7",
            params![
                key.fs_id,
                key.path,
                column(stamp.size),
                stamp.mtime,
                stamp.ctime,
                stamp.inode.cast_signed(),
                now.as_micros()
            ],
        )?;
        Ok(adopted > 0)
    }
}
