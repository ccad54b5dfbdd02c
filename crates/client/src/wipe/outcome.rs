//! How a look at a card ends, how far it is, and why there may be no verdict.

use std::io;
use std::path::PathBuf;

use heimdex_api::Timestamp;

use super::facts::Facts;
use super::verdict::Verdict;
use crate::{ErrorClass, HttpError, reason};

/// A card that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The folder, as it was named.
    pub folder: PathBuf,
    /// The server that was asked.
    pub server: String,
    /// When the look at the card began.
    pub began_at: Timestamp,
    /// When the last fact was known.
    pub finished_at: Timestamp,
    /// All that was found out.
    pub facts: Facts,
    /// What it comes to.
    pub verdict: Verdict,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// So much is on the card.
    Found {
        /// Files.
        files: u64,
        /// Bytes of these.
        bytes: u64,
    },
    /// A file is read.
    Reading {
        /// The bytes of its path within the card.
        path: Vec<u8>,
        /// Bytes of it.
        size: u64,
    },
    /// So many bytes more of it were read.
    Read {
        /// Since the last step.
        bytes: u64,
    },
    /// It is read, or cannot be.
    Ended {
        /// Whether all of it was read.
        is_whole: bool,
    },
    /// The server is asked.
    Asking,
    /// The store's bytes are read again.
    Rereading {
        /// 0 to 1.
        progress: f64,
    },
}

/// Why there is no verdict; which is no yes.
#[derive(Debug, thiserror::Error)]
pub enum WipeError {
    /// The folder cannot be opened.
    #[error("cannot look at `{}`: {}", path.display(), reason(source))]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server cannot be asked.
    #[error(transparent)]
    Api(#[from] HttpError),
    /// What excuses files cannot be read.
    #[error("cannot read what the watches leave out: {0}")]
    Rules(String),
    /// A person ended it.
    #[error("interrupted: nothing is known of this card")]
    Interrupted,
    /// The work was given up.
    #[error("the card was not read to its end")]
    GivenUp,
}

impl WipeError {
    /// What kind of failure this is.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Folder { .. } | Self::Rules(_) | Self::GivenUp => ErrorClass::Failed,
            Self::Api(error) => error.class(),
            Self::Interrupted => ErrorClass::Interrupted,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Folder { .. } => {
                Some("name the folder of a card; is it still plugged in?".to_owned())
            }
            Self::Api(error) => error.hint(),
            Self::Rules(_) | Self::Interrupted | Self::GivenUp => None,
        }
    }
}
