//! Announcing files, one or many: checked, opened in the store where they need it, written in one transaction, answered
//! from the rows.

use futures::StreamExt as _;
use futures::stream;
use heimdex_api::limits::{PARTS_PER_REQUEST, SINGLE_PUT_EXPIRY};
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{
    InitUploadRequest, InitUploadResponse, PartToSign, SignedPart, SinglePutResponse,
};
use heimdex_api::{ErrorCode, UploadId, VideoId, failpoint};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::request::{Announced, Found};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::uploads::{
    NewUpload, OpenOutcome, PartsOutcome, PartsReport, UploadRow, UploadStanding,
};
use crate::catalog::{CatalogError, FoundFile, Idempotency, NewTag};
use crate::objects::{ObjectKey, Origin, extension};
use crate::routes::uploads::{checked_parts, not_open, over_quota, signed, store, taken_over};
use crate::web::ApiError;

/// The same key in a batch and alone is the same request.
const ROUTE: &str = "POST /videos/upload/init";
/// So many files are opened in the store at a time.
const AT_ONCE: usize = 8;

/// A file that is announced.
pub(in crate::routes::uploads) struct Asked {
    /// What is said of it.
    pub(in crate::routes::uploads) request: InitUploadRequest,
    /// Under which key it may be repeated.
    pub(in crate::routes::uploads) key: Option<String>,
}

/// A file that may be written down.
struct Prepared {
    new: NewUpload,
    to_sign: Option<Vec<PartToSign>>,
}

/// What became of each file: the reply to init, in order. What was refused before is handed through.
///
/// # Errors
/// Where none could be written down.
pub(in crate::routes::uploads) async fn announce(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    asked: Vec<Result<Asked, ApiError>>,
) -> Result<Vec<Result<Value, ApiError>>, ApiError> {
    let prepared: Vec<Result<Prepared, ApiError>> = stream::iter(asked)
        .map(async |asked| prepare(app, caller, asked?).await)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let news: Vec<&NewUpload> = prepared
        .iter()
        .flatten()
        .map(|prepared| &prepared.new)
        .collect();
    let now = app.clock.now();
    let outcomes = app
        .catalog
        .announce_uploads(caller.library_id, &news, now)
        .await?;
    failpoint!("upload.init.recorded");
    let mut outcomes = outcomes.into_iter();
    let mut replies = Vec::with_capacity(prepared.len());
    for prepared in prepared {
        replies.push(match prepared {
            Ok(prepared) => {
                let outcome = outcomes
                    .next()
                    .ok_or_else(|| ApiError::internal("an upload without its outcome"))?;
                settle(app, origin, outcome, prepared).await
            }
            Err(error) => Err(error),
        });
    }
    Ok(replies)
}

async fn prepare(app: &App, caller: &Caller, asked: Asked) -> Result<Prepared, ApiError> {
    let body_hash = body_hash(&asked.request)?;
    let idempotency = asked.key.map(|key| Idempotency {
        key,
        route: ROUTE,
        body_hash,
    });
    let limits = &app.config.limits;
    let announced = Announced::check(asked.request, limits, app.objects.part_checksum())?;
    let mut new = new_upload(app, caller, &announced, idempotency);
    if announced.shape.is_multipart() {
        let key = key_of(&new);
        new.store_upload_id = Some(app.objects.create_multipart(&key, &new.mime_type).await?);
        failpoint!("upload.init.in_store");
    }
    Ok(Prepared {
        new,
        to_sign: announced.parts,
    })
}

/// Builds one answer from its rows, the first time as every time.
async fn settle(
    app: &App,
    origin: &Origin,
    outcome: OpenOutcome,
    prepared: Prepared,
) -> Result<Value, ApiError> {
    let Prepared { new, to_sign } = prepared;
    let is_new = matches!(outcome, OpenOutcome::Opened(_));
    if !is_new && let Some(id) = &new.store_upload_id {
        app.objects.abort_multipart(&key_of(&new), id).await?;
    }
    let upload = opened(outcome)?;
    if upload.standing() != UploadStanding::Open {
        return Err(not_open(upload.standing()));
    }
    if !upload.multipart {
        return single_put(app, origin, &upload);
    }
    let parts = match &to_sign {
        Some(parts) if is_new => Some(signed(app, origin, &upload, parts)?),
        Some(parts) => Some(sign_again(app, origin, &upload, parts).await?),
        None => None,
    };
    in_parts(app, &upload, parts)
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
        to_sign: announced.parts.clone().unwrap_or_default(),
        location: announced
            .location
            .as_ref()
            .map(|found| (found.ingest_id, found_file(id(), video_id, found))),
        idempotency,
    }
}

fn found_file(location_id: Uuid, video_id: VideoId, found: &Found) -> FoundFile {
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

/// The upload, new or known, unless it was refused.
fn opened(outcome: OpenOutcome) -> Result<Box<UploadRow>, ApiError> {
    match outcome {
        OpenOutcome::Opened(upload) | OpenOutcome::Repeated(upload) => Ok(upload),
        OpenOutcome::RepeatedAndGone => Err(ApiError::not_found("video")),
        OpenOutcome::IdempotencyConflict => Err(ApiError::new(
            ErrorCode::IdempotencyConflict,
            "This idempotency key came before with another request; use a new one.",
        )),
        OpenOutcome::QuotaExceeded { quota_bytes } => Err(over_quota(quota_bytes)),
        OpenOutcome::NoSuchIngest => Err(ApiError::field("ingest_id", "There is no such ingest.")),
        OpenOutcome::NoSuchVideo => Err(ApiError::field("replaces", "There is no such video.")),
    }
}

fn single_put(app: &App, origin: &Origin, upload: &UploadRow) -> Result<Value, ApiError> {
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
    json(&body)
}

/// Signs for a request that came before: what counts is how its upload is cut, which may have been by another hint.
async fn sign_again(
    app: &App,
    origin: &Origin,
    upload: &UploadRow,
    parts: &[PartToSign],
) -> Result<Vec<SignedPart>, ApiError> {
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
        PartsOutcome::QuotaExceeded { quota_bytes } => Err(over_quota(quota_bytes)),
        PartsOutcome::NeverSigned(_) | PartsOutcome::NoSuchVideo => {
            Err(ApiError::not_found("video"))
        }
    }
}

fn in_parts(
    app: &App,
    upload: &UploadRow,
    parts: Option<Vec<SignedPart>>,
) -> Result<Value, ApiError> {
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
    json(&body)
}

fn json(body: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(body).map_err(ApiError::internal)
}
