//! Lists of videos: filters, order, pages by offset or from a row on, and how many there are.

use heimdex_api::limits::EXACT_TOTAL_MAX;
use heimdex_api::{LibraryId, Timestamp, VideoState};

use super::db::on;
use super::statement::{Bind, Statement, bound};
use super::value::Sql;
use super::videos::{AND_MORE, SELECT, Video, VideoRow};
use super::{Catalog, CatalogError};
use crate::domain::listing::{Order, PageStart, Position, SortValue, VideoFilter, VideoSort};

/// Which videos, in which order, from where.
#[derive(Debug, Clone)]
pub struct VideoListQuery {
    /// Which.
    pub filter: VideoFilter,
    /// By what.
    pub sort: VideoSort,
    /// In which direction.
    pub order: Order,
    /// From where.
    pub start: PageStart,
    /// At most how many.
    pub limit: u32,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoPage {
    /// In order.
    pub videos: Vec<Video>,
    /// Where the next page begins, where there is one.
    pub next: Option<PageStart>,
    /// Where the page before begins, where there may be one.
    pub previous: Option<PageStart>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// So many.
    pub videos: u64,
    /// Or more.
    pub is_lower_bound: bool,
}

impl Catalog {
    /// A page of a library's videos.
    pub async fn list_videos(
        &self,
        library: LibraryId,
        query: &VideoListQuery,
    ) -> Result<VideoPage, CatalogError> {
        let (text, binds) = page_statement(library, query).finish();
        let mut rows: Vec<VideoRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        // One row more than the page holds was asked for: it tells whether the list goes on.
        let goes_on = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        if matches!(query.start, PageStart::Before(_)) {
            rows.reverse();
        }
        let (next, previous) = neighbours(query, &rows, goes_on);
        Ok(VideoPage {
            videos: rows.into_iter().map(Video::from).collect(),
            next,
            previous,
        })
    }

    /// How many videos pass a filter: from the counters where they know, else counted up to a bound.
    pub async fn count_videos(
        &self,
        library: LibraryId,
        filter: &VideoFilter,
    ) -> Result<Total, CatalogError> {
        if filter.is_counted() {
            let counts = self.counts(library).await?;
            let wanted = |state| match filter.state {
                Some(wanted) => state == wanted,
                None => state != VideoState::Deleted,
            };
            let counted = counts.iter().filter(|count| wanted(count.state));
            let videos = counted.map(|count| count.videos).sum();
            return Ok(Total {
                videos,
                is_lower_bound: false,
            });
        }
        let mut statement = Statement::new("SELECT COUNT(*) FROM (SELECT 1 AS one FROM ");
        push_conditions(&mut statement, library, filter);
        statement
            .push(" LIMIT ")
            .bind(Bind::Number(
                i64::try_from(EXACT_TOTAL_MAX + 1).unwrap_or(i64::MAX),
            ))
            .push(") counted");
        let (text, binds) = statement.finish();
        let counted: Sql<u64> = on!(self.db, |pool| {
            bound!(sqlx::query_scalar(text), binds)
                .fetch_one(pool)
                .await?
        });
        Ok(Total {
            videos: counted.0.min(EXACT_TOTAL_MAX),
            is_lower_bound: counted.0 > EXACT_TOTAL_MAX,
        })
    }
}

fn page_statement(library: LibraryId, query: &VideoListQuery) -> Statement {
    // Backwards from a row on is the other order, turned round again afterwards.
    let order = match query.start {
        PageStart::Before(_) => query.order.reversed(),
        PageStart::Offset(_) | PageStart::After(_) => query.order,
    };
    let mut statement = Statement::new(SELECT);
    // What is passed over is walked by the index alone, not row by row.
    let offset = match query.start {
        PageStart::Offset(offset) if offset > 0 => Some(offset),
        PageStart::Offset(_) | PageStart::After(_) | PageStart::Before(_) => None,
    };
    statement.push(match offset {
        Some(_) => "SELECT v.* FROM (SELECT v.video_id FROM ",
        None => "SELECT v.* FROM ",
    });
    push_conditions(&mut statement, library, &query.filter);
    if let PageStart::After(position) | PageStart::Before(position) = &query.start {
        statement
            .push(" AND (")
            .push(column(query.sort))
            .push(", v.video_id) ");
        statement.push(match order {
            Order::Ascending => "> (",
            Order::Descending => "< (",
        });
        statement
            .bind(match &position.value {
                SortValue::Number(number) => Bind::Number(*number),
                SortValue::Text(text) => Bind::Text(text.clone()),
            })
            .push(", ")
            .bind(Bind::Id(position.id))
            .push(")");
    }
    push_order(&mut statement, query.sort, order);
    statement
        .push(" LIMIT ")
        .number(query.limit.saturating_add(1));
    if let Some(offset) = offset {
        statement
            .push(" OFFSET ")
            .bind(Bind::Number(i64::try_from(offset).unwrap_or(i64::MAX)))
            .push(") page CROSS JOIN videos v WHERE v.video_id = page.video_id");
    }
    statement.push(AND_MORE);
    push_order(&mut statement, query.sort, order);
    statement
}

fn push_order(statement: &mut Statement, sort: VideoSort, order: Order) {
    statement.push(" ORDER BY ").push(column(sort));
    statement.push(match order {
        Order::Ascending => ", v.video_id",
        Order::Descending => " DESC, v.video_id DESC",
    });
}

const fn column(sort: VideoSort) -> &'static str {
    match sort {
        VideoSort::CreatedAt => "v.created_at",
        VideoSort::CapturedAt => "v.sort_captured",
        VideoSort::Title => "v.title_fold",
        VideoSort::SizeBytes => "v.sort_size",
        VideoSort::Duration => "v.sort_duration",
    }
}

/// The table and the conditions.
fn push_conditions(statement: &mut Statement, library: LibraryId, filter: &VideoFilter) {
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

/// Where the pages beside this one begin.
fn neighbours(
    query: &VideoListQuery,
    rows: &[VideoRow],
    goes_on: bool,
) -> (Option<PageStart>, Option<PageStart>) {
    let position = |row: &VideoRow| position(query.sort, row);
    let after = rows.last().map(|row| PageStart::After(position(row)));
    let before = rows.first().map(|row| PageStart::Before(position(row)));
    match &query.start {
        PageStart::Offset(0) => (after.filter(|_| goes_on), None),
        PageStart::Offset(_) => (after.filter(|_| goes_on), before),
        // Rows may have gone meanwhile; the way back from an empty page leads to the row that it came from.
        PageStart::After(from) => (
            after.filter(|_| goes_on),
            before.or_else(|| Some(PageStart::Before(from.clone()))),
        ),
        PageStart::Before(from) => (
            after.or_else(|| Some(PageStart::After(from.clone()))),
            before.filter(|_| goes_on),
        ),
    }
}

fn position(sort: VideoSort, row: &VideoRow) -> Position {
    let value = match sort {
        VideoSort::CreatedAt => SortValue::Number(row.created_at.as_micros()),
        VideoSort::CapturedAt => SortValue::Number(row.sort_captured),
        VideoSort::Title => SortValue::Text(row.title_fold.clone()),
        VideoSort::SizeBytes => SortValue::Number(row.sort_size),
        VideoSort::Duration => SortValue::Number(row.sort_duration),
    };
    Position {
        value,
        id: row.video_id.as_uuid(),
    }
}
