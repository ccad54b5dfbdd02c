//! Which videos a list has, as the table and the conditions of a statement.

use heimdex_api::{LibraryId, Timestamp, VideoState};

use crate::catalog::statement::{Bind, Statement};
use crate::domain::listing::VideoFilter;

/// The table and the conditions.
pub(super) fn push_conditions(statement: &mut Statement, library: LibraryId, filter: &VideoFilter) {
    push_table(statement, library, filter);
    statement
        .push("v.library_id = ")
        .bind(Bind::Id(library.as_uuid()))
        .push(" AND v.purging_at IS NULL");
    if filter.state != Some(VideoState::Deleted) {
        statement.push(" AND v.deleted_at IS NULL");
    }
    if let Some(state) = filter.state {
        statement.push(" AND v.state = ").bind(Bind::State(state));
    }
    if let Some(kind) = filter.kind {
        statement.push(" AND v.kind = ").bind(Bind::Kind(kind));
    }
    if let Some(text) = &filter.text {
        statement
            .push(" AND (v.title_fold LIKE ")
            .bind(containing(text))
            .push(" ESCAPE '\\'");
        statement
            .push(" OR v.filename_fold LIKE ")
            .bind(containing(text))
            .push(" ESCAPE '\\')");
    }
    if let Some(camera) = &filter.camera {
        statement
            .push(" AND v.camera_fold LIKE ")
            .bind(containing(camera))
            .push(" ESCAPE '\\'");
    }
    if let Some(tag) = &filter.tag {
        statement
            .push(
                " AND v.video_id IN (SELECT vt.video_id FROM tags t \
                 JOIN video_tags vt ON vt.tag_id = t.tag_id WHERE t.library_id = ",
            )
            .bind(Bind::Id(library.as_uuid()))
            .push(" AND t.name_fold = ")
            .bind(Bind::Text(tag.clone()))
            .push(")");
    }
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    let bounds = [
        (" AND v.created_at >= ", micros(filter.since)),
        (" AND v.created_at < ", micros(filter.until)),
        (" AND v.captured_at >= ", micros(filter.captured_since)),
        (" AND v.captured_at < ", micros(filter.captured_until)),
        (" AND v.duration_ms >= ", filter.min_duration_ms),
        (" AND v.duration_ms <= ", filter.max_duration_ms),
    ];
    for (condition, bound) in bounds {
        if let Some(bound) = bound {
            statement.push(condition).bind(Bind::Number(bound));
        }
    }
}

/// The table, behind what only few videos pass: left alone, the planners walk the whole library in its order sooner than
/// they sort these.
fn push_table(statement: &mut Statement, library: LibraryId, filter: &VideoFilter) {
    let picked = " picked CROSS JOIN videos v WHERE v.video_id = picked.video_id AND ";
    match (filter.id_prefix, &filter.source) {
        (None, None) => {
            statement.push("videos v WHERE ");
        }
        (None, Some(source)) => {
            push_source(statement, library, source);
            statement.push(picked);
        }
        (Some(prefix), source) => {
            statement
                .push("(SELECT p.video_id FROM videos p WHERE p.video_id BETWEEN ")
                .bind(Bind::Id(prefix.first))
                .push(" AND ")
                .bind(Bind::Id(prefix.last))
                .push(")")
                .push(picked);
            if let Some(source) = source {
                statement.push("v.video_id IN ");
                push_source(statement, library, source);
                statement.push(" AND ");
            }
        }
    }
}

/// The videos that were found on a card, reel or folder.
fn push_source(statement: &mut Statement, library: LibraryId, source: &str) {
    statement
        .push(
            "(SELECT DISTINCT sl.video_id FROM ingests si \
             JOIN locations sl ON sl.ingest_id = si.ingest_id WHERE si.library_id = ",
        )
        .bind(Bind::Id(library.as_uuid()))
        .push(" AND si.source = ")
        .bind(Bind::Text(source.to_owned()))
        .push(")");
}

/// A pattern of LIKE that stands for any text with this in it.
fn containing(text: &str) -> Bind {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Bind::Text(pattern)
}
