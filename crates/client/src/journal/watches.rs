//! Folders under watch.

use std::path::{Path, PathBuf};

use heimdex_api::{IngestId, Timestamp, path};
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::ingests::uuid;
use super::{Journal, JournalError, WatchId, time, unreadable};
use crate::platform;
use crate::watch::Rules;

/// Paused until somebody resumes it, as its column says it.
const UNTIL_RESUMED: i64 = i64::MAX;

/// A folder under watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its row.
    pub id: WatchId,
    /// The profile, and with it server and account.
    pub profile: String,
    /// The folder, absolute.
    pub root: PathBuf,
    /// The label of what comes from it.
    pub source: String,
    /// What it takes, and what it does with it.
    pub rules: Rules,
    /// The file that declares it, where no command added it.
    pub declared_in: Option<PathBuf>,
    /// Whether it sends nothing for now.
    pub pause: Option<Pause>,
    /// The ingest that its files belong to, once the server has one.
    pub ingest_id: Option<IngestId>,
    /// The file system that the folder was on when it was first looked through.
    pub fs_id: Option<String>,
    /// When it had been looked through for the first time.
    pub first_scan_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// How long nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Until then.
    Until(Timestamp),
    /// Until somebody resumes it.
    UntilResumed,
}

/// A watch that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWatch {
    /// The profile.
    pub profile: String,
    /// The folder, absolute.
    pub root: PathBuf,
    /// The label.
    pub source: String,
    /// The rules.
    pub rules: Rules,
}

impl NewWatch {
    /// The label where nobody said one: the folder's name.
    #[must_use]
    pub fn source_of(root: &Path) -> String {
        root.file_name().map_or_else(
            || "/".into(),
            |name| path::escaped(platform::bytes_of(name)),
        )
    }
}

/// What of a watch can be changed; all of it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchEdit {
    /// The label.
    pub source: String,
    /// The rules.
    pub rules: Rules,
}

const COLUMNS: &str =
    "id, profile, root, source, rules, declared_in, paused_until, ingest_id, fs_id, first_scan_at,
    created_at";

impl Journal {
    /// Every watch, oldest first.
    pub fn watches(&self) -> Result<Vec<Watch>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM watches WHERE removed_at IS NULL ORDER BY id");
        let connection = self.connection();
        let mut statement = connection.prepare(&sql)?;
        let watches = statement.query_map([], watch)?;
        Ok(watches.collect::<Result<_, _>>()?)
    }

    /// One watch; `None` where there is none, or no longer.
    pub fn watch(&self, id: WatchId) -> Result<Option<Watch>, JournalError> {
        one(&self.connection(), id)
    }

    /// Begins to watch a folder.
    ///
    /// # Errors
    /// [`JournalError::WatchExists`] where the profile watches it already.
    pub fn add_watch(&self, new: &NewWatch, now: Timestamp) -> Result<WatchId, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some((id, _)) = of_root(&transaction, &new.profile, &new.root)? {
            let root = new.root.clone();
            return Err(JournalError::WatchExists { root, id });
        }
        let id = insert(&transaction, new, None, now)?;
        transaction.commit()?;
        Ok(id)
    }

    /// Gives a watch another label or other rules; whether it was there.
    ///
    /// # Errors
    /// [`JournalError::WatchDeclared`] where a file declares it.
    pub fn edit_watch(&self, id: WatchId, edit: &WatchEdit) -> Result<bool, JournalError> {
        self.of_commands(id, |transaction| {
            // Another label is another ingest.
            transaction.execute(
                "UPDATE watches SET ingest_id = CASE WHEN source = ?2 THEN ingest_id END, source = ?2, rules = ?3
                 WHERE id = ?1",
                params![id.0, edit.source, text_of(&edit.rules)],
            )?;
            Ok(())
        })
    }

    /// Ends a watch; whether it was there. Its files stay where they are, here and at the server.
    ///
    /// # Errors
    /// [`JournalError::WatchDeclared`] where a file declares it.
    pub fn remove_watch(&self, id: WatchId, now: Timestamp) -> Result<bool, JournalError> {
        self.of_commands(id, |transaction| remove(transaction, id, now))
    }

    /// Pauses a watch, declared or not, or resumes it; whether it was there.
    pub fn pause_watch(&self, id: WatchId, pause: Option<Pause>) -> Result<bool, JournalError> {
        let until = pause.map(|pause| match pause {
            Pause::Until(time) => time.as_micros(),
            Pause::UntilResumed => UNTIL_RESUMED,
        });
        let sql = "UPDATE watches SET paused_until = ?2 WHERE id = ?1 AND removed_at IS NULL";
        Ok(self.connection().execute(sql, params![id.0, until])? > 0)
    }

    /// Makes the watches of a file what it declares now. One that a command added becomes the file's where both name
    /// the same folder; one that the file names no longer ends.
    pub fn declare_watches(
        &self,
        file: &Path,
        declared: &[NewWatch],
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = declared_in(&transaction, file)?;
        let mut named = Vec::new();
        for new in declared {
            let id = match of_root(&transaction, &new.profile, &new.root)? {
                Some((id, _)) => {
                    transaction.execute(
                        "UPDATE watches SET ingest_id = CASE WHEN source = ?2 THEN ingest_id END, source = ?2,
                         rules = ?3, declared_in = ?4 WHERE id = ?1",
                        params![id.0, new.source, text_of(&new.rules), bytes(file)],
                    )?;
                    id
                }
                None => insert(&transaction, new, Some(file), now)?,
            };
            named.push(id);
        }
        for id in before.into_iter().filter(|id| !named.contains(id)) {
            remove(&transaction, id, now)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Remembers the ingest that a watch's files belong to.
    pub fn watch_ingest(&self, id: WatchId, ingest: Option<IngestId>) -> Result<(), JournalError> {
        let ingest = ingest.map(|ingest| *ingest.as_uuid().as_bytes());
        let sql = "UPDATE watches SET ingest_id = ?2 WHERE id = ?1";
        self.connection().execute(sql, params![id.0, ingest])?;
        Ok(())
    }

    /// Remembers that a watch was looked through for the first time, and on which file system.
    pub fn first_scan(&self, id: WatchId, fs_id: &str, now: Timestamp) -> Result<(), JournalError> {
        let sql = "UPDATE watches SET first_scan_at = ?2, fs_id = ?3 WHERE id = ?1";
        self.connection()
            .execute(sql, params![id.0, now.as_micros(), fs_id])?;
        Ok(())
    }

    fn of_commands(
        &self,
        id: WatchId,
        change: impl FnOnce(&Connection) -> Result<(), JournalError>,
    ) -> Result<bool, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(watch) = one(&transaction, id)? else {
            return Ok(false);
        };
        if let Some(file) = watch.declared_in {
            let root = watch.root;
            return Err(JournalError::WatchDeclared { root, file });
        }
        change(&transaction)?;
        transaction.commit()?;
        Ok(true)
    }
}

fn one(connection: &Connection, id: WatchId) -> Result<Option<Watch>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM watches WHERE id = ?1 AND removed_at IS NULL");
    Ok(connection.query_row(&sql, [id.0], watch).optional()?)
}

fn of_root(
    connection: &Connection,
    profile: &str,
    root: &Path,
) -> Result<Option<(WatchId, Option<PathBuf>)>, JournalError> {
    let sql = "SELECT id, declared_in FROM watches WHERE profile = ?1 AND root = ?2 AND removed_at IS NULL";
    let found = connection.query_row(sql, params![profile, bytes(root)], |row| {
        Ok((WatchId(row.get("id")?), path_of(row, "declared_in")?))
    });
    Ok(found.optional()?)
}

fn declared_in(connection: &Connection, file: &Path) -> Result<Vec<WatchId>, JournalError> {
    let sql = "SELECT id FROM watches WHERE declared_in = ?1 AND removed_at IS NULL";
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([bytes(file)], |row| row.get(0).map(WatchId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn insert(
    connection: &Connection,
    new: &NewWatch,
    file: Option<&Path>,
    now: Timestamp,
) -> Result<WatchId, JournalError> {
    connection.execute(
        "INSERT INTO watches (profile, root, source, rules, declared_in, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            new.profile,
            bytes(&new.root),
            new.source,
            text_of(&new.rules),
            file.map(bytes),
            now.as_micros()
        ],
    )?;
    Ok(WatchId(connection.last_insert_rowid()))
}

fn remove(connection: &Connection, id: WatchId, now: Timestamp) -> Result<(), JournalError> {
    connection.execute(
        "UPDATE watches SET removed_at = ?2 WHERE id = ?1",
        params![id.0, now.as_micros()],
    )?;
    connection.execute("DELETE FROM passed_over WHERE watch = ?1", [id.0])?;
    Ok(())
}

fn watch(row: &Row<'_>) -> rusqlite::Result<Watch> {
    let rules: String = row.get("rules")?;
    let pause: Option<i64> = row.get("paused_until")?;
    let ingest: Option<Vec<u8>> = row.get("ingest_id")?;
    let first_scan: Option<i64> = row.get("first_scan_at")?;
    Ok(Watch {
        id: WatchId(row.get("id")?),
        profile: row.get("profile")?,
        root: path_of(row, "root")?.ok_or_else(|| unreadable("root", "no path"))?,
        source: row.get("source")?,
        rules: serde_json::from_str(&rules)
            .map_err(|_| unreadable("rules", "rules that this version does not know"))?,
        declared_in: path_of(row, "declared_in")?,
        pause: pause.map(|until| {
            if until == UNTIL_RESUMED {
                return Pause::UntilResumed;
            }
            Timestamp::from_micros(until).map_or(Pause::UntilResumed, Pause::Until)
        }),
        ingest_id: match ingest {
            None => None,
            Some(_) => Some(uuid(row, "ingest_id")?.into()),
        },
        fs_id: row.get("fs_id")?,
        first_scan_at: first_scan.and_then(Timestamp::from_micros),
        created_at: time(row, "created_at")?,
    })
}

/// Rules are plain data: writing them as JSON cannot fail, and an empty text would be refused when it is read.
fn text_of(rules: &Rules) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

fn bytes(path: &Path) -> &[u8] {
    platform::bytes_of(path.as_os_str())
}

fn path_of(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<PathBuf>> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    Ok(bytes.map(|bytes| PathBuf::from(platform::name_from_bytes(&bytes))))
}

#[cfg(test)]
mod tests;
