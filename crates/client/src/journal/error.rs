//! What can go wrong with the journal.

use std::path::PathBuf;

use super::WatchId;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Its directory cannot be made, or its file not opened.
    #[error("cannot open the journal `{}`: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer program wrote it.
    #[error("the journal `{}` is of a newer version of Heimdex ({found}, this one knows {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// The profile watches this folder already.
    #[error("`{}` is watched already", root.display())]
    WatchExists {
        /// The folder.
        root: PathBuf,
        /// Its watch.
        id: WatchId,
    },
    /// A file declares the watch, so that no command changes it.
    #[error("the watch of `{}` is declared in a file", root.display())]
    WatchDeclared {
        /// The folder.
        root: PathBuf,
        /// The file.
        file: PathBuf,
    },
    /// A value that this program would never write.
    #[error("the journal holds {what} in `{column}`")]
    Unreadable {
        /// The column.
        column: String,
        /// What is there.
        what: &'static str,
    },
    /// The database refuses.
    #[error("the journal cannot be read or written")]
    Sqlite(#[from] rusqlite::Error),
}

impl JournalError {
    /// What keeps it from being read or written, in a few words; `None` where that takes a person to find out.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        let Self::Sqlite(error) = self else {
            return None;
        };
        match error.sqlite_error_code()? {
            rusqlite::ErrorCode::DiskFull => Some("the disk is full"),
            rusqlite::ErrorCode::ReadOnly => Some("nothing can be written there"),
            rusqlite::ErrorCode::SystemIoFailure => Some("the disk fails"),
            rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase => {
                Some("its file is damaged")
            }
            _ => None,
        }
    }

    /// Whether the database refuses what was to be written, and would each time.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Newer { .. } => Some("use the newer `heimdex` that wrote it".into()),
            Self::Open { path, .. } => Some(format!(
                "make `{}` writable, or set HOME elsewhere",
                path.parent().unwrap_or(path).display()
            )),
            Self::WatchExists { .. } => Some(
                "change it with `heimdex watch edit`, or end it with `heimdex watch rm`".into(),
            ),
            Self::WatchDeclared { file, .. } => Some(format!("change it in `{}`", file.display())),
            Self::Unreadable { .. } | Self::Sqlite(_) => Some(
                "check the disk; without the journal uploads still go on from the server's list"
                    .into(),
            ),
        }
    }
}
