//! `PutObject`: one body, one object.

use std::sync::Arc;

use heimdex_api::failpoint;
use s3s::dto::{PutObjectInput, PutObjectOutput};

use super::super::clock::now_us;
use super::super::error::StoreError;
use super::super::layout::{Layout, part_name, random_name};
use super::super::manifest::{FORMAT, Manifest, ManifestPart, TempPath};
use super::super::publish::{Conditions, Origin, Published, Store};
use super::super::write::{Promise, crc32c_text, receive};
use super::{Service, refuse, strong};

impl Service {
    pub(super) async fn put_object(
        &self,
        input: PutObjectInput,
    ) -> Result<PutObjectOutput, StoreError> {
        refuse!(input: acl, bucket_key_enabled, cache_control, checksum_crc32, checksum_crc64nvme, checksum_sha1,
            checksum_sha256, content_disposition, content_encoding, content_language, expected_bucket_owner, expires,
            grant_full_control, grant_read, grant_read_acp, grant_write_acp, metadata, object_lock_legal_hold_status,
            object_lock_mode, object_lock_retain_until_date, sse_customer_algorithm, sse_customer_key,
            sse_customer_key_md5, ssekms_encryption_context, ssekms_key_id, server_side_encryption, storage_class,
            tagging, website_redirect_location, write_offset_bytes);
        self.check_key(&input.bucket, &input.key)?;
        let promise = Promise::parse(
            input.content_length,
            input.checksum_crc32c.as_deref(),
            input.content_md5.as_deref(),
        )?;
        let with_crc32c = promise.has_crc32c();
        let (data, guard) = new_data_dir(&self.store).await?;
        let file = part_name(1, &random_name());
        let mut placed = receive(
            &self.store.layout,
            input.body,
            promise,
            Layout::part_file(&data, &file),
        )
        .await?;
        // The guard of the directory answers for the file in it.
        placed.keep();
        failpoint!("store.object.placed");
        let modified_us = now_us();
        let manifest = Manifest {
            format: FORMAT,
            seq: 0,
            key: input.key,
            data,
            size: placed.size,
            etag: placed.etag.clone(),
            content_type: input.content_type,
            upload_id: None,
            modified_us,
            parts: vec![ManifestPart {
                number: 1,
                file,
                size: placed.size,
                crc32c: placed.crc32c,
                etag: placed.etag.clone(),
                modified_us,
            }],
        };
        let conditions = Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        match self
            .store
            .publish(manifest, &Origin::Whole, &conditions, Some(guard))
            .await?
        {
            Published::Done => {}
            Published::SourceChanged => return Err(StoreError::PreconditionFailed),
        }
        Ok(PutObjectOutput {
            e_tag: Some(strong(&placed.etag)),
            checksum_crc32c: with_crc32c.then(|| crc32c_text(placed.crc32c)),
            ..PutObjectOutput::default()
        })
    }
}

/// Makes the directory of a new object; dropping the guard removes it with what it holds.
pub(super) async fn new_data_dir(store: &Store) -> Result<(String, TempPath), StoreError> {
    let layout = Arc::clone(&store.layout);
    Ok(tokio::task::spawn_blocking(move || {
        let data = random_name();
        layout.create_data_dir(&data)?;
        let guard = TempPath::new(layout.absolute(&Layout::data_dir(&data)));
        Ok::<_, std::io::Error>((data, guard))
    })
    .await??)
}
