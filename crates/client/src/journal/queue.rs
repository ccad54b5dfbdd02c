//! The daemon's queue: files that are to be sent, written down before anything is done about them.

use std::path::PathBuf;

use heimdex_api::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::kept::{self, KeptFile};
use super::wanted::{self, WantedFile};
use super::{FileStamp, Journal, JournalError, Pause, WatchId, column, time, unreadable, unsigned};
use crate::control::{ItemId, Lane, SendTexts};
use crate::platform;

/// Where a file of the queue stands, as far as it is not the daemon's moment only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It goes when its turn has come.
    Waiting,
    /// It needs a person.
    Failed,
    /// A person does not want it sent.
    Cancelled,
}

/// Why a file was not sent when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In a sentence.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What the server is to know of a file beside its name and place. Version policy: a field may be added with a default,
/// none is renamed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueOptions {
    /// Its title; without one the server makes it of the name.
    pub title: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// A person wants it sent though it is damaged.
    pub damaged: bool,
}

impl QueueOptions {
    /// Takes in what a person said of the file: it holds before what a watch says, and tags are added.
    pub fn take(&mut self, texts: &SendTexts) {
        let said = SendTexts {
            title: self.title.take(),
            description: self.description.take(),
            tags: std::mem::take(&mut self.tags),
        };
        let said = said.and(texts);
        (self.title, self.description, self.tags) = (said.title, said.description, said.tags);
    }
}

/// A file in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedFile {
    /// Its row.
    pub id: ItemId,
    /// Whose it is; `None` of one that was sent alone.
    pub watch: Option<WatchId>,
    /// The name of the profile that it goes to.
    pub profile: String,
    /// Where it is: absolute.
    pub path: PathBuf,
    /// Within the watch's root, `/`-separated bytes; the name, of a file that was sent alone.
    pub relative: Vec<u8>,
    /// Which files it goes before.
    pub lane: Lane,
    /// What it was when it was found finished.
    pub stamp: FileStamp,
    /// What the server is to know of it.
    pub options: QueueOptions,
    /// Where a person moved it to: lower goes first; 0 where nobody did.
    pub place: i64,
    /// Tries that failed by what the file is.
    pub attempts: u32,
    /// Not before.
    pub run_at: Timestamp,
    /// Why it was not sent when it was last tried.
    pub trouble: Option<Trouble>,
    /// Where it stands.
    pub standing: Standing,
    /// Since when.
    pub added_at: Timestamp,
}

/// A change of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueWrite {
    /// A file is in it, or is in it otherwise than before. A row of the same path gives way.
    Put(Box<QueuedFile>),
    /// A file is not in it any more.
    Remove(ItemId),
    /// A path is stored in this state.
    Keep(Box<KeptFile>),
    /// A file is wanted once it is finished; what was said of it before gives way.
    Want(Box<WantedFile>),
    /// A file is in the queue with what was said of it, or not there any more.
    NotWanted(PathBuf),
}

impl Journal {
    /// The queue of one profile, or of all, in the order in which files came.
    pub fn queued(&self, profile: Option<&str>) -> Result<Vec<QueuedFile>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT * FROM queue WHERE ?1 IS NULL OR profile = ?1 ORDER BY id";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([profile], queued_file)?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// The files of a watch that are in the queue: each by its path within the watch, and the state that it was found
    /// finished in.
    pub fn queued_below(&self, watch: WatchId) -> Result<Vec<(Vec<u8>, FileStamp)>, JournalError> {
        let connection = self.connection();
        let sql = "SELECT relative, size, mtime, ctime, inode FROM queue WHERE watch = ?1";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([watch.0], |row| Ok((row.get("relative")?, stamp(row)?)))?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// Changes the queue, in this order and all at once.
    pub fn write_queue(&self, writes: &[QueueWrite]) -> Result<(), JournalError> {
        self.durably(|transaction| {
            for write in writes {
                match write {
                    QueueWrite::Put(file) => put(transaction, file)?,
                    QueueWrite::Remove(item) => {
                        let sql = "DELETE FROM queue WHERE id = ?1";
                        transaction.prepare_cached(sql)?.execute([item.0])?;
                    }
                    QueueWrite::Keep(kept) => kept::put(transaction, kept)?,
                    QueueWrite::Want(file) => wanted::put(transaction, file)?,
                    QueueWrite::NotWanted(path) => wanted::remove(transaction, path)?,
                }
            }
            Ok(())
        })
    }

    /// Whether everything is paused; a restart of the daemon changes nothing of that.
    pub fn paused_all(&self) -> Result<Option<Pause>, JournalError> {
        let sql = "SELECT value FROM daemon_state WHERE name = ?1";
        let value: Option<String> = self
            .connection()
            .query_row(sql, [PAUSE], |row| row.get(0))
            .optional()?;
        Ok(value.map(|value| {
            let micros = value.parse().ok();
            let until = micros.and_then(Timestamp::from_micros);
            until.map_or(Pause::UntilResumed, Pause::Until)
        }))
    }

    /// Pauses everything, or resumes it.
    pub fn pause_all(&self, pause: Option<Pause>) -> Result<(), JournalError> {
        let value = match pause {
            Some(Pause::Until(until)) => until.as_micros().to_string(),
            Some(Pause::UntilResumed) => UNTIL_RESUMED.to_owned(),
            None => {
                let sql = "DELETE FROM daemon_state WHERE name = ?1";
                self.connection().execute(sql, [PAUSE])?;
                return Ok(());
            }
        };
        self.connection().execute(
            "INSERT INTO daemon_state (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = ?2",
            [PAUSE, value.as_str()],
        )?;
        Ok(())
    }
}

/// Under which name a pause of everything is remembered, and what stands there for one without an end.
const PAUSE: &str = "pause";
const UNTIL_RESUMED: &str = "until resumed";

fn put(transaction: &Transaction<'_>, file: &QueuedFile) -> Result<(), JournalError> {
    let options = serde_json::to_string(&file.options).map_err(|_| JournalError::Unreadable {
        column: "options".to_owned(),
        what: "options that cannot be written",
    })?;
    let sql = "INSERT OR REPLACE INTO queue (id, watch, profile, path, relative, lane, size, mtime, ctime, inode,
               options, place, attempts, run_at, error_text, error_hint, state, added_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    transaction.prepare_cached(sql)?.execute(params![
        file.id.0,
        file.watch.map(|watch| watch.0),
        file.profile,
        platform::bytes_of(file.path.as_os_str()),
        file.relative,
        lane_word(file.lane),
        column(file.stamp.size),
        file.stamp.mtime,
        file.stamp.ctime,
        file.stamp.inode.cast_signed(),
        options,
        file.place,
        file.attempts,
        file.run_at.as_micros(),
        file.trouble.as_ref().map(|trouble| &trouble.text),
        file.trouble
            .as_ref()
            .and_then(|trouble| trouble.hint.as_ref()),
        file.standing.word(),
        file.added_at.as_micros(),
    ])?;
    Ok(())
}

fn queued_file(row: &Row<'_>) -> rusqlite::Result<QueuedFile> {
    let path: Vec<u8> = row.get("path")?;
    let (options, text): (String, Option<String>) = (row.get("options")?, row.get("error_text")?);
    let hint = row.get("error_hint")?;
    let (lane, state): (String, String) = (row.get("lane")?, row.get("state")?);
    Ok(QueuedFile {
        id: ItemId(row.get("id")?),
        watch: row.get::<_, Option<i64>>("watch")?.map(WatchId),
        profile: row.get("profile")?,
        path: platform::name_from_bytes(&path).into(),
        relative: row.get("relative")?,
        lane: lane_of(&lane).ok_or_else(|| unreadable("lane", "no lane"))?,
        stamp: stamp(row)?,
        options: serde_json::from_str(&options).map_err(|_| unreadable("options", "no options"))?,
        place: row.get("place")?,
        attempts: row.get("attempts")?,
        run_at: time(row, "run_at")?,
        trouble: text.map(|text| Trouble { text, hint }),
        standing: Standing::from_word(&state).ok_or_else(|| unreadable("state", "no state"))?,
        added_at: time(row, "added_at")?,
    })
}

/// The columns that tell the state of a file.
pub(super) fn stamp(row: &Row<'_>) -> rusqlite::Result<FileStamp> {
    Ok(FileStamp {
        size: unsigned(row, "size")?,
        mtime: row.get("mtime")?,
        ctime: row.get("ctime")?,
        inode: row.get::<_, i64>("inode")?.cast_unsigned(),
    })
}

const LANES: [(Lane, &str); 3] = [
    (Lane::Interactive, "interactive"),
    (Lane::Watch, "watch"),
    (Lane::Bulk, "bulk"),
];

fn lane_word(lane: Lane) -> &'static str {
    let known = LANES.iter().find(|(known, _)| *known == lane);
    known.map_or("bulk", |(_, word)| word)
}

fn lane_of(word: &str) -> Option<Lane> {
    let known = LANES.iter().find(|(_, known)| *known == word);
    known.map(|(lane, _)| *lane)
}

impl Standing {
    const ALL: [Self; 3] = [Self::Waiting, Self::Failed, Self::Cancelled];

    /// The word for it, as it stands in the journal and in `--json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.word() == word)
    }
}

#[cfg(test)]
mod tests;
