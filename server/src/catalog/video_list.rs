//! Lists of videos: filters, order, pages by offset or from a row on, and how many there are.

mod conditions;
mod page;

use heimdex_api::limits::EXACT_TOTAL_MAX;
use heimdex_api::{LibraryId, VideoState};

use super::db::on;
use super::statement::{Bind, Statement, bound};
use super::value::Sql;
use super::videos::{Video, VideoRow};
use super::{Catalog, CatalogError};
use crate::domain::listing::{Order, PageStart, Position, SortValue, VideoFilter, VideoSort};

use conditions::push_conditions;
use page::{Walk, is_turned, page_statement};

/// Where a page begins so far behind, it is asked first from which end of the list that is nearer.
const FAR: u64 = 100;

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
    /// How many there are in all, where the counters know and any is on this page.
    pub total: Option<u64>,
}

/// A video of a page, and how many there are in all, where that is counted.
struct PageRow {
    video: VideoRow,
    total: Option<u64>,
}

impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for PageRow
where
    VideoRow: sqlx::FromRow<'r, R>,
    for<'name> &'name str: sqlx::ColumnIndex<R>,
    Sql<Option<u64>>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self {
            video: VideoRow::from_row(row)?,
            total: row.try_get::<Sql<Option<u64>>, _>("total")?.0,
        })
    }
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
        let walk = self.nearer_end(library, query).await?;
        let (text, binds) = page_statement(library, query, walk).finish();
        let mut rows: Vec<PageRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        let total = rows.first().and_then(|row| row.total);
        if is_turned(&query.start, walk) {
            rows.reverse();
        }
        let mut rows: Vec<VideoRow> = rows.into_iter().map(|row| row.video).collect();
        if let (PageStart::Offset(offset), Walk::FromEnd) = (&query.start, walk) {
            // Near the end a walk from there takes rows that come before the page, too.
            let behind = total.unwrap_or(0).saturating_sub(*offset);
            let behind = usize::try_from(behind).unwrap_or(usize::MAX);
            rows.drain(..rows.len().saturating_sub(behind));
        }
        // One row more than the page holds was asked for: it tells whether the list goes on.
        let limit = query.limit as usize;
        let goes_on = rows.len() > limit;
        if matches!(query.start, PageStart::Before(_)) {
            rows.drain(..rows.len().saturating_sub(limit));
        } else {
            rows.truncate(limit);
        }
        let (next, previous) = neighbours(query, &rows, goes_on);
        Ok(VideoPage {
            videos: rows.into_iter().map(Video::from).collect(),
            next,
            previous,
            total,
        })
    }

    /// From which end the way to a page is shorter. What is counted meanwhile may change: the way then is longer, and leads
    /// to the same page.
    async fn nearer_end(
        &self,
        library: LibraryId,
        query: &VideoListQuery,
    ) -> Result<Walk, CatalogError> {
        // The counters hold those of the trash that are being thrown away, which no list shows.
        let is_known = query.filter.is_counted() && query.filter.state != Some(VideoState::Deleted);
        match query.start {
            PageStart::Offset(offset) if offset >= FAR && is_known => {
                let total = self.count_videos(library, &query.filter).await?;
                Ok(if offset > total.videos / 2 {
                    Walk::FromEnd
                } else {
                    Walk::FromStart
                })
            }
            PageStart::Offset(_) | PageStart::After(_) | PageStart::Before(_) => {
                Ok(Walk::FromStart)
            }
        }
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
