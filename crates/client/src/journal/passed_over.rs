//! Files that a watch has nothing to do with: those that it leaves alone, and those that are stored.

use rusqlite::{Row, TransactionBehavior, params};

use super::{FileKey, FileStamp, Journal, JournalError, WatchId, column, unsigned};

/// A file that a watch has nothing to do with while it stays in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done<'a> {
    /// The file system.
    pub fs_id: &'a str,
    /// The path's bytes within it.
    pub path: &'a [u8],
    /// The state.
    pub stamp: FileStamp,
    /// Why.
    pub how: DoneHow,
}

/// Why a watch has nothing to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoneHow {
    /// It was there before the watch, which leaves such files alone.
    PassedOver,
    /// It is stored.
    Stored,
}

impl Journal {
    /// Remembers that a watch leaves these files alone as they are.
    pub fn pass_over(
        &self,
        id: WatchId,
        fs_id: &str,
        files: &[(Vec<u8>, FileStamp)],
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut statement = transaction.prepare(
                "INSERT INTO passed_over (watch, fs_id, path, size, mtime, ctime, inode)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (watch, fs_id, path) DO UPDATE SET
                 size = ?4, mtime = ?5, ctime = ?6, inode = ?7",
            )?;
            for (path, stamp) in files {
                statement.execute(params![
                    id.0,
                    fs_id,
                    path,
                    column(stamp.size),
                    stamp.mtime,
                    stamp.ctime,
                    stamp.inode.cast_signed()
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Leaves a file alone under this name too, if it is one that is left alone under another: the same number, length and
    /// time of its bytes. Whether it is.
    pub fn pass_over_again(
        &self,
        id: WatchId,
        key: &FileKey,
        stamp: &FileStamp,
    ) -> Result<bool, JournalError> {
        let sql =
            "INSERT OR REPLACE INTO passed_over (watch, fs_id, path, size, mtime, ctime, inode)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM passed_over
             WHERE watch = ?1 AND fs_id = ?2 AND inode = ?7 AND size = ?4 AND mtime = ?5)";
        let values = params![
            id.0,
            key.fs_id,
            key.path,
            column(stamp.size),
            stamp.mtime,
            stamp.ctime,
            stamp.inode.cast_signed()
        ];
        Ok(self.connection().execute(sql, values)? > 0)
    }

    /// Whether a watch leaves a file alone in this state.
    pub fn is_passed_over(
        &self,
        id: WatchId,
        key: &FileKey,
        stamp: &FileStamp,
    ) -> Result<bool, JournalError> {
        let sql = "SELECT count(*) FROM passed_over WHERE watch = ?1 AND fs_id = ?2 AND path = ?3 AND size = ?4
            AND mtime = ?5 AND ctime = ?6 AND inode = ?7";
        let values = params![
            id.0,
            key.fs_id,
            key.path,
            column(stamp.size),
            stamp.mtime,
            stamp.ctime,
            stamp.inode.cast_signed()
        ];
        let found: i64 = self.connection().query_row(sql, values, |row| row.get(0))?;
        Ok(found > 0)
    }

    /// Tells of every file that a watch has nothing to do with while it stays in this state: those that it leaves
    /// alone, and those below `root` that the account has, where one is known.
    pub fn done_files(
        &self,
        id: WatchId,
        account: Option<&str>,
        root: &FileKey,
        mut tell: impl FnMut(Done<'_>),
    ) -> Result<(), JournalError> {
        let connection = self.connection();
        let mut ask = |how, sql: &str, values: &[&dyn rusqlite::ToSql]| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(values)?;
            while let Some(row) = rows.next()? {
                tell(done(row, how)?);
            }
            Ok::<_, JournalError>(())
        };
        ask(
            DoneHow::PassedOver,
            "SELECT fs_id, path, size, mtime, ctime, inode FROM passed_over WHERE watch = ?1",
            &[&id.0],
        )?;
        let Some(account) = account else {
            return Ok(());
        };
        let (from, to) = below(&root.path);
        ask(
            DoneHow::Stored,
            "SELECT fs_id, path, size, mtime, ctime, inode FROM kept
             WHERE profile = ?1 AND fs_id = ?2 AND path >= ?3 AND path < ?4",
            &[&account, &root.fs_id, &from, &to],
        )?;
        // On other file systems, as those of cards that were mounted below it.
        ask(
            DoneHow::Stored,
            "SELECT fs_id, path, size, mtime, ctime, inode FROM kept
             WHERE watch = ?1 AND profile = ?2 AND fs_id <> ?3",
            &[&id.0, &account, &root.fs_id],
        )
    }

    /// Forgets that a file of a watch is left alone: it is there no longer, or is another one. Whether it was.
    pub fn forget_passed_over(
        &self,
        id: WatchId,
        fs_id: &str,
        path: &[u8],
    ) -> Result<bool, JournalError> {
        let sql = "DELETE FROM passed_over WHERE watch = ?1 AND fs_id = ?2 AND path = ?3";
        Ok(self.connection().execute(sql, params![id.0, fs_id, path])? > 0)
    }
}

fn stamp(row: &Row<'_>) -> rusqlite::Result<FileStamp> {
    Ok(FileStamp {
        size: unsigned(row, "size")?,
        mtime: row.get("mtime")?,
        ctime: row.get("ctime")?,
        inode: row.get::<_, i64>("inode")?.cast_unsigned(),
    })
}

fn done<'a>(row: &'a Row<'_>, how: DoneHow) -> rusqlite::Result<Done<'a>> {
    Ok(Done {
        fs_id: row.get_ref("fs_id")?.as_str()?,
        path: row.get_ref("path")?.as_blob()?,
        stamp: stamp(row)?,
        how,
    })
}

/// The first path below a folder, and the first one after all of them.
fn below(folder: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    ([folder, b"/"].concat(), [folder, b"0"].concat())
}
