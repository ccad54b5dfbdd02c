//! Locations: which bytes were found where.
//!
//! A path of an ingest has one current location. Other bytes at it supersede that one, which is kept with its time.

use std::collections::HashMap;

use heimdex_api::{Blake3, IngestId, JobId, LibraryId, Timestamp, VideoId, VideoState};
use uuid::Uuid;

use super::db::{Tx, Writes, on, on_tx, write_tx};
use super::purged_files::forget_purged_files;
use super::side_cars::rewrite_side_car;
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

/// A file that was found.
#[derive(Debug, Clone, PartialEq)]
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
    pub(super) fn path_hash(&self) -> Blake3 {
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
        /// When its video was thrown away for good.
        pub purged_at: Option<Timestamp>,
    }
}

impl Catalog {
    /// Records where files were found. The same again changes nothing; another video at a path supersedes what was
    /// there. The side-cars of videos of which this tells something new are written anew, by these jobs, one a file.
    pub async fn put_ingest_files(
        &self,
        library: LibraryId,
        ingest: IngestId,
        files: &[FoundFile],
        side_car_jobs: &[JobId],
        now: Timestamp,
    ) -> Result<PutFilesOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let mut told = Vec::new();
            let outcome = put_files(tx, library, ingest, files, &mut told, now).await?;
            for index in told {
                if let (Some(file), Some(job)) = (files.get(index), side_car_jobs.get(index)) {
                    rewrite_side_car(tx, *job, file.video_id, now).await?;
                }
            }
            Ok(outcome)
        })
    }

    /// The current files of an ingest by path, from behind this one on; those whose videos were thrown away too.
    pub async fn ingest_files(
        &self,
        ingest: IngestId,
        after: Option<(&str, Uuid)>,
        limit: u32,
    ) -> Result<Vec<IngestFileRow>, CatalogError> {
        let mut rows = self.located_files(ingest, after, limit).await?;
        let purged = self.purged_files(ingest, after, limit).await?;
        if !purged.is_empty() {
            rows.extend(purged.into_iter().map(IngestFileRow::from));
            rows.sort_by(|a, b| (&a.path_sort, a.location_id).cmp(&(&b.path_sort, b.location_id)));
            rows.truncate(limit as usize);
        }
        Ok(rows)
    }

    async fn located_files(
        &self,
        ingest: IngestId,
        after: Option<(&str, Uuid)>,
        limit: u32,
    ) -> Result<Vec<IngestFileRow>, CatalogError> {
        let mut statement = Statement::new(
            "SELECT l.location_id, l.path_sort, l.path, l.path_raw, l.filename, l.mtime, l.video_id, \
             v.size_bytes, v.blake3, v.state, o.verified_at, v.purging_at AS purged_at \
             FROM locations l JOIN videos v ON v.video_id = l.video_id \
             LEFT JOIN objects o ON o.video_id = l.video_id AND o.store = 'primary' \
             WHERE l.superseded_at IS NULL AND l.ingest_id = ",
        );
        statement.bind(Bind::Id(ingest.as_uuid()));
        push_by_path(&mut statement, after, limit);
        let (text, binds) = statement.finish();
        let rows = on!(self.db, |pool| bound!(sqlx::query_as(text), binds)
            .fetch_all(pool)
            .await?);
        Ok(rows)
    }
}

/// Goes on with the order of files `l` by path, from behind this one on.
pub(super) fn push_by_path(statement: &mut Statement, after: Option<(&str, Uuid)>, limit: u32) {
    if let Some((path, id)) = after {
        statement
            .push(" AND (l.path_sort, l.location_id) > (")
            .bind(Bind::Text(path.to_owned()));
        statement.push(", ").bind(Bind::Id(id)).push(")");
    }
    statement
        .push(" ORDER BY l.path_sort, l.location_id LIMIT ")
        .bind(Bind::Number(i64::from(limit)));
}

/// The same, within a transaction that does more; `told` gets the places of the files that told something new.
pub(super) async fn put_files(
    tx: &mut Tx,
    library: LibraryId,
    ingest: IngestId,
    files: &[FoundFile],
    told: &mut Vec<usize>,
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
    if !files
        .iter()
        .all(|file| current.contains_key(&file.path_hash()))
    {
        forget_purged_files(tx, ingest, files).await?;
    }
    for (index, file) in files.iter().enumerate() {
        let path_hash = file.path_hash();
        match current.get(&path_hash) {
            Some(known) if known.video_id == file.video_id => {
                recorded.unchanged += 1;
                if known.mtime != file.mtime {
                    told.push(index);
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
        told.push(index);
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
        bound!(sqlx::query_scalar(text), binds)
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
        bound!(sqlx::query_as(text), binds)
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
