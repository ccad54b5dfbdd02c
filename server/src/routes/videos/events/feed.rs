//! One reader of a library's log. It holds nothing but its place: what is next is read from the log when the connection
//! has room for it, so a reader that is slow costs no memory, and one that is too slow is let go.

use std::time::Duration;

use axum::body::Bytes;
use heimdex_api::LibraryId;
use heimdex_api::event::ResetReason;
use tokio::time::{Instant, sleep_until};

use super::position::Position;
use super::told;
use crate::app::App;
use crate::catalog::{CatalogError, Watch};
use crate::events::Place;
use crate::objects::Origin;
use crate::web::ApiError;

/// Events that are read and written at once.
const PAGE: u32 = 100;
/// How long after a look the next one waits, so that many events in a row are read together.
const PACE: Duration = Duration::from_millis(50);
/// A reader that was up to date and has so many events before it is too slow.
const BEHIND_MAX: u64 = 5_000;
/// What a client that knows this waits before it comes again, in milliseconds.
const RETRY: &str = "retry: 2000\n";

/// A reader, and its connection's place.
pub(super) struct Feed {
    app: App,
    library: LibraryId,
    origin: Origin,
    place: Place,
    watch: Watch,
    position: Position,
    /// Said first: at once, so that everybody in between knows that this is an answer.
    greeting: Option<String>,
    /// Whether there may be something to read.
    due: bool,
    /// Whether it has read all that there was, at least once.
    caught_up: bool,
    looked: Instant,
    said: Instant,
    over: bool,
}

/// What looking at the log came to.
enum Look {
    Nothing,
    Events(String),
    /// Events are missing; `true`: the reader is let go.
    Reset(ResetReason, bool),
}

impl Feed {
    /// Begins behind the event that `last` names, or at the end.
    pub(super) async fn begin(
        app: App,
        (library, origin): (LibraryId, Origin),
        place: Place,
        last: Option<&str>,
    ) -> Result<Self, ApiError> {
        // Watched before it is looked at: what happens in between is seen by one of the two.
        let watch = app.catalog.watch_log(library);
        let now = Instant::now();
        let mut feed = Self {
            app,
            library,
            origin,
            place,
            watch,
            position: Position { seq: 0, at: None },
            greeting: None,
            due: true,
            caught_up: false,
            looked: now,
            said: now,
            over: false,
        };
        let known = match last {
            Some(last) => feed.known(last).await?,
            None => Ok(feed.end().await?),
        };
        let mut greeting = RETRY.to_owned();
        match known {
            Ok(position) => {
                feed.position = position;
                // An id without data is no event, but where to go on from.
                greeting.push_str("id: ");
                greeting.push_str(&position.id(library));
                greeting.push_str("\n\n");
            }
            Err(reason) => {
                feed.position = feed.end().await?;
                greeting.push('\n');
                greeting.push_str(&told::reset(library, feed.position, reason));
            }
        }
        feed.greeting = Some(greeting);
        Ok(feed)
    }

    /// What is to be sent next; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        let text = match self.greeting.take() {
            Some(greeting) => greeting,
            None => self.following().await?,
        };
        self.said = Instant::now();
        Some(Bytes::from(text))
    }

    async fn following(&mut self) -> Option<String> {
        let ended = self.place.ended().clone();
        loop {
            if self.over || ended.is_cancelled() {
                return None;
            }
            if self.due {
                ended
                    .run_until_cancelled(sleep_until(self.looked + PACE))
                    .await?;
                if let Some(text) = ended.run_until_cancelled(self.looking()).await? {
                    return Some(text);
                }
            }
            let heartbeat = self.said + self.app.config.http.heartbeat.get();
            let again = self.due;
            tokio::select! {
                biased;
                () = ended.cancelled() => return None,
                () = self.watch.changed(), if !again => self.due = true,
                // The database did not answer: the reader need not know, as long as it does later.
                () = sleep_until(self.looked + Duration::from_secs(1)), if again => {}
                () = sleep_until(heartbeat) => return Some(":\n\n".to_owned()),
            }
        }
    }

    async fn looking(&mut self) -> Option<String> {
        self.looked = Instant::now();
        let looked = match self.look().await {
            Ok(Look::Reset(reason, over)) => match self.end().await {
                Ok(end) => {
                    self.position = end;
                    self.over = over;
                    return Some(told::reset(self.library, end, reason));
                }
                Err(error) => Err(error),
            },
            looked => looked,
        };
        match looked {
            Ok(Look::Events(text)) => Some(text).filter(|text| !text.is_empty()),
            Ok(Look::Nothing | Look::Reset(..)) => None,
            Err(error) => {
                tracing::debug!(%error, "cannot read the log of events");
                self.due = true;
                None
            }
        }
    }

    /// Reads what is next. The reader has moved on when it comes back with it.
    async fn look(&mut self) -> Result<Look, CatalogError> {
        let (catalog, from) = (&self.app.catalog, self.position.seq);
        let page = catalog.events_after(self.library, from, PAGE).await?;
        if page.end < from {
            return Ok(Look::Reset(ResetReason::Unknown, false));
        }
        if self.caught_up && page.end - from > BEHIND_MAX {
            return Ok(Look::Reset(ResetReason::TooSlow, true));
        }
        let Some(last) = page.events.last() else {
            self.due = false;
            self.caught_up = true;
            let forgotten = page.end > from;
            return Ok(if forgotten {
                Look::Reset(ResetReason::TooOld, false)
            } else {
                Look::Nothing
            });
        };
        let expected = from + u64::try_from(page.events.len()).unwrap_or(u64::MAX);
        if last.seq != expected {
            return Ok(Look::Reset(ResetReason::TooOld, false));
        }
        let text = told::write(&self.app, &self.origin, self.library, &page.events).await?;
        self.position = Position {
            seq: last.seq,
            at: Some(last.created_at),
        };
        if page.events.len() < PAGE as usize {
            self.due = page.end > last.seq;
            self.caught_up = true;
        }
        Ok(Look::Events(text))
    }

    /// Where the log ends by now.
    async fn end(&self) -> Result<Position, CatalogError> {
        let end = self.app.catalog.log_end(self.library).await?;
        Ok(end.map_or(Position { seq: 0, at: None }, |end| Position {
            seq: end.seq,
            at: end.at,
        }))
    }

    /// The position that a text names, or why there is none.
    async fn known(&self, last: &str) -> Result<Result<Position, ResetReason>, CatalogError> {
        let Some(position) = Position::parse(last, self.library) else {
            return Ok(Err(ResetReason::Unknown));
        };
        if position.seq > self.end().await?.seq {
            return Ok(Err(ResetReason::Unknown));
        }
        let written = self
            .app
            .catalog
            .event_time(self.library, position.seq)
            .await?;
        Ok(match (written, position.at) {
            (Some(written), Some(at)) if written != at => Err(ResetReason::Unknown),
            _ => Ok(position),
        })
    }
}
