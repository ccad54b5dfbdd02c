//! `heimdex list`: videos in a table, page after page in a pipe.

use std::collections::HashSet;

use heimdex_api::limits::{PAGE_DEFAULT, PAGE_MAX};
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_api::{Timestamp, VideoId, VideoState};
use heimdex_client::ApiClient;
use serde_json::Value;

use super::Context;
use crate::args::{ListArgs, SortKey, StateFilter};
use crate::clock::Moment;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::{size, state, text, time};
use crate::printer::Stream;

/// The fields of a video in a list.
pub(super) const VIDEO_FIELDS: [&str; 41] = [
    "video_id",
    "user_id",
    "library_id",
    "version",
    "kind",
    "title",
    "description",
    "tags",
    "filename",
    "path",
    "path_raw",
    "source",
    "mime_type",
    "size_bytes",
    "duration_s",
    "width",
    "height",
    "rotation",
    "frame_rate",
    "video_codec",
    "audio_codec",
    "camera",
    "captured_at",
    "blake3",
    "verified_at",
    "verified_how",
    "damaged",
    "quarantined_at",
    "replaces",
    "state",
    "error_text",
    "thumbnail_url",
    "contact_sheet_url",
    "bytes_received",
    "expires_at",
    "created_at",
    "updated_at",
    "indexed_at",
    "deleted_at",
    "locations",
    "media",
];

const COLUMNS: [Column; 7] = [
    Column {
        name: "TITLE",
        side: Side::Left,
        rank: 0,
        least: Some(12),
    },
    Column {
        name: "STATE",
        side: Side::Left,
        rank: 0,
        least: None,
    },
    Column {
        name: "LENGTH",
        side: Side::Right,
        rank: 3,
        least: None,
    },
    Column {
        name: "SIZE",
        side: Side::Right,
        rank: 1,
        least: None,
    },
    Column {
        name: "CAPTURED",
        side: Side::Left,
        rank: 2,
        least: None,
    },
    Column {
        name: "SOURCE",
        side: Side::Left,
        rank: 4,
        least: Some(8),
    },
    Column {
        name: "ID",
        side: Side::Left,
        rank: 0,
        least: None,
    },
];

pub(super) async fn run(context: &Context<'_>, args: &ListArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &VIDEO_FIELDS)?;
    let query = query(args, &context.moment)?;
    let client = context.settings.client()?;
    let mut pages = Pages::new(&client, query, args.limit);
    if let Some(selection) = selection {
        as_json(context, &mut pages, &selection).await?;
    } else if let Stream::Terminal(_) = context.printer.stdout() {
        as_table(context, args, &mut pages).await?;
    } else {
        while let Some(videos) = pages.next().await? {
            let rows: Vec<_> = videos
                .iter()
                .map(|video| row(video, &context.moment))
                .collect();
            table::print(context.printer, &COLUMNS, &rows)?;
        }
    }
    Ok(ExitStatus::Done)
}

async fn as_json(
    context: &Context<'_>,
    pages: &mut Pages<'_>,
    selection: &Selection,
) -> Result<(), CliError> {
    let mut first = pages.next().await?;
    let mut list = json::List::begin(context.printer, "videos")?;
    while let Some(videos) = first.take() {
        for video in &videos {
            list.push(&selection.pick(video))?;
        }
        first = pages.next().await?;
    }
    let cursor = pages.cursor_of_rest().map_or(Value::Null, Value::from);
    list.end(&[
        ("total", pages.total.into()),
        ("total_is_lower_bound", pages.is_lower_bound.into()),
        ("next_cursor", cursor),
    ])
}

async fn as_table(
    context: &Context<'_>,
    args: &ListArgs,
    pages: &mut Pages<'_>,
) -> Result<(), CliError> {
    pages.left.get_or_insert(u64::from(PAGE_DEFAULT));
    let mut rows = Vec::new();
    while let Some(videos) = pages.next().await? {
        rows.extend(videos.iter().map(|video| row(video, &context.moment)));
    }
    table::print(context.printer, &COLUMNS, &rows)?;
    let shown = rows.len() as u64;
    let printer = context.printer;
    if shown == 0 && is_narrowed(args) {
        printer.talk("No video is like that.");
    } else if shown == 0 {
        printer.talk("There are no videos yet. `heimdex upload FILE` sends one.");
    } else if pages.total > shown || pages.is_lower_bound {
        let more = if pages.is_lower_bound {
            "more than "
        } else {
            ""
        };
        let total = text::count(pages.total, "video", "videos");
        let next = (shown * 4).max(200);
        printer.talk(&format!(
            "{} of {more}{total}. More: the same with `--limit {next}`.",
            text::grouped(shown)
        ));
    }
    Ok(())
}

/// Whether anything narrows the list.
fn is_narrowed(args: &ListArgs) -> bool {
    args.state.is_some()
        || [
            &args.text,
            &args.source,
            &args.tag,
            &args.since,
            &args.until,
        ]
        .into_iter()
        .chain([&args.captured_since, &args.captured_until])
        .any(Option::is_some)
}

fn row(video: &VideoResponse, moment: &Moment) -> Vec<Cell> {
    let (word, colour) = state::of(video);
    let name = video
        .title
        .as_deref()
        .or(video.filename.as_deref())
        .unwrap_or("(no title)");
    vec![
        Cell::text(name),
        Cell::new(text::clean(&word), video.state.to_string()).coloured(colour),
        video
            .duration_s
            .map_or_else(Cell::none, |s| Cell::new(size::length(s), s.to_string())),
        video
            .size_bytes
            .map_or_else(Cell::none, |b| Cell::new(size::bytes(b), b.to_string())),
        video.captured_at.map_or_else(Cell::none, |at| {
            Cell::new(time::calendar(at, moment), at.to_string())
        }),
        video.source.as_deref().map_or_else(Cell::none, Cell::text),
        Cell::new(video.video_id.short(), video.video_id.to_string()),
    ]
}

fn query(args: &ListArgs, moment: &Moment) -> Result<VideoListQuery, CliError> {
    let time = |name: &str, text: &Option<String>| -> Result<Option<String>, CliError> {
        let Some(text) = text else { return Ok(None) };
        let at: Timestamp = time::parse(text, moment).ok_or_else(|| {
            CliError::usage(
                format!("`{text}` is not a time (--{name})"),
                "write it as `2h`, `3d`, `today`, `monday`, 2026-11-20 or 2026-11-20T09:30",
            )
        })?;
        Ok(Some(at.to_string()))
    };
    let sort = match args.sort {
        SortKey::Arrived => None,
        SortKey::Captured => Some("captured_at"),
        SortKey::Title => Some("title"),
        SortKey::Size => Some("size_bytes"),
        SortKey::Length => Some("duration_s"),
    };
    let reversed = if args.sort == SortKey::Title {
        "desc"
    } else {
        "asc"
    };
    Ok(VideoListQuery {
        q: args.text.clone(),
        state: args.state.map(|state| word(state).to_string()),
        source: args.source.clone(),
        tag: args.tag.clone(),
        since: time("since", &args.since)?,
        until: time("until", &args.until)?,
        captured_since: time("captured-since", &args.captured_since)?,
        captured_until: time("captured-until", &args.captured_until)?,
        sort: sort.map(str::to_owned),
        order: args.reverse.then(|| reversed.to_owned()),
        ..VideoListQuery::default()
    })
}

fn word(state: StateFilter) -> VideoState {
    match state {
        StateFilter::Uploading => VideoState::Uploading,
        StateFilter::Stored => VideoState::Validating,
        StateFilter::Verified => VideoState::Processing,
        StateFilter::Ready => VideoState::Indexed,
        StateFilter::Failed => VideoState::Failed,
        StateFilter::Deleted => VideoState::Deleted,
    }
}

/// The pages of a list, one after another, up to a limit.
struct Pages<'a> {
    client: &'a ApiClient,
    query: VideoListQuery,
    left: Option<u64>,
    seen: HashSet<VideoId>,
    total: u64,
    is_lower_bound: bool,
    next: Next,
}

/// Where the next page begins.
#[derive(Debug, Clone)]
enum Next {
    First,
    Cursor(String),
    /// An older server without cursors.
    Offset(u64),
    End,
}

impl<'a> Pages<'a> {
    fn new(client: &'a ApiClient, query: VideoListQuery, limit: Option<u64>) -> Self {
        let (seen, total, is_lower_bound) = (HashSet::new(), 0, false);
        Self {
            client,
            query,
            left: limit,
            seen,
            total,
            is_lower_bound,
            next: Next::First,
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<VideoResponse>>, CliError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        let limit = self.left.unwrap_or(u64::MAX).min(u64::from(PAGE_MAX));
        let mut query = self.query.clone();
        query.limit = Some(limit.to_string());
        match &self.next {
            Next::First => {}
            Next::Cursor(cursor) => query.cursor = Some(cursor.clone()),
            Next::Offset(offset) => query.offset = Some(offset.to_string()),
            Next::End => return Ok(None),
        }
        let page = self.client.videos(&query).await?;
        let count = page.videos.len() as u64;
        let offset = match self.next {
            Next::Offset(offset) => offset + count,
            Next::First | Next::Cursor(_) | Next::End => count,
        };
        self.next = match (page.next_cursor, &self.next) {
            (Some(cursor), _) => Next::Cursor(cursor),
            (None, Next::First | Next::Offset(_)) if count > 0 && offset < page.total => {
                Next::Offset(offset)
            }
            (None, _) => Next::End,
        };
        (self.total, self.is_lower_bound) = (page.total, page.total_is_lower_bound);
        // What arrives between two pages shifts offsets: a video may come twice.
        let mut videos = page.videos;
        videos.retain(|video| self.seen.insert(video.video_id));
        self.left = self
            .left
            .map(|left| left.saturating_sub(videos.len() as u64));
        Ok(Some(videos))
    }

    /// Where a program goes on, if the limit came before the end.
    fn cursor_of_rest(&self) -> Option<String> {
        match &self.next {
            Next::Cursor(cursor) => Some(cursor.clone()),
            Next::First | Next::Offset(_) | Next::End => None,
        }
    }
}
