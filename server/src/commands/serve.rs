//! `heimdex-server serve`: the API, the embedded store and the jobs, until a signal.

use std::io::Write;
use std::net::SocketAddr;

use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::{Ending, Lifecycle};
use tokio::net::TcpListener;

use super::CommandError;
use super::signals::Signals;
use crate::app::App;
use crate::args::ServeArgs;
use crate::config::Config;
use crate::random::Random;
use crate::start::{self, ForeignStore};
use crate::{events, jobs, logging, router, serve};

pub(super) fn run(config: Config, args: &ServeArgs) -> Result<(), CommandError> {
    logging::start(&config.server.log)?;
    let foreign = if args.adopt_store {
        ForeignStore::Adopt
    } else {
        ForeignStore::Refuse
    };
    super::runtime()?.block_on(until_signal(config, foreign))
}

async fn until_signal(config: Config, foreign: ForeignStore) -> Result<(), CommandError> {
    let mut signals = Signals::listen().map_err(CommandError::System)?;
    tokio::select! {
        // A signal while the catalog migrates ends the migration's transaction with the process.
        () = signals.next() => Ok(()),
        served = start_up(config, foreign) => served?.run(signals).await,
    }
}

/// A server that is ready and not announced yet.
struct Ready {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
    _lock: start::DataDirLock,
}

async fn start_up(config: Config, foreign: ForeignStore) -> Result<Ready, CommandError> {
    let lock = start::lock_data_dir(&config.server.data_dir)?;
    let address = config.server.listen;
    let unusable = |source| CommandError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let app = start::open(config, foreign, Clock::System, Random).await?;
    Ok(Ready {
        app,
        listener,
        address,
        _lock: lock,
    })
}

impl Ready {
    async fn run(self, mut signals: Signals) -> Result<(), CommandError> {
        let Self {
            app,
            listener,
            address,
            _lock,
        } = self;
        let lifecycle = Lifecycle::new();
        let routes = router::router(app.clone(), app.objects.routes(app.gate()));
        let config = app.config.clone();
        drop(lifecycle.spawn(
            "listener",
            serve::serve(routes, listener, config, lifecycle.clone()),
        ));
        app.objects.keep_fresh(&lifecycle);
        events::start(&app, &lifecycle);
        if app.config.jobs.in_serve {
            jobs::start(&app, &lifecycle);
        }
        announce(address)?;
        tracing::info!(
            listen = %address,
            data_dir = %app.config.server.data_dir.display(),
            bucket = %app.objects,
            "heimdex-server {} is ready",
            env!("CARGO_PKG_VERSION"),
        );
        let grace = app.config.server.stop_grace.get();
        let ending = lifecycle
            .run_until(async || signals.next().await, grace)
            .await;
        app.catalog.close().await;
        app.objects.close().await;
        match ending {
            Ending::Finished => tracing::info!("stopped"),
            Ending::CutShort => tracing::warn!("stopped; what was still in flight was dropped"),
        }
        Ok(())
    }
}

/// The one line on standard output: where the server is. Whoever started it may not listen.
fn announce(address: SocketAddr) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "http://{address}").and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(CommandError::Output),
    }
}
