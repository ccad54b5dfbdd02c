//! `GetObject` and `HeadObject`: the bytes, a range of them, or what is known of them.

use s3s::dto::{
    ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    StreamingBlob, Timestamp,
};

use super::super::clock::s3_time;
use super::super::error::StoreError;
use super::super::index::ObjectRow;
use super::super::read;
use super::{Service, etag_matches, refuse, strong};

/// Of objects that were written without one.
const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

impl Service {
    pub(super) async fn get_object(
        &self,
        input: GetObjectInput,
    ) -> Result<GetObjectOutput, StoreError> {
        refuse!(input: expected_bucket_owner, part_number, sse_customer_algorithm, sse_customer_key,
            sse_customer_key_md5, version_id);
        self.check_bucket(&input.bucket)?;
        // An object that is replaced between the two look-ups has other parts: look again.
        for _ in 0..8 {
            let object = self
                .store
                .index
                .object(&input.key)
                .await?
                .ok_or(StoreError::NoSuchKey)?;
            check(
                &object,
                input.if_match.as_ref(),
                input.if_none_match.as_ref(),
                input.if_modified_since.as_ref(),
                input.if_unmodified_since.as_ref(),
            )?;
            let (start, end) = bounds(input.range.as_ref(), object.size)?;
            let parts = self
                .store
                .index
                .parts_between(&object.data, start, end)
                .await?;
            if !read::covers(&parts, start, end) {
                continue;
            }
            let body =
                match read::stream(&self.store.layout, &object.data, &parts, start, end).await {
                    Ok(body) => body,
                    Err(StoreError::Damaged) if self.is_replaced(&object).await? => continue,
                    Err(error) => return Err(error),
                };
            return Ok(GetObjectOutput {
                accept_ranges: Some("bytes".to_owned()),
                body: Some(StreamingBlob::wrap(body)),
                content_length: Some(end - start),
                content_range: input
                    .range
                    .is_some()
                    .then(|| format!("bytes {start}-{}/{}", end - 1, object.size)),
                content_type: Some(content_type(&object)),
                e_tag: Some(strong(&object.etag)),
                last_modified: Some(s3_time(object.modified_us)),
                ..GetObjectOutput::default()
            });
        }
        Err(StoreError::NoSuchKey)
    }

    /// Whether an object has other files by now than a moment ago.
    async fn is_replaced(&self, seen: &ObjectRow) -> Result<bool, StoreError> {
        let now = self.store.index.object(&seen.key).await?;
        Ok(now.is_none_or(|now| now.data != seen.data))
    }

    pub(super) async fn head_object(
        &self,
        input: HeadObjectInput,
    ) -> Result<HeadObjectOutput, StoreError> {
        refuse!(input: expected_bucket_owner, part_number, range, sse_customer_algorithm, sse_customer_key,
            sse_customer_key_md5, version_id);
        self.check_bucket(&input.bucket)?;
        let object = self
            .store
            .index
            .object(&input.key)
            .await?
            .ok_or(StoreError::NoSuchKey)?;
        check(
            &object,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            input.if_modified_since.as_ref(),
            input.if_unmodified_since.as_ref(),
        )?;
        Ok(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(object.size),
            content_type: Some(content_type(&object)),
            e_tag: Some(strong(&object.etag)),
            last_modified: Some(s3_time(object.modified_us)),
            ..HeadObjectOutput::default()
        })
    }
}

fn content_type(object: &ObjectRow) -> String {
    object
        .content_type
        .clone()
        .unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned())
}

/// The first byte asked for, and the one behind the last.
fn bounds(range: Option<&Range>, size: i64) -> Result<(i64, i64), StoreError> {
    let Some(range) = range else {
        return Ok((0, size));
    };
    let length = u64::try_from(size).map_err(|_| StoreError::InvalidRange)?;
    let range = range.check(length).map_err(|_| StoreError::InvalidRange)?;
    let bound = |at: u64| i64::try_from(at).map_err(|_| StoreError::InvalidRange);
    Ok((bound(range.start)?, bound(range.end)?))
}

/// The conditions of RFC 9110, section 13.2.2, in its order.
fn check(
    object: &ObjectRow,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    modified_since: Option<&Timestamp>,
    unmodified_since: Option<&Timestamp>,
) -> Result<(), StoreError> {
    let modified = seconds(&s3_time(object.modified_us));
    match (if_match, unmodified_since) {
        (Some(condition), _) if !etag_matches(condition, &object.etag) => {
            return Err(StoreError::PreconditionFailed);
        }
        (None, Some(since)) if modified > seconds(since) => {
            return Err(StoreError::PreconditionFailed);
        }
        _ => {}
    }
    match (if_none_match, modified_since) {
        (Some(condition), _) if etag_matches(condition, &object.etag) => {
            Err(StoreError::NotModified)
        }
        (None, Some(since)) if modified <= seconds(since) => Err(StoreError::NotModified),
        _ => Ok(()),
    }
}

/// HTTP dates have no fractions.
fn seconds(time: &Timestamp) -> i64 {
    let time: time::OffsetDateTime = time.clone().into();
    time.unix_timestamp()
}
