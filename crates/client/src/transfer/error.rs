//! Why a file could not be brought or fetched, in a sentence, with a hint and a class for the exit code.

use std::io;
use std::path::{Path, PathBuf};

use super::stop::Stop;
use crate::journal::JournalError;
use crate::{ErrorClass, HttpError, reason};

/// Why a transfer did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// There is no such file.
    #[error("there is no `{}`", path.display())]
    NotFound {
        /// What was named.
        path: PathBuf,
    },
    /// The file may not, or cannot, be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// A few words.
        reason: String,
    },
    /// A directory, a pipe, a socket or a device.
    #[error("`{}` is {kind}, not a file", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// Another process works on the same file.
    #[error("another process works on `{}`", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The server has the bytes, and will not take them for a video as they are.
    #[error("`{}` is stored already, and failed: {}", path.display(), why.trim_end_matches('.'))]
    StoredButFailed {
        /// The file.
        path: PathBuf,
        /// The video that has its bytes.
        video: heimdex_api::VideoId,
        /// What the server says of it.
        why: String,
    },
    /// The transfer ended before it was done.
    #[error("{}", stopped(path, stop))]
    Stopped {
        /// The file.
        path: PathBuf,
        /// Why.
        stop: Stop,
    },
    /// The API says no before anything was moved.
    #[error(transparent)]
    Api(#[from] HttpError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Something else is where the download would go.
    #[error("`{}` exists and holds something else", path.display())]
    TargetExists {
        /// The target.
        path: PathBuf,
    },
    /// The target cannot be written.
    #[error("cannot write `{}`: {reason}", path.display())]
    Unwritable {
        /// The target.
        path: PathBuf,
        /// A few words.
        reason: String,
    },
    /// What arrives is not what the catalog says it is.
    #[error("what the server sends for {video} is not what was stored: {what}")]
    Damaged {
        /// The video.
        video: heimdex_api::VideoId,
        /// What is wrong.
        what: String,
    },
    /// Standard output, or whatever else is written to, is gone.
    #[error("cannot write the output")]
    Output(#[source] io::Error),
}

fn stopped(path: &Path, stop: &Stop) -> String {
    if stop.is_of_the_file() {
        format!("`{}` {stop}", path.display())
    } else {
        stop.to_string()
    }
}

impl TransferError {
    /// What kind of failure this is.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Busy { .. } => ErrorClass::Busy,
            Self::Stopped { stop, .. } => stop.class(),
            Self::Api(error) => error.class(),
            Self::NotFound { .. }
            | Self::Unreadable { .. }
            | Self::NotAFile { .. }
            | Self::StoredButFailed { .. }
            | Self::Journal(_)
            | Self::TargetExists { .. }
            | Self::Unwritable { .. }
            | Self::Damaged { .. }
            | Self::Output(_) => ErrorClass::Failed,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => {
                Some("check the spelling; is the card still plugged in?".into())
            }
            Self::Unreadable { .. } => Some("check its permissions, and the card or disk".into()),
            Self::NotAFile {
                kind: "a directory",
                ..
            }
            | Self::Output(_) => None,
            Self::NotAFile { .. } => {
                Some("only files and directories of files are uploaded".into())
            }
            Self::Busy { .. } => {
                Some("wait until it is done; `heimdex queue` shows what is under way".into())
            }
            Self::StoredButFailed { video, .. } => Some(format!(
                "nothing was sent; the bytes there are equal to yours; to keep them as they are: \
                 `heimdex edit {} --damaged`",
                video.short()
            )),
            Self::Stopped { stop, .. } => stop.hint(),
            Self::Api(error) => error.hint(),
            Self::Journal(error) => error.hint(),
            Self::TargetExists { .. } => {
                Some("name another place with `-o` or `--to`, or replace it with `--force`".into())
            }
            Self::Unwritable { .. } => Some("check permissions and free space there".into()),
            Self::Damaged { .. } => {
                Some("try again; if it stays so, the operator must look at the store".into())
            }
        }
    }

    /// What the failure to open a file means.
    pub(crate) fn of_opening(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::Unreadable {
                path,
                reason: reason(error).into_owned(),
            },
        }
    }

    /// What the failure to write a file means.
    pub(crate) fn of_writing(path: &Path, error: &io::Error) -> Self {
        let is_link = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
        let reason = if is_link {
            "a link is in the way, and is not followed".to_owned()
        } else {
            reason(error).into_owned()
        };
        Self::Unwritable {
            path: path.to_owned(),
            reason,
        }
    }
}
