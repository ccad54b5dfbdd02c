//! Completing uploads, one or many: each is judged by what it says and what the store has, then all that are whole are
//! written in one transaction.

use futures::StreamExt as _;
use futures::stream;
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{CompleteUploadRequest, CompleteUploadResponse};
use heimdex_api::{ErrorCode, JobId, ObjectId, VideoState, failpoint};

use super::join::{acknowledge, put_together};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::edits::{EditOutcome, VideoEdit};
use crate::catalog::uploads::{CompleteOutcome, Completed, CompletedBy, UploadRow, UploadStanding};
use crate::domain::edit::Edit;
use crate::domain::upload::{
    Completion, CompletionClaim, Contradiction, check_completion, check_epoch,
};
use crate::objects::ObjectHead;
use crate::routes::uploads::{
    checked_acknowledgements, never_signed, not_open, sentence, taken_over,
};
use crate::web::ApiError;

/// For so many uploads the store is asked at a time.
const AT_ONCE: usize = 8;

/// A completion that may be answered or written down.
enum Judged {
    /// It was completed before.
    Before(CompleteUploadResponse),
    /// Its bytes are whole in the store.
    Whole(Box<UploadRow>, Box<Completed>),
}

/// What became of each completion, in order. What was refused before is handed through.
///
/// # Errors
/// Where none could be written down.
pub(in crate::routes::uploads) async fn finish(
    app: &App,
    caller: &Caller,
    requests: Vec<Result<CompleteUploadRequest, ApiError>>,
) -> Result<Vec<Result<CompleteUploadResponse, ApiError>>, ApiError> {
    let judged: Vec<Result<Judged, ApiError>> = stream::iter(requests)
        .map(async |request| judge(app, caller, request?).await)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let whole: Vec<&Completed> = judged
        .iter()
        .flatten()
        .filter_map(|judged| match judged {
            Judged::Whole(_, completed) => Some(&**completed),
            Judged::Before(_) => None,
        })
        .collect();
    let now = app.clock.now();
    let outcomes = app
        .catalog
        .complete_uploads(caller.library_id, &whole, now)
        .await?;
    if outcomes.contains(&CompleteOutcome::Completed) {
        failpoint!("upload.completed");
        app.wake.wake();
    }
    let mut outcomes = outcomes.into_iter();
    judged
        .into_iter()
        .map(|judged| match judged {
            Err(error) => Ok(Err(error)),
            Ok(Judged::Before(reply)) => Ok(Ok(reply)),
            Ok(Judged::Whole(upload, _)) => match outcomes.next() {
                Some(outcome) => Ok(told(&upload, outcome)),
                None => Err(ApiError::internal("a completion without its outcome")),
            },
        })
        .collect()
}

async fn judge(
    app: &App,
    caller: &Caller,
    request: CompleteUploadRequest,
) -> Result<Judged, ApiError> {
    let upload = app
        .catalog
        .upload(caller.library_id, request.video_id)
        .await?
        .ok_or_else(|| ApiError::not_found("video"))?;
    match upload.standing() {
        UploadStanding::Open => {}
        UploadStanding::Complete(state) => {
            let reply = accepted_before(app, &upload, &request, state).await?;
            return Ok(Judged::Before(reply));
        }
        standing @ (UploadStanding::Expired | UploadStanding::Cancelled) => {
            return Err(not_open(standing));
        }
    }
    if check_epoch(upload.epoch, request.epoch).is_err() {
        return Err(taken_over());
    }
    let claim = CompletionClaim {
        blake3: request.blake3,
        size: request.size_bytes,
        subtrees: request.subtrees.as_deref(),
    };
    let shape = upload.shape()?;
    let completion = check_completion(shape, upload.size_bytes, upload.expected_blake3, claim)
        .map_err(|contradiction| refused(&contradiction))?;
    let algorithm = upload
        .part_checksum
        .unwrap_or_else(|| app.objects.part_checksum());
    let acknowledged = request.acknowledged.clone().unwrap_or_default();
    let mut acknowledged = checked_acknowledgements(acknowledged, algorithm)?;
    if shape.is_multipart() && !acknowledged.is_empty() {
        // Which checksum of a part stands is needed before its parts are put together.
        acknowledge(app, &upload, request.epoch, &acknowledged).await?;
        acknowledged.clear();
    }
    let (key, head) = put_together(app, &upload, shape, completion.size).await?;
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
    let mut completed = whole(app, &upload, request, completion, (key, head))?;
    completed.acknowledged = acknowledged;
    Ok(Judged::Whole(Box::new(upload), Box::new(completed)))
}

fn whole(
    app: &App,
    upload: &UploadRow,
    request: CompleteUploadRequest,
    completion: Completion,
    (key, head): (String, ObjectHead),
) -> Result<Completed, ApiError> {
    let in_parts = upload.shape()?.is_multipart() && completion.size > 0;
    Ok(Completed {
        library: upload.library_id,
        video: upload.video_id,
        by: CompletedBy::Client(request.epoch),
        object_id: ObjectId::new(app.random.uuid()),
        job_id: JobId::new(app.random.uuid()),
        key,
        etag: head.etag,
        size: completion.size,
        blake3: completion.blake3,
        // One PUT may hold more than a part should: its checks cut it anew.
        part_size: upload
            .part_size
            .filter(|_| in_parts)
            .and_then(PartSize::new),
        subtrees: request.subtrees.filter(|_| in_parts),
        acknowledged: Vec::new(),
        damaged: request.damaged == Some(true),
    })
}

fn told(upload: &UploadRow, outcome: CompleteOutcome) -> Result<CompleteUploadResponse, ApiError> {
    match outcome {
        CompleteOutcome::Completed => Ok(accepted(upload, VideoState::Validating)),
        CompleteOutcome::NotOpen(UploadStanding::Complete(state)) => Ok(accepted(upload, state)),
        CompleteOutcome::NotOpen(standing) => Err(not_open(standing)),
        CompleteOutcome::TakenOver => Err(taken_over()),
        CompleteOutcome::NeverSigned(index) => Err(never_signed(index)),
        CompleteOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}

fn accepted(upload: &UploadRow, state: VideoState) -> CompleteUploadResponse {
    let message = match state {
        VideoState::Validating => "The upload is complete; it is being read back and checked.",
        VideoState::Processing => "The upload is complete and verified; it is being looked into.",
        VideoState::Indexed => "The upload is complete and verified.",
        VideoState::Failed => "The upload is complete, but its checks failed; its status says why.",
        VideoState::Uploading | VideoState::Deleted => "The upload is complete.",
    };
    CompleteUploadResponse {
        video_id: upload.video_id,
        state: state.into(),
        message: message.to_owned(),
    }
}

/// A repeat is answered as the first was, unless it speaks of other bytes. One that accepts a damaged container makes
/// the video go on that failed by it.
async fn accepted_before(
    app: &App,
    upload: &UploadRow,
    request: &CompleteUploadRequest,
    state: VideoState,
) -> Result<CompleteUploadResponse, ApiError> {
    if let (Some(known), Some(said)) = (upload.blake3, request.blake3)
        && known != said
    {
        return Err(refused(&Contradiction::Hash));
    }
    if state != VideoState::Failed || request.damaged != Some(true) {
        return Ok(accepted(upload, state));
    }
    let wanted = Edit {
        damaged: Some(true),
        ..Edit::default()
    };
    let edit = VideoEdit {
        library: upload.library_id,
        video: upload.video_id,
        wanted: &wanted,
        tags: &[],
        if_match: None,
        probe_job: JobId::new(app.random.uuid()),
        side_car_job: JobId::new(app.random.uuid()),
    };
    match app.catalog.edit_video(&edit, app.clock.now()).await? {
        EditOutcome::Edited => {
            app.wake.wake();
            Ok(accepted(upload, VideoState::Processing))
        }
        // It did not fail by a damaged container, or its bytes are missing or differ: what it is stands.
        _ => Ok(accepted(upload, state)),
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
