//! `probe`: what the container says of itself (duration, size, codecs, capture time), by ranged reads of head and
//! index, never of the whole file. After it a video is indexed.
//!
//! Inputs: the verified object. Running it twice gives the same rows.

use heimdex_api::{JobId, failpoint};

use crate::catalog::jobs::{ClaimedJob, Held};
use crate::jobs::stages::upload_validate::look;
use crate::jobs::{JobContext, StageError};

pub(super) async fn run(context: &JobContext, job: &ClaimedJob) -> Result<(), StageError> {
    let video = context
        .catalog
        .stored_video(job.video_id)
        .await?
        .ok_or(StageError::Lost)?;
    let report = look(context, &video.object_key, video.size_bytes).await?;
    let probe = report.map(|report| report.probe).unwrap_or_default();
    let pictures = context.pictures.wanted;
    let pictures = pictures.then(|| JobId::new(context.random.uuid()));
    let held = context
        .catalog
        .finish_probe(job, &probe, pictures, context.clock.now())
        .await?;
    failpoint!("job.probe.recorded");
    match held {
        Held::Yes => {
            context.wake.wake();
            Ok(())
        }
        Held::No => Err(StageError::Lost),
    }
}
