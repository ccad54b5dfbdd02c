//! `GET /videos/uploads`: what another machine could go on with.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heimdex_api::limits::PAGE_DEFAULT;
use heimdex_api::upload::{OpenUpload, OpenUploadsQuery, OpenUploadsResponse};
use heimdex_api::{Scope, Timestamp, UploadId};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::{OpenUploadRow, OpenUploadsFilter};
use crate::web::{ApiError, Query};

/// `GET /videos/uploads`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OpenUploadsQuery>,
) -> Result<Json<OpenUploadsResponse>, ApiError> {
    if caller.require(Scope::Upload).is_err() {
        caller.require(Scope::Read)?;
    }
    let size_bytes = query.size_bytes.as_deref().map(size).transpose()?;
    let mut filter = OpenUploadsFilter {
        filename: query.filename,
        size_bytes,
        after: None,
    };
    if let Some(cursor) = &query.cursor {
        let after = decoded(cursor, &filter)
            .ok_or_else(|| ApiError::field("cursor", "It is not a cursor of this list."))?;
        filter.after = Some(after);
    }
    let mut rows = app
        .catalog
        .open_uploads(caller.library_id, &filter, PAGE_DEFAULT + 1)
        .await?;
    let more = rows.len() > PAGE_DEFAULT as usize;
    rows.truncate(PAGE_DEFAULT as usize);
    let next_cursor = rows
        .last()
        .filter(|_| more)
        .map(|last| encoded((last.created_at, last.upload_id), &filter));
    let uploads = rows.into_iter().map(shown).collect();
    Ok(Json(OpenUploadsResponse {
        uploads,
        next_cursor,
    }))
}

fn shown(row: OpenUploadRow) -> OpenUpload {
    OpenUpload {
        video_id: row.video_id,
        upload_id: row.upload_id,
        filename: row.filename,
        size_bytes: row.size_bytes,
        bytes_received: row.bytes_received,
        blake3: row.expected_blake3,
        epoch: row.epoch,
        last_progress_at: row.last_progress_at,
        expires_at: row.expires_at,
    }
}

fn size(text: &str) -> Result<u64, ApiError> {
    text.parse()
        .ok()
        .filter(|size| i64::try_from(*size).is_ok())
        .ok_or_else(|| ApiError::field("size_bytes", "It must be a number of bytes."))
}

/// Time, id, and a digest of the filters: a cursor is good for the list that it came from.
fn encoded((at, id): (Timestamp, UploadId), filter: &OpenUploadsFilter) -> String {
    let mut bytes = at.as_micros().to_be_bytes().to_vec();
    bytes.extend(id.as_uuid().as_bytes());
    bytes.extend(digest(&bytes, filter));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(cursor: &str, filter: &OpenUploadsFilter) -> Option<(Timestamp, UploadId)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (position, check) = bytes.split_at_checked(24)?;
    if check != digest(position, filter) {
        return None;
    }
    let (micros, id) = position.split_at(8);
    let at = Timestamp::from_micros(i64::from_be_bytes(micros.try_into().ok()?))?;
    Some((at, UploadId::new(Uuid::from_slice(id).ok()?)))
}

fn digest(position: &[u8], filter: &OpenUploadsFilter) -> [u8; 4] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(position);
    hasher.update(format!("{:?}{:?}", filter.filename, filter.size_bytes).as_bytes());
    let mut short = [0; 4];
    hasher.finalize_xof().fill(&mut short);
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_and_is_good_for_its_own_list_only(
            micros in -1_000_000_000_000_000_i64..9_000_000_000_000_000,
            id: u128,
            flipped in any::<prop::sample::Index>(),
        ) {
            let position = (Timestamp::from_micros(micros).unwrap(), UploadId::new(Uuid::from_u128(id)));
            let filter = OpenUploadsFilter { filename: Some("a".into()), ..Default::default() };
            let cursor = encoded(position, &filter);
            prop_assert_eq!(decoded(&cursor, &filter), Some(position));
            prop_assert_eq!(decoded(&cursor, &OpenUploadsFilter::default()), None);
            let mut changed = cursor.into_bytes();
            let at = flipped.index(changed.len());
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(decoded(&String::from_utf8(changed).unwrap(), &filter), None);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "AAAA", "é", "*"] {
            assert_eq!(decoded(text, &OpenUploadsFilter::default()), None, "{text}");
        }
    }
}
