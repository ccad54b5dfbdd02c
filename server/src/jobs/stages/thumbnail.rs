//! `thumbnail`: a poster and a contact sheet of a video, as WebP beside it in the store, by a caged ffmpeg that is given what it
//! asks for and never the whole of a long film.
//!
//! Inputs: the verified object and what the probe found. Running it twice gives the same objects. It is optional: whatever
//! comes of it, the video stays what it is.

use std::time::Duration;

use heimdex_api::failpoint;

use crate::catalog::jobs::{ClaimedJob, Held};
use crate::catalog::pictures::{PicturedVideo, PicturesOutcome};
use crate::jobs::cage::Cage;
use crate::jobs::pictures::{self, Pictures, PicturesError, Subject};
use crate::jobs::{JobContext, Progress, StageError};
use crate::objects::ObjectKey;

pub(super) async fn run(
    context: &JobContext,
    job: &ClaimedJob,
    progress: &Progress,
) -> Result<(), StageError> {
    let video = context
        .catalog
        .pictured_video(job.video_id)
        .await?
        .ok_or(StageError::Lost)?;
    let outcome = outcome(context, job, &video, progress).await?;
    failpoint!("job.thumbnail.stored");
    let held = context
        .catalog
        .finish_pictures(job, &outcome, context.clock.now())
        .await?;
    failpoint!("job.thumbnail.recorded");
    if held == Held::No {
        if context
            .catalog
            .pictured_video(job.video_id)
            .await?
            .is_none()
        {
            // It was thrown away meanwhile, and whoever did that may have been here before these were.
            context.objects.delete_many(&keys(job)).await?;
        }
        return Err(StageError::Lost);
    }
    Ok(())
}

async fn outcome(
    context: &JobContext,
    job: &ClaimedJob,
    video: &PicturedVideo,
    progress: &Progress,
) -> Result<PicturesOutcome, StageError> {
    if video.width.is_none() {
        // Sound alone, or a picture that nobody knows how to decode.
        return Ok(PicturesOutcome::Nothing);
    }
    let tools = &context.pictures;
    let cage = match Cage::find(tools.ffmpeg.as_deref(), tools.path.as_ref(), tools.limits) {
        Ok(cage) => cage,
        Err(missing) => {
            return Ok(PicturesOutcome::LeftOut(format!(
                "No pictures were made: {missing}."
            )));
        }
    };
    let subject = Subject {
        key: video.object_key.clone(),
        size: video.size_bytes,
        duration: video.duration_ms.map(Duration::from_millis),
        rotation: video.rotation.unwrap_or(0),
    };
    let made = pictures::make(
        &cage,
        &context.objects,
        &subject,
        tools.time,
        context.random,
        progress,
    );
    match made.await {
        Ok(pictures) => store(context, job, pictures).await,
        Err(PicturesError::None(sentence)) => Ok(PicturesOutcome::Failed(sentence)),
        Err(PicturesError::Store(error)) => Err(error.into()),
        Err(PicturesError::Fault(error)) => Err(StageError::Fault(Box::new(error))),
    }
}

async fn store(
    context: &JobContext,
    job: &ClaimedJob,
    pictures: Pictures,
) -> Result<PicturesOutcome, StageError> {
    let made = PicturesOutcome::Made {
        poster_bytes: pictures.poster.len() as u64,
        contact_sheet_bytes: pictures.contact_sheet.len() as u64,
    };
    tracing::info!(
        bytes_read = pictures.bytes_read,
        poster_bytes = pictures.poster.len(),
        contact_sheet_bytes = pictures.contact_sheet.len(),
        "pictures were made"
    );
    let [poster, contact_sheet] = keys(job);
    for (key, bytes) in [
        (poster, pictures.poster),
        (contact_sheet, pictures.contact_sheet),
    ] {
        context.objects.put(&key, "image/webp", bytes).await?;
    }
    Ok(made)
}

fn keys(job: &ClaimedJob) -> [String; 2] {
    [
        ObjectKey::Poster(job.video_id),
        ObjectKey::ContactSheet(job.video_id),
    ]
    .map(|key| key.to_string())
}
