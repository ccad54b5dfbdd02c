//! Files of ingests whose videos were thrown away for good: a card still names them, until their paths have bytes again.

use heimdex_api::{Blake3, IngestId, Timestamp, VideoId, VideoState};
use uuid::Uuid;

use super::db::{Tx, on, on_tx};
use super::locations::{FoundFile, IngestFileRow, push_by_path};
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A file whose video was thrown away for good.
    pub(super) struct PurgedFileRow {
        location_id: Uuid,
        path_sort: String,
        path: String,
        path_raw: Option<Vec<u8>>,
        filename: String,
        mtime: Option<Timestamp>,
        video_id: VideoId,
        size_bytes: Option<u64>,
        blake3: Option<Blake3>,
        purged_at: Timestamp,
    }
}

impl From<PurgedFileRow> for IngestFileRow {
    fn from(row: PurgedFileRow) -> Self {
        Self {
            location_id: row.location_id,
            path_sort: row.path_sort,
            path: row.path,
            path_raw: row.path_raw,
            filename: row.filename,
            mtime: row.mtime,
            video_id: row.video_id,
            size_bytes: row.size_bytes,
            blake3: row.blake3,
            state: VideoState::Deleted,
            verified_at: None,
            purged_at: Some(row.purged_at),
        }
    }
}

impl Catalog {
    /// Those of an ingest by path, from behind this one on.
    pub(super) async fn purged_files(
        &self,
        ingest: IngestId,
        after: Option<(&str, Uuid)>,
        limit: u32,
    ) -> Result<Vec<PurgedFileRow>, CatalogError> {
        let mut statement = Statement::new(
            "SELECT location_id, path_sort, path, path_raw, filename, mtime, video_id, size_bytes, blake3, purged_at \
             FROM purged_files l WHERE ingest_id = ",
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

/// Keeps the names of a claimed video's files for the ingests that they are missing from.
pub(super) async fn name_purged_files(
    tx: &mut Tx,
    video: VideoId,
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "INSERT INTO purged_files (location_id, ingest_id, video_id, path, path_raw, path_hash, filename, mtime, \
             size_bytes, blake3, purged_at) \
             SELECT l.location_id, l.ingest_id, l.video_id, l.path, l.path_raw, l.path_hash, l.filename, l.mtime, \
             v.size_bytes, v.blake3, $2 FROM locations l JOIN videos v ON v.video_id = l.video_id \
             WHERE l.video_id = $1 AND l.superseded_at IS NULL AND v.purging_at IS NOT NULL \
             ON CONFLICT DO NOTHING",
        )
        .bind(Sql(video))
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    Ok(())
}

/// What has bytes again is not missing any more.
pub(super) async fn forget_purged_files(
    tx: &mut Tx,
    ingest: IngestId,
    files: &[FoundFile],
) -> Result<(), CatalogError> {
    let mut statement = Statement::new("DELETE FROM purged_files WHERE ingest_id = ");
    statement
        .bind(Bind::Id(ingest.as_uuid()))
        .push(" AND path_hash IN ")
        .bind_list(
            files
                .iter()
                .map(|file| Bind::Bytes(file.path_hash().as_bytes().to_vec())),
        );
    let (text, binds) = statement.finish();
    on_tx!(tx, |connection| {
        bound!(sqlx::query(text), binds)
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}
