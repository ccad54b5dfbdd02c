//! `heimdex-server worker`: jobs and nothing else, until a signal.

use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::Lifecycle;

use super::CommandError;
use super::signals::Signals;
use crate::config::Config;
use crate::jobs;
use crate::logging;
use crate::random::Random;
use crate::start::{self, ForeignStore};

pub(super) fn run(config: Config) -> Result<(), CommandError> {
    logging::start(&config.server.log)?;
    super::runtime()?.block_on(until_signal(config))
}

async fn until_signal(config: Config) -> Result<(), CommandError> {
    let mut signals = Signals::listen().map_err(CommandError::System)?;
    let app = tokio::select! {
        () = signals.next() => return Ok(()),
        opened = start::open(config, ForeignStore::Refuse, Clock::System, Random) => opened?,
    };
    let lifecycle = Lifecycle::new();
    app.objects.keep_fresh(&lifecycle);
    jobs::start(&app, &lifecycle);
    tracing::info!(
        "the worker of heimdex-server {} is ready",
        env!("CARGO_PKG_VERSION")
    );
    let grace = app.config.server.stop_grace.get();
    let ending = lifecycle
        .run_until(async || signals.next().await, grace)
        .await;
    app.catalog.close().await;
    app.objects.close().await;
    tracing::info!(?ending, "stopped");
    Ok(())
}
