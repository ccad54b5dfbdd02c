//! The stages, one file each: what a job of that name does with its video.

mod probe;
mod reread;
mod side_car;
mod thumbnail;
mod upload_validate;

use crate::catalog::jobs::ClaimedJob;
use crate::domain::job::Stage;
use crate::jobs::{JobContext, Progress, StageError};

/// Runs the job's stage to its end, the row of its result included.
pub(super) async fn run(
    context: &JobContext,
    job: &ClaimedJob,
    progress: &Progress,
) -> Result<(), StageError> {
    match job.stage {
        Stage::UploadValidate => upload_validate::run(context, job, progress).await,
        Stage::Probe => probe::run(context, job).await,
        Stage::SideCar => side_car::run(context, job).await,
        Stage::Thumbnail => thumbnail::run(context, job, progress).await,
        Stage::Reread => reread::run(context, job, progress).await,
    }
}
