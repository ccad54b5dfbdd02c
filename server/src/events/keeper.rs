//! Looks after the open streams: passes on what other processes write, and ends the streams whose login has ended.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use heimdex_api::{LibraryId, SessionId, TokenId};
use tokio::time::sleep;

use crate::app::App;
use crate::auth::caller::Credential;
use crate::catalog::CatalogError;
use heimdex_process::lifecycle::Lifecycle;

/// How often the logs that are watched are looked at without a hint, and how long a login that was ended is believed.
const TICK: Duration = Duration::from_secs(2);
/// When the connection that tells of other processes breaks, the next one waits; meanwhile the logs are looked at.
const HEAR_AGAIN: Duration = Duration::from_secs(1);
/// As many ids as one statement takes.
const AT_ONCE: usize = 500;

/// Begins to look after the streams of a process; the lifecycle's soft stop ends them at once.
pub fn start(app: &App, lifecycle: &Lifecycle) {
    let (soft, keeper) = (lifecycle.soft().clone(), app.clone());
    drop(lifecycle.spawn("event streams", async move {
        let mut seen = HashMap::new();
        let ticks = async {
            loop {
                sleep(TICK).await;
                if let Err(error) = tick(&keeper, &mut seen).await {
                    tracing::warn!(%error, "cannot look after the event streams");
                }
            }
        };
        soft.run_until_cancelled(ticks).await;
        keeper.streams.end();
    }));
    let (soft, app) = (lifecycle.soft().clone(), app.clone());
    drop(lifecycle.spawn("other processes", async move {
        let hear = async {
            loop {
                if let Err(error) = app.catalog.hear_others().await {
                    tracing::debug!(%error, "does not hear of other processes; looks instead");
                }
                sleep(HEAR_AGAIN).await;
            }
        };
        soft.run_until_cancelled(hear).await;
    }));
}

/// One look. Where nobody listens it costs nothing.
async fn tick(app: &App, seen: &mut HashMap<LibraryId, u64>) -> Result<(), CatalogError> {
    if app.streams.count() == 0 {
        seen.clear();
        return Ok(());
    }
    let watched = app.catalog.watched_logs();
    seen.retain(|library, _| watched.contains(library));
    for libraries in watched.chunks(AT_ONCE) {
        for (library, end) in app.catalog.log_ends(libraries).await? {
            if seen.insert(library, end) != Some(end) {
                app.catalog.log_grew(library);
            }
        }
    }
    let (sessions, tokens) = app.streams.expire(app.clock.now());
    let mut living: HashSet<SessionId> = HashSet::new();
    for sessions in sessions.chunks(AT_ONCE) {
        living.extend(app.catalog.living_sessions(sessions).await?);
    }
    let mut held: HashSet<TokenId> = HashSet::new();
    for tokens in tokens.chunks(AT_ONCE) {
        held.extend(app.catalog.living_tokens(tokens).await?);
    }
    // Of a stream that opened meanwhile nothing was asked.
    let (asked_sessions, asked_tokens) = (sessions, tokens);
    app.streams.end_where(|credential| match credential {
        Credential::Session { id, .. } => {
            asked_sessions.binary_search(id).is_ok() && !living.contains(id)
        }
        Credential::Token { id, .. } => {
            asked_tokens.binary_search(id).is_ok() && !held.contains(id)
        }
    });
    Ok(())
}
