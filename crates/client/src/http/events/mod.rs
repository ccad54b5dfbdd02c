//! `GET /videos/events`: what happens to the library, as it happens, across outages.

mod parse;

use std::time::Duration;

use heimdex_api::event::{
    CONTENT_TYPE, DeletedEvent, EventKind, HEARTBEAT, JobEvent, LAST_EVENT_ID, ResetEvent,
    UploadEvent, VideoEvent,
};
use heimdex_api::ops::feature;
use serde_json::Value;
use tokio::time::timeout;

use super::call::Call;
use super::{ApiClient, HttpError};
use parse::Parser;

/// A stream that says nothing for so long, not even that it lives, is broken.
const SILENCE: Duration = HEARTBEAT.saturating_mul(3);
/// The pause before the first try to come back; doubled with each.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    /// Where to go on from behind it.
    pub id: String,
    /// What the server calls it.
    pub kind: String,
    /// What it tells, as it came.
    pub data: Value,
}

/// What an event tells, where this program knows its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A video came to be, moved on, or was changed.
    Video(Box<VideoEvent>),
    /// Bytes of an upload arrived.
    Upload(UploadEvent),
    /// Background work began, got on, or ended.
    Job(JobEvent),
    /// A video was put into the trash, or thrown away.
    Deleted(DeletedEvent),
    /// Events are missing: what is wanted must be read anew.
    Reset(ResetEvent),
}

impl ServerEvent {
    /// What it tells; `None` where a newer server tells of something else.
    #[must_use]
    pub fn happened(&self) -> Option<Happened> {
        let data = || self.data.clone();
        match self.kind.parse().ok()? {
            EventKind::Video => serde_json::from_value(data()).ok().map(Happened::Video),
            EventKind::Upload => serde_json::from_value(data()).ok().map(Happened::Upload),
            EventKind::Job => serde_json::from_value(data()).ok().map(Happened::Job),
            EventKind::Deleted => serde_json::from_value(data()).ok().map(Happened::Deleted),
            EventKind::Reset => serde_json::from_value(data()).ok().map(Happened::Reset),
        }
    }
}

/// What following comes to.
#[derive(Debug)]
pub enum Followed {
    /// Something happened.
    Event(ServerEvent),
    /// The stream broke, or the server is away; it is tried again.
    Away(HttpError),
    /// It is there again, and goes on where it was.
    Back,
}

/// Follows what happens, and comes back by itself.
#[derive(Debug)]
pub struct Events {
    client: ApiClient,
    stream: Option<Stream>,
    last: Option<String>,
    /// Tries in a row that failed.
    failed: u32,
    /// The longest pause between two tries.
    most: Duration,
    /// Whether it was not tried yet.
    is_new: bool,
}

#[derive(Debug)]
struct Stream {
    response: reqwest::Response,
    parser: Parser,
    whole: std::collections::VecDeque<parse::Block>,
}

impl ApiClient {
    /// Follows what happens from now on, or from behind the event of that id.
    ///
    /// # Errors
    /// The first try fails, or the server has no such stream.
    pub async fn events(&self, last: Option<String>) -> Result<Events, HttpError> {
        let mut events = self.events_later(last, PAUSE_MOST);
        events.stream = Some(events.open().await?);
        events.is_new = false;
        Ok(events)
    }

    /// The same for a server that may be away as yet: the first try is made by [`Events::next`], as every later one, and
    /// tries are no farther apart than `most`. That it is there is told by [`Followed::Back`] the first time, too.
    #[must_use]
    pub fn events_later(&self, last: Option<String>, most: Duration) -> Events {
        Events {
            client: self.clone(),
            stream: None,
            last,
            failed: 0,
            most,
            is_new: true,
        }
    }
}

impl Events {
    /// Where to go on from.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// What happens next. It may be dropped while it waits.
    ///
    /// # Errors
    /// Waiting does not help: the login has ended, or may not do this, or the server has no such stream.
    pub async fn next(&mut self) -> Result<Followed, HttpError> {
        loop {
            if let Some(stream) = &mut self.stream {
                match stream.next(&self.client).await {
                    Ok(Some(block)) => {
                        if block.id.is_some() {
                            self.last.clone_from(&block.id);
                        }
                        self.failed = 0;
                        if let Some(event) = event(block) {
                            return Ok(Followed::Event(event));
                        }
                    }
                    // The server ended it: it stops, or the login has to be renewed.
                    Ok(None) => self.stream = None,
                    Err(error) => {
                        self.stream = None;
                        self.failed = 1;
                        return Ok(Followed::Away(error));
                    }
                }
                continue;
            }
            if !self.is_new {
                let jitter = 0.5 + crate::transfer::jitter() / 2.0;
                let pause = PAUSE.saturating_mul(1 << self.failed.min(10));
                tokio::time::sleep(pause.min(self.most).mul_f64(jitter)).await;
            }
            let was_away = self.failed > 0 || self.is_new;
            self.failed = self.failed.saturating_add(1);
            let opened = self.open().await;
            self.is_new = false;
            match opened {
                Ok(stream) => {
                    self.stream = Some(stream);
                    if was_away {
                        return Ok(Followed::Back);
                    }
                }
                Err(error) if error.is_temporary() => return Ok(Followed::Away(error)),
                Err(error) => return Err(error),
            }
        }
    }

    async fn open(&self) -> Result<Stream, HttpError> {
        let what = "a stream of what happens";
        self.client.need(feature::EVENTS, what).await?;
        let call = Call::get("/videos/events")
            .accept(CONTENT_TYPE)
            .header(LAST_EVENT_ID, self.last.as_deref());
        let response = self.client.open(&call).await?;
        let kind = response.headers().get(reqwest::header::CONTENT_TYPE);
        let is_stream = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with(CONTENT_TYPE));
        if !is_stream {
            return Err(self.client.invalid("it is no stream of events".into()));
        }
        Ok(Stream {
            response,
            parser: Parser::default(),
            whole: std::collections::VecDeque::new(),
        })
    }
}

impl Stream {
    async fn next(&mut self, client: &ApiClient) -> Result<Option<parse::Block>, HttpError> {
        loop {
            if let Some(block) = self.whole.pop_front() {
                return Ok(Some(block));
            }
            let chunk = timeout(SILENCE, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| client.silent())?;
            let Some(chunk) = chunk.map_err(|error| client.broken(error))? else {
                return Ok(None);
            };
            let blocks = self.parser.push(&chunk);
            let blocks = blocks.map_err(|_| client.invalid("an event does not end".into()))?;
            self.whole.extend(blocks);
        }
    }
}

/// The event of a block; `None` where it only says where to go on from, or is not ours.
fn event(block: parse::Block) -> Option<ServerEvent> {
    if block.data.is_empty() {
        return None;
    }
    Some(ServerEvent {
        id: block.id.unwrap_or_default(),
        kind: block.event,
        data: serde_json::from_str(&block.data).ok()?,
    })
}
