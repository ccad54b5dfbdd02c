//! `GET /v1/events`: what happens, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures::stream::{self, Stream};
use heimdex_client::control::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::control::App;

/// A comment that shows that the connection lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// What happens from now on, until the daemon stops.
pub(super) async fn events(
    State(app): State<App>,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let reader = Reader {
        events: app.engine.events.subscribe(),
        app,
    };
    let events = stream::unfold(Some(reader), async |reader| {
        let mut reader = reader?;
        let event = reader.next().await;
        let is_last = event == Event::Stopping;
        Some((Ok(sent(&event)), (!is_last).then_some(reader)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))
}

struct Reader {
    events: Receiver<Event>,
    app: App,
}

impl Reader {
    async fn next(&mut self) -> Event {
        let soft = &self.app.soft;
        match soft.run_until_cancelled(self.events.recv()).await {
            Some(Ok(mut event)) => {
                if let Event::Item { item } = &mut event {
                    item.state.say(&self.app.moment());
                }
                event
            }
            Some(Err(RecvError::Lagged(events))) => Event::Missed { events },
            Some(Err(RecvError::Closed)) | None => Event::Stopping,
        }
    }
}

/// The name is also in the data, where readers of ours look for it.
fn sent(event: &Event) -> Sent {
    let json = serde_json::to_value(event).unwrap_or_default();
    let name = json.get("event").and_then(|name| name.as_str());
    Sent::default()
        .event(name.unwrap_or("unknown"))
        .data(json.to_string())
}
