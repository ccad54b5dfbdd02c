//! The client's memory: what has been observed of every file and upload, in one SQLite file a person and machine.
//!
//! It holds observations, never intentions: losing it costs hashing and a listing, never bytes. Its schema is
//! `migrations/client`; a file of a newer version is refused, never touched.

mod batches;
mod error;
mod files;
mod ingests;
mod kept;
mod lock;
mod open;
mod passed_over;
mod queue;
mod rates;
mod seen;
#[cfg(test)]
mod tests;
mod upload_row;
mod uploads;
mod wanted;
mod watches;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heimdex_api::Timestamp;
use rusqlite::{Connection, Row};

pub use error::JournalError;
pub use files::{FileKey, FileStamp};
pub use ingests::{IngestKey, JournaledIngest};
pub use kept::KeptFile;
pub use lock::FileLock;
pub use passed_over::{Done, DoneHow};
pub use queue::{QueueOptions, QueueWrite, QueuedFile, Standing, Trouble};
pub use seen::{SeenLibrary, SeenPlace};
pub use upload_row::{
    AnsweredUpload, JournaledUpload, NewUpload, UploadKey, UploadRow, UploadState,
};
pub use wanted::WantedFile;
pub use watches::{NewWatch, Pause, Watch, WatchEdit};

pub use crate::control::WatchId;

/// The journal. Clones share one connection; every call is one short transaction.
#[derive(Debug, Clone)]
pub struct Journal {
    connection: Arc<Mutex<Connection>>,
    /// Where locks lie; `None` in memory.
    locks: Option<PathBuf>,
}

impl Journal {
    /// Whether what is written survives this process.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.locks.is_some()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements rolled its transaction back; the connection itself is sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time column.
fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    let micros = row.get(column)?;
    Timestamp::from_micros(micros).ok_or_else(|| unreadable(column, "a time beyond the calendar"))
}

/// A column whose value this program would never write.
fn unreadable(column: &str, what: &'static str) -> rusqlite::Error {
    let source = JournalError::Unreadable {
        column: column.to_owned(),
        what,
    };
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(source))
}

/// A size or number for a column; SQLite's integers are signed.
fn column(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A size or number of a column.
fn unsigned(row: &Row<'_>, name: &str) -> rusqlite::Result<u64> {
    let value: i64 = row.get(name)?;
    u64::try_from(value).map_err(|_| unreadable(name, "a negative number"))
}
