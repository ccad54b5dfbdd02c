//! What the database and the object store answer, as clients may know it.

use heimdex_api::ErrorCode;

use crate::catalog::CatalogError;
use crate::objects::ObjectsError;
use crate::web::ApiError;

fn full() -> ApiError {
    ApiError::new(ErrorCode::StorageFull, "The server's storage is full.")
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Unavailable(_) | CatalogError::Busy => Self::unavailable(error),
            CatalogError::Full => full().because(error),
            CatalogError::Refused { .. }
            | CatalogError::Corrupt(_)
            | CatalogError::Statement(_)
            | CatalogError::InvalidMove { .. } => Self::internal(error),
        }
    }
}

impl From<ObjectsError> for ApiError {
    fn from(error: ObjectsError) -> Self {
        match error {
            ObjectsError::Unavailable(_) | ObjectsError::Denied(_) => Self::unavailable(error),
            ObjectsError::Full => full().because(error),
            ObjectsError::NotFound
            | ObjectsError::Damaged
            | ObjectsError::NoSuchUpload
            | ObjectsError::ChecksumMismatch
            | ObjectsError::InvalidPart
            | ObjectsError::PreconditionFailed
            | ObjectsError::Other(_) => Self::internal(error),
        }
    }
}
