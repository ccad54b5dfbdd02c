//! Why a transfer ended before it was done: reasons without the file's name, which [`TransferError`] adds.
//!
//! [`TransferError`]: super::TransferError

use heimdex_api::ErrorCode;

use super::retry::Failure;
use crate::{ErrorClass, HttpError};

/// A reason that repeating cannot mend, or that patience did not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Nobody answered for as long as patience lasted.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// Another process has taken the upload over.
    #[error("another process has taken this upload over")]
    TakenOver,
    /// The upload had no progress for too long.
    #[error("the upload has expired on the server")]
    Expired,
    /// The upload is not open any more: cancelled, or its parts are gone.
    #[error("the upload is not open on the server any more")]
    UploadGone,
    /// The store's disk.
    #[error("the storage of the server is full")]
    StorageFull,
    /// The store says no, whatever URL is used.
    #[error("the object store refuses the transfer (HTTP status {status})")]
    StoreRefused {
        /// The HTTP status.
        status: u16,
    },
    /// Bytes arrive damaged, again and again.
    #[error("bytes are damaged on their way, again and again")]
    Corrupted,
    /// The API says no, or something that makes no sense.
    #[error("{message}")]
    Api {
        /// The stable code, where it is known.
        code: Option<ErrorCode>,
        /// What kind of failure it is.
        class: ErrorClass,
        /// A sentence.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The hash of other bytes was promised when the upload began.
    #[error("has other bytes than when its upload began")]
    PromisedOtherwise,
    /// The file is not what it was when it was hashed.
    #[error("changed while it was being sent")]
    FileChanged,
    /// The file is not there any more.
    #[error("vanished while it was being sent")]
    FileVanished,
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    FileUnreadable(String),
    /// A person asked for it.
    #[error("interrupted")]
    Interrupted,
}

impl Stop {
    /// Whether the reason lies in the file itself, so that its sentence begins with the file's name.
    pub(crate) fn is_of_the_file(&self) -> bool {
        matches!(
            self,
            Self::PromisedOtherwise
                | Self::FileChanged
                | Self::FileVanished
                | Self::FileUnreadable(_)
        )
    }

    /// What kind of failure this is.
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            Self::Unreachable(_) => ErrorClass::Unreachable,
            Self::TakenOver => ErrorClass::Busy,
            Self::Api { class, .. } => *class,
            Self::Interrupted => ErrorClass::Interrupted,
            Self::Expired
            | Self::UploadGone
            | Self::StorageFull
            | Self::StoreRefused { .. }
            | Self::Corrupted
            | Self::PromisedOtherwise
            | Self::FileChanged
            | Self::FileVanished
            | Self::FileUnreadable(_) => ErrorClass::Failed,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable(_) => "what was sent is kept; run the same command again to go on",
            Self::TakenOver => "it goes on there; to take it back, run the same command again here",
            Self::Expired | Self::UploadGone => "run the same command again: it starts anew",
            Self::StorageFull => "the operator of the server must make room; what was sent is kept",
            Self::StoreRefused { .. } => {
                "the server's clock or its store may be set up wrongly; its operator can look that up"
            }
            Self::Corrupted => "check memory, disk and network of this machine",
            Self::Api { hint, .. } => return hint.clone(),
            Self::PromisedOtherwise | Self::FileChanged => {
                "run the same command once nothing writes to it any more; what is equal is not sent again"
            }
            Self::FileVanished => "is its card or disk still plugged in?",
            Self::FileUnreadable(_) => {
                "check the card or disk; what could be read was sent and is kept"
            }
            Self::Interrupted => "run the same command again to go on",
        };
        Some(hint.to_owned())
    }
}

impl Failure {
    /// What an error of the API means for a transfer that is under way.
    pub(crate) fn of_api(error: &HttpError) -> Self {
        let busy = || Self::Busy {
            retry_after: error.retry_after(),
        };
        match error.code() {
            Some(ErrorCode::UploadTakenOver) => Self::Final(Stop::TakenOver),
            Some(ErrorCode::UploadExpired) => Self::Final(Stop::Expired),
            Some(ErrorCode::UploadNotOpen | ErrorCode::NotFound) => Self::Final(Stop::UploadGone),
            // Hash and subtrees of one completion agree: what it disagrees with is the promise.
            Some(ErrorCode::HashMismatch) => Self::Final(Stop::PromisedOtherwise),
            Some(ErrorCode::StorageFull) => Self::Final(Stop::StorageFull),
            Some(ErrorCode::PartMissing | ErrorCode::PartChecksumMismatch) => Self::UploadUnknown,
            Some(ErrorCode::RateLimited | ErrorCode::Maintenance | ErrorCode::Unavailable) => {
                busy()
            }
            _ => match error.status() {
                Some(429 | 503) => busy(),
                Some(status) if error.is_temporary() => Self::Fault { status },
                None if error.is_temporary() => Self::Unreachable(error.to_string()),
                _ => Self::Final(Stop::of_api(error)),
            },
        }
    }
}

impl Stop {
    /// The server's last word.
    pub(crate) fn of_api(error: &HttpError) -> Self {
        Self::Api {
            code: error.code(),
            class: error.class(),
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}
