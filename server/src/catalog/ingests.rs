//! Ingests, and the locations that they record: which bytes were found where.
//!
//! A path of an ingest has one current location. Other bytes at it supersede that one, which is kept with its time.

use std::collections::HashMap;

use heimdex_api::{Blake3, IngestId, LibraryId, Timestamp, UserId, VideoId, VideoState};
use uuid::Uuid;

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::idempotency::{Claim, Idempotency, claim};
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

/// An ingest to be.
#[derive(Debug, Clone)]
pub struct NewIngest {
    /// Its id.
    pub ingest_id: IngestId,
    /// Whose it is.
    pub library_id: LibraryId,
    /// Who begins it.
    pub user_id: UserId,
    /// The label of the card, reel or folder.
    pub source: String,
    /// The name of the folder that is taken in.
    pub root_name: Option<String>,
    /// The machine that it is taken in by.
    pub host: Option<String>,
}

/// What the creation of an ingest came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateIngestOutcome {
    /// It is there; where the same request came before, it is the one made then.
    Created(IngestId),
    /// The idempotency key came with another request.
    IdempotencyConflict,
}

row! {
    /// An ingest and its files, counted.
    pub struct IngestRow {
        /// Its id.
        pub ingest_id: IngestId,
        /// The label of the card, reel or folder.
        pub source: String,
        /// The name of the folder that was taken in.
        pub root_name: Option<String>,
        /// The machine that it was taken in by.
        pub host: Option<String>,
        /// When it began.
        pub started_at: Timestamp,
        /// When it was last finished.
        pub finished_at: Option<Timestamp>,
        /// How many files its card has, as it was told when it was finished.
        pub expected_files: Option<u64>,
        /// How many bytes, as it was told when it was finished.
        pub expected_bytes: Option<u64>,
        /// Files that are complete in the store.
        pub stored: u64,
        /// Files whose stored bytes were read back and found equal.
        pub verified: u64,
        /// Files that failed, or were deleted since.
        pub failed: u64,
        /// Bytes of the files that it named.
        pub named_bytes: u64,
    }
}

/// Which ingests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IngestFilter {
    /// Of this card, reel or folder.
    pub source: Option<String>,
    /// Whose ids are in this range.
    pub ids: Option<(Uuid, Uuid)>,
    /// Older than this one: when it began, and its id.
    pub before: Option<(i64, Uuid)>,
}

/// A file that was found.
#[derive(Debug, Clone)]
pub struct FoundFile {
    /// For the row, if there is to be one.
    pub location_id: Uuid,
    /// Within the card or folder, as it is shown.
    pub path: String,
    /// The exact bytes, where they are not UTF-8.
    pub path_raw: Option<Vec<u8>>,
    /// The path's last component, as it is shown.
    pub filename: String,
    /// The file's own time.
    pub mtime: Option<Timestamp>,
    /// What has its bytes.
    pub video_id: VideoId,
}

impl FoundFile {
    /// What its exact path is known by.
    fn path_hash(&self) -> Blake3 {
        let bytes = self.path_raw.as_deref().unwrap_or(self.path.as_bytes());
        blake3::hash(bytes).into()
    }
}

/// What recording files came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutFilesOutcome {
    /// They are recorded.
    Recorded(Recorded),
    /// The library has no such ingest.
    NoSuchIngest,
    /// These, by their places in the request, are no videos of the library that a location may name. Nothing was
    /// recorded.
    NoSuchVideos(Vec<usize>),
}

/// How many locations were recorded, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// New ones.
    pub added: u64,
    /// Known already, the same.
    pub unchanged: u64,
    /// Paths that held another video until now.
    pub superseded: u64,
}

row! {
    /// A file of an ingest.
    pub struct IngestFileRow {
        /// Its location's.
        pub location_id: Uuid,
        /// The beginning of the path: what files are sorted by.
        pub path_sort: String,
        /// Within the card or folder.
        pub path: String,
        /// The exact bytes, where they are not UTF-8.
        pub path_raw: Option<Vec<u8>>,
        /// The path's last component.
        pub filename: String,
        /// The file's own time.
        pub mtime: Option<Timestamp>,
        /// What has its bytes.
        pub video_id: VideoId,
        /// Bytes.
        pub size_bytes: Option<u64>,
        /// Of all of them.
        pub blake3: Option<Blake3>,
        /// Where the video stands.
        pub state: VideoState,
        /// When its stored bytes were last read back and found equal.
        pub verified_at: Option<Timestamp>,
    }
}

/// `SELECT` of [`IngestRow`] as far as the condition on the ingests, and what goes behind that.
const SELECT: &str = "SELECT i.ingest_id, i.source, i.root_name, i.host, i.started_at, i.finished_at, \
    i.expected_files, i.expected_bytes, \
    COUNT(CASE WHEN v.state IN ('validating', 'processing', 'indexed') THEN 1 END) AS stored, \
    COUNT(CASE WHEN v.state IN ('validating', 'processing', 'indexed') AND o.verified_at IS NOT NULL THEN 1 END) \
    AS verified, \
    COUNT(CASE WHEN v.state IN ('failed', 'deleted') THEN 1 END) AS failed, \
    CAST(COALESCE(SUM(v.size_bytes), 0) AS BIGINT) AS named_bytes \
    FROM (SELECT * FROM ingests WHERE library_id = ";
const GROUPED: &str = ") i \
    LEFT JOIN locations l ON l.ingest_id = i.ingest_id AND l.superseded_at IS NULL \
    LEFT JOIN videos v ON v.video_id = l.video_id \
    LEFT JOIN objects o ON o.video_id = l.video_id AND o.store = 'primary' \
    GROUP BY i.ingest_id, i.source, i.root_name, i.host, i.started_at, i.finished_at, i.expected_files, \
    i.expected_bytes ORDER BY i.started_at DESC, i.ingest_id DESC";

impl Catalog {
    /// Begins an ingest; the same request again answers the one that it began.
    pub async fn create_ingest(
        &self,
        new: &NewIngest,
        idempotency: Option<&Idempotency>,
        now: Timestamp,
    ) -> Result<CreateIngestOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(new.library_id), |tx| {
            if let Some(idempotency) = idempotency {
                let row = new.ingest_id.as_uuid();
                match claim(tx, new.user_id, idempotency, row, now).await? {
                    Claim::New => {}
                    Claim::Repeated(row) => {
                        return Ok(CreateIngestOutcome::Created(IngestId::new(row)));
                    }
                    Claim::Conflict => return Ok(CreateIngestOutcome::IdempotencyConflict),
                }
            }
            insert_ingest(tx, new, now).await?;
            Ok(CreateIngestOutcome::Created(new.ingest_id))
        })
    }

    /// An ingest of a library.
    pub async fn ingest(
        &self,
        library: LibraryId,
        ingest: IngestId,
    ) -> Result<Option<IngestRow>, CatalogError> {
        let mut statement = Statement::new(SELECT);
        statement
            .bind(Bind::Id(library.as_uuid()))
            .push(" AND ingest_id = ")
            .bind(Bind::Id(ingest.as_uuid()))
            .push(GROUPED);
        let (text, binds) = statement.finish();
        let row = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds)
                .fetch_optional(pool)
                .await?
        });
        Ok(row)
    }

    /// A library's ingests, the newest first.
    pub async fn ingests(
        &self,
        library: LibraryId,
        filter: &IngestFilter,
        limit: u32,
    ) -> Result<Vec<IngestRow>, CatalogError> {
        let mut statement = Statement::new(SELECT);
        statement.bind(Bind::Id(library.as_uuid()));
        if let Some(source) = &filter.source {
            statement
                .push(" AND source = ")
                .bind(Bind::Text(source.clone()));
        }
        if let Some((first, last)) = filter.ids {
            statement
                .push(" AND ingest_id BETWEEN ")
                .bind(Bind::Id(first));
            statement.push(" AND ").bind(Bind::Id(last));
        }
        if let Some((started_at, id)) = filter.before {
            statement
                .push(" AND (started_at, ingest_id) < (")
                .bind(Bind::Number(started_at));
            statement.push(", ").bind(Bind::Id(id)).push(")");
        }
        statement
            .push(" ORDER BY started_at DESC, ingest_id DESC LIMIT ")
            .bind(Bind::Number(i64::from(limit)))
            .push(GROUPED);
        let (text, binds) = statement.finish();
        let rows = on!(self.db, |pool| bound!(sqlx::query_as(text), binds)
            .fetch_all(pool)
            .await?);
        Ok(rows)
    }

    /// Records where files were found. The same again changes nothing; another video at a path supersedes what was
    /// there.
    pub async fn put_ingest_files(
        &self,
        library: LibraryId,
        ingest: IngestId,
        files: &[FoundFile],
        now: Timestamp,
    ) -> Result<PutFilesOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            put_files(tx, library, ingest, files, now).await
        })
    }

    /// Records what a card holds in all; `false` where the library has no such ingest. It may be finished again.
    pub async fn finish_ingest(
        &self,
        library: LibraryId,
        ingest: IngestId,
        files: u64,
        bytes: u64,
        now: Timestamp,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let finished = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE ingests SET expected_files = $3, expected_bytes = $4, finished_at = $5 \
                     WHERE ingest_id = $1 AND library_id = $2",
                )
                .bind(Sql(ingest))
                .bind(Sql(library))
                .bind(Sql(files))
                .bind(Sql(bytes))
                .bind(Sql(now))
                .execute(connection)
                .await?
                .rows_affected()
            });
            Ok(finished > 0)
        })
    }

    /// The current files of an ingest by path, from behind this one on.
    pub async fn ingest_files(
        &self,
        ingest: IngestId,
        after: Option<(&str, Uuid)>,
        limit: u32,
    ) -> Result<Vec<IngestFileRow>, CatalogError> {
        let mut statement = Statement::new(
            "SELECT l.location_id, l.path_sort, l.path, l.path_raw, l.filename, l.mtime, l.video_id, \
             v.size_bytes, v.blake3, v.state, o.verified_at \
             FROM locations l JOIN videos v ON v.video_id = l.video_id \
             LEFT JOIN objects o ON o.video_id = l.video_id AND o.store = 'primary' \
             WHERE l.superseded_at IS NULL AND v.purging_at IS NULL AND l.ingest_id = ",
        );
        statement.bind(Bind::Id(ingest.as_uuid()));
        if let Some((path, id)) = after {
            statement
                .push(" AND (l.path_sort, l.location_id) > (")
                .bind(Bind::Text(path.to_owned()));
            statement.push(", ").bind(Bind::Id(id)).push(")");
        }
        statement
            .push(" ORDER BY l.path_sort, l.location_id LIMIT ")
            .bind(Bind::Number(i64::from(limit)));
        let (text, binds) = statement.finish();
        let rows = on!(self.db, |pool| bound!(sqlx::query_as(text), binds)
            .fetch_all(pool)
            .await?);
        Ok(rows)
    }
}

async fn insert_ingest(tx: &mut Tx, new: &NewIngest, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO ingests (ingest_id, library_id, user_id, source, root_name, host, started_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(Sql(new.ingest_id))
        .bind(Sql(new.library_id))
        .bind(Sql(new.user_id))
        .bind(new.source.as_str())
        .bind(new.root_name.as_deref())
        .bind(new.host.as_deref())
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

async fn put_files(
    tx: &mut Tx,
    library: LibraryId,
    ingest: IngestId,
    files: &[FoundFile],
    now: Timestamp,
) -> Result<PutFilesOutcome, CatalogError> {
    let known: Option<i64> = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT started_at FROM ingests WHERE ingest_id = $1 AND library_id = $2",
        )
        .bind(Sql(ingest))
        .bind(Sql(library))
        .fetch_optional(connection)
        .await?
    });
    if known.is_none() {
        return Ok(PutFilesOutcome::NoSuchIngest);
    }
    if files.is_empty() {
        return Ok(PutFilesOutcome::Recorded(Recorded::default()));
    }
    let videos = nameable_videos(tx, library, files).await?;
    let unknown: Vec<usize> = (0..files.len())
        .filter(|index| !videos.contains(&files[*index].video_id))
        .collect();
    if !unknown.is_empty() {
        return Ok(PutFilesOutcome::NoSuchVideos(unknown));
    }
    let mut current = current_locations(tx, ingest, files).await?;
    let mut recorded = Recorded::default();
    for file in files {
        let path_hash = file.path_hash();
        match current.get(&path_hash) {
            Some(known) if known.video_id == file.video_id => {
                recorded.unchanged += 1;
                if known.mtime != file.mtime {
                    set_mtime(tx, known.location_id, file.mtime).await?;
                }
                continue;
            }
            Some(known) => {
                recorded.superseded += 1;
                supersede(tx, known.location_id, now).await?;
            }
            None => recorded.added += 1,
        }
        insert_location(tx, ingest, file, path_hash, now).await?;
        let (location_id, video_id, mtime) = (file.location_id, file.video_id, file.mtime);
        current.insert(
            path_hash,
            CurrentRow {
                path_hash,
                location_id,
                video_id,
                mtime,
            },
        );
    }
    Ok(PutFilesOutcome::Recorded(recorded))
}

row! {
    struct CurrentRow {
        path_hash: Blake3,
        location_id: Uuid,
        video_id: VideoId,
        mtime: Option<Timestamp>,
    }
}

/// Those of the files' videos that a location may name: any of the library but failed and deleted ones.
async fn nameable_videos(
    tx: &mut Tx,
    library: LibraryId,
    files: &[FoundFile],
) -> Result<Vec<VideoId>, CatalogError> {
    let mut statement = Statement::new("SELECT video_id FROM videos WHERE library_id = ");
    statement
        .bind(Bind::Id(library.as_uuid()))
        .push(
            " AND deleted_at IS NULL AND purging_at IS NULL AND state <> 'failed' AND video_id IN ",
        )
        .bind_list(files.iter().map(|file| Bind::Id(file.video_id.as_uuid())))
        .push(" ORDER BY video_id");
    let (text, binds) = statement.finish();
    let videos: Vec<Sql<VideoId>> = on_tx!(tx, |connection| {
        bound!(sqlx::query_scalar(text).persistent(false), binds)
            .fetch_all(connection)
            .await?
    });
    Ok(videos.into_iter().map(|video| video.0).collect())
}

/// What the ingest has at the files' paths now.
async fn current_locations(
    tx: &mut Tx,
    ingest: IngestId,
    files: &[FoundFile],
) -> Result<HashMap<Blake3, CurrentRow>, CatalogError> {
    let mut statement = Statement::new(
        "SELECT path_hash, location_id, video_id, mtime FROM locations \
         WHERE superseded_at IS NULL AND ingest_id = ",
    );
    statement
        .bind(Bind::Id(ingest.as_uuid()))
        .push(" AND path_hash IN ")
        .bind_list(
            files
                .iter()
                .map(|file| Bind::Bytes(file.path_hash().as_bytes().to_vec())),
        );
    let (text, binds) = statement.finish();
    let rows: Vec<CurrentRow> = on_tx!(tx, |connection| {
        bound!(sqlx::query_as(text).persistent(false), binds)
            .fetch_all(connection)
            .await?
    });
    Ok(rows.into_iter().map(|row| (row.path_hash, row)).collect())
}

async fn set_mtime(
    tx: &mut Tx,
    location: Uuid,
    mtime: Option<Timestamp>,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query("UPDATE locations SET mtime = $2 WHERE location_id = $1")
            .bind(location)
            .bind(Sql(mtime))
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}

async fn supersede(tx: &mut Tx, location: Uuid, now: Timestamp) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query("UPDATE locations SET superseded_at = $2 WHERE location_id = $1")
            .bind(location)
            .bind(Sql(now))
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}

async fn insert_location(
    tx: &mut Tx,
    ingest: IngestId,
    file: &FoundFile,
    path_hash: Blake3,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO locations (location_id, ingest_id, video_id, path, path_raw, path_hash, filename, \
             mtime, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(file.location_id)
        .bind(Sql(ingest))
        .bind(Sql(file.video_id))
        .bind(file.path.as_str())
        .bind(file.path_raw.as_deref())
        .bind(Sql(path_hash))
        .bind(file.filename.as_str())
        .bind(Sql(file.mtime))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}
