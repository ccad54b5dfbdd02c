//! What the server tells of videos while they are waited for; nothing where it does not, or may not.

use std::time::Duration;

use heimdex_api::event::VideoEvent;
use heimdex_api::video::VideoResponse;
use heimdex_client::ApiClient;
use heimdex_client::events::{Events, Followed, Happened, ServerEvent};

use super::NET;

/// What is told as it happens.
pub(super) struct Changes {
    events: Option<Events>,
    is_away: bool,
}

/// What there is to know.
pub(super) enum Change {
    /// A video stands here by now.
    Seen(Box<VideoResponse>),
    /// Something may have been missed: only a look tells.
    Missed,
    /// Nothing is told for now.
    Away,
}

impl Changes {
    /// Listens from now on, where the server has that and this login may; looking is enough everywhere.
    pub(super) async fn open(client: &ApiClient) -> Self {
        let events = client.events(None).await;
        if let Err(error) = &events {
            tracing::debug!(%error, "the server does not tell what happens; it is asked instead");
        }
        Self {
            events: events.ok(),
            is_away: false,
        }
    }

    /// How long until a look that nothing asks for.
    pub(super) fn pause(&self, alone: Duration) -> Duration {
        if self.events.is_some() && !self.is_away {
            NET
        } else {
            alone
        }
    }

    /// What is told next. It may be dropped while it waits.
    pub(super) async fn next(&mut self) -> Change {
        loop {
            let Some(events) = &mut self.events else {
                return std::future::pending().await;
            };
            match events.next().await {
                Ok(Followed::Event(event)) => {
                    if let Some(change) = change(&event) {
                        return change;
                    }
                }
                Ok(Followed::Back) => {
                    self.is_away = false;
                    return Change::Missed;
                }
                Ok(Followed::Away(error)) => {
                    tracing::debug!(%error, "the server does not tell what happens for now");
                    self.is_away = true;
                    return Change::Away;
                }
                Err(error) => {
                    tracing::debug!(%error, "the server tells no more; it is asked instead");
                    self.events = None;
                    return Change::Missed;
                }
            }
        }
    }
}

fn change(event: &ServerEvent) -> Option<Change> {
    match event.happened()? {
        Happened::Video(event) => {
            let VideoEvent { video, .. } = *event;
            video.map(Change::Seen)
        }
        Happened::Deleted(_) | Happened::Reset(_) => Some(Change::Missed),
        Happened::Upload(_) | Happened::Job(_) => None,
    }
}
