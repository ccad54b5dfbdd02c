//! `POST /videos/upload/complete`: all bytes are there; the checks begin.

use axum::Json;
use axum::extract::State;
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{AcknowledgedPart, CompleteUploadRequest, CompleteUploadResponse};
use heimdex_api::{Blake3, ErrorCode, JobId, ObjectId, Scope, VideoState, failpoint};
use http::StatusCode;

use super::store::{self, InStore};
use super::{checked_acknowledgements, never_signed, not_open, sentence, taken_over};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::objects::AcceptOutcome;
use crate::catalog::uploads::{
    CompleteOutcome, Completed, CompletedBy, PartsOutcome, PartsReport, UploadRow, UploadStanding,
};
use crate::domain::part::{
    Incomplete, KnownPart, ListedPart, for_completion, with_standing_checksums,
};
use crate::domain::upload::{
    Completion, CompletionClaim, Contradiction, Shape, check_completion, check_epoch,
};
use crate::objects::{CompletedPart, ObjectHead, ObjectsError};
use crate::web::{ApiError, Body};

type Reply = (StatusCode, Json<CompleteUploadResponse>);

/// `POST /videos/upload/complete`
pub async fn complete(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CompleteUploadRequest>,
) -> Result<Reply, ApiError> {
    caller.require(Scope::Upload)?;
    let upload = app
        .catalog
        .upload(caller.library_id, request.video_id)
        .await?
        .ok_or_else(|| ApiError::not_found("video"))?;
    match upload.standing() {
        UploadStanding::Open => {}
        UploadStanding::Complete(state) => {
            return accepted_before(&app, &upload, &request, state).await;
        }
        standing @ (UploadStanding::Expired | UploadStanding::Cancelled) => {
            return Err(not_open(standing));
        }
    }
    if check_epoch(upload.epoch, request.epoch).is_err() {
        return Err(taken_over());
    }
    let shape = upload.shape()?;
    let claim = CompletionClaim {
        blake3: request.blake3,
        size: request.size_bytes,
        subtrees: request.subtrees.as_deref(),
    };
    let completion = check_completion(shape, upload.size_bytes, upload.expected_blake3, claim)
        .map_err(|contradiction| refused(&contradiction))?;
    if let Some(acknowledged) = request.acknowledged {
        acknowledge(&app, &upload, request.epoch, acknowledged).await?;
    }
    let (key, head) = put_together(&app, &upload, shape, completion.size).await?;
    failpoint!("upload.completed_in_store");
    if head.size != completion.size {
        return Err(ApiError::new(
            ErrorCode::SizeMismatch,
            format!(
                "The store has {} bytes where {} were promised.",
                head.size, completion.size
            ),
        ));
    }
    let found = Found {
        key,
        head,
        subtrees: request.subtrees,
        damaged: request.damaged == Some(true),
    };
    record(&app, &upload, request.epoch, completion, found).await
}

/// An object that is all there, and what the client says of it.
struct Found {
    key: String,
    head: ObjectHead,
    subtrees: Option<Vec<Blake3>>,
    damaged: bool,
}

async fn record(
    app: &App,
    upload: &UploadRow,
    epoch: Option<u32>,
    completion: Completion,
    found: Found,
) -> Result<Reply, ApiError> {
    let in_parts = upload.shape()?.is_multipart() && completion.size > 0;
    let completed = Completed {
        library: upload.library_id,
        video: upload.video_id,
        by: CompletedBy::Client(epoch),
        object_id: ObjectId::new(app.random.uuid()),
        job_id: JobId::new(app.random.uuid()),
        key: found.key,
        etag: found.head.etag,
        size: completion.size,
        blake3: completion.blake3,
        // One PUT may hold more than a part should: its checks cut it anew.
        part_size: upload
            .part_size
            .filter(|_| in_parts)
            .and_then(PartSize::new),
        subtrees: found.subtrees.filter(|_| in_parts),
        damaged: found.damaged,
    };
    match app
        .catalog
        .complete_upload(&completed, app.clock.now())
        .await?
    {
        CompleteOutcome::Completed => {
            failpoint!("upload.completed");
            app.wake.wake();
            Ok(accepted(upload, VideoState::Validating))
        }
        CompleteOutcome::NotOpen(UploadStanding::Complete(state)) => Ok(accepted(upload, state)),
        CompleteOutcome::NotOpen(standing) => Err(not_open(standing)),
        CompleteOutcome::TakenOver => Err(taken_over()),
        CompleteOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}

fn accepted(upload: &UploadRow, state: VideoState) -> Reply {
    let message = match state {
        VideoState::Validating => "The upload is complete; it is being read back and checked.",
        VideoState::Processing => "The upload is complete and verified; it is being looked into.",
        VideoState::Indexed => "The upload is complete and verified.",
        VideoState::Failed => "The upload is complete, but its checks failed; its status says why.",
        VideoState::Uploading | VideoState::Deleted => "The upload is complete.",
    };
    let body = CompleteUploadResponse {
        video_id: upload.video_id,
        state: state.into(),
        message: message.to_owned(),
    };
    (StatusCode::ACCEPTED, Json(body))
}

/// A repeat is answered as the first was, unless it speaks of other bytes. One that accepts a damaged container makes
/// the video go on that failed by it.
async fn accepted_before(
    app: &App,
    upload: &UploadRow,
    request: &CompleteUploadRequest,
    state: VideoState,
) -> Result<Reply, ApiError> {
    if let (Some(known), Some(said)) = (upload.blake3, request.blake3)
        && known != said
    {
        return Err(refused(&Contradiction::Hash));
    }
    if state != VideoState::Failed || request.damaged != Some(true) {
        return Ok(accepted(upload, state));
    }
    let (job, now) = (JobId::new(app.random.uuid()), app.clock.now());
    let outcome = app
        .catalog
        .accept_damage(upload.library_id, upload.video_id, job, now)
        .await?;
    match outcome {
        AcceptOutcome::Accepted => {
            app.wake.wake();
            Ok(accepted(upload, VideoState::Processing))
        }
        AcceptOutcome::NotDamaged => Ok(accepted(upload, state)),
    }
}

fn refused(contradiction: &Contradiction) -> ApiError {
    let words = sentence(&contradiction.to_string());
    match contradiction {
        Contradiction::SizeNeeded => ApiError::field("size_bytes", words),
        Contradiction::TooLong { .. } => ApiError::new(ErrorCode::FileTooLarge, words),
        Contradiction::Size { .. } => ApiError::new(ErrorCode::SizeMismatch, words),
        Contradiction::SubtreeCount { .. } | Contradiction::Subtrees | Contradiction::Hash => {
            ApiError::new(ErrorCode::HashMismatch, words)
        }
    }
}

async fn acknowledge(
    app: &App,
    upload: &UploadRow,
    epoch: Option<u32>,
    acknowledged: Vec<AcknowledgedPart>,
) -> Result<(), ApiError> {
    let algorithm = upload
        .part_checksum
        .unwrap_or_else(|| app.objects.part_checksum());
    let acknowledged = checked_acknowledgements(acknowledged, algorithm)?;
    let now = app.clock.now();
    let report = PartsReport {
        library: upload.library_id,
        video: upload.video_id,
        epoch,
        to_sign: &[],
        acknowledged: &acknowledged,
        expires_at: now.saturating_add(app.config.limits.upload_ttl.get()),
    };
    match app.catalog.record_parts(report, now).await? {
        // Whoever completed it meanwhile did what this request is about to do: the next steps find that out.
        PartsOutcome::Recorded(_) | PartsOutcome::NotOpen(_) => Ok(()),
        PartsOutcome::TakenOver => Err(taken_over()),
        PartsOutcome::NeverSigned(index) => Err(never_signed(index)),
        PartsOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}

/// Makes the bytes one object, whatever way they came; the same again finds it done.
async fn put_together(
    app: &App,
    upload: &UploadRow,
    shape: Shape,
    size: u64,
) -> Result<(String, ObjectHead), ApiError> {
    match shape {
        Shape::Empty => store::put_nothing(app, upload).await,
        Shape::OnePut(_) => store::one_put(app, upload).await,
        Shape::Stream(_) if size == 0 => {
            app.objects
                .abort_multipart(&store::home(upload), store::upload_id(upload)?)
                .await?;
            store::put_nothing(app, upload).await
        }
        Shape::Parts(_) | Shape::Stream(_) => {
            let key = store::home(upload);
            let head = match store::in_store(app, upload).await? {
                InStore::Whole(head) => head,
                InStore::Parts(listed) => join_parts(app, upload, shape, size, &listed).await?,
                InStore::Nothing => return Err(lost(app, upload, shape, size).await?),
            };
            Ok((key, head))
        }
    }
}

async fn join_parts(
    app: &App,
    upload: &UploadRow,
    shape: Shape,
    size: u64,
    listed: &[ListedPart],
) -> Result<ObjectHead, ApiError> {
    let signed = app.catalog.signed_parts(upload.upload_id).await?;
    let stored = with_standing_checksums(listed, &signed);
    let known = for_completion(shape, size, &stored).map_err(incomplete)?;
    let parts: Vec<CompletedPart> = known.into_iter().map(named).collect();
    let (key, id) = (store::home(upload), store::upload_id(upload)?);
    match app.objects.complete_multipart(&key, id, &parts).await {
        // Not found is a lost reply, or a twin of this request: what counts is the object.
        Ok(_) | Err(ObjectsError::NoSuchUpload) => {}
        Err(ObjectsError::InvalidPart | ObjectsError::ChecksumMismatch) => {
            return Err(ApiError::new(
                ErrorCode::PartChecksumMismatch,
                "A part in the store changed while the upload was completed; ask for the list again.",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    match app.objects.head(&key).await? {
        Some(head) => Ok(head),
        None => Err(lost(app, upload, shape, size).await?),
    }
}

fn named(part: KnownPart) -> CompletedPart {
    CompletedPart {
        number: part.number.get(),
        etag: part.etag,
        checksum: Some(part.checksum),
    }
}

fn incomplete(why: Incomplete) -> ApiError {
    match why {
        Incomplete::Missing(missing) => {
            ApiError::new(ErrorCode::PartMissing, "Not all parts have arrived in the store.")
                .with_missing(missing)
        }
        Incomplete::Unsure(missing) => ApiError::new(
            ErrorCode::PartChecksumMismatch,
            "Parts in the store have another size than planned, or an unknown checksum; send them again.",
        )
        .with_missing(missing),
    }
}

/// The store has forgotten the upload: it begins again, and every part is missing.
async fn lost(
    app: &App,
    upload: &UploadRow,
    shape: Shape,
    size: u64,
) -> Result<ApiError, ApiError> {
    store::begin_again(app, upload).await?;
    let all = shape
        .lengths(size)
        .into_iter()
        .map(|(number, _)| u32::from(number.get()));
    Ok(incomplete(Incomplete::Missing(all.collect())))
}
