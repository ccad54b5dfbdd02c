//! A video as it is told.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heimdex_api::Open;
use heimdex_api::video::{LocationResponse, VideoResponse};
use http::HeaderValue;
use http::header::ETAG;

use crate::app::App;
use crate::catalog::{LocationRow, Video, VideoRow};
use crate::domain::upload::announced_expiry;
use crate::objects::{ObjectKey, Origin};

/// A video, without its locations and what else the probe found; its pictures are signed for the address that the request
/// came to.
pub(super) fn shown(app: &App, origin: &Origin, video: Video) -> VideoResponse {
    let Video { row, tags } = video;
    let now = app.clock.now();
    let id = row.video_id;
    let picture = |key: ObjectKey, bytes: Option<u64>| {
        bytes?;
        let signed = app.objects.presign_picture(origin, &key.to_string());
        // A list with a picture less is better than none.
        signed
            .inspect_err(|error| tracing::warn!(%error, "cannot sign the URL of a picture"))
            .ok()
    };
    VideoResponse {
        thumbnail_url: picture(ObjectKey::Poster(id), row.poster_bytes),
        contact_sheet_url: picture(ObjectKey::ContactSheet(id), row.contact_sheet_bytes),
        video_id: row.video_id,
        user_id: row.user_id,
        library_id: Some(row.library_id),
        version: Some(row.version),
        kind: Some(Open::Known(row.kind)),
        title: row.title,
        description: row.description,
        tags,
        filename: Some(row.filename),
        path: row.path,
        path_raw: row.path_raw.map(|bytes| STANDARD.encode(bytes)),
        source: row.source,
        mime_type: Some(row.mime_type),
        size_bytes: row.size_bytes,
        duration_s: row.duration_ms.map(seconds),
        width: row.width,
        height: row.height,
        rotation: row.rotation,
        frame_rate: row.frame_rate,
        video_codec: row.video_codec,
        audio_codec: row.audio_codec,
        camera: row.camera,
        captured_at: row.captured_at,
        blake3: row.blake3,
        verified_at: row.verified_at,
        verified_how: row.verified_how.map(Open::Known),
        damaged: row.damaged,
        quarantined_at: row.quarantined_at,
        replaces: row.replaces,
        state: Open::Known(row.state),
        error_text: row.error_text,
        bytes_received: row.bytes_received,
        expires_at: row.expires_at.and_then(|ends| announced_expiry(ends, now)),
        created_at: row.created_at,
        updated_at: Some(row.updated_at),
        indexed_at: row.indexed_at,
        deleted_at: row.deleted_at,
        locations: None,
        media: None,
    }
}

/// A place, as it is told.
pub(super) fn location(row: LocationRow) -> LocationResponse {
    LocationResponse {
        ingest_id: row.ingest_id,
        source: row.source,
        path: row.path,
        path_raw: row.path_raw.map(|bytes| STANDARD.encode(bytes)),
        mtime: row.mtime,
        superseded_at: row.superseded_at,
    }
}

/// A video as it is told after a change, under its version.
pub(super) fn changed(app: &App, origin: &Origin, video: Video) -> Response {
    let etag = etag(&video.row);
    ([(ETAG, etag)], Json(shown(app, origin, video))).into_response()
}

/// What `If-Match` is compared with.
pub(super) fn etag(row: &VideoRow) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", row.version))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a millisecond counts up to 285,000 years"
)]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}
