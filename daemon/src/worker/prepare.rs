//! What is looked at right before a file is sent: whether it still is what was queued, what it replaces, and whether
//! somebody else is bringing it.

use std::path::Path;

use heimdex_api::upload::OpenUploadsQuery;
use heimdex_api::{Timestamp, VideoId};
use heimdex_client::ingest::{Ingest, announce};
use heimdex_client::journal::{FileKey, KeptFile, QueuedFile, UploadKey};
use heimdex_client::transfer::{
    TransferContext, TransferError, UploadJob, UploadOptions, locate, stamp_of,
};

use super::ending;
use crate::engine::Ending;
use crate::queue::backoff::TAKEN_OVER;

/// A file that is to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) file: QueuedFile,
    pub(super) key: FileKey,
    pub(super) job: UploadJob,
    /// Bytes of the version of it that is stored, where one is.
    pub(super) before: Option<u64>,
}

/// Looks; what must not be sent now ends so.
pub(super) async fn prepare(
    context: &TransferContext,
    ingest: &Ingest,
    below: Option<&Path>,
    file: QueuedFile,
) -> Result<Ready, (QueuedFile, Ending)> {
    match prepared(context, ingest, below, &file).await {
        Ok((key, job, before)) => Ok(Ready {
            file,
            key,
            job,
            before,
        }),
        Err(ending) => Err((file, ending)),
    }
}

async fn prepared(
    context: &TransferContext,
    ingest: &Ingest,
    below: Option<&Path>,
    file: &QueuedFile,
) -> Result<(FileKey, UploadJob, Option<u64>), Ending> {
    // A folder above it may be a link by now, to what nobody gave to be watched.
    let (path, root) = (file.path.clone(), below.map(Path::to_owned));
    let looked = tokio::task::spawn_blocking(move || {
        let stamp = stamp_of(&path, root.as_deref())?;
        Ok::<_, std::io::Error>((stamp, locate(&path)?))
    });
    let looked = looked.await.map_err(|_| Ending::NotDone)?;
    let (stamp, key) = looked.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ending::Vanished,
        kind => ending::of_error(&TransferError::Unreadable {
            path: file.path.clone(),
            reason: kind.to_string(),
        }),
    })?;
    if stamp != file.stamp {
        return Err(Ending::Changed(stamp));
    }
    somebody_elses(context, file, &key).await?;
    // A journal that cannot be read costs this answer only.
    let kept = context
        .journal()
        .kept(context.profile(), &key)
        .ok()
        .flatten();
    let before = kept.as_ref().map(|kept| kept.stamp.size);
    let replaces = replaced(context, file, kept).await?;
    let mtime = Timestamp::from_micros(file.stamp.mtime);
    let mut init = announce(&file.relative, mtime, ingest.id);
    init.title.clone_from(&file.options.title);
    init.description.clone_from(&file.options.description);
    init.tags = (!file.options.tags.is_empty()).then(|| file.options.tags.clone());
    init.damaged = file.options.damaged.then_some(true);
    init.replaces = replaces;
    let job = UploadJob {
        path: file.path.clone(),
        below: below.map(Path::to_owned),
        init,
        options: UploadOptions::default(),
        failed_before: ingest.failed.get(&file.relative).copied(),
    };
    Ok((key, job, before))
}

/// An upload of ours that somebody took over since is theirs, until nothing arrived there for long enough.
async fn somebody_elses(
    context: &TransferContext,
    file: &QueuedFile,
    key: &FileKey,
) -> Result<(), Ending> {
    let upload = UploadKey {
        profile: context.profile().to_owned(),
        file: key.clone(),
    };
    // A journal that cannot be read costs this question only.
    let journaled = context.journal().unfinished_upload(&upload).ok().flatten();
    let Some(answered) = journaled.and_then(|journaled| journaled.answered) else {
        return Ok(());
    };
    let query = OpenUploadsQuery {
        filename: Some(heimdex_client::ingest::filename(&file.relative)),
        size_bytes: Some(file.stamp.size.to_string()),
        cursor: None,
    };
    let open = context.api().open_uploads(&query).await;
    let open = open.map_err(|error| ending::of_error(&error.into()))?;
    let ours = open
        .uploads
        .into_iter()
        .find(|open| open.video_id == answered.video_id && open.epoch != answered.epoch);
    let Some(theirs) = ours else { return Ok(()) };
    let silent_for = context.now().since(theirs.last_progress_at);
    if silent_for < TAKEN_OVER {
        return Err(Ending::TakenOver { silent_for });
    }
    tracing::info!(
        video.id = %theirs.video_id, silent_for_s = silent_for.as_secs(),
        "an upload that was taken over is taken back: nothing arrived there for long"
    );
    Ok(())
}

/// The video that this file is a newer version of.
async fn replaced(
    context: &TransferContext,
    file: &QueuedFile,
    kept: Option<KeptFile>,
) -> Result<Option<VideoId>, Ending> {
    if is_of_a_camera(Path::new(&heimdex_client::platform::name_from_bytes(
        &file.relative,
    ))) {
        return Ok(None);
    }
    let Some(kept) = kept.filter(|kept| kept.stamp != file.stamp) else {
        return Ok(None);
    };
    match context.api().video(kept.video_id).await {
        Ok(_) => Ok(Some(kept.video_id)),
        // It is gone for good, or this login may not look.
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(None),
        Err(error) => Err(ending::of_error(&error.into())),
    }
}

/// Cameras number their files from 1 on every card: another clip of the same name replaces nothing.
fn is_of_a_camera(relative: &Path) -> bool {
    const FOLDERS: [&str; 9] = [
        "DCIM", "AVCHD", "BDMV", "PRIVATE", "CLIP", "XDROOT", "CONTENTS", "M4ROOT", "MP_ROOT",
    ];
    relative.components().any(|part| {
        let name = Path::new(part.as_os_str());
        let is = |known: &str| name.as_os_str().eq_ignore_ascii_case(known);
        let ends_as = |known: &str| {
            name.extension()
                .is_some_and(|end| end.eq_ignore_ascii_case(known))
        };
        FOLDERS.into_iter().any(is) || ends_as("rdc") || ends_as("rdm")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cameras_number_replaces_nothing() {
        for path in [
            "DCIM/100GOPRO/GX010001.MP4",
            "private/avchd/bdmv/stream/00001.mts",
            "A001.RDM/A001_C001.RDC/x.R3D",
        ] {
            assert!(is_of_a_camera(Path::new(path)), "{path}");
        }
        for path in ["edits/film.mp4", "C0001.MP4", "my-dcim/a.mp4"] {
            assert!(!is_of_a_camera(Path::new(path)), "{path}");
        }
    }
}
