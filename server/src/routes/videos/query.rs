//! The query of `GET /videos`, parsed: every parameter that is wrong is named.

use heimdex_api::limits::{NAME_MAX, PAGE_DEFAULT, PAGE_MAX};
use heimdex_api::video::VideoListQuery;
use heimdex_api::{FieldError, LibraryId};

use crate::catalog;
use crate::domain::fold::fold;
use crate::domain::listing::{
    IdPrefix, ListIdentity, Order, PageStart, VideoFilter, VideoSort, decode_cursor,
};
use crate::web::ApiError;

/// What was asked for, and what its cursors belong to.
pub(super) fn parse(
    query: &VideoListQuery,
    library: LibraryId,
) -> Result<(catalog::VideoListQuery, ListIdentity), ApiError> {
    let mut wrong = Wrong::default();
    let filter = filter(query, &mut wrong);
    let sort = wrong
        .parsed("sort", query.sort.as_deref(), sort)
        .unwrap_or(VideoSort::CreatedAt);
    let order = wrong
        .parsed("order", query.order.as_deref(), order)
        .unwrap_or(sort.natural_order());
    let limit = wrong
        .parsed("limit", query.limit.as_deref(), limit)
        .unwrap_or(PAGE_DEFAULT);
    let offset = wrong.parsed("offset", query.offset.as_deref(), offset);
    let identity = ListIdentity::new(library, &("videos", &filter, sort, order));
    let cursor = wrong.parsed("cursor", query.cursor.as_deref(), |text| {
        decode_cursor(identity, text)
            .ok_or("It is not a cursor of this list; filters and order must be those it came with.")
    });
    if query.offset.is_some() && query.cursor.is_some() {
        wrong.add("cursor", "It cannot be combined with `offset`.");
    }
    wrong.none()?;
    let start = cursor.unwrap_or(PageStart::Offset(offset.unwrap_or(0)));
    Ok((
        catalog::VideoListQuery {
            filter,
            sort,
            order,
            start,
            limit,
        },
        identity,
    ))
}

fn filter(query: &VideoListQuery, wrong: &mut Wrong) -> VideoFilter {
    VideoFilter {
        id_prefix: wrong.parsed("id_prefix", query.id_prefix.as_deref(), |text| {
            IdPrefix::parse(text).ok_or("It must be the first 4 to 32 hexadecimal digits of an id.")
        }),
        state: wrong.words("state", query.state.as_deref()),
        text: wrong.parsed("q", query.q.as_deref(), some_text).map(fold),
        tag: wrong
            .parsed("tag", query.tag.as_deref(), some_text)
            .map(fold),
        source: wrong
            .parsed("source", query.source.as_deref(), some_text)
            .map(str::to_owned),
        kind: wrong.words("kind", query.kind.as_deref()),
        since: wrong.words("since", query.since.as_deref()),
        until: wrong.words("until", query.until.as_deref()),
        captured_since: wrong.words("captured_since", query.captured_since.as_deref()),
        captured_until: wrong.words("captured_until", query.captured_until.as_deref()),
        min_duration_ms: wrong.parsed("min_duration", query.min_duration.as_deref(), milliseconds),
        max_duration_ms: wrong.parsed("max_duration", query.max_duration.as_deref(), milliseconds),
        camera: wrong
            .parsed("camera", query.camera.as_deref(), some_text)
            .map(fold),
    }
}

/// Collects what is wrong, so that one reply names all of it.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    fn parsed<'a, T>(
        &mut self,
        field: &str,
        text: Option<&'a str>,
        parse: impl FnOnce(&'a str) -> Result<T, &'static str>,
    ) -> Option<T> {
        match parse(text?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.add(field, message);
                None
            }
        }
    }

    /// For types whose own words say what is wrong.
    fn words<T>(&mut self, field: &str, text: Option<&str>) -> Option<T>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        match text?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, format!("{error}."));
                None
            }
        }
    }

    fn none(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::fields(self.0))
        }
    }
}

fn some_text(text: &str) -> Result<&str, &'static str> {
    let length = text.chars().count();
    if (1..=NAME_MAX).contains(&length) {
        Ok(text)
    } else {
        Err("It must have 1 to 255 characters.")
    }
}

fn sort(text: &str) -> Result<VideoSort, &'static str> {
    let known = VideoSort::WORDS.iter().find(|(word, _)| *word == text);
    known
        .map(|(_, sort)| *sort)
        .ok_or("It must be `created_at`, `captured_at`, `title`, `size_bytes` or `duration_s`.")
}

fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "asc" => Ok(Order::Ascending),
        "desc" => Ok(Order::Descending),
        _ => Err("It must be `asc` or `desc`."),
    }
}

fn limit(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|limit| (1..=PAGE_MAX).contains(limit))
        .ok_or("It must be 1 to 500.")
}

fn offset(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .ok()
        .filter(|offset| i64::try_from(*offset).is_ok())
        .ok_or("It must be a number of videos to skip.")
}

/// Seconds, with a fraction if need be.
fn milliseconds(text: &str) -> Result<i64, &'static str> {
    let seconds: f64 = text.parse().map_err(|_| DURATION)?;
    if !(0.0..=MOST_SECONDS).contains(&seconds) {
        return Err(DURATION);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is within the bounds just checked"
    )]
    Ok((seconds * 1_000.0).round() as i64)
}

const DURATION: &str = "It must be a number of seconds.";
const MOST_SECONDS: f64 = 1e12;

#[cfg(test)]
mod tests {
    use heimdex_api::VideoState;
    use uuid::Uuid;

    use super::*;
    use crate::domain::listing::{Position, SortValue, encode_cursor};

    fn library() -> LibraryId {
        LibraryId::new(Uuid::nil())
    }

    #[test]
    fn nothing_asked_for_is_the_newest_fifty() {
        let (query, _) = parse(&VideoListQuery::default(), library()).unwrap();
        assert_eq!(query.filter, VideoFilter::default());
        assert_eq!(
            (query.sort, query.order),
            (VideoSort::CreatedAt, Order::Descending)
        );
        assert_eq!((query.start, query.limit), (PageStart::Offset(0), 50));
    }

    #[test]
    fn texts_are_folded_and_seconds_are_milliseconds() {
        let asked = VideoListQuery {
            q: Some("Okonkwo".into()),
            state: Some("indexed".into()),
            min_duration: Some("1.5".into()),
            sort: Some("title".into()),
            ..VideoListQuery::default()
        };
        let (query, _) = parse(&asked, library()).unwrap();
        assert_eq!(query.filter.text.as_deref(), Some("okonkwo"));
        assert_eq!(query.filter.state, Some(VideoState::Indexed));
        assert_eq!(query.filter.min_duration_ms, Some(1_500));
        assert_eq!(query.order, Order::Ascending, "titles begin with A");
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let asked = VideoListQuery {
            limit: Some("0".into()),
            offset: Some("-1".into()),
            cursor: Some("AAAA".into()),
            id_prefix: Some("7f".into()),
            state: Some("done".into()),
            q: Some(String::new()),
            since: Some("monday".into()),
            min_duration: Some("inf".into()),
            sort: Some("colour".into()),
            order: Some("up".into()),
            ..VideoListQuery::default()
        };
        let error = parse(&asked, library()).unwrap_err();
        let problem = error.to_problem("");
        let fields: Vec<&str> = problem
            .errors
            .iter()
            .map(|error| error.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "id_prefix",
                "state",
                "q",
                "since",
                "min_duration",
                "sort",
                "order",
                "limit",
                "offset",
                "cursor",
                "cursor",
            ]
        );
    }

    #[test]
    fn a_cursor_leads_on_with_its_own_filters_only() {
        let mut asked = VideoListQuery {
            q: Some("a".into()),
            ..VideoListQuery::default()
        };
        let (_, identity) = parse(&asked, library()).unwrap();
        let position = Position {
            value: SortValue::Number(1),
            id: Uuid::nil(),
        };
        let start = PageStart::After(position);
        asked.cursor = encode_cursor(identity, &start);
        assert_eq!(parse(&asked, library()).unwrap().0.start, start);
        asked.limit = Some("7".into());
        assert_eq!(
            parse(&asked, library()).unwrap().0.start,
            start,
            "pages may grow"
        );
        asked.q = Some("b".into());
        assert!(parse(&asked, library()).is_err());
        asked.q = Some("a".into());
        assert!(parse(&asked, LibraryId::new(Uuid::max())).is_err());
    }
}
