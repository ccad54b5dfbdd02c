//! What is stored of each path that the daemon looks after: the last version of it, so that the same state of a file is
//! not looked at again, and an edited one names what it replaces.

use std::path::PathBuf;

use heimdex_api::{Blake3, Timestamp, VideoId};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::ingests::uuid;
use super::queue::stamp;
use super::{
    FileKey, FileStamp, Journal, JournalError, WatchId, column, time, unreadable, unsigned,
};
use crate::platform;

/// The stored version of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// The account that has it, as the journal tells accounts apart.
    pub profile: String,
    /// The path.
    pub key: FileKey,
    /// Where a person would look for it.
    pub shown_path: PathBuf,
    /// Whose it is; `None` of one that was sent alone.
    pub watch: Option<WatchId>,
    /// What the file was.
    pub stamp: FileStamp,
    /// Of its bytes.
    pub blake3: Blake3,
    /// The video that has them.
    pub video_id: VideoId,
    /// When that was known.
    pub stored_at: Timestamp,
    /// Whether the file is to be put in the trash, once it is proven that it may.
    pub is_for_trash: bool,
    /// When it was put there.
    pub trashed_at: Option<Timestamp>,
}

impl Journal {
    /// What is stored of a path.
    pub fn kept(&self, profile: &str, key: &FileKey) -> Result<Option<KeptFile>, JournalError> {
        let sql = "SELECT * FROM kept WHERE profile = ?1 AND fs_id = ?2 AND path = ?3";
        let kept = self
            .connection()
            .query_row(sql, params![profile, key.fs_id, key.path], kept_file)
            .optional()?;
        Ok(kept)
    }

    /// Whether a path is stored in this very state.
    pub fn is_kept_as(
        &self,
        profile: &str,
        key: &FileKey,
        stamp: &FileStamp,
    ) -> Result<bool, JournalError> {
        let kept = self.kept(profile, key)?;
        Ok(kept.is_some_and(|kept| kept.stamp == *stamp))
    }

    /// Tells of everything that is stored of a folder, by path within the file system, in order.
    pub fn kept_below(
        &self,
        profile: &str,
        folder: &FileKey,
        mut tell: impl FnMut(&[u8], FileStamp),
    ) -> Result<(), JournalError> {
        let mut first = folder.path.clone();
        if first.last() != Some(&b'/') {
            first.push(b'/');
        }
        let mut beyond = first.clone();
        // What comes right after `/`: everything between the two lies in the folder.
        if let Some(last) = beyond.last_mut() {
            *last += 1;
        }
        let connection = self.connection();
        let sql = "SELECT path, size, mtime, ctime, inode FROM kept
                   WHERE profile = ?1 AND fs_id = ?2 AND path >= ?3 AND path < ?4 ORDER BY path";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![profile, folder.fs_id, first, beyond])?;
        while let Some(row) = rows.next()? {
            let path: Vec<u8> = row.get("path")?;
            tell(&path, stamp(row)?);
        }
        Ok(())
    }

    /// The stored versions of a path as people see it, latest first.
    pub fn kept_at(&self, path: &std::path::Path) -> Result<Vec<KeptFile>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT * FROM kept WHERE shown_path = ?1 ORDER BY stored_at DESC";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([platform::bytes_of(path.as_os_str())], kept_file)?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// The paths that a video's bytes are stored of, latest first.
    pub fn kept_of(&self, video: VideoId) -> Result<Vec<KeptFile>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT * FROM kept WHERE video_id = ?1 ORDER BY stored_at DESC";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([video.as_uuid().as_bytes()], kept_file)?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// How much is stored by each watch: files and bytes.
    pub fn kept_counts(&self) -> Result<Vec<(WatchId, u64, u64)>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT watch, count(*) AS files, sum(size) AS bytes FROM kept WHERE watch IS NOT NULL GROUP BY watch";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            let watch = WatchId(row.get("watch")?);
            Ok((watch, unsigned(row, "files")?, unsigned(row, "bytes")?))
        })?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// What is stored and still to be put in the trash.
    pub fn kept_for_trash(&self) -> Result<Vec<KeptFile>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT * FROM kept WHERE after IS NOT NULL ORDER BY stored_at";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], kept_file)?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// Nothing more is to be done with a file that was to be put in the trash: it was, as `trashed_at` says, or is not
    /// what it was.
    pub fn settle_kept(&self, kept: &KeptFile) -> Result<(), JournalError> {
        let key = &kept.key;
        let trashed_at = kept.trashed_at.map(Timestamp::as_micros);
        self.connection().execute(
            "UPDATE kept SET after = NULL, trashed_at = ?4 WHERE profile = ?1 AND fs_id = ?2 AND path = ?3",
            params![kept.profile, key.fs_id, key.path, trashed_at],
        )?;
        Ok(())
    }
}

/// Writes a path down, as part of a larger change.
pub(super) fn put(transaction: &Transaction<'_>, kept: &KeptFile) -> Result<(), JournalError> {
    let sql = "INSERT OR REPLACE INTO kept (profile, fs_id, path, shown_path, watch, size, mtime, ctime, inode, blake3,
               video_id, stored_at, after, trashed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    transaction.prepare_cached(sql)?.execute(params![
        kept.profile,
        kept.key.fs_id,
        kept.key.path,
        platform::bytes_of(kept.shown_path.as_os_str()),
        kept.watch.map(|watch| watch.0),
        column(kept.stamp.size),
        kept.stamp.mtime,
        kept.stamp.ctime,
        kept.stamp.inode.cast_signed(),
        kept.blake3.as_bytes(),
        kept.video_id.as_uuid().as_bytes(),
        kept.stored_at.as_micros(),
        kept.is_for_trash.then_some("trash"),
        kept.trashed_at.map(Timestamp::as_micros),
    ])?;
    Ok(())
}

fn kept_file(row: &Row<'_>) -> rusqlite::Result<KeptFile> {
    let (path, blake3): (Vec<u8>, Vec<u8>) = (row.get("shown_path")?, row.get("blake3")?);
    let after: Option<String> = row.get("after")?;
    let trashed: Option<i64> = row.get("trashed_at")?;
    Ok(KeptFile {
        profile: row.get("profile")?,
        key: FileKey {
            fs_id: row.get("fs_id")?,
            path: row.get("path")?,
        },
        shown_path: platform::name_from_bytes(&path).into(),
        watch: row.get::<_, Option<i64>>("watch")?.map(WatchId),
        stamp: stamp(row)?,
        blake3: Blake3::from_slice(&blake3).map_err(|_| unreadable("blake3", "no hash"))?,
        video_id: VideoId::new(uuid(row, "video_id")?),
        stored_at: time(row, "stored_at")?,
        is_for_trash: after.is_some(),
        trashed_at: trashed.and_then(Timestamp::from_micros),
    })
}
