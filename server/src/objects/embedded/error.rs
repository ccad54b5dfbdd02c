//! What can go wrong inside the embedded store, and how S3 says it.

use std::io;

use http::StatusCode;
use s3s::{S3Error, S3ErrorCode};

/// What S3 has no word for.
pub(in crate::objects) const DAMAGED: &str = "ObjectDamaged";

/// A failure of one operation of the embedded store.
#[derive(Debug, thiserror::Error)]
pub(in crate::objects) enum StoreError {
    #[error("the object store's disk failed")]
    Io(#[from] io::Error),
    #[error("the object store's index failed")]
    Index(#[from] sqlx::Error),
    #[error("a task of the object store was lost")]
    Task(#[from] tokio::task::JoinError),
    #[error("an object of this key does not exist")]
    NoSuchKey,
    #[error("the store has lost some of the object's bytes")]
    Damaged,
    #[error("the upload does not exist: it was completed, aborted or never begun")]
    NoSuchUpload,
    #[error("this bucket does not exist")]
    NoSuchBucket,
    #[error("the bytes do not match the checksum that was sent with them")]
    BadDigest,
    #[error("a checksum that was sent is not one")]
    InvalidDigest,
    #[error("the body ended early or late")]
    IncompleteBody,
    #[error("the length of the body is missing")]
    MissingContentLength,
    #[error("a part is missing or is not the one that was named")]
    InvalidPart,
    #[error("the parts are not in ascending order")]
    InvalidPartOrder,
    #[error("the range does not lie within the object")]
    InvalidRange,
    #[error("a condition of the request does not hold")]
    PreconditionFailed,
    #[error("the object is as the client has it")]
    NotModified,
    #[error("{0}")]
    InvalidArgument(&'static str),
    #[error("{0} is not supported by this store")]
    NotImplemented(&'static str),
}

impl StoreError {
    /// Whether the disk (of the data or of the index) has no room.
    pub(in crate::objects) fn is_full(&self) -> bool {
        match self {
            Self::Io(error) => is_full(error),
            Self::Index(error) => index_code(error).is_some_and(|code| {
                // SQLITE_FULL; SQLITE_IOERR_SHMSIZE is the same for the file beside the database.
                code == 13 || code == 4874
            }),
            _ => false,
        }
    }

    /// Whether another process held the index for too long.
    fn is_busy(&self) -> bool {
        match self {
            Self::Index(sqlx::Error::PoolTimedOut) => true,
            // SQLITE_BUSY and SQLITE_LOCKED, with their extended forms.
            Self::Index(error) => {
                index_code(error).is_some_and(|code| matches!(code & 0xff, 5 | 6))
            }
            _ => false,
        }
    }
}

/// Whether an I/O error says that there is no room.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

fn index_code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        if error.is_full() {
            let mut full = Self::with_message(
                S3ErrorCode::Custom("InsufficientStorage".into()),
                "there is no room left on the object store's disk",
            );
            full.set_status_code(StatusCode::INSUFFICIENT_STORAGE);
            return full;
        }
        if error.is_busy() {
            return Self::with_message(S3ErrorCode::SlowDown, "the object store's index is busy");
        }
        let code = match &error {
            StoreError::Io(_) | StoreError::Index(_) | StoreError::Task(_) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "object store operation failed"
                );
                return Self::with_message(S3ErrorCode::InternalError, error.to_string());
            }
            // As what is not there: asking again brings nothing, and only the code tells both apart.
            StoreError::Damaged => {
                let mut damaged =
                    Self::with_message(S3ErrorCode::Custom(DAMAGED.into()), error.to_string());
                damaged.set_status_code(StatusCode::NOT_FOUND);
                return damaged;
            }
            StoreError::NoSuchKey => S3ErrorCode::NoSuchKey,
            StoreError::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            StoreError::NoSuchBucket => S3ErrorCode::NoSuchBucket,
            StoreError::BadDigest => S3ErrorCode::BadDigest,
            StoreError::InvalidDigest => S3ErrorCode::InvalidDigest,
            StoreError::IncompleteBody => S3ErrorCode::IncompleteBody,
            StoreError::MissingContentLength => S3ErrorCode::MissingContentLength,
            StoreError::InvalidPart => S3ErrorCode::InvalidPart,
            StoreError::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            StoreError::InvalidRange => S3ErrorCode::InvalidRange,
            StoreError::PreconditionFailed => S3ErrorCode::PreconditionFailed,
            StoreError::NotModified => S3ErrorCode::NotModified,
            StoreError::InvalidArgument(_) => S3ErrorCode::InvalidArgument,
            StoreError::NotImplemented(_) => S3ErrorCode::NotImplemented,
        };
        Self::with_message(code, error.to_string())
    }
}
