//! The end of an upload: its bytes are an object, and the checks begin in the same transaction.

use heimdex_api::plan::PartSize;
use heimdex_api::upload::AcknowledgedPart;
use heimdex_api::{Blake3, JobId, LibraryId, ObjectId, Timestamp, VideoId, VideoState};

use super::parts::{forget_parts, never_signed};
use super::{UploadRow, UploadStanding, upload_in};
use crate::catalog::db::{Tx, Writes, on_tx, write_tx};
use crate::catalog::jobs::enqueue;
use crate::catalog::moves::{advance_video, set_held_bytes};
use crate::catalog::value::Sql;
use crate::catalog::{Catalog, CatalogError};
use crate::domain::job::Stage;
use crate::domain::upload::check_epoch;

/// Bytes that are complete in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Completed {
    /// Whose they are.
    pub library: LibraryId,
    /// What they are for.
    pub video: VideoId,
    /// Who says so.
    pub by: CompletedBy,
    /// Of the copy.
    pub object_id: ObjectId,
    /// Of the checks.
    pub job_id: JobId,
    /// Where they are.
    pub key: String,
    /// As the store names them.
    pub etag: String,
    /// How many.
    pub size: u64,
    /// Of all of them, where somebody told.
    pub blake3: Option<Blake3>,
    /// What `subtrees` are cut at.
    pub part_size: Option<PartSize>,
    /// One a part, as the client told.
    pub subtrees: Option<Vec<Blake3>>,
    /// What the store took, as the client says, where that was not told before.
    pub acknowledged: Vec<AcknowledgedPart>,
    /// A damaged container is accepted as it is.
    pub damaged: bool,
}

/// Who says that an upload is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedBy {
    /// A client, under this epoch.
    Client(Option<u32>),
    /// The janitor, which holds a claim on the expired upload and found the whole object.
    Janitor,
}

/// What completing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompleteOutcome {
    /// The video is being checked.
    Completed,
    /// Somebody was first, or there is nothing to complete.
    NotOpen(UploadStanding),
    /// Another process goes on with the upload.
    TakenOver,
    /// This acknowledgement, by its place in the list, names a checksum that was never signed for its part.
    NeverSigned(usize),
    /// The library has no such video.
    NoSuchVideo,
}

impl Catalog {
    /// Closes an upload and begins the checks.
    pub async fn complete_upload(
        &self,
        completed: &Completed,
        now: Timestamp,
    ) -> Result<CompleteOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(completed.library), |tx| {
            complete(tx, completed, now).await
        })
    }

    /// Closes many uploads of one library and begins their checks. One that is refused keeps none of the others out.
    pub async fn complete_uploads(
        &self,
        library: LibraryId,
        completed: &[&Completed],
        now: Timestamp,
    ) -> Result<Vec<CompleteOutcome>, CatalogError> {
        if completed.is_empty() {
            return Ok(Vec::new());
        }
        write_tx!(self.db, Writes::Library(library), |tx| {
            let mut outcomes = Vec::with_capacity(completed.len());
            for completed in completed {
                outcomes.push(complete(tx, completed, now).await?);
            }
            Ok(outcomes)
        })
    }
}

async fn complete(
    tx: &mut Tx,
    completed: &Completed,
    now: Timestamp,
) -> Result<CompleteOutcome, CatalogError> {
    let (library, video) = (completed.library, completed.video);
    let Some(upload) = upload_in(tx, library, video).await? else {
        return Ok(CompleteOutcome::NoSuchVideo);
    };
    match completed.by {
        CompletedBy::Client(epoch) => {
            if upload.standing() != UploadStanding::Open {
                return Ok(CompleteOutcome::NotOpen(upload.standing()));
            }
            if check_epoch(upload.epoch, epoch).is_err() {
                return Ok(CompleteOutcome::TakenOver);
            }
        }
        CompletedBy::Janitor => {
            if upload.closed_at.is_some() || upload.state != VideoState::Uploading {
                return Ok(CompleteOutcome::NotOpen(upload.standing()));
            }
        }
    }
    if let Some(index) = never_signed(tx, upload.upload_id, &completed.acknowledged).await? {
        return Ok(CompleteOutcome::NeverSigned(index));
    }
    describe_video(tx, completed).await?;
    set_held_bytes(tx, library, video, completed.size).await?;
    insert_object(tx, completed, now).await?;
    close(tx, &upload, completed.size, now).await?;
    enqueue(tx, completed.job_id, video, Stage::UploadValidate, now).await?;
    advance_video(tx, library, video, VideoState::Validating, None, now).await?;
    Ok(CompleteOutcome::Completed)
}

async fn describe_video(tx: &mut Tx, completed: &Completed) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET size_bytes = $2, blake3 = COALESCE($3, blake3), \
             damaged_accepted = (damaged_accepted OR $4) WHERE video_id = $1",
        )
        .bind(Sql(completed.video))
        .bind(Sql(completed.size))
        .bind(Sql(completed.blake3))
        .bind(completed.damaged)
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

async fn insert_object(
    tx: &mut Tx,
    completed: &Completed,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO objects (object_id, video_id, store, object_key, etag, size_bytes, part_size, subtrees, \
             created_at) VALUES ($1, $2, 'primary', $3, $4, $5, $6, $7, $8)",
        )
        .bind(Sql(completed.object_id))
        .bind(Sql(completed.video))
        .bind(completed.key.as_str())
        .bind(completed.etag.as_str())
        .bind(Sql(completed.size))
        .bind(Sql(completed.part_size.map(PartSize::get)))
        .bind(Sql(completed.subtrees.clone()))
        .bind(Sql(now))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}

async fn close(
    tx: &mut Tx,
    upload: &UploadRow,
    size: u64,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE uploads SET closed_at = $2, purging_at = NULL, bytes_received = $3 WHERE upload_id = $1",
        )
        .bind(Sql(upload.upload_id))
        .bind(Sql(now))
        .bind(Sql(size))
        .execute(connection)
        .await?.rows_affected()
    });
    forget_parts(tx, upload.upload_id).await
}
