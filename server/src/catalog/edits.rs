//! What people change of a video: its words, its tags, and that its damage is accepted.

use std::collections::BTreeMap;

use heimdex_api::{JobId, LibraryId, Timestamp, VideoId, VideoState};

use super::db::{Tx, Writes, on_tx, write_tx};
use super::events::{Told, VideoTold, append_event};
use super::jobs::enqueue;
use super::moves::advance_video;
use super::side_cars::rewrite_side_car;
use super::tags::{NewTag, folded_tags, set_tags};
use super::value::{Sql, row};
use super::{Catalog, CatalogError};
use crate::domain::edit::{Change, DamageStanding, Edit, Editable, Impossible, changes};
use crate::domain::fold::fold;
use crate::domain::job::Stage;

/// A change that a person wants.
#[derive(Debug, Clone)]
pub struct VideoEdit<'a> {
    /// Whose video it is.
    pub library: LibraryId,
    /// Which.
    pub video: VideoId,
    /// What it is to be.
    pub wanted: &'a Edit,
    /// The wanted tags with ids for those that are new.
    pub tags: &'a [NewTag],
    /// The versions that it may have; without, any.
    pub if_match: Option<&'a [u64]>,
    /// For the job that looks into a container whose damage is accepted.
    pub probe_job: JobId,
    /// For the job that writes its side-car anew.
    pub side_car_job: JobId,
}

/// What an edit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditOutcome {
    /// The video is what was wanted.
    Edited,
    /// It was that already; nothing changed, the version neither.
    Unchanged,
    /// It has another version. Nothing changed.
    Stale {
        /// The one that it has.
        version: u64,
        /// The fields that changed since the version that was named; none where that is no longer known.
        changed: Option<Vec<String>>,
    },
    /// It cannot become that.
    Impossible(Impossible),
    /// It is in the trash.
    InTrash,
    /// The library has no such video.
    NoSuchVideo,
}

row! {
    struct EditableRow {
        filename: String,
        title: Option<String>,
        description: Option<String>,
        state: VideoState,
        damaged_accepted: bool,
        version: u64,
    }
}

impl Catalog {
    /// Makes a video what a person wants it to be.
    pub async fn edit_video(
        &self,
        edit: &VideoEdit<'_>,
        now: Timestamp,
    ) -> Result<EditOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(edit.library), |tx| {
            edit_in(tx, edit, now).await
        })
    }
}

async fn edit_in(
    tx: &mut Tx,
    edit: &VideoEdit<'_>,
    now: Timestamp,
) -> Result<EditOutcome, CatalogError> {
    let Some(row) = editable_row(tx, edit).await? else {
        return Ok(EditOutcome::NoSuchVideo);
    };
    if row.state == VideoState::Deleted {
        return Ok(EditOutcome::InTrash);
    }
    let sentence = damage_of(tx, edit).await?;
    let current = Editable {
        filename: row.filename.clone(),
        title: row.title.clone(),
        description: row.description.clone(),
        tags: folded_tags(tx, edit.video).await?,
        damage: standing(&row, sentence.is_some()),
    };
    let changes = changes(&current, edit.wanted);
    if changes.as_ref().is_ok_and(Vec::is_empty) {
        return Ok(EditOutcome::Unchanged);
    }
    let seen = edit.if_match;
    if seen.is_some_and(|versions| !versions.contains(&row.version)) {
        let seen = seen.and_then(|versions| versions.iter().max()).copied();
        return Ok(EditOutcome::Stale {
            version: row.version,
            changed: changed_since(tx, edit, seen, row.version).await?,
        });
    }
    match changes {
        Ok(changes) => apply(tx, edit, &row, &changes, sentence.as_deref(), now).await,
        Err(impossible) => Ok(EditOutcome::Impossible(impossible)),
    }
}

async fn editable_row(
    tx: &mut Tx,
    edit: &VideoEdit<'_>,
) -> Result<Option<EditableRow>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT filename, title, description, state, damaged_accepted, version FROM videos \
             WHERE video_id = $1 AND library_id = $2 AND purging_at IS NULL",
        )
        .bind(Sql(edit.video))
        .bind(Sql(edit.library))
        .fetch_optional(connection)
        .await?
    }))
}

fn standing(row: &EditableRow, failed_by_damage: bool) -> DamageStanding {
    match row.state {
        _ if failed_by_damage => DamageStanding::Failed,
        _ if row.damaged_accepted => DamageStanding::Accepted,
        VideoState::Uploading | VideoState::Validating => DamageStanding::NotJudged,
        VideoState::Processing | VideoState::Indexed | VideoState::Failed | VideoState::Deleted => {
            DamageStanding::Nothing
        }
    }
}

/// The sentence of a video that failed by its container alone: it is what the checks ended with, and its bytes are
/// verified.
async fn damage_of(tx: &mut Tx, edit: &VideoEdit<'_>) -> Result<Option<String>, CatalogError> {
    Ok(on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT v.error_text FROM videos v JOIN objects o ON o.video_id = v.video_id \
             JOIN jobs j ON j.video_id = v.video_id \
             WHERE v.video_id = $1 AND v.library_id = $2 AND v.purging_at IS NULL AND v.state = 'failed' \
             AND o.verified_at IS NOT NULL AND j.stage = 'upload_validate' AND j.state = 'failed' \
             AND j.error_text = v.error_text LIMIT 1",
        )
        .bind(Sql(edit.video))
        .bind(Sql(edit.library))
        .fetch_optional(connection)
        .await?
    }))
}

/// The fields that changed after a version, as the log of events tells; `None` where it does not reach back so far.
async fn changed_since(
    tx: &mut Tx,
    edit: &VideoEdit<'_>,
    seen: Option<u64>,
    version: u64,
) -> Result<Option<Vec<String>>, CatalogError> {
    let Some(seen) = seen.filter(|seen| *seen < version) else {
        return Ok(None);
    };
    let payloads: Vec<String> = on_tx!(tx, |connection| {
        sqlx::query_scalar(
            "SELECT payload FROM events WHERE library_id = $1 AND video_id = $2 AND kind IN ('video', 'deleted') \
             ORDER BY seq",
        )
        .bind(Sql(edit.library))
        .bind(Sql(edit.video))
        .fetch_all(connection)
        .await?
    });
    // What an older or newer server told in another way tells nothing here.
    let told = payloads
        .iter()
        .filter_map(|payload| serde_json::from_str::<VideoTold>(payload).ok());
    let later: BTreeMap<u64, Vec<String>> = told
        .filter_map(|told| Some((told.version?, told.changed)))
        .filter(|(version, _)| *version > seen)
        .collect();
    let is_whole = u64::try_from(later.len()).is_ok_and(|count| count == version - seen);
    let mut fields: Vec<String> = later.into_values().flatten().collect();
    fields.sort();
    fields.dedup();
    Ok(is_whole.then_some(fields))
}

async fn apply(
    tx: &mut Tx,
    edit: &VideoEdit<'_>,
    row: &EditableRow,
    changes: &[Change],
    sentence: Option<&str>,
    now: Timestamp,
) -> Result<EditOutcome, CatalogError> {
    let mut title = row.title.as_deref();
    let mut description = row.description.as_deref();
    let mut accepts = false;
    for change in changes {
        match change {
            Change::Title(text) => title = Some(text),
            Change::Description(text) => description = text.as_deref(),
            Change::Tags(_) => set_tags(tx, edit.library, edit.video, edit.tags).await?,
            Change::Damaged => accepts = true,
        }
    }
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE videos SET title = $2, title_fold = $3, description = $4, \
             damaged = (damaged OR $5), damaged_accepted = (damaged_accepted OR $6), \
             version = version + 1, updated_at = $7 WHERE video_id = $1",
        )
        .bind(Sql(edit.video))
        .bind(title)
        .bind(fold(title.unwrap_or(&row.filename)))
        .bind(description)
        .bind(accepts && sentence.is_some())
        .bind(accepts)
        .bind(Sql(now))
        .execute(connection)
        .await?
        .rows_affected()
    });
    if let Some(sentence) = sentence.filter(|_| accepts) {
        go_on(tx, edit, sentence, now).await?;
    }
    rewrite_side_car(tx, edit.side_car_job, edit.video, now).await?;
    let told = Told::Video(VideoTold {
        version: Some(row.version + 1),
        changed: changes
            .iter()
            .map(|change| change.field().to_owned())
            .collect(),
        ..VideoTold::default()
    });
    append_event(tx, edit.library, edit.video, &told, now).await?;
    Ok(EditOutcome::Edited)
}

/// Lets a video go on that failed by its container alone.
async fn go_on(
    tx: &mut Tx,
    edit: &VideoEdit<'_>,
    sentence: &str,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let (library, video) = (edit.library, edit.video);
    enqueue(tx, edit.probe_job, video, Stage::Probe, now).await?;
    let to = VideoState::Processing;
    advance_video(tx, library, video, to, Some(sentence), now).await
}
