//! Listens to what happens in the library, and tells the model, for as long as the session is in use.

use std::time::Duration;

use heimdex_client::events::Followed;
use heimdex_client::{ErrorClass, HttpError};

use super::Incoming;
use super::session::Session;
use crate::tui::model::{Live, Msg};

/// The longest pause between two tries: somebody looks at the screen.
const MOST: Duration = Duration::from_secs(5);
/// The pause after an answer that is none of the stream's: something between here and the server is broken.
const STRANGE: Duration = Duration::from_secs(30);

/// Tells what happens until the program ends, another session begins, or there is nothing more to tell. Where the model
/// is behind, it waits; a server that waits for too long lets go of the stream with a `reset`.
pub(super) async fn follow(session: &Session, stream: u64) {
    let tell = async |live| {
        let msg = Msg::Live { stream, live };
        session.queue.send(Incoming::Msg(msg)).await.is_ok()
    };
    // Why there is no client is said by whatever else asks for it.
    let Ok(client) = session.client().await else {
        return;
    };
    let mut events = client.events_later(None, MOST);
    loop {
        let live = match events.next().await {
            Ok(Followed::Event(event)) => match event.happened() {
                Some(happened) => Live::Happened(happened),
                None => continue,
            },
            Ok(Followed::Back) => Live::There,
            Ok(Followed::Away(error)) => Live::Away(error.into()),
            Err(error) => {
                if !is_over(&error) {
                    tell(Live::Never).await;
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "no stream of events"
                    );
                    tokio::time::sleep(STRANGE).await;
                    let last = events.last().map(str::to_owned);
                    events = client.events_later(last, MOST);
                    continue;
                }
                let live = match error {
                    HttpError::Unsupported { .. } => Live::Never,
                    error => Live::Away(error.into()),
                };
                tell(live).await;
                return;
            }
        };
        if !tell(live).await {
            return;
        }
    }
}

/// Whether no later try would go better.
fn is_over(error: &HttpError) -> bool {
    matches!(error, HttpError::Unsupported { .. }) || error.class() == ErrorClass::NotLoggedIn
}
