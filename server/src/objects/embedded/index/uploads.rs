//! Open uploads and their parts in the index.

use std::path::PathBuf;

use super::super::error::StoreError;
use super::super::layout::Layout;
use super::{Index, discard};

/// One open upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct UploadRow {
    pub(in super::super) upload_id: String,
    pub(in super::super) key: String,
    pub(in super::super) data: String,
    pub(in super::super) content_type: Option<String>,
    /// The checksum algorithm that every part must carry.
    pub(in super::super) checksum: Option<String>,
    pub(in super::super) created_us: i64,
}
from_row!(UploadRow {
    upload_id,
    key,
    data,
    content_type,
    checksum,
    created_us
});

/// One part of an open upload or of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct PartRow {
    pub(in super::super) number: u16,
    pub(in super::super) file: String,
    /// Where the part begins in its object; not known while the upload is open.
    pub(in super::super) start: Option<i64>,
    pub(in super::super) size: i64,
    pub(in super::super) crc32c: u32,
    pub(in super::super) etag: String,
    pub(in super::super) modified_us: i64,
}
from_row!(PartRow {
    number,
    file,
    start,
    size,
    crc32c,
    etag,
    modified_us
});

impl Index {
    pub(in super::super) async fn create_upload(
        &self,
        upload: &UploadRow,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO uploads (upload_id, key, data, content_type, checksum, created_us) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&upload.upload_id)
        .bind(&upload.key)
        .bind(&upload.data)
        .bind(&upload.content_type)
        .bind(&upload.checksum)
        .bind(upload.created_us)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The open upload of this id, if it is for this key.
    pub(in super::super) async fn upload(
        &self,
        key: &str,
        upload_id: &str,
    ) -> Result<UploadRow, StoreError> {
        sqlx::query_as(
            "SELECT upload_id, key, data, content_type, checksum, created_us FROM uploads \
             WHERE upload_id = $1 AND key = $2",
        )
        .bind(upload_id)
        .bind(key)
        .fetch_optional(&self.reader)
        .await?
        .ok_or(StoreError::NoSuchUpload)
    }

    /// Open uploads behind (`key`, `upload_id`) in that order.
    pub(in super::super) async fn uploads(
        &self,
        prefix: &str,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<UploadRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT upload_id, key, data, content_type, checksum, created_us FROM uploads \
             WHERE key >= $1 AND substr(key, 1, length($1)) = $1 AND (key, upload_id) > ($2, $3) \
             ORDER BY key, upload_id LIMIT $4",
        )
        .bind(prefix)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// Parts of an open upload with a larger number than `after`.
    pub(in super::super) async fn parts(
        &self,
        data: &str,
        after: u16,
        limit: i64,
    ) -> Result<Vec<PartRow>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT number, file, start, size, crc32c, etag, modified_us FROM parts \
             WHERE data = $1 AND number > $2 ORDER BY number LIMIT $3",
        )
        .bind(data)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?)
    }

    /// Records a part that lies durably on the disk, in the place of an earlier one of its number.
    ///
    /// Answers what the earlier one was; an upload that is gone meanwhile is [`StoreError::NoSuchUpload`].
    pub(in super::super) async fn record_part(
        &self,
        upload: &UploadRow,
        part: &PartRow,
    ) -> Result<Option<PathBuf>, StoreError> {
        let mut tx = self.write().await?;
        let open: Option<i64> = sqlx::query_scalar("SELECT 1 FROM uploads WHERE upload_id = $1")
            .bind(&upload.upload_id)
            .fetch_optional(&mut *tx)
            .await?;
        if open.is_none() {
            return Err(StoreError::NoSuchUpload);
        }
        let old: Option<String> =
            sqlx::query_scalar("SELECT file FROM parts WHERE data = $1 AND number = $2")
                .bind(&upload.data)
                .bind(part.number)
                .fetch_optional(&mut *tx)
                .await?;
        let old = old.map(|file| Layout::part_file(&upload.data, &file));
        if let Some(old) = &old {
            discard(&mut tx, std::slice::from_ref(old), part.modified_us).await?;
        }
        sqlx::query(
            "INSERT OR REPLACE INTO parts (data, number, file, start, size, crc32c, etag, modified_us) \
             VALUES ($1, $2, $3, NULL, $4, $5, $6, $7)",
        )
        .bind(&upload.data)
        .bind(part.number)
        .bind(&part.file)
        .bind(part.size)
        .bind(part.crc32c)
        .bind(&part.etag)
        .bind(part.modified_us)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(old)
    }

    /// Ends an upload and forgets its parts; answers what is to be removed.
    pub(in super::super) async fn abort_upload(
        &self,
        key: &str,
        upload_id: &str,
        now_us: i64,
    ) -> Result<Vec<PathBuf>, StoreError> {
        let mut tx = self.write().await?;
        let data: Option<String> = sqlx::query_scalar(
            "DELETE FROM uploads WHERE upload_id = $1 AND key = $2 RETURNING data",
        )
        .bind(upload_id)
        .bind(key)
        .fetch_optional(&mut *tx)
        .await?;
        let data = data.ok_or(StoreError::NoSuchUpload)?;
        sqlx::query("DELETE FROM parts WHERE data = $1")
            .bind(&data)
            .execute(&mut *tx)
            .await?;
        let discarded = vec![Layout::data_dir(&data)];
        discard(&mut tx, &discarded, now_us).await?;
        tx.commit().await?;
        Ok(discarded)
    }
}
