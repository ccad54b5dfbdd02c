//! `reread`: reads a video's stored bytes again because somebody asked, through to the medium where that is possible, and
//! compares them with what they were.
//!
//! Inputs: the video's row and its object. Running it twice reads twice and gives the same rows.

use heimdex_api::plan::PartSize;
use heimdex_api::{VerifiedHow, failpoint};

use crate::catalog::jobs::{ClaimedJob, Held};
use crate::catalog::objects::StoredVideo;
use crate::catalog::rereads::RereadFinding;
use crate::jobs::read_back::{ReadBack, read_back};
use crate::jobs::stages::upload_validate::{GONE, SHORT, difference};
use crate::jobs::{JobContext, Lost, Progress, StageError, lost};
use crate::objects::embedded::Wholeness;
use crate::objects::{ObjectHead, ObjectsError};

pub(super) async fn run(
    context: &JobContext,
    job: &ClaimedJob,
    progress: &Progress,
) -> Result<(), StageError> {
    let video = context
        .catalog
        .stored_video(job.video_id)
        .await?
        .ok_or(StageError::Lost)?;
    let finding = find(context, &video, progress).await?;
    if let RereadFinding::Missing { .. } | RereadFinding::Unreadable { .. } = finding {
        // In a store that went away everything is missing, and nothing is lost.
        context.objects.still_there().await?;
    }
    failpoint!("job.reread.read");
    let held = context
        .catalog
        .finish_reread(job, &finding, context.clock.now())
        .await?;
    match held {
        Held::Yes => Ok(()),
        Held::No => Err(StageError::Lost),
    }
}

async fn find(
    context: &JobContext,
    video: &StoredVideo,
    progress: &Progress,
) -> Result<RereadFinding, StageError> {
    let Some(head) = context.objects.head(&video.object_key).await? else {
        return Ok(missing());
    };
    if head.size != video.size_bytes {
        return Ok(RereadFinding::Differs {
            sentence: format!(
                "The store has {} bytes where {} were stored. Send the file again.",
                head.size, video.size_bytes
            ),
        });
    }
    if let Some(finding) = damage(context, video).await? {
        return Ok(finding);
    }
    let (how, first) = match read(context, video, &head, progress).await? {
        Read::Bytes(how, read) => (how, difference(video, &read)),
        Read::Nothing(finding) => return Ok(finding),
    };
    if let Some(sentence) = first {
        // Memory and cables err too: what is to be believed for good is seen twice.
        match read(context, video, &head, progress).await? {
            Read::Bytes(_, read) if difference(video, &read).is_none() => {
                tracing::warn!(video.id = %video.video_id, "bytes that were read as others were equal a second time");
            }
            Read::Bytes(..) => return Ok(RereadFinding::Differs { sentence }),
            Read::Nothing(finding) => return Ok(finding),
        }
    }
    Ok(RereadFinding::Equal {
        etag: head.etag,
        verified_at: context.clock.now(),
        how,
    })
}

/// What is wrong with the object's files, as far as that is seen without reading them.
async fn damage(
    context: &JobContext,
    video: &StoredVideo,
) -> Result<Option<RereadFinding>, StageError> {
    Ok(match context.objects.wholeness(&video.object_key).await {
        Ok(Wholeness::Whole) => None,
        Ok(Wholeness::Missing) => Some(missing()),
        Ok(Wholeness::Short) => Some(RereadFinding::Differs {
            sentence: SHORT.to_owned(),
        }),
        Err(error) => match lost_bytes(error)? {
            Read::Nothing(finding) => Some(finding),
            Read::Bytes(..) => None,
        },
    })
}

/// What came of reading.
enum Read {
    /// All bytes, from where.
    Bytes(VerifiedHow, ReadBack),
    /// Not all of them, for a reason that waiting does not heal.
    Nothing(RereadFinding),
}

async fn read(
    context: &JobContext,
    video: &StoredVideo,
    head: &ObjectHead,
    progress: &Progress,
) -> Result<Read, StageError> {
    let how = match context.objects.before_read_back(&video.object_key).await {
        Ok(how) => how,
        Err(error) => return lost_bytes(error),
    };
    match stream(context, video, head, progress).await {
        Ok(read) => Ok(Read::Bytes(how, read)),
        Err(ObjectsError::NotFound) => Ok(Read::Nothing(missing())),
        // Of a store elsewhere the network ends early, too.
        Err(error) if how == VerifiedHow::Store => Err(error.into()),
        Err(error) => lost_bytes(error),
    }
}

async fn stream(
    context: &JobContext,
    video: &StoredVideo,
    head: &ObjectHead,
    progress: &Progress,
) -> Result<ReadBack, ObjectsError> {
    let part_size = video
        .part_size
        .and_then(PartSize::new)
        .unwrap_or_else(|| PartSize::choose(head.size, None));
    let frames = context.objects.get_stream(&video.object_key).await?;
    read_back(frames, head.size, part_size, progress).await
}

fn missing() -> RereadFinding {
    RereadFinding::Missing {
        sentence: GONE.to_owned(),
    }
}

fn lost_bytes(error: ObjectsError) -> Result<Read, StageError> {
    match lost(&error) {
        Some(Lost::File) => Ok(Read::Nothing(missing())),
        Some(Lost::Sector) => Ok(Read::Nothing(RereadFinding::Unreadable {
            sentence: "The store's disk cannot read the bytes.".to_owned(),
        })),
        None => Err(error.into()),
    }
}
