//! The store as an S3 service: each operation is a few lines here and a function in a file of its own.
//!
//! What this store does not do is refused by name, never ignored.

mod copy_object;
mod delete_object;
mod get_object;
mod list;
mod multipart;
mod put_object;

use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, ETag, ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput,
    HeadObjectOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result};

use super::error::StoreError;
use super::publish::Store;

/// Refuses options that this store does not know: ignoring one would be a promise not kept.
macro_rules! refuse {
    ($input:ident: $($field:ident),+ $(,)?) => {
        $(if $input.$field.is_some() {
            return Err(StoreError::NotImplemented(stringify!($field)));
        })+
    };
}
use refuse;

/// The longest key that S3 knows, in bytes.
const MAX_KEY: usize = 1024;

/// The S3 service over one store and its one bucket.
#[derive(Debug, Clone)]
pub(super) struct Service {
    store: Arc<Store>,
    bucket: Arc<str>,
}

impl Service {
    pub(super) fn new(store: Arc<Store>, bucket: &str) -> Self {
        Self {
            store,
            bucket: bucket.into(),
        }
    }

    fn check_bucket(&self, bucket: &str) -> Result<(), StoreError> {
        if bucket == &*self.bucket {
            Ok(())
        } else {
            Err(StoreError::NoSuchBucket)
        }
    }

    /// Checks where something is about to be written.
    fn check_key(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        self.check_bucket(bucket)?;
        // XML cannot carry control characters, so no list could ever name such a key.
        if key.is_empty() || key.len() > MAX_KEY || key.chars().any(char::is_control) {
            return Err(StoreError::InvalidArgument(
                "a key has 1 to 1024 bytes and no control characters",
            ));
        }
        // Clients take such segments out of a path, percent-encoded or not, so no URL could ever name such a key.
        if key.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(StoreError::InvalidArgument(
                "no segment of a key is a `.` or a `..`",
            ));
        }
        Ok(())
    }
}

/// Whether an `If-Match` or `If-None-Match` names this object.
pub(super) fn etag_matches(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(named) => named.value() == etag,
    }
}

fn strong(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

/// A page size: S3 gives no more than 1,000 at a time.
fn page_size(asked: Option<i32>) -> Result<i64, StoreError> {
    match asked.unwrap_or(1000) {
        asked if asked < 0 => Err(StoreError::InvalidArgument(
            "a page size cannot be negative",
        )),
        asked => Ok(i64::from(asked.min(1000))),
    }
}

/// Hands each operation to the method of the same name.
macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident;)+) => {
        #[async_trait::async_trait]
        impl S3 for Service {
            $(async fn $name(&self, req: S3Request<$input>) -> S3Result<S3Response<$output>> {
                Ok(S3Response::new(Service::$name(self, req.input).await?))
            })+
        }
    };
}

operations! {
    put_object(PutObjectInput) -> PutObjectOutput;
    get_object(GetObjectInput) -> GetObjectOutput;
    head_object(HeadObjectInput) -> HeadObjectOutput;
    copy_object(CopyObjectInput) -> CopyObjectOutput;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
    upload_part(UploadPartInput) -> UploadPartOutput;
    list_parts(ListPartsInput) -> ListPartsOutput;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
}
