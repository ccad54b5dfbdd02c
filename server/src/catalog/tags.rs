//! The tags of a library; and those of a video, within a transaction that does more.

use heimdex_api::{LibraryId, VideoId};
use uuid::Uuid;

use super::db::{Tx, on, on_tx};
use super::statement::{Bind, Statement, bound};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::fold::fold;

/// A tag, which the library may have already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTag {
    /// Its id, if it is new.
    pub tag_id: Uuid,
    /// As it is shown, if it is new.
    pub name: String,
}

row! {
    /// A tag of a library.
    pub struct TagRow {
        /// As it was first written.
        pub name: String,
        /// How many videos have it that are not deleted.
        pub videos: u64,
    }
}

impl Catalog {
    /// The tags that some video of a library has which is not deleted, by name, whatever its case.
    pub async fn tags(&self, library: LibraryId) -> Result<Vec<TagRow>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT t.name, COUNT(*) AS videos FROM tags t \
                 JOIN video_tags vt ON vt.tag_id = t.tag_id JOIN videos v ON v.video_id = vt.video_id \
                 WHERE t.library_id = $1 AND v.deleted_at IS NULL AND v.purging_at IS NULL \
                 GROUP BY t.tag_id, t.name, t.name_fold ORDER BY t.name_fold",
            )
            .bind(Sql(library))
            .fetch_all(pool)
            .await?
        }))
    }
}

/// Gives a video tags beside those that it has.
pub(super) async fn add_tags(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    tags: &[NewTag],
) -> Result<(), CatalogError> {
    for tag in tags {
        on_tx!(tx, |connection| {
            sqlx::query(
                "INSERT INTO tags (tag_id, library_id, name_fold, name) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (library_id, name_fold) DO NOTHING",
            )
            .bind(tag.tag_id)
            .bind(Sql(library))
            .bind(fold(&tag.name))
            .bind(tag.name.as_str())
            .execute(&mut *connection)
            .await?;
            sqlx::query(
                "INSERT INTO video_tags (video_id, tag_id) \
                 SELECT $1, tag_id FROM tags WHERE library_id = $2 AND name_fold = $3 ON CONFLICT DO NOTHING",
            )
            .bind(Sql(video))
            .bind(Sql(library))
            .bind(fold(&tag.name))
            .execute(connection)
            .await?.rows_affected()
        });
    }
    Ok(())
}

/// Gives a video these tags and no others. One that no video has any more is forgotten, and with it its spelling.
pub(super) async fn set_tags(
    tx: &mut Tx,
    library: LibraryId,
    video: VideoId,
    tags: &[NewTag],
) -> Result<(), CatalogError> {
    add_tags(tx, library, video, tags).await?;
    let mut statement = Statement::new("DELETE FROM video_tags WHERE video_id = ");
    statement.bind(Bind::Id(video.as_uuid()));
    if !tags.is_empty() {
        statement
            .push(" AND tag_id NOT IN (SELECT tag_id FROM tags WHERE library_id = ")
            .bind(Bind::Id(library.as_uuid()))
            .push(" AND name_fold IN ")
            .bind_list(tags.iter().map(|tag| Bind::Text(fold(&tag.name))))
            .push(")");
    }
    statement.push(" RETURNING tag_id");
    let (text, binds) = statement.finish();
    let removed: Vec<Uuid> = on_tx!(tx, |connection| {
        bound!(sqlx::query_scalar(text), binds)
            .fetch_all(connection)
            .await?
    });
    for tag in removed {
        on_tx!(tx, |connection| {
            sqlx::query(
                "DELETE FROM tags WHERE tag_id = $1 \
                 AND NOT EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = tags.tag_id)",
            )
            .bind(tag)
            .execute(connection)
            .await?
            .rows_affected()
        });
    }
    Ok(())
}

/// The folded names of a video's tags, in order.
pub(super) async fn folded_tags(tx: &mut Tx, video: VideoId) -> Result<Vec<String>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT t.name_fold FROM tags t JOIN video_tags vt ON vt.tag_id = t.tag_id \
             WHERE vt.video_id = $1 ORDER BY t.name_fold",
        )
        .bind(Sql(video))
        .fetch_all(connection)
        .await?
    }))
}
