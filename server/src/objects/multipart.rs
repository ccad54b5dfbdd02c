//! Multipart uploads through the one handle: create, list, complete, abort.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload};
use bytes::Bytes;
use heimdex_api::{Checksum, PartChecksum, Timestamp};

use super::error::ObjectsError;
use super::external;
use super::store::{ObjectStore, Page, length, timestamp, unquoted};

/// A part that the store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// From 1.
    pub number: u16,
    /// Its length in bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// Its checksum, where the store says it.
    pub checksum: Option<Checksum>,
}

/// A part as completing an upload names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedPart {
    /// From 1.
    pub number: u16,
    /// What the store answered when it took the part, without quotes.
    pub etag: String,
    /// The checksum that was signed for it.
    pub checksum: Option<Checksum>,
}

/// An upload that is neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUpload {
    /// What it will become.
    pub key: String,
    /// The store's name for it.
    pub upload_id: String,
    /// When it was begun.
    pub initiated: Option<Timestamp>,
}

/// Where the next page of open uploads begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadMarker {
    key: String,
    upload_id: String,
}

impl ObjectStore {
    /// Begins a multipart upload; answers the store's id for it.
    pub async fn create_multipart(
        &self,
        key: &str,
        content_type: &str,
    ) -> Result<String, ObjectsError> {
        self.create_multipart_with(key, Some(content_type), self.part_checksum)
            .await
    }

    /// Begins a multipart upload whose parts carry this checksum, whatever the store's own is.
    pub async fn create_multipart_with(
        &self,
        key: &str,
        content_type: Option<&str>,
        part_checksum: PartChecksum,
    ) -> Result<String, ObjectsError> {
        let mut create = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .set_content_type(content_type.map(str::to_owned));
        if part_checksum == PartChecksum::Crc32c {
            // Stores accept a part's checksum only where its algorithm was named here.
            create = create
                .checksum_algorithm(ChecksumAlgorithm::Crc32C)
                .checksum_type(ChecksumType::Composite);
        }
        let created = create.send().await?;
        created
            .upload_id
            .ok_or_else(|| ObjectsError::Other("the store gave an upload no id".into()))
    }

    /// Sends a part with its checksum; answers its entity tag.
    pub async fn put_part(
        &self,
        key: &str,
        upload_id: &str,
        number: u16,
        bytes: Bytes,
        checksum: &Checksum,
    ) -> Result<String, ObjectsError> {
        let mut part = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .part_number(i32::from(number))
            .body(ByteStream::from(bytes));
        part = match checksum.algorithm().unwrap_or(self.part_checksum) {
            PartChecksum::Crc32c => part.checksum_crc32_c(checksum.as_str()),
            PartChecksum::Md5 => part.content_md5(checksum.as_str()),
        };
        Ok(unquoted(part.send().await?.e_tag))
    }

    /// The parts with a larger number than `after`, at most `limit` of them.
    pub async fn list_parts(
        &self,
        key: &str,
        upload_id: &str,
        after: Option<u16>,
        limit: u16,
    ) -> Result<Page<StoredPart, u16>, ObjectsError> {
        let list = self
            .client
            .list_parts()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .set_part_number_marker(after.map(|after| after.to_string()))
            .max_parts(i32::from(limit))
            .send()
            .await?;
        let truncated = list.is_truncated.unwrap_or(false);
        let items: Vec<StoredPart> = list
            .parts
            .unwrap_or_default()
            .into_iter()
            .filter_map(|part| {
                let checksum = match self.part_checksum {
                    PartChecksum::Crc32c => part.checksum_crc32_c,
                    PartChecksum::Md5 => None,
                };
                Some(StoredPart {
                    number: u16::try_from(part.part_number?).ok()?,
                    size: length(part.size),
                    etag: unquoted(part.e_tag),
                    checksum: checksum.map(Checksum::unchecked),
                })
            })
            .collect();
        let next = items.last().map(|part| part.number).filter(|_| truncated);
        Ok(Page { items, next })
    }

    /// Makes an object of the parts, in ascending order of their numbers; answers its entity tag.
    pub async fn complete_multipart(
        &self,
        key: &str,
        upload_id: &str,
        parts: &[CompletedPart],
    ) -> Result<String, ObjectsError> {
        let parts = parts
            .iter()
            .map(|part| {
                let crc32c = part
                    .checksum
                    .as_ref()
                    .filter(|checksum| checksum.algorithm() == Some(PartChecksum::Crc32c));
                aws_sdk_s3::types::CompletedPart::builder()
                    .part_number(i32::from(part.number))
                    .e_tag(&part.etag)
                    .set_checksum_crc32_c(crc32c.map(Checksum::to_string))
                    .build()
            })
            .collect();
        let completed = self
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .multipart_upload(
                CompletedMultipartUpload::builder()
                    .set_parts(Some(parts))
                    .build(),
            )
            .customize()
            .config_override(external::patient())
            .send()
            .await?;
        Ok(unquoted(completed.e_tag))
    }

    /// Ends an upload and frees its parts; one that is gone already is success.
    pub async fn abort_multipart(&self, key: &str, upload_id: &str) -> Result<(), ObjectsError> {
        let aborted = self
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .send()
            .await;
        match aborted.map_err(ObjectsError::from) {
            Ok(_) | Err(ObjectsError::NoSuchUpload) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A page of the uploads that are neither completed nor aborted.
    pub async fn list_uploads(
        &self,
        after: Option<UploadMarker>,
    ) -> Result<Page<OpenUpload, UploadMarker>, ObjectsError> {
        let (key, upload_id) = after.map(|marker| (marker.key, marker.upload_id)).unzip();
        let list = self
            .client
            .list_multipart_uploads()
            .bucket(&self.bucket)
            .set_key_marker(key)
            .set_upload_id_marker(upload_id)
            .send()
            .await?;
        let next = match (list.next_key_marker, list.next_upload_id_marker) {
            (Some(key), Some(upload_id)) if list.is_truncated == Some(true) => {
                Some(UploadMarker { key, upload_id })
            }
            _ => None,
        };
        let items = list
            .uploads
            .unwrap_or_default()
            .into_iter()
            .map(|upload| OpenUpload {
                key: upload.key.unwrap_or_default(),
                upload_id: upload.upload_id.unwrap_or_default(),
                initiated: upload.initiated.and_then(timestamp),
            })
            .collect();
        Ok(Page { items, next })
    }
}
