//! From what was typed to what the server is asked for.

use heimdex_api::video::VideoListQuery;
use heimdex_api::{Timestamp, VideoKind, VideoState};

use crate::args::{KindFilter, ListArgs, OrderArg, SortKey, StateFilter};
use crate::clock::Moment;
use crate::commands::find;
use crate::error::CliError;
use crate::output::time;

/// The query that the arguments mean, at this moment.
pub(super) fn query(args: &ListArgs, moment: &Moment) -> Result<VideoListQuery, CliError> {
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
    let order = args.order.map(|order| match order {
        OrderArg::Asc => "asc",
        OrderArg::Desc => "desc",
    });
    let reversed = if args.sort == SortKey::Title {
        "desc"
    } else {
        "asc"
    };
    let kind = args.kind.map(|kind| match kind {
        KindFilter::Video => VideoKind::Video,
        KindFilter::File => VideoKind::File,
    });
    let id_prefix = args.id.as_deref().map(|id| find::digits(id, "list"));
    Ok(VideoListQuery {
        id_prefix: id_prefix.transpose()?,
        q: args.text.clone(),
        state: args.state.map(|state| word(state).to_string()),
        source: args.source.clone(),
        tag: args.tag.clone(),
        since: time("since", &args.since)?,
        until: time("until", &args.until)?,
        captured_since: time("captured-since", &args.captured_since)?,
        captured_until: time("captured-until", &args.captured_until)?,
        sort: sort.map(str::to_owned),
        order: order
            .or(args.reverse.then_some(reversed))
            .map(str::to_owned),
        kind: kind.map(|kind| kind.to_string()),
        camera: args.camera.clone(),
        min_duration: seconds("min-duration", args.min_duration.as_deref())?,
        max_duration: seconds("max-duration", args.max_duration.as_deref())?,
        cursor: args.cursor.clone(),
        ..VideoListQuery::default()
    })
}

/// A length as the server wants it: seconds.
fn seconds(name: &str, text: Option<&str>) -> Result<Option<String>, CliError> {
    let Some(text) = text else { return Ok(None) };
    let seconds = time::playing_time(text).ok_or_else(|| {
        CliError::usage(
            format!("`{text}` is not a length (--{name})"),
            "write it as `90`, `90s`, `5m`, `1h30m` or 1:30:00",
        )
    })?;
    Ok(Some(seconds.to_string()))
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
