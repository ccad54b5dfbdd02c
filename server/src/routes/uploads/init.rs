//! `POST /videos/upload/init`: a new video, and how its bytes are to come.

mod request;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use heimdex_api::limits::{PARTS_PER_REQUEST, SINGLE_PUT_EXPIRY};
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{
    InitUploadRequest, InitUploadResponse, PartToSign, SignedPart, SinglePutResponse,
};
use heimdex_api::{ErrorCode, Scope, UploadId, VideoId, failpoint};
use http::StatusCode;
use uuid::Uuid;

use super::{checked_parts, not_open, signed, store, taken_over};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::{
    NewTag, NewUpload, OpenOutcome, PartsOutcome, PartsReport, UploadRow, UploadStanding,
};
use crate::catalog::{CatalogError, FoundFile, Idempotency};
use crate::objects::{ObjectKey, Origin, extension};
use crate::web::{ApiError, Body, ClientOrigin, IdempotencyKey};
use request::Announced;

const ROUTE: &str = "POST /videos/upload/init";

/// `POST /videos/upload/init`
pub async fn init(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    IdempotencyKey(key): IdempotencyKey,
    Body(request): Body<InitUploadRequest>,
) -> Result<Response, ApiError> {
    caller.require(Scope::Upload)?;
    let body_hash = body_hash(&request)?;
    let idempotency = key.map(|key| Idempotency {
        key,
        route: ROUTE,
        body_hash,
    });
    let announced = Announced::check(request, &app.config.limits, app.objects.part_checksum())?;
    let mut new = new_upload(&app, &caller, &announced, idempotency);
    if announced.shape.is_multipart() {
        let key = key_of(&new);
        new.store_upload_id = Some(app.objects.create_multipart(&key, &new.mime_type).await?);
        failpoint!("upload.init.in_store");
    }
    let outcome = app.catalog.open_upload(&new, app.clock.now()).await?;
    failpoint!("upload.init.recorded");
    if outcome != OpenOutcome::Opened
        && let Some(id) = &new.store_upload_id
    {
        app.objects.abort_multipart(&key_of(&new), id).await?;
    }
    let outcome = match outcome {
        OpenOutcome::Opened => OpenOutcome::Repeated(new.video_id),
        other => other,
    };
    reply(&app, &caller, &origin, outcome, &announced).await
}

/// Of everything that makes it this request: the same key with another file is another request. What a client may have
/// learnt between a request and its repeat (hashes, the speed of its line) does not count.
fn body_hash(request: &InitUploadRequest) -> Result<[u8; 32], ApiError> {
    let asked = InitUploadRequest {
        blake3: None,
        parts: None,
        part_size_hint: None,
        ..request.clone()
    };
    let json = serde_json::to_vec(&asked).map_err(ApiError::internal)?;
    Ok(blake3::hash(&json).into())
}

fn key_of(new: &NewUpload) -> String {
    let (library, video) = (new.library_id, new.video_id);
    ObjectKey::Video {
        library,
        video,
        extension: extension(&new.mime_type),
    }
    .to_string()
}

fn new_upload(
    app: &App,
    caller: &Caller,
    announced: &Announced,
    idempotency: Option<Idempotency>,
) -> NewUpload {
    let id = || app.random.uuid();
    let video_id = VideoId::new(id());
    NewUpload {
        video_id,
        upload_id: UploadId::new(id()),
        library_id: caller.library_id,
        user_id: caller.user_id,
        access_token_id: caller.token(),
        filename: announced.filename.clone(),
        title: announced.title.clone(),
        description: announced.description.clone(),
        tags: announced
            .tags
            .iter()
            .map(|name| NewTag {
                tag_id: id(),
                name: name.clone(),
            })
            .collect(),
        mime_type: announced.mime_type.clone(),
        kind: announced.kind,
        size_bytes: announced.size,
        blake3: announced.blake3,
        captured_at: announced.captured_at,
        replaces: announced.replaces,
        damaged_accepted: announced.damaged,
        multipart: announced.multipart,
        part_size: announced.part_size,
        part_count: announced.shape.part_count(),
        part_checksum: app.objects.part_checksum(),
        store_upload_id: None,
        expires_at: app
            .clock
            .now()
            .saturating_add(app.config.limits.upload_ttl.get()),
        location: announced
            .location
            .as_ref()
            .map(|found| (found.ingest_id, found_file(id(), video_id, found))),
        idempotency,
    }
}

fn found_file(location_id: Uuid, video_id: VideoId, found: &request::Found) -> FoundFile {
    let filename = found.path.rsplit('/').next().unwrap_or(&found.path);
    FoundFile {
        location_id,
        path: found.path.clone(),
        path_raw: std::str::from_utf8(&found.path_bytes)
            .is_err()
            .then(|| found.path_bytes.clone()),
        filename: filename.to_owned(),
        mtime: found.mtime,
        video_id,
    }
}

/// Builds the answer from the rows, the first time as every time.
async fn reply(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    outcome: OpenOutcome,
    announced: &Announced,
) -> Result<Response, ApiError> {
    let video = match outcome {
        OpenOutcome::Repeated(video) => video,
        OpenOutcome::Opened => return Err(ApiError::internal("an upload without its id")),
        OpenOutcome::IdempotencyConflict => {
            return Err(ApiError::new(
                ErrorCode::IdempotencyConflict,
                "This idempotency key came before with another request; use a new one.",
            ));
        }
        OpenOutcome::QuotaExceeded { quota_bytes } => {
            return Err(ApiError::new(
                ErrorCode::QuotaExceeded,
                format!("There is no room for this file within the quota of {quota_bytes} bytes."),
            ));
        }
        OpenOutcome::NoSuchIngest => {
            return Err(ApiError::field("ingest_id", "There is no such ingest."));
        }
        OpenOutcome::NoSuchVideo => {
            return Err(ApiError::field("replaces", "There is no such video."));
        }
    };
    let upload = app
        .catalog
        .upload(caller.library_id, video)
        .await?
        .ok_or_else(|| ApiError::not_found("video"))?;
    if upload.standing() != UploadStanding::Open {
        return Err(not_open(upload.standing()));
    }
    if !upload.multipart {
        return single_put(app, origin, &upload);
    }
    let parts = match &announced.parts {
        Some(parts) => Some(sign_at_init(app, origin, &upload, parts).await?),
        None => None,
    };
    in_parts(app, &upload, parts)
}

fn single_put(app: &App, origin: &Origin, upload: &UploadRow) -> Result<Response, ApiError> {
    let size = upload.size_bytes.unwrap_or_default();
    let key = store::incoming(upload);
    let put = app
        .objects
        .presign_put(origin, &key, size, None, None, SINGLE_PUT_EXPIRY)?;
    let body = SinglePutResponse {
        video_id: upload.video_id,
        upload_url: put.url,
        expires_in: SINGLE_PUT_EXPIRY.as_secs(),
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

async fn sign_at_init(
    app: &App,
    origin: &Origin,
    upload: &UploadRow,
    parts: &[PartToSign],
) -> Result<Vec<SignedPart>, ApiError> {
    // A repeat may have been cut by another hint; what counts is how the upload is cut.
    let parts = &checked_parts(parts.to_vec(), upload.shape()?, app.objects.part_checksum())?;
    let now = app.clock.now();
    let report = PartsReport {
        library: upload.library_id,
        video: upload.video_id,
        // A repeat after an adoption is no longer this upload's sender.
        epoch: Some(1),
        to_sign: parts,
        acknowledged: &[],
        expires_at: now.saturating_add(app.config.limits.upload_ttl.get()),
    };
    match app.catalog.record_parts(report, now).await? {
        PartsOutcome::Recorded(upload) => signed(app, origin, &upload, parts),
        PartsOutcome::NotOpen(standing) => Err(not_open(standing)),
        PartsOutcome::TakenOver => Err(taken_over()),
        PartsOutcome::NeverSigned(_) | PartsOutcome::NoSuchVideo => {
            Err(ApiError::not_found("video"))
        }
    }
}

fn in_parts(
    app: &App,
    upload: &UploadRow,
    parts: Option<Vec<SignedPart>>,
) -> Result<Response, ApiError> {
    let part_size = upload
        .part_size
        .and_then(PartSize::new)
        .ok_or_else(|| CatalogError::Corrupt("an upload without a part size".to_owned()))?;
    let body = InitUploadResponse {
        video_id: upload.video_id,
        upload_id: upload.upload_id,
        epoch: upload.epoch,
        part_size,
        part_count: upload.shape()?.part_count(),
        part_checksum: upload
            .part_checksum
            .unwrap_or_else(|| app.objects.part_checksum()),
        expires_at: upload.expires_at,
        max_parts_per_request: u32::try_from(PARTS_PER_REQUEST).unwrap_or(u32::MAX),
        parts,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
