//! `heimdex list`: videos in a table, page after page in a pipe.

mod follow;
mod pages;
mod query;

use heimdex_api::limits::PAGE_DEFAULT;
use heimdex_api::video::VideoResponse;
use serde_json::Value;

use super::Context;
use crate::args::ListArgs;
use crate::clock::Moment;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::{size, state, text, time};
use crate::printer::Stream;
use pages::Pages;

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

/// The columns of a list of videos.
pub(crate) const COLUMNS: [Column; 7] = [
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
    let query = query::query(args, &context.moment)?;
    if args.follow {
        return follow::run(context, args, query, selection).await;
    }
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
    let cursor = |cursor: Option<String>| cursor.map_or(Value::Null, Value::from);
    list.end(&[
        ("total", pages.total.into()),
        ("total_is_lower_bound", pages.is_lower_bound.into()),
        ("next_cursor", cursor(pages.cursor_of_rest())),
        ("prev_cursor", cursor(pages.cursor_before())),
    ])
}

async fn as_table(
    context: &Context<'_>,
    args: &ListArgs,
    pages: &mut Pages<'_>,
) -> Result<(), CliError> {
    pages.at_most(u64::from(PAGE_DEFAULT));
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
    } else if args.cursor.is_none() && (pages.total > shown || pages.is_lower_bound) {
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
    let texts = [
        &args.text,
        &args.source,
        &args.tag,
        &args.id,
        &args.since,
        &args.until,
        &args.captured_since,
        &args.captured_until,
        &args.camera,
        &args.min_duration,
        &args.max_duration,
        &args.cursor,
    ];
    args.state.is_some() || args.kind.is_some() || texts.into_iter().any(Option::is_some)
}

/// A video as a row of [`COLUMNS`].
pub(crate) fn row(video: &VideoResponse, moment: &Moment) -> Vec<Cell> {
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
