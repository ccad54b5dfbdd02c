//! Opening an upload: the video's row, the upload's, its place on the card, its tags, and the idempotency key, in one
//! transaction.

use heimdex_api::plan::PartSize;
use heimdex_api::upload::PartToSign;
use heimdex_api::{
    Blake3, IngestId, LibraryId, PartChecksum, Timestamp, TokenId, UploadId, UserId, VideoId,
    VideoKind, VideoState,
};

use super::parts::insert_signed;
use super::{UploadRow, upload_in};
use crate::catalog::db::{Tx, Writes, on_tx, write_tx};
use crate::catalog::events::{Told, append_event};
use crate::catalog::idempotency::{Claim, Idempotency, look_up, record};
use crate::catalog::locations::{FoundFile, put_files};
use crate::catalog::moves::{Sign, count};
use crate::catalog::tags::{NewTag, add_tags};
use crate::catalog::value::Sql;
use crate::catalog::{Catalog, CatalogError, quota};
use crate::domain::fold::fold;

/// Everything that init tells of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUpload {
    /// Of the video that will be made.
    pub video_id: VideoId,
    /// Of this attempt.
    pub upload_id: UploadId,
    /// Whose it will be.
    pub library_id: LibraryId,
    /// Who sends it.
    pub user_id: UserId,
    /// By which token, unless by a login.
    pub access_token_id: Option<TokenId>,
    /// The file's name.
    pub filename: String,
    /// What people call it.
    pub title: Option<String>,
    /// What people say of it.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<NewTag>,
    /// As the client says.
    pub mime_type: String,
    /// By the MIME type, until the bytes tell.
    pub kind: VideoKind,
    /// Bytes promised; null for a stream.
    pub size_bytes: Option<u64>,
    /// Of all bytes, where the client knows.
    pub blake3: Option<Blake3>,
    /// When it was shot, where the client knows.
    pub captured_at: Option<Timestamp>,
    /// The video that it is a newer version of.
    pub replaces: Option<VideoId>,
    /// A damaged container is accepted as it is.
    pub damaged_accepted: bool,
    /// Whether the client speaks of parts.
    pub multipart: bool,
    /// Of every part but the last.
    pub part_size: PartSize,
    /// Null for a stream.
    pub part_count: Option<u32>,
    /// What the parts are checked by.
    pub part_checksum: PartChecksum,
    /// The store's name of the upload; none for one PUT.
    pub store_upload_id: Option<String>,
    /// When it expires without progress.
    pub expires_at: Timestamp,
    /// Parts that are signed at once.
    pub to_sign: Vec<PartToSign>,
    /// Where it was found.
    pub location: Option<(IngestId, FoundFile)>,
    /// Under which key the request may be repeated.
    pub idempotency: Option<Idempotency>,
}

/// What opening an upload came to.
#[derive(Debug, Clone, PartialEq)]
pub enum OpenOutcome {
    /// The rows are there.
    Opened(Box<UploadRow>),
    /// The same request came before and made this one; what was to be signed is not recorded.
    Repeated(Box<UploadRow>),
    /// The same request came before, and the video that it made is gone.
    RepeatedAndGone,
    /// The key came before with another request.
    IdempotencyConflict,
    /// The library has no room for it.
    QuotaExceeded {
        /// What the library may hold.
        quota_bytes: u64,
    },
    /// The library has no such ingest.
    NoSuchIngest,
    /// The library has no such video to replace.
    NoSuchVideo,
}

impl Catalog {
    /// Makes the rows of new uploads of one library, each unless the same request made them before. One that is
    /// refused keeps none of the others out.
    pub async fn announce_uploads(
        &self,
        library: LibraryId,
        news: &[&NewUpload],
        now: Timestamp,
    ) -> Result<Vec<OpenOutcome>, CatalogError> {
        if news.is_empty() {
            return Ok(Vec::new());
        }
        write_tx!(self.db, Writes::Library(library), |tx| {
            let mut outcomes = Vec::with_capacity(news.len());
            for new in news {
                outcomes.push(open(tx, new, now).await?);
            }
            Ok(outcomes)
        })
    }
}

async fn open(tx: &mut Tx, new: &NewUpload, now: Timestamp) -> Result<OpenOutcome, CatalogError> {
    if let Some(idempotency) = &new.idempotency {
        match look_up(tx, new.user_id, idempotency, now).await? {
            Claim::New => {}
            Claim::Repeated(row) => {
                let upload = upload_in(tx, new.library_id, VideoId::new(row)).await?;
                return Ok(match upload {
                    Some(upload) => OpenOutcome::Repeated(Box::new(upload)),
                    None => OpenOutcome::RepeatedAndGone,
                });
            }
            Claim::Conflict => return Ok(OpenOutcome::IdempotencyConflict),
        }
    }
    let size = new.size_bytes.unwrap_or(0);
    if let Some(quota_bytes) = quota::exceeded(tx, new.library_id, 0, size).await? {
        return Ok(OpenOutcome::QuotaExceeded { quota_bytes });
    }
    if let Some(replaced) = new.replaces
        && !is_video_of(tx, new.library_id, replaced).await?
    {
        return Ok(OpenOutcome::NoSuchVideo);
    }
    if let Some((ingest, _)) = &new.location
        && !is_ingest_of(tx, new.library_id, *ingest).await?
    {
        return Ok(OpenOutcome::NoSuchIngest);
    }
    insert_video(tx, new, now).await?;
    insert_upload(tx, new, now).await?;
    add_tags(tx, new.library_id, new.video_id, &new.tags).await?;
    if let Some((ingest, file)) = &new.location {
        let file = std::slice::from_ref(file);
        // It has no side-car yet.
        put_files(tx, new.library_id, *ingest, file, &mut Vec::new(), now).await?;
    }
    if let Some(idempotency) = &new.idempotency {
        record(tx, new.user_id, idempotency, new.video_id.as_uuid(), now).await?;
    }
    count(tx, new.library_id, VideoState::Uploading, Sign::More, size).await?;
    let told = Told::state(VideoState::Uploading);
    append_event(tx, new.library_id, new.video_id, &told, now).await?;
    if !new.to_sign.is_empty() {
        insert_signed(tx, new.upload_id, &new.to_sign, now).await?;
    }
    let upload = upload_in(tx, new.library_id, new.video_id).await?;
    let missing = || CatalogError::Corrupt("a new upload is gone".to_owned());
    Ok(OpenOutcome::Opened(Box::new(upload.ok_or_else(missing)?)))
}

async fn is_video_of(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
) -> Result<bool, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM videos WHERE video_id = $1 AND library_id = $2 AND purging_at IS NULL)",
        )
        .bind(Sql(video))
        .bind(Sql(library))
        .fetch_one(connection)
        .await?
    }))
}

async fn is_ingest_of(
    tx: &mut Tx,
    library: LibraryId,
    ingest: IngestId,
) -> Result<bool, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM ingests WHERE ingest_id = $1 AND library_id = $2)",
        )
        .bind(Sql(ingest))
        .bind(Sql(library))
        .fetch_one(connection)
        .await?
    }))
}

async fn insert_video(tx: &mut Tx, new: &NewUpload, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO videos (video_id, library_id, user_id, access_token_id, kind, title, title_fold, \
             description, filename, filename_fold, mime_type, size_bytes, held_bytes, blake3, captured_at, \
             replaces, damaged_accepted, state, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'uploading', $18, $18)",
        )
        .bind(Sql(new.video_id))
        .bind(Sql(new.library_id))
        .bind(Sql(new.user_id))
        .bind(Sql(new.access_token_id))
        .bind(Sql(new.kind))
        .bind(new.title.as_deref())
        .bind(fold(new.title.as_deref().unwrap_or(&new.filename)))
        .bind(new.description.as_deref())
        .bind(new.filename.as_str())
        .bind(fold(&new.filename))
        .bind(new.mime_type.as_str())
        .bind(Sql(new.size_bytes))
        .bind(Sql(new.size_bytes.unwrap_or(0)))
        .bind(Sql(new.blake3))
        .bind(Sql(new.captured_at))
        .bind(Sql(new.replaces))
        .bind(new.damaged_accepted)
        .bind(Sql(now))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}

async fn insert_upload(tx: &mut Tx, new: &NewUpload, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO uploads (upload_id, video_id, library_id, store_upload_id, multipart, part_size, \
             part_count, part_checksum, expected_blake3, created_at, last_progress_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)",
        )
        .bind(Sql(new.upload_id))
        .bind(Sql(new.video_id))
        .bind(Sql(new.library_id))
        .bind(new.store_upload_id.as_deref())
        .bind(new.multipart)
        .bind(Sql(new.part_size.get()))
        .bind(Sql(new.part_count))
        .bind(Sql(new.part_checksum))
        .bind(Sql(new.blake3))
        .bind(Sql(now))
        .bind(Sql(new.expires_at))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}
