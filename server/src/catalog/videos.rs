//! Videos as they are read, one at a time: with their tags, locations, jobs and counts.

use heimdex_api::{
    Blake3, IngestId, JobId, JobState, LibraryId, Timestamp, TokenId, UserId, VerifiedHow, VideoId,
    VideoKind, VideoState,
};

use super::db::on;
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};

row! {
    /// A video, with what belongs to it and is one: its object, its first location, its open upload.
    pub struct VideoRow {
        /// Its id.
        pub video_id: VideoId,
        /// Whose it is.
        pub library_id: LibraryId,
        /// Who sent it.
        pub user_id: UserId,
        /// With which access token, if with one.
        pub access_token_id: Option<TokenId>,
        /// What it is.
        pub kind: VideoKind,
        /// What people call it.
        pub title: Option<String>,
        /// The title as it is sorted.
        pub title_fold: String,
        /// What people say of it.
        pub description: Option<String>,
        /// The name of the file that was sent.
        pub filename: String,
        /// As the client said.
        pub mime_type: String,
        /// Bytes; none for a stream that still runs.
        pub size_bytes: Option<u64>,
        /// Of all its bytes.
        pub blake3: Option<Blake3>,
        /// Milliseconds.
        pub duration_ms: Option<u64>,
        /// Pixels, as shown.
        pub width: Option<u32>,
        /// Pixels, as shown.
        pub height: Option<u32>,
        /// Degrees clockwise.
        pub rotation: Option<u16>,
        /// Frames a second.
        pub frame_rate: Option<f64>,
        /// By ffmpeg's name.
        pub video_codec: Option<String>,
        /// By ffmpeg's name.
        pub audio_codec: Option<String>,
        /// Maker and model.
        pub camera: Option<String>,
        /// When it was shot.
        pub captured_at: Option<Timestamp>,
        /// JSON: what else the probe found.
        pub media: Option<String>,
        /// Where it stands.
        pub state: VideoState,
        /// Where it stood when it was deleted.
        pub state_before: Option<VideoState>,
        /// Why it failed, or how it is damaged.
        pub error_text: Option<String>,
        /// Its container is damaged, and that was accepted.
        pub damaged: bool,
        /// Since when it is set aside.
        pub quarantined_at: Option<Timestamp>,
        /// The video that it is a newer version of.
        pub replaces: Option<VideoId>,
        /// Grows with every change by a person.
        pub version: u64,
        /// When it was announced.
        pub created_at: Timestamp,
        /// When its row last changed.
        pub updated_at: Timestamp,
        /// When it was done.
        pub indexed_at: Option<Timestamp>,
        /// When it was put into the trash.
        pub deleted_at: Option<Timestamp>,
        /// What lists are sorted by where `captured_at` is unknown.
        pub sort_captured: i64,
        /// What lists are sorted by where `size_bytes` is unknown.
        pub sort_size: i64,
        /// What lists are sorted by where `duration_ms` is unknown.
        pub sort_duration: i64,
        /// The size of its poster; none where it has none.
        pub poster_bytes: Option<u64>,
        /// The size of its contact sheet; none where it has none.
        pub contact_sheet_bytes: Option<u64>,
        /// When its stored bytes were last read back and found equal.
        pub verified_at: Option<Timestamp>,
        /// What was read then.
        pub verified_how: Option<VerifiedHow>,
        /// Where it was found first.
        pub path: Option<String>,
        /// The exact bytes of that, where they are not UTF-8.
        pub path_raw: Option<Vec<u8>>,
        /// The card, reel or folder of that.
        pub source: Option<String>,
        /// While it uploads: what the store acknowledged.
        pub bytes_received: Option<u64>,
        /// While it uploads: when the upload expires.
        pub expires_at: Option<Timestamp>,
        /// Its tags in the order of their folded names, each as `LENGTH:NAME` with the length in characters.
        pub tag_list: Option<String>,
    }
}

/// A video and its tags, as they were spelled first.
#[derive(Debug, Clone, PartialEq)]
pub struct Video {
    /// Its row.
    pub row: VideoRow,
    /// In the order of their folded names.
    pub tags: Vec<String>,
}

impl From<VideoRow> for Video {
    fn from(mut row: VideoRow) -> Self {
        let tags = row
            .tag_list
            .take()
            .map_or_else(Vec::new, |list| names(&list));
        Self { row, tags }
    }
}

/// Takes `3:sea7:harbour` apart. A name may hold any character, so none could stand between two of them.
fn names(mut list: &str) -> Vec<String> {
    let mut names = Vec::new();
    while let Some((length, rest)) = list.split_once(':') {
        let Ok(length) = length.parse() else { break };
        let end = rest
            .char_indices()
            .nth(length)
            .map_or(rest.len(), |(at, _)| at);
        names.push(rest[..end].to_owned());
        list = &rest[end..];
    }
    names
}

row! {
    /// A place where a video's bytes were found.
    pub struct LocationRow {
        /// The run that found them.
        pub ingest_id: IngestId,
        /// The card, reel or folder.
        pub source: String,
        /// Within it.
        pub path: String,
        /// The exact bytes, where they are not UTF-8.
        pub path_raw: Option<Vec<u8>>,
        /// The file's own time.
        pub mtime: Option<Timestamp>,
        /// Since when other bytes are at this path.
        pub superseded_at: Option<Timestamp>,
    }
}

row! {
    /// Work on a video, as people see it.
    pub struct VideoJobRow {
        /// Its id.
        pub job_id: JobId,
        /// Which kind of work.
        pub stage: String,
        /// Where it stands.
        pub state: JobState,
        /// 0 to 1.
        pub progress: f64,
        /// Why it failed.
        pub error_text: Option<String>,
        /// First attempt.
        pub started_at: Option<Timestamp>,
        /// End.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    /// What a download needs to know of the stored bytes.
    pub struct StoredObjectRow {
        /// Where they are in the store.
        pub object_key: String,
        /// Bytes.
        pub size_bytes: u64,
        /// What `subtrees` are cut at.
        pub part_size: Option<u64>,
        /// The parts' values.
        pub subtrees: Option<Vec<Blake3>>,
        /// The file's own time, where it was found first.
        pub mtime: Option<Timestamp>,
    }
}

row! {
    /// What a library holds in one state.
    pub struct CountRow {
        /// The state.
        pub state: VideoState,
        /// How many.
        pub videos: u64,
        /// Promised or stored.
        pub bytes: u64,
    }
}

/// What is read of a video; `FROM (`, a subquery of `videos` and [`AND_MORE`] follow.
///
/// The first location is asked for column by column, each time by its index: joined to it, PostgreSQL reads all locations
/// of a library of some ten thousand videos for one page.
pub(super) const COLUMNS: &str = "SELECT v.video_id, v.library_id, v.user_id, v.access_token_id, v.kind, \
    v.title, v.title_fold, v.description, v.filename, v.mime_type, v.size_bytes, v.blake3, v.duration_ms, \
    v.width, v.height, v.rotation, v.frame_rate, v.video_codec, v.audio_codec, v.camera, v.captured_at, \
    v.media, v.state, v.state_before, v.error_text, v.damaged, v.quarantined_at, v.replaces, v.version, \
    v.poster_bytes, v.contact_sheet_bytes, \
    v.created_at, v.updated_at, v.indexed_at, v.deleted_at, v.sort_captured, v.sort_size, v.sort_duration, \
    o.verified_at, o.verified_how, u.bytes_received, u.expires_at, \
    (SELECT f.path FROM locations f WHERE f.video_id = v.video_id \
    ORDER BY f.created_at, f.location_id LIMIT 1) AS path, \
    (SELECT f.path_raw FROM locations f WHERE f.video_id = v.video_id \
    ORDER BY f.created_at, f.location_id LIMIT 1) AS path_raw, \
    (SELECT i.source FROM ingests i WHERE i.ingest_id = (SELECT f.ingest_id FROM locations f \
    WHERE f.video_id = v.video_id ORDER BY f.created_at, f.location_id LIMIT 1)) AS source, \
    (SELECT string_agg(length(t.name) || ':' || t.name, '' ORDER BY t.name_fold) FROM video_tags vt \
    JOIN tags t ON t.tag_id = vt.tag_id WHERE vt.video_id = v.video_id) AS tag_list";

/// What goes behind the subquery: the rows that belong to its videos, at most one of each.
pub(super) const AND_MORE: &str = ") v \
    LEFT JOIN objects o ON o.video_id = v.video_id AND o.store = 'primary' \
    LEFT JOIN uploads u ON u.video_id = v.video_id AND u.closed_at IS NULL AND u.purging_at IS NULL ";

impl Catalog {
    /// A video of a library, deleted ones too.
    pub async fn video(
        &self,
        library: LibraryId,
        video: VideoId,
    ) -> Result<Option<Video>, CatalogError> {
        let mut statement = Statement::new(COLUMNS);
        statement
            .push(" FROM (SELECT * FROM videos WHERE video_id = ")
            .bind(Bind::Id(video.as_uuid()))
            .push(" AND library_id = ")
            .bind(Bind::Id(library.as_uuid()))
            .push(" AND purging_at IS NULL")
            .push(AND_MORE);
        let (text, binds) = statement.finish();
        let row: Option<VideoRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds)
                .fetch_optional(pool)
                .await?
        });
        Ok(row.map(Video::from))
    }

    /// Where a video's bytes were found, the first place first.
    pub async fn locations_of_video(
        &self,
        video: VideoId,
    ) -> Result<Vec<LocationRow>, CatalogError> {
        let locations = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT l.ingest_id, i.source, l.path, l.path_raw, l.mtime, l.superseded_at \
                 FROM locations l JOIN ingests i ON i.ingest_id = l.ingest_id \
                 WHERE l.video_id = $1 ORDER BY l.created_at, l.location_id",
            )
            .bind(Sql(video))
            .fetch_all(pool)
            .await?
        });
        Ok(locations)
    }

    /// What was and is done with a video, in order.
    pub async fn work_on_video(&self, video: VideoId) -> Result<Vec<VideoJobRow>, CatalogError> {
        let jobs = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT job_id, stage, state, progress, error_text, started_at, finished_at \
                 FROM jobs WHERE video_id = $1 ORDER BY created_at, job_id",
            )
            .bind(Sql(video))
            .fetch_all(pool)
            .await?
        });
        Ok(jobs)
    }

    /// The stored bytes of a video.
    pub async fn stored_object(
        &self,
        video: VideoId,
    ) -> Result<Option<StoredObjectRow>, CatalogError> {
        let object = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT o.object_key, o.size_bytes, o.part_size, o.subtrees, \
                 (SELECT l.mtime FROM locations l WHERE l.video_id = o.video_id \
                 ORDER BY l.created_at, l.location_id LIMIT 1) AS mtime \
                 FROM objects o WHERE o.video_id = $1 AND o.store = 'primary'",
            )
            .bind(Sql(video))
            .fetch_optional(pool)
            .await?
        });
        Ok(object)
    }

    /// What a library holds, state by state.
    pub async fn counts(&self, library: LibraryId) -> Result<Vec<CountRow>, CatalogError> {
        let counts = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT state, videos, bytes FROM library_counts WHERE library_id = $1 ORDER BY state",
            )
            .bind(Sql(library))
            .fetch_all(pool)
            .await?
        });
        Ok(counts)
    }

    /// What a library may hold; none for no limit.
    pub async fn quota(&self, library: LibraryId) -> Result<Option<u64>, CatalogError> {
        let quota: Option<Sql<Option<u64>>> = on!(self.db, |pool| {
            sqlx::query_scalar("SELECT quota_bytes FROM libraries WHERE library_id = $1")
                .bind(Sql(library))
                .fetch_optional(pool)
                .await?
        });
        Ok(quota.and_then(|quota| quota.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::names;

    proptest! {
        #[test]
        fn names_come_back_whatever_is_in_them(tags in proptest::collection::vec(".*", 0..6)) {
            let items: Vec<String> = tags
                .iter()
                .map(|tag| format!("{}:{tag}", tag.chars().count()))
                .collect();
            let list = items.concat();
            prop_assert_eq!(names(&list), tags);
        }
    }
}
