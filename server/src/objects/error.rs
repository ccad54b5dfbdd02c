//! What callers of the object store can tell apart.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::embedded::StoreError;

/// Why an operation on the object store failed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// No object has this key.
    #[error("the object does not exist")]
    NotFound,
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
    /// The store cannot be reached or is too busy; the same request may succeed later.
    #[error("the object store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Anything else.
    #[error("the object store refused or failed")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl<E> From<SdkError<E, HttpResponse>> for ObjectsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let code = error.code().unwrap_or_default().to_owned();
        let status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        match (code.as_str(), status) {
            ("NoSuchUpload", _) => Self::NoSuchUpload,
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
            (_, Some(429 | 500 | 502 | 503 | 504) | None) => Self::Unavailable(Box::new(error)),
            _ => Self::Other(Box::new(error)),
        }
    }
}

impl From<StoreError> for ObjectsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchKey => Self::NotFound,
            StoreError::NoSuchUpload => Self::NoSuchUpload,
            StoreError::PreconditionFailed => Self::PreconditionFailed,
            error if error.is_full() => Self::Full,
            error => Self::Unavailable(Box::new(error)),
        }
    }
}
