//! Makes the bytes of an upload one object, whatever way they came.

use heimdex_api::ErrorCode;
use heimdex_api::upload::AcknowledgedPart;

use crate::app::App;
use crate::catalog::uploads::{PartsOutcome, PartsReport, UploadRow};
use crate::domain::part::{
    Incomplete, KnownPart, ListedPart, for_completion, with_standing_checksums,
};
use crate::domain::upload::Shape;
use crate::objects::{CompletedPart, ObjectHead, ObjectsError};
use crate::routes::uploads::store::{self, InStore};
use crate::routes::uploads::{never_signed, over_quota, taken_over};
use crate::web::ApiError;

/// Writes down what the store took, as the client says.
pub(super) async fn acknowledge(
    app: &App,
    upload: &UploadRow,
    epoch: Option<u32>,
    acknowledged: &[AcknowledgedPart],
) -> Result<(), ApiError> {
    let now = app.clock.now();
    let report = PartsReport {
        library: upload.library_id,
        video: upload.video_id,
        epoch,
        to_sign: &[],
        acknowledged,
        expires_at: now.saturating_add(app.config.limits.upload_ttl.get()),
    };
    match app.catalog.record_parts(report, now).await? {
        // Whoever completed it meanwhile did what this request is about to do: the next steps find that out.
        PartsOutcome::Recorded(_) | PartsOutcome::NotOpen(_) => Ok(()),
        PartsOutcome::TakenOver => Err(taken_over()),
        PartsOutcome::QuotaExceeded { quota_bytes } => Err(over_quota(quota_bytes)),
        PartsOutcome::NeverSigned(index) => Err(never_signed(index)),
        PartsOutcome::NoSuchVideo => Err(ApiError::not_found("video")),
    }
}

/// Makes the bytes one object; the same again finds it done.
pub(super) async fn put_together(
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
