//! `ListObjectsV2`, `ListParts` and `ListMultipartUploads`, a page at a time.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::{
    ChecksumAlgorithm, ChecksumType, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput, MultipartUpload,
    Object, Part,
};

use super::super::clock::s3_time;
use super::super::error::StoreError;
use super::super::index::PartRow;
use super::super::write::crc32c_text;
use super::{Service, page_size, refuse, strong};

impl Service {
    pub(super) async fn list_objects_v2(
        &self,
        input: ListObjectsV2Input,
    ) -> Result<ListObjectsV2Output, StoreError> {
        refuse!(input: delimiter, encoding_type, expected_bucket_owner, fetch_owner, optional_object_attributes);
        self.check_bucket(&input.bucket)?;
        let limit = page_size(input.max_keys)?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = match &input.continuation_token {
            Some(token) => key_of_token(token)?,
            None => input.start_after.clone().unwrap_or_default(),
        };
        let mut rows = if limit == 0 {
            Vec::new()
        } else {
            self.store.index.list(&prefix, &after, limit + 1).await?
        };
        let truncated = cut(&mut rows, limit);
        let next = truncated
            .then(|| {
                rows.last()
                    .map(|row| BASE64_URL_SAFE_NO_PAD.encode(&row.key))
            })
            .flatten();
        let contents: Vec<Object> = rows
            .into_iter()
            .map(|row| Object {
                e_tag: Some(strong(&row.etag)),
                last_modified: Some(s3_time(row.modified_us)),
                size: Some(row.size),
                key: Some(row.key),
                ..Object::default()
            })
            .collect();
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            max_keys: i32::try_from(limit).ok(),
            key_count: i32::try_from(contents.len()).ok(),
            continuation_token: input.continuation_token,
            start_after: input.start_after,
            is_truncated: Some(truncated),
            next_continuation_token: next,
            contents: Some(contents),
            ..ListObjectsV2Output::default()
        })
    }

    pub(super) async fn list_parts(
        &self,
        input: ListPartsInput,
    ) -> Result<ListPartsOutput, StoreError> {
        refuse!(input: expected_bucket_owner, sse_customer_algorithm, sse_customer_key, sse_customer_key_md5);
        self.check_bucket(&input.bucket)?;
        let limit = page_size(input.max_parts)?;
        let after = u16::try_from(input.part_number_marker.unwrap_or(0))
            .map_err(|_| StoreError::InvalidArgument("the part number marker is out of range"))?;
        let upload = self
            .store
            .index
            .upload(&input.key, &input.upload_id)
            .await?;
        let mut rows = self
            .store
            .index
            .parts(&upload.data, after, limit + 1)
            .await?;
        let truncated = cut(&mut rows, limit);
        let next = rows.last().map_or(after, |row| row.number);
        let with_checksums = upload.checksum.is_some();
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            max_parts: i32::try_from(limit).ok(),
            part_number_marker: input.part_number_marker,
            next_part_number_marker: Some(i32::from(next)),
            is_truncated: Some(truncated),
            parts: Some(rows.iter().map(part).collect()),
            checksum_algorithm: with_checksums
                .then(|| ChecksumAlgorithm::from_static(ChecksumAlgorithm::CRC32C)),
            checksum_type: with_checksums
                .then(|| ChecksumType::from_static(ChecksumType::COMPOSITE)),
            ..ListPartsOutput::default()
        })
    }

    pub(super) async fn list_multipart_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> Result<ListMultipartUploadsOutput, StoreError> {
        refuse!(input: delimiter, encoding_type, expected_bucket_owner);
        self.check_bucket(&input.bucket)?;
        let limit = page_size(input.max_uploads)?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let marker = input.key_marker.clone().unwrap_or_default();
        // A key marker alone means: behind all uploads of that key.
        let upload_marker = match (&input.key_marker, &input.upload_id_marker) {
            (Some(_), None) => char::MAX.to_string(),
            (_, given) => given.clone().unwrap_or_default(),
        };
        let mut rows = self
            .store
            .index
            .uploads(&prefix, (&marker, &upload_marker), limit + 1)
            .await?;
        let truncated = cut(&mut rows, limit);
        let last = rows.last().filter(|_| truncated);
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            max_uploads: i32::try_from(limit).ok(),
            is_truncated: Some(truncated),
            next_key_marker: last.map(|row| row.key.clone()),
            next_upload_id_marker: last.map(|row| row.upload_id.clone()),
            uploads: Some(
                rows.into_iter()
                    .map(|row| MultipartUpload {
                        initiated: Some(s3_time(row.created_us)),
                        key: Some(row.key),
                        upload_id: Some(row.upload_id),
                        ..MultipartUpload::default()
                    })
                    .collect(),
            ),
            ..ListMultipartUploadsOutput::default()
        })
    }
}

fn part(row: &PartRow) -> Part {
    Part {
        part_number: Some(i32::from(row.number)),
        e_tag: Some(strong(&row.etag)),
        size: Some(row.size),
        last_modified: Some(s3_time(row.modified_us)),
        checksum_crc32c: Some(crc32c_text(row.crc32c)),
        ..Part::default()
    }
}

/// Cuts the row that was fetched only to learn whether there are more.
fn cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more && limit > 0
}

fn key_of_token(token: &str) -> Result<String, StoreError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(StoreError::InvalidArgument(
            "the continuation token is not one of this store",
        ))
}
