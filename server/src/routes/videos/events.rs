//! `GET /videos/events`: what happens to a library, from now on or from behind an event that was seen.

mod feed;
mod position;
mod told;

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use heimdex_api::event::{CONTENT_TYPE, LAST_EVENT_ID};
use heimdex_api::ops::NoQuery;
use heimdex_api::{ErrorCode, Scope};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::app::App;
use crate::auth::Caller;
use crate::events::NoRoom;
use crate::web::{ApiError, ClientOrigin, Query};
use feed::Feed;

/// nginx, and what copied it from there, passes on what has this as it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// When somebody who found no room comes again.
const ROOM_AFTER: Duration = Duration::from_secs(30);

/// `GET /videos/events`
pub async fn events(
    State(app): State<App>,
    caller: Caller,
    ClientOrigin(origin): ClientOrigin,
    Query(NoQuery {}): Query<NoQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.require(Scope::Read)?;
    let place = app.streams.enter(&caller).map_err(no_room)?;
    // What names no event of ours, whatever it is, is answered with `reset`.
    let last = headers
        .get(LAST_EVENT_ID)
        .map(|id| id.to_str().unwrap_or_default())
        .filter(|id| !id.is_empty());
    let feed = Feed::begin(app, (caller.library_id, origin), place, last).await?;
    let bytes = stream::unfold(feed, |mut feed| async move {
        let bytes = feed.next().await?;
        Some((Ok::<_, Infallible>(bytes), feed))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)),
        // Nobody in between may keep, compress or gather it.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache, no-transform"),
        ),
        (BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

fn no_room(why: NoRoom) -> ApiError {
    match why {
        NoRoom::OfAccount(most) => ApiError::new(
            ErrorCode::RateLimited,
            format!("This account has {most} event streams already; close one first."),
        )
        .with_retry_after(ROOM_AFTER),
        NoRoom::OfServer => ApiError::new(
            ErrorCode::Unavailable,
            "There are as many event streams as this server has room for; come again later.",
        )
        .with_retry_after(ROOM_AFTER),
        NoRoom::Ending => ApiError::unavailable("the server is about to stop"),
    }
}
