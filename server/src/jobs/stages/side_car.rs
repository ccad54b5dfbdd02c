//! `side_car`: writes a video's side-car anew, after what it tells has changed.
//!
//! Inputs: the video's rows. Running it twice gives the same side-car; if something changes while it runs, it runs again.

use heimdex_api::failpoint;

use crate::catalog::jobs::{ClaimedJob, Held};
use crate::jobs::{JobContext, StageError, side_car};

pub(super) async fn run(context: &JobContext, job: &ClaimedJob) -> Result<(), StageError> {
    let catalog = &context.catalog;
    let written = match catalog.verified_content(job.video_id).await? {
        Some(verified) => side_car::write(context, &verified, job.video_id).await?,
        // Its bytes were found to differ meanwhile: there is nothing to tell of them.
        None => catalog
            .describe(job.video_id)
            .await?
            .ok_or(StageError::Lost)?,
    };
    failpoint!("job.side_car.written");
    let held = catalog
        .finish_side_car(job, &written, context.clock.now())
        .await?;
    match held {
        Held::Yes => {
            // Perhaps for this very job, once more.
            context.wake.wake();
            Ok(())
        }
        Held::No => Err(StageError::Lost),
    }
}
