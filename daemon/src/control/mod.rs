//! The daemon's answers: HTTP over its Unix socket, documented in `docs/daemon-api.md`.
//!
//! It decides nothing: a route reads what is asked, hands it to the engine and says what came of it. Only processes of
//! the same person are answered.

mod extract;
mod listener;
mod negotiate;
mod refused;
mod routes;

use heimdex_client::control::{DaemonFacts, StopRequest};
use heimdex_client::shown::Moment;
use heimdex_process::clock::Clock;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::engine::Handle;

pub use listener::OwnListener;

/// What every route gets.
#[derive(Debug, Clone)]
pub struct App {
    /// Which process answers.
    pub facts: DaemonFacts,
    /// Whom it asks.
    pub engine: Handle,
    /// Cancelled once the daemon stops.
    pub soft: CancellationToken,
    /// Where it is told to stop; one waits there at most, more say the same.
    pub stop: mpsc::Sender<StopRequest>,
    /// What time it is.
    pub clock: Clock,
    /// Where the person is.
    pub zone: TimeZone,
}

impl App {
    /// Now, where the person is.
    fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            zone: self.zone.clone(),
        }
    }
}

/// Answers on `listener` until `closing` is cancelled; what is being answered then is answered.
pub async fn serve(listener: OwnListener, app: App, closing: CancellationToken) {
    let closed = closing.clone().cancelled_owned();
    let serving = axum::serve(listener, routes::router(app)).with_graceful_shutdown(closed);
    if let Err(error) = serving.await {
        tracing::error!(error = %error, "the socket is not answered any more");
    }
}
