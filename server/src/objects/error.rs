//! What callers of the object store can tell apart.

use std::error::Error;
use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::embedded::{DAMAGED, StoreError};

/// Why an operation on the object store failed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// No object has this key.
    #[error("the object does not exist")]
    NotFound,
    /// The store has the object in its index, and not all of its bytes.
    #[error("the object store has lost some of the object's bytes")]
    Damaged,
    /// The upload was completed, aborted or never begun.
    #[error("the multipart upload does not exist")]
    NoSuchUpload,
    /// The store's disk is full.
    #[error("the object store has no room left")]
    Full,
    /// Bytes and checksum differ.
    #[error("the bytes do not match their checksum")]
    ChecksumMismatch,
    /// A part named at completion is missing or another one.
    #[error("a part is missing or is not the one that was named")]
    InvalidPart,
    /// A condition did not hold, or a range does not lie within the object.
    #[error("a condition of the request does not hold")]
    PreconditionFailed,
    /// The store does not let us in: its keys, its clock or its rules are others than ours.
    #[error("the object store denies access")]
    Denied(#[source] Box<dyn Error + Send + Sync>),
    /// The store cannot be reached or is too busy; the same request may succeed later.
    #[error("the object store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Anything else.
    #[error("the object store refused or failed")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

/// What a store answered that is no success, or why it did not answer.
#[derive(Debug)]
pub struct StoreAnswer {
    /// The error's name in S3; empty where there was none, as after HEAD.
    pub code: String,
    /// HTTP's; `None` where nobody answered.
    pub status: Option<u16>,
    source: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for StoreAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.status) {
            (_, None) => f.write_str("no answer"),
            ("", Some(status)) => write!(f, "it answered {status}"),
            (code, Some(status)) => write!(f, "it answered {status} {code}"),
        }
    }
}

impl Error for StoreAnswer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

impl ObjectsError {
    /// What the store answered, where this is about an answer.
    #[must_use]
    pub fn answer(&self) -> Option<&StoreAnswer> {
        match self {
            Self::Denied(source) | Self::Unavailable(source) | Self::Other(source) => {
                source.downcast_ref()
            }
            Self::NotFound
            | Self::Damaged
            | Self::NoSuchUpload
            | Self::Full
            | Self::ChecksumMismatch
            | Self::InvalidPart
            | Self::PreconditionFailed => None,
        }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for ObjectsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let response = error.raw_response();
        let answer = StoreAnswer {
            code: error.code().unwrap_or_default().to_owned(),
            status: response.map(|response| response.status().as_u16()),
            source: Box::new(error),
        };
        match (answer.code.as_str(), answer.status) {
            ("NoSuchUpload", _) => Self::NoSuchUpload,
            (DAMAGED, _) => Self::Damaged,
            // HEAD has no body to say more in.
            ("NoSuchKey" | "NotFound", _) | ("", Some(404)) => Self::NotFound,
            ("BadDigest" | "InvalidDigest" | "XAmzContentChecksumMismatch", _) => {
                Self::ChecksumMismatch
            }
            ("InvalidPart" | "InvalidPartOrder", _) => Self::InvalidPart,
            ("PreconditionFailed" | "InvalidRange", _) | (_, Some(412 | 416)) => {
                Self::PreconditionFailed
            }
            (_, Some(507)) => Self::Full,
            // The bucket may come back; nothing that lay in it may be taken for gone.
            ("NoSuchBucket" | "SlowDown" | "RequestTimeout", _)
            | (_, Some(429 | 500 | 502 | 503 | 504) | None) => Self::Unavailable(Box::new(answer)),
            (
                "RequestTimeTooSkewed"
                | "ExpiredToken"
                | "InvalidToken"
                | "AuthorizationHeaderMalformed",
                _,
            )
            | (_, Some(401 | 403)) => Self::Denied(Box::new(answer)),
            _ => Self::Other(Box::new(answer)),
        }
    }
}

impl From<StoreError> for ObjectsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchKey => Self::NotFound,
            StoreError::Damaged => Self::Damaged,
            StoreError::NoSuchUpload => Self::NoSuchUpload,
            StoreError::PreconditionFailed => Self::PreconditionFailed,
            error if error.is_full() => Self::Full,
            error => Self::Unavailable(Box::new(error)),
        }
    }
}
