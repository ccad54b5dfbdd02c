//! Ingests: one run over a card or folder, and how much of it arrived.

use heimdex_api::{IngestId, LibraryId, Timestamp, UserId};
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
        /// Files that failed, or were deleted since, for good too.
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

/// `SELECT` of [`IngestRow`] as far as the condition on the ingests, and what goes behind that.
const SELECT: &str = "SELECT i.ingest_id, i.source, i.root_name, i.host, i.started_at, i.finished_at, \
    i.expected_files, i.expected_bytes, \
    COUNT(CASE WHEN v.state IN ('validating', 'processing', 'indexed') THEN 1 END) AS stored, \
    COUNT(CASE WHEN v.state IN ('validating', 'processing', 'indexed') AND o.verified_at IS NOT NULL THEN 1 END) \
    AS verified, \
    COUNT(CASE WHEN v.state IN ('failed', 'deleted') THEN 1 END) \
    + (SELECT COUNT(*) FROM purged_files p WHERE p.ingest_id = i.ingest_id) AS failed, \
    CAST(COALESCE(SUM(v.size_bytes), 0) \
    + (SELECT COALESCE(SUM(p.size_bytes), 0) FROM purged_files p WHERE p.ingest_id = i.ingest_id) AS BIGINT) AS named_bytes \
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
