//! Which of a client's files the library has already.

use std::collections::HashMap;

use heimdex_api::{Blake3, LibraryId, Timestamp, VerifiedHow, VideoId, VideoState};

use super::db::on;
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A stored video with certain bytes.
    pub struct KnownContentRow {
        /// Bytes.
        pub size_bytes: u64,
        /// Of all of them.
        pub blake3: Blake3,
        /// Which video.
        pub video_id: VideoId,
        /// Where it stands.
        pub state: VideoState,
        /// When its stored bytes were last read back and found equal.
        pub verified_at: Option<Timestamp>,
        /// What was read then.
        pub verified_how: Option<VerifiedHow>,
        /// Its container is damaged, and that was accepted.
        pub damaged: bool,
        /// Where its bytes are in the store.
        pub object_key: String,
        /// As the store named them when they were recorded.
        pub etag: Option<String>,
    }
}

row! {
    struct CandidatesRow {
        size_bytes: u64,
        candidates: u64,
    }
}

impl Catalog {
    /// The stored videos with these bytes, of which there is one at least: the verified before others, and the older
    /// before the newer.
    ///
    /// What is on its way only is not among them, nor is what was trashed, set aside or has failed: nobody may lean
    /// on these bytes.
    pub async fn known_contents(
        &self,
        library: LibraryId,
        contents: &[(u64, Blake3)],
    ) -> Result<HashMap<(u64, Blake3), Vec<KnownContentRow>>, CatalogError> {
        if contents.is_empty() {
            return Ok(HashMap::new());
        }
        // What is wanted goes first, so that each is one look into the index: neither engine uses it for a list of pairs.
        let mut statement = Statement::new(
            "SELECT v.size_bytes, v.blake3, v.video_id, v.state, o.verified_at, o.verified_how, v.damaged, \
             o.object_key, o.etag \
             FROM (VALUES ",
        );
        for (index, (size, hash)) in contents.iter().enumerate() {
            statement.push(if index == 0 { "" } else { ", " });
            let size = i64::try_from(*size).unwrap_or(i64::MAX);
            statement.bind_list([Bind::Number(size), Bind::Bytes(hash.as_bytes().to_vec())]);
        }
        statement
            .push(
                ") wanted CROSS JOIN videos v JOIN objects o ON o.video_id = v.video_id AND o.store = 'primary' \
                 WHERE v.size_bytes = wanted.column1 AND v.blake3 = wanted.column2 AND v.library_id = ",
            )
            .bind(Bind::Id(library.as_uuid()))
            .push(
                " AND v.deleted_at IS NULL AND v.purging_at IS NULL AND v.quarantined_at IS NULL \
                 AND v.state IN ('validating', 'processing', 'indexed') \
                 ORDER BY CASE WHEN o.verified_at IS NULL THEN 1 ELSE 0 END, v.created_at, v.video_id",
            );
        let (text, binds) = statement.finish();
        let rows: Vec<KnownContentRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        let mut known: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let content = (row.size_bytes, row.blake3);
            let videos: &mut Vec<KnownContentRow> = known.entry(content).or_default();
            // Contents that are asked for twice are found twice.
            if videos.iter().all(|video| video.video_id != row.video_id) {
                videos.push(row);
            }
        }
        Ok(known)
    }

    /// How many videos of these sizes are stored or on their way; a size without any is not in the answer.
    pub async fn candidates_of_size(
        &self,
        library: LibraryId,
        sizes: &[u64],
    ) -> Result<HashMap<u64, u64>, CatalogError> {
        if sizes.is_empty() {
            return Ok(HashMap::new());
        }
        let mut statement = Statement::new(
            "SELECT v.size_bytes, COUNT(*) AS candidates FROM videos v WHERE v.library_id = ",
        );
        let sizes = sizes
            .iter()
            .map(|size| Bind::Number(i64::try_from(*size).unwrap_or(i64::MAX)));
        statement
            .bind(Bind::Id(library.as_uuid()))
            .push(
                " AND v.deleted_at IS NULL AND v.purging_at IS NULL AND v.quarantined_at IS NULL \
                 AND v.state <> 'failed' AND v.size_bytes IN ",
            )
            .bind_list(sizes)
            .push(" GROUP BY v.size_bytes");
        let (text, binds) = statement.finish();
        let rows: Vec<CandidatesRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        Ok(rows
            .into_iter()
            .map(|row| (row.size_bytes, row.candidates))
            .collect())
    }
}
