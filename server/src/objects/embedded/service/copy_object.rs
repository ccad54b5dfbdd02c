//! `CopyObject`: the same bytes under a second key, by hard links where the file system has them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, MetadataDirective,
};

use super::super::clock::{now_us, s3_time};
use super::super::error::StoreError;
use super::super::index::{ObjectRow, PartRow};
use super::super::layout::{Layout, sync_dir};
use super::super::manifest::{FORMAT, Manifest, ManifestPart};
use super::super::publish::{Conditions, Origin, Published, Store};
use super::put_object::new_data_dir;
use super::{Service, refuse, strong};

impl Service {
    pub(super) async fn copy_object(
        &self,
        input: CopyObjectInput,
    ) -> Result<CopyObjectOutput, StoreError> {
        refuse!(input: acl, bucket_key_enabled, cache_control, checksum_algorithm, content_disposition,
            content_encoding, content_language, copy_source_if_match, copy_source_if_modified_since,
            copy_source_if_none_match, copy_source_if_unmodified_since, copy_source_sse_customer_algorithm,
            copy_source_sse_customer_key, copy_source_sse_customer_key_md5, expected_bucket_owner,
            expected_source_bucket_owner, expires, grant_full_control, grant_read, grant_read_acp, grant_write_acp,
            metadata, object_lock_legal_hold_status, object_lock_mode, object_lock_retain_until_date,
            sse_customer_algorithm, sse_customer_key, sse_customer_key_md5, ssekms_encryption_context, ssekms_key_id,
            server_side_encryption, storage_class, tagging, tagging_directive, website_redirect_location);
        self.check_key(&input.bucket, &input.key)?;
        let (source, version) = match &input.copy_source {
            CopySource::Bucket {
                bucket,
                key,
                version_id,
            } => {
                self.check_bucket(bucket)?;
                (key.to_string(), version_id.is_some())
            }
            _ => {
                return Err(StoreError::NotImplemented(
                    "a copy source outside the bucket",
                ));
            }
        };
        if version {
            return Err(StoreError::NotImplemented("a version of the copy source"));
        }
        let object = self
            .store
            .index
            .object(&source)
            .await?
            .ok_or(StoreError::NoSuchKey)?;
        let parts = self.store.index.parts(&object.data, 0, i64::MAX).await?;
        let content_type = match input
            .metadata_directive
            .as_ref()
            .map(MetadataDirective::as_str)
        {
            Some(MetadataDirective::REPLACE) => input.content_type,
            _ => object.content_type.clone(),
        };
        let (data, guard) = new_data_dir(&self.store).await?;
        link_parts(&self.store, &object, &parts, &data).await?;
        let manifest = copied(&object, &parts, input.key, data, content_type);
        let (etag, modified_us) = (manifest.etag.clone(), manifest.modified_us);
        match self
            .store
            .publish(
                manifest,
                &Origin::Whole,
                &Conditions::default(),
                Some(guard),
            )
            .await?
        {
            Published::Done => {}
            Published::SourceChanged => return Err(StoreError::NoSuchKey),
        }
        Ok(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(strong(&etag)),
                last_modified: Some(s3_time(modified_us)),
                ..CopyObjectResult::default()
            }),
            ..CopyObjectOutput::default()
        })
    }
}

fn copied(
    object: &ObjectRow,
    parts: &[PartRow],
    key: String,
    data: String,
    content_type: Option<String>,
) -> Manifest {
    Manifest {
        format: FORMAT,
        seq: 0,
        key,
        data,
        size: object.size,
        etag: object.etag.clone(),
        content_type,
        upload_id: None,
        modified_us: now_us(),
        parts: parts.iter().map(ManifestPart::from).collect(),
    }
}

async fn link_parts(
    store: &Store,
    object: &ObjectRow,
    parts: &[PartRow],
    data: &str,
) -> Result<(), StoreError> {
    let layout = Arc::clone(&store.layout);
    let to = layout.absolute(&Layout::data_dir(data));
    let from = layout.absolute(&Layout::data_dir(&object.data));
    let files: Vec<String> = parts.iter().map(|part| part.file.clone()).collect();
    let held: i64 = parts.iter().map(|part| part.size).sum();
    if held != object.size {
        // Deleted or replaced between the two look-ups.
        return Err(StoreError::NoSuchKey);
    }
    let linked = tokio::task::spawn_blocking(move || {
        for file in &files {
            link_or_copy(&from.join(file), &to.join(file))?;
        }
        sync_dir(&to)
    })
    .await?;
    linked.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => StoreError::NoSuchKey,
        _ => error.into(),
    })
}

fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::StorageFull
            ) =>
        {
            // FAT and some network file systems have no hard links, and every file system has a limit.
            fs::copy(from, to)?;
            fs::File::open(to)?.sync_all()
        }
        other => other,
    }
}
