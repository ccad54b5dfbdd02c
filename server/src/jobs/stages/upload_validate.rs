//! `upload_validate`: reads the whole object back, compares it with what was promised, recognises what it is, and
//! writes the side-car. After it a video is verified, or failed with a sentence.
//!
//! Where `jobs.verify_store` is `never`, a file whose client told its hash is not read back: it goes on unverified. One
//! whose container seems damaged is read all the same: whether to keep it is decided by equal bytes.
//!
//! Inputs: the video's row and its object. Running it twice gives the same rows.

use heimdex_api::plan::PartSize;
use heimdex_api::{Blake3, JobId, VideoKind, failpoint};
use heimdex_media::{Completeness, MediaError, Report};
use tokio::runtime::Handle;

use crate::catalog::jobs::{ClaimedJob, Held};
use crate::catalog::objects::{ReadAt, StoredVideo, Validation, Verified};
use crate::config::VerifyStore;
use crate::jobs::read_back::{ReadBack, read_back};
use crate::jobs::source::{ObjectSource, store_error};
use crate::jobs::{JobContext, Progress, StageError, side_car};
use crate::objects::embedded::Wholeness;
use crate::objects::{ObjectHead, ObjectKey, ObjectsError, extension};

/// What a person is told whose bytes are gone.
pub(super) const GONE: &str = "The bytes are not in the store any more. Send the file again.";
/// And of bytes of which some are.
pub(super) const SHORT: &str = "The store has lost some of the bytes. Send the file again.";
/// Of a verdict's parts that differ, as many are named.
const NAMED_PARTS: usize = 10;

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
    let validation = match judge(context, &video, progress).await? {
        Err(sentence) => Validation::Refused { sentence },
        Ok(verified) => {
            let side_car = Box::new(side_car::write(context, &verified, video.video_id).await?);
            failpoint!("job.validate.side_car");
            Validation::Verified { verified, side_car }
        }
    };
    let held = context
        .catalog
        .finish_validation(
            job,
            &validation,
            [context.random.uuid(), context.random.uuid()].map(JobId::new),
            context.clock.now(),
        )
        .await?;
    failpoint!("job.validate.recorded");
    match held {
        Held::Yes => {
            context.wake.wake();
            Ok(())
        }
        Held::No => Err(StageError::Lost),
    }
}

/// What is wrong with the bytes, for a person.
pub(super) type Sentence = String;

async fn judge(
    context: &JobContext,
    video: &StoredVideo,
    progress: &Progress,
) -> Result<Result<Verified, Sentence>, StageError> {
    let Some((key, head)) = locate(context, video).await? else {
        context.objects.still_there().await?;
        return Ok(Err(GONE.to_owned()));
    };
    if head.size != video.size_bytes {
        return Ok(Err(format!(
            "The store has {} bytes where {} were promised. Send the file again.",
            head.size, video.size_bytes
        )));
    }
    match context.objects.wholeness(&key).await? {
        Wholeness::Whole => {}
        Wholeness::Missing => {
            context.objects.still_there().await?;
            return Ok(Err(GONE.to_owned()));
        }
        Wholeness::Short => return Ok(Err(SHORT.to_owned())),
    }
    let part_size = video
        .part_size
        .and_then(PartSize::new)
        .unwrap_or_else(|| PartSize::choose(head.size, None));
    let (kind, damage) = judged(look(context, &key, head.size).await?);
    let told = told(context.verify_store, video, part_size).filter(|_| damage.is_none());
    let (found, read) = if let Some(told) = told {
        (told, None)
    } else {
        let how = context.objects.before_read_back(&key).await?;
        let frames = context.objects.get_stream(&key).await?;
        let found = read_back(frames, head.size, part_size, progress).await?;
        if let Some(sentence) = difference(video, &found) {
            return Ok(Err(sentence));
        }
        let at = context.clock.now();
        (found, Some(ReadAt { at, how }))
    };
    Ok(Ok(Verified {
        kind,
        damage,
        blake3: found.blake3,
        part_size,
        subtrees: found.subtrees,
        etag: head.etag,
        read,
    }))
}

/// What a look into the container comes to.
fn judged(report: Option<Report>) -> (VideoKind, Option<Sentence>) {
    match report {
        None => (VideoKind::File, None),
        Some(Report {
            completeness: Completeness::Damaged { sentence },
            ..
        }) => (VideoKind::Video, Some(sentence)),
        Some(Report {
            completeness: Completeness::Complete | Completeness::NotJudged,
            ..
        }) => (VideoKind::Video, None),
    }
}

/// What the client told of the content, where the server is set to take its word for it and it told all.
fn told(verify: VerifyStore, video: &StoredVideo, part_size: PartSize) -> Option<ReadBack> {
    if verify == VerifyStore::Always {
        return None;
    }
    let blake3 = video.blake3?;
    let parts = usize::try_from(video.size_bytes.div_ceil(part_size.get())).ok()?;
    let subtrees = match (&video.subtrees, parts) {
        (_, 0) => Vec::new(),
        (_, 1) => vec![blake3],
        (Some(told), parts) if told.len() == parts => told.clone(),
        _ => return None,
    };
    Some(ReadBack {
        size: video.size_bytes,
        blake3,
        subtrees,
    })
}

/// Where the object is: at its final key, if need be moved there from `incoming/`, where an old URL could still
/// overwrite it.
async fn locate(
    context: &JobContext,
    video: &StoredVideo,
) -> Result<Option<(String, ObjectHead)>, StageError> {
    let objects = &context.objects;
    let home = ObjectKey::Video {
        library: video.library_id,
        video: video.video_id,
        extension: extension(&video.mime_type),
    }
    .to_string();
    if let Some(head) = objects.head(&home).await? {
        // Moved already, though perhaps the row does not know: what lies at the old key by now is nobody's.
        note_move(context, video, &home, &head).await?;
        return Ok(Some((home, head)));
    }
    if video.object_key == home {
        return Ok(None);
    }
    match objects.move_object(&video.object_key, &home).await {
        Ok(()) => {}
        Err(ObjectsError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    failpoint!("job.validate.moved");
    let Some(head) = objects.head(&home).await? else {
        return Ok(None);
    };
    note_move(context, video, &home, &head).await?;
    Ok(Some((home, head)))
}

async fn note_move(
    context: &JobContext,
    video: &StoredVideo,
    home: &str,
    head: &ObjectHead,
) -> Result<(), StageError> {
    if video.object_key != home {
        let id = video.object_id;
        context
            .catalog
            .object_moved(video.library_id, id, home, &head.etag)
            .await?;
        failpoint!("job.validate.move_recorded");
    }
    Ok(())
}

/// How the stored bytes differ from the file, where somebody told what the file is.
pub(super) fn difference(video: &StoredVideo, read: &ReadBack) -> Option<Sentence> {
    if read.size != video.size_bytes {
        return Some(format!(
            "Reading back gave {} bytes where {} were promised. Send the file again.",
            read.size, video.size_bytes
        ));
    }
    let promised = video.blake3.filter(|promised| *promised != read.blake3)?;
    let parts = differing_parts(
        video.subtrees.as_deref().unwrap_or_default(),
        &read.subtrees,
    );
    Some(format!(
        "The stored bytes differ from the file{parts}: its BLAKE3 is {promised}, that of what is stored {}. Send the \
         file again.",
        read.blake3
    ))
}

/// ` in part 3` or ` in parts 3, 7 and 12 more`, where the parts' values are known.
fn differing_parts(told: &[Blake3], read: &[Blake3]) -> String {
    if told.len() != read.len() {
        return String::new();
    }
    let differing: Vec<String> = (1_usize..)
        .zip(told.iter().zip(read))
        .filter(|(_, (told, read))| told != read)
        .map(|(number, _)| number.to_string())
        .collect();
    match differing.as_slice() {
        [] => String::new(),
        [one] => format!(" in part {one}"),
        some if some.len() <= NAMED_PARTS => format!(" in parts {}", some.join(", ")),
        many => {
            format!(
                " in parts {} and {} more",
                many[..NAMED_PARTS].join(", "),
                many.len() - NAMED_PARTS
            )
        }
    }
}

/// Looks into the container on a blocking thread.
pub(super) async fn look(
    context: &JobContext,
    key: &str,
    size: u64,
) -> Result<Option<Report>, StageError> {
    let source = ObjectSource::new(
        context.objects.clone(),
        key.to_owned(),
        size,
        Handle::current(),
    );
    let looked = tokio::task::spawn_blocking(move || heimdex_media::inspect(&source))
        .await
        .map_err(|error| StageError::Fault(Box::new(error)))?;
    looked.map_err(|error| {
        let outage = match &error {
            MediaError::Read { source, .. } => store_error(source).is_some(),
            MediaError::Shrunk { .. } => false,
        };
        if outage {
            StageError::Outage(Box::new(error))
        } else {
            StageError::Fault(Box::new(error))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_parts_are_named_as_far_as_they_are_known() {
        let values = |changed: &[usize]| -> Vec<Blake3> {
            (0..20)
                .map(|i| Blake3::new([u8::from(changed.contains(&i)); 32]))
                .collect()
        };
        let told = values(&[]);
        for (read, expected) in [
            (values(&[]), ""),
            (values(&[2]), " in part 3"),
            (values(&[0, 19]), " in parts 1, 20"),
            (
                values(&(0..12).collect::<Vec<_>>()),
                " in parts 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more",
            ),
            (vec![], ""),
        ] {
            assert_eq!(differing_parts(&told, &read), expected);
        }
    }
}
