//! The statement that reads a page of a list, and from which end of the list it is walked to.

use heimdex_api::LibraryId;

use super::VideoListQuery;
use super::conditions::push_conditions;
use crate::catalog::statement::{Bind, Statement};
use crate::catalog::videos::{AND_MORE, COLUMNS};
use crate::domain::listing::{Order, PageStart, SortValue, VideoFilter, VideoSort};

/// From which end of the list a page is walked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    FromStart,
    /// To a page by offset only: that many rows are counted off the end.
    FromEnd,
}

/// Whether the rows come in the other order and are to be turned round: backwards from a row on, and from the end.
pub(super) fn is_turned(start: &PageStart, walk: Walk) -> bool {
    matches!(start, PageStart::Before(_)) || walk == Walk::FromEnd
}

pub(super) fn page_statement(library: LibraryId, query: &VideoListQuery, walk: Walk) -> Statement {
    let order = if is_turned(&query.start, walk) {
        query.order.reversed()
    } else {
        query.order
    };
    let mut statement = Statement::new(COLUMNS);
    statement.push(", ");
    push_total(&mut statement, library, &query.filter);
    // What is passed over is walked by the index alone, not row by row.
    let offset = match query.start {
        PageStart::Offset(offset) if offset > 0 => Some(offset),
        PageStart::Offset(_) | PageStart::After(_) | PageStart::Before(_) => None,
    };
    statement.push(match offset {
        Some(_) => " AS total FROM (SELECT v.* FROM (SELECT v.video_id FROM ",
        None => " AS total FROM (SELECT v.* FROM ",
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
        statement.push(" OFFSET ");
        match walk {
            Walk::FromStart => {
                statement.bind(Bind::Number(signed(offset)));
            }
            Walk::FromEnd => push_rest(&mut statement, library, query, offset),
        }
        statement.push(") page CROSS JOIN videos v WHERE v.video_id = page.video_id");
    }
    statement.push(AND_MORE);
    push_order(&mut statement, query.sort, order);
    statement
}

/// How many there are in all, by the counters, in the same moment as the page; nothing where these do not know.
fn push_total(statement: &mut Statement, library: LibraryId, filter: &VideoFilter) {
    if !filter.is_counted() {
        statement.push("CAST(NULL AS BIGINT)");
        return;
    }
    statement
        .push("(SELECT CAST(COALESCE(SUM(c.videos), 0) AS BIGINT) FROM library_counts c WHERE c.library_id = ")
        .bind(Bind::Id(library.as_uuid()));
    match filter.state {
        Some(state) => statement.push(" AND c.state = ").bind(Bind::State(state)),
        None => statement.push(" AND c.state <> 'deleted'"),
    };
    statement.push(")");
}

/// How many rows lie between the end of the list and the row behind the page.
fn push_rest(statement: &mut Statement, library: LibraryId, query: &VideoListQuery, offset: u64) {
    let with_page = offset
        .saturating_add(u64::from(query.limit))
        .saturating_add(1);
    let with_page = signed(with_page);
    statement.push("(SELECT CASE WHEN counted.total > ");
    statement.bind(Bind::Number(with_page));
    statement.push(" THEN counted.total - ");
    statement.bind(Bind::Number(with_page));
    statement.push(" ELSE 0 END FROM (SELECT ");
    push_total(statement, library, &query.filter);
    statement.push(" AS total) counted)");
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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
