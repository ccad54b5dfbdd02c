//! Multipart uploads: create, take a part, complete, abort.

use std::sync::Arc;

use heimdex_api::failpoint;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, UploadPartInput, UploadPartOutput,
};

use super::super::clock::now_us;
use super::super::error::StoreError;
use super::super::index::{PartRow, UploadRow};
use super::super::layout::{Layout, part_name, random_name};
use super::super::manifest::{FORMAT, Manifest, ManifestPart};
use super::super::publish::{Conditions, Origin, Published};
use super::super::write::{Placed, Promise, crc32c_text, receive};
use super::put_object::new_data_dir;
use super::{Service, refuse, strong};

/// The largest part number, and so the most parts, that S3 knows.
const MAX_PARTS: u16 = 10_000;
/// How often completing looks again after a part was replaced under it.
const ATTEMPTS: u32 = 8;

impl Service {
    pub(super) async fn create_multipart_upload(
        &self,
        input: CreateMultipartUploadInput,
    ) -> Result<CreateMultipartUploadOutput, StoreError> {
        refuse!(input: acl, bucket_key_enabled, cache_control, content_disposition, content_encoding,
            content_language, expected_bucket_owner, expires, grant_full_control, grant_read, grant_read_acp,
            grant_write_acp, metadata, object_lock_legal_hold_status, object_lock_mode, object_lock_retain_until_date,
            sse_customer_algorithm, sse_customer_key, sse_customer_key_md5, ssekms_encryption_context, ssekms_key_id,
            server_side_encryption, storage_class, tagging, website_redirect_location);
        self.check_key(&input.bucket, &input.key)?;
        let checksum = checksum(
            input.checksum_algorithm.as_ref(),
            input.checksum_type.as_ref(),
        )?;
        let (data, mut guard) = new_data_dir(&self.store).await?;
        let upload = UploadRow {
            upload_id: random_name(),
            key: input.key,
            data,
            content_type: input.content_type,
            checksum,
            created_us: now_us(),
        };
        let (layout, name) = (Arc::clone(&self.store.layout), upload.data.clone());
        tokio::task::spawn_blocking(move || layout.sync_data_dir(&name)).await??;
        guard.keep();
        self.store.index.create_upload(&upload).await?;
        failpoint!("store.upload.indexed");
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(upload.key),
            upload_id: Some(upload.upload_id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            ..CreateMultipartUploadOutput::default()
        })
    }

    pub(super) async fn upload_part(
        &self,
        input: UploadPartInput,
    ) -> Result<UploadPartOutput, StoreError> {
        refuse!(input: checksum_crc32, checksum_crc64nvme, checksum_sha1, checksum_sha256, expected_bucket_owner,
            sse_customer_algorithm, sse_customer_key, sse_customer_key_md5);
        self.check_bucket(&input.bucket)?;
        let number = u16::try_from(input.part_number)
            .ok()
            .filter(|number| (1..=MAX_PARTS).contains(number))
            .ok_or(StoreError::InvalidArgument(
                "a part number lies between 1 and 10,000",
            ))?;
        let upload = self
            .store
            .index
            .upload(&input.key, &input.upload_id)
            .await?;
        let promise = Promise::parse(
            input.content_length,
            input.checksum_crc32c.as_deref(),
            input.content_md5.as_deref(),
        )?;
        let with_crc32c = promise.has_crc32c();
        if upload.checksum.is_some() && !with_crc32c {
            return Err(StoreError::InvalidArgument(
                "every part of this upload carries its CRC32C",
            ));
        }
        let file = part_name(number, &random_name());
        let target = Layout::part_file(&upload.data, &file);
        let placed = receive(&self.store.layout, input.body, promise, target)
            .await
            .map_err(gone)?;
        failpoint!("store.part.placed");
        let (etag, crc32c) = (placed.etag.clone(), placed.crc32c);
        self.record(&upload, number, file, placed).await?;
        failpoint!("store.part.indexed");
        Ok(UploadPartOutput {
            e_tag: Some(strong(&etag)),
            checksum_crc32c: with_crc32c.then(|| crc32c_text(crc32c)),
            ..UploadPartOutput::default()
        })
    }

    /// Commits the row of a part; where it is certain that no row names its file, the file goes again.
    async fn record(
        &self,
        upload: &UploadRow,
        number: u16,
        file: String,
        mut placed: Placed,
    ) -> Result<(), StoreError> {
        let part = PartRow {
            number,
            file,
            start: None,
            size: placed.size,
            crc32c: placed.crc32c,
            etag: placed.etag.clone(),
            modified_us: now_us(),
        };
        placed.keep();
        let error = match self.store.index.record_part(upload, &part).await {
            Ok(replaced) => {
                self.store.clean(replaced.into_iter().collect()).await;
                return Ok(());
            }
            Err(error) => error,
        };
        let named = self.store.index.parts(&upload.data, number - 1, 1).await;
        if named.is_ok_and(|parts| parts.iter().all(|row| row.file != part.file)) {
            let path = Layout::part_file(&upload.data, &part.file);
            self.store.remove_unnamed(path).await;
        }
        Err(error)
    }

    pub(super) async fn complete_multipart_upload(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> Result<CompleteMultipartUploadOutput, StoreError> {
        refuse!(input: checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256,
            expected_bucket_owner, sse_customer_algorithm, sse_customer_key, sse_customer_key_md5);
        self.check_bucket(&input.bucket)?;
        let named = input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default();
        let conditions = Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        for _ in 0..ATTEMPTS {
            let upload = match self.store.index.upload(&input.key, &input.upload_id).await {
                Err(StoreError::NoSuchUpload) => {
                    return self
                        .completed_before(input.bucket, &input.key, &input.upload_id)
                        .await;
                }
                other => other?,
            };
            let stored = self
                .store
                .index
                .parts(&upload.data, 0, i64::from(MAX_PARTS))
                .await?;
            let manifest = completed(&upload, &named, stored)?;
            if input
                .mpu_object_size
                .is_some_and(|size| size != manifest.size)
            {
                return Err(StoreError::InvalidArgument(
                    "the parts are not as long together as was said",
                ));
            }
            let etag = manifest.etag.clone();
            let origin = Origin::Upload(&upload.upload_id);
            match self
                .store
                .publish(manifest, &origin, &conditions, None)
                .await?
            {
                Published::Done => return Ok(answer(input.bucket, input.key, &etag)),
                Published::SourceChanged => {}
            }
        }
        Err(StoreError::InvalidPart)
    }

    /// Completing again after a lost reply is answered as it was the first time.
    async fn completed_before(
        &self,
        bucket: String,
        key: &str,
        upload_id: &str,
    ) -> Result<CompleteMultipartUploadOutput, StoreError> {
        match self.store.index.object(key).await? {
            Some(object) if object.upload_id.as_deref() == Some(upload_id) => {
                Ok(answer(bucket, object.key, &object.etag))
            }
            _ => Err(StoreError::NoSuchUpload),
        }
    }

    pub(super) async fn abort_multipart_upload(
        &self,
        input: AbortMultipartUploadInput,
    ) -> Result<AbortMultipartUploadOutput, StoreError> {
        refuse!(input: expected_bucket_owner, if_match_initiated_time);
        self.check_bucket(&input.bucket)?;
        self.store.abort(&input.key, &input.upload_id).await?;
        Ok(AbortMultipartUploadOutput::default())
    }
}

/// The directory vanishes under a part when its upload is aborted.
fn gone(error: StoreError) -> StoreError {
    match error {
        StoreError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
            StoreError::NoSuchUpload
        }
        other => other,
    }
}

fn checksum(
    algorithm: Option<&ChecksumAlgorithm>,
    kind: Option<&ChecksumType>,
) -> Result<Option<String>, StoreError> {
    match (
        algorithm.map(ChecksumAlgorithm::as_str),
        kind.map(ChecksumType::as_str),
    ) {
        (None, None) => Ok(None),
        (Some(ChecksumAlgorithm::CRC32C), None | Some(ChecksumType::COMPOSITE)) => {
            Ok(Some(ChecksumAlgorithm::CRC32C.to_owned()))
        }
        _ => Err(StoreError::NotImplemented(
            "a checksum other than CRC32C of the parts",
        )),
    }
}

/// The object that the named parts make, if each of them is stored as it was named.
fn completed(
    upload: &UploadRow,
    named: &[CompletedPart],
    stored: Vec<PartRow>,
) -> Result<Manifest, StoreError> {
    if named.is_empty() {
        return Err(StoreError::InvalidPart);
    }
    let mut stored = stored.into_iter();
    let mut parts: Vec<ManifestPart> = Vec::with_capacity(named.len());
    for name in named {
        let number = name
            .part_number
            .and_then(|number| u16::try_from(number).ok())
            .ok_or(StoreError::InvalidPart)?;
        if parts.last().is_some_and(|last| last.number >= number) {
            return Err(StoreError::InvalidPartOrder);
        }
        let part = stored
            .find(|part| part.number >= number)
            .ok_or(StoreError::InvalidPart)?;
        let etag = name.e_tag.as_ref().map(s3s::dto::ETag::value);
        let checksum = name.checksum_crc32c.as_deref();
        if part.number != number
            || etag != Some(part.etag.as_str())
            || checksum.is_some_and(|text| text != crc32c_text(part.crc32c))
        {
            return Err(StoreError::InvalidPart);
        }
        parts.push(ManifestPart::from(&part));
    }
    Ok(Manifest {
        format: FORMAT,
        seq: 0,
        key: upload.key.clone(),
        data: upload.data.clone(),
        size: parts.iter().map(|part| part.size).sum(),
        etag: format!("{}-{}", random_name(), parts.len()),
        content_type: upload.content_type.clone(),
        upload_id: Some(upload.upload_id.clone()),
        modified_us: now_us(),
        parts,
    })
}

fn answer(bucket: String, key: String, etag: &str) -> CompleteMultipartUploadOutput {
    CompleteMultipartUploadOutput {
        bucket: Some(bucket),
        key: Some(key),
        e_tag: Some(strong(etag)),
        ..CompleteMultipartUploadOutput::default()
    }
}
