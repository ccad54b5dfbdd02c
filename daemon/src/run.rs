//! From what was typed to a running daemon, and to its end.

use std::time::Duration;

use heimdex_client::control::{
    DaemonFacts, OLDEST_PROTOCOL, PROTOCOL, Request, SocketPlace, StopRequest, TEXTS,
};
use heimdex_client::journal::{Journal, JournalError, Trouble};
use heimdex_client::paths::Paths;
use heimdex_client::platform;
use heimdex_client::transfer::jitter;
use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::{Ending, Lifecycle};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::args::DaemonArgs;
use crate::control::{self, App, OwnListener};
use crate::desktop::{self, Desktop};
use crate::engine::{self, Handle};
use crate::environment::Environment;
use crate::error::DaemonError;
use crate::instance::Instance;
use crate::logging;
use crate::manners;
use crate::notify::Notifier;
use crate::queue::Limits;
use crate::signals::{self, StopSignals};

/// How long what is in flight may take once the daemon is asked to stop. What is cut short goes on at the next start.
const GRACE: Duration = Duration::from_secs(20);
/// Network and timers need little; files are read in threads of their own.
const THREADS: usize = 2;

/// Runs until somebody asks it to stop.
pub(crate) fn run(args: &DaemonArgs, environment: &Environment) -> Result<(), DaemonError> {
    let mut paths = Paths::discover(environment.home()).ok_or(DaemonError::NoHome)?;
    if let Some(config) = &args.config {
        paths = paths.with_config_file(config.clone());
    }
    let pid = std::process::id();
    let place = SocketPlace::find(&paths, &environment.temporary());
    // Before the log: a daemon that comes too late must not touch the first one's files.
    let (instance, listener) = Instance::take(&paths, &place, pid)?;
    logging::start(&args.log, args.log_to, paths.logs_dir(), environment)?;
    manners::be_nice();
    let clock = Clock::System;
    let facts = DaemonFacts {
        pid,
        version: env!("CARGO_PKG_VERSION").into(),
        protocol: PROTOCOL,
        oldest_protocol: OLDEST_PROTOCOL,
        started_at: clock.now(),
        features: vec![TEXTS.into()],
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(DaemonError::System)?;
    let notifier = Notifier::connect(environment, pid);
    tracing::info!(
        version = facts.version,
        process.id = pid,
        socket = %place.path().display(),
        "heimdexd starts"
    );
    let ending = runtime.block_on(async {
        let listener =
            OwnListener::new(listener, platform::user_number()).map_err(DaemonError::System)?;
        let lifecycle = Lifecycle::new();
        let (journal, forgetful) = journal(&paths)?;
        let engine = engine::start(engine::Setup {
            daemon: facts.clone(),
            lifecycle: lifecycle.clone(),
            journal,
            forgetful,
            config_file: paths.config_file().to_owned(),
            environment: environment.account(),
            data_home: environment.data_home(),
            bwlimit: args.bwlimit.clone(),
            limits: Limits::of(args.parallel),
            rescan: args.rescan,
            now: || Clock::System.now(),
            jitter,
        })?;
        let desktop = Desktop::new(args.notify, environment);
        let daemon = Daemon {
            facts,
            clock,
            notifier,
            engine,
            lifecycle,
        };
        daemon.run(listener, desktop).await
    });
    // A blocking read of a slow disk must not hold up the end.
    runtime.shutdown_background();
    drop(instance);
    let ending = ending?;
    match ending {
        Ending::Finished => tracing::info!("heimdexd stopped"),
        Ending::CutShort => tracing::warn!("heimdexd stopped before all in flight had arrived"),
    }
    Ok(())
}

/// The journal, or one that ends with this process where none can be kept: what is settled is sent all the same.
fn journal(paths: &Paths) -> Result<(Journal, Option<Trouble>), DaemonError> {
    match Journal::open(&paths.journal()) {
        Ok(journal) => Ok((journal, None)),
        // What a newer version wrote is not worked around.
        Err(error @ JournalError::Newer { .. }) => Err(error.into()),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "no journal can be kept: watches and queue end with this process"
            );
            let trouble = Trouble {
                text: format!(
                    "{error}: the watches in it are not known, and what is queued now is forgotten when the daemon ends"
                ),
                hint: Some("mend that, then `heimdex daemon restart`".to_owned()),
            };
            Ok((Journal::open_in_memory()?, Some(trouble)))
        }
    }
}

struct Daemon {
    facts: DaemonFacts,
    clock: Clock,
    notifier: Notifier,
    engine: Handle,
    lifecycle: Lifecycle,
}

impl Daemon {
    async fn run(self, listener: OwnListener, desktop: Desktop) -> Result<Ending, DaemonError> {
        // One waits at most: a second request to stop says no more than the first.
        let (stop, stops) = mpsc::channel(1);
        let mut stops = Stops {
            signals: StopSignals::listen().map_err(DaemonError::System)?,
            requests: stops,
            is_now: false,
        };
        let mut reloads = signals::reload().map_err(DaemonError::System)?;
        let app = App {
            facts: self.facts.clone(),
            engine: self.engine.clone(),
            soft: self.lifecycle.soft().clone(),
            stop,
            clock: self.clock.clone(),
            zone: TimeZone::system(),
        };
        let closing = CancellationToken::new();
        let serving = control::serve(listener, app, closing.clone());
        let soft = self.lifecycle.soft().clone();
        let aside = async {
            let reloading = async {
                while reloads.recv().await.is_some() {
                    // The engine ends before this does; then there is nothing to look at again.
                    let _ = self.engine.ask(Request::Reload).await;
                }
            };
            let notices = desktop::tell(desktop, self.engine.status.clone());
            let stopping = async {
                soft.cancelled().await;
                self.notifier.stopping();
            };
            tokio::join!(reloading, notices, stopping, self.signs_of_life());
        };
        let living = closing.run_until_cancelled(aside);
        self.notifier.ready("Watching");
        let ending = async {
            let ending = self
                .lifecycle
                .run_until(async || stops.next().await, GRACE)
                .await;
            closing.cancel();
            ending
        };
        let (ending, (), _) = tokio::join!(ending, serving, living);
        Ok(ending)
    }

    /// Tells the service manager that all is well, as long as the engine answers.
    async fn signs_of_life(&self) {
        let Some(every) = self.notifier.watchdog() else {
            return;
        };
        let mut due = tokio::time::interval(every);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let soft = self.lifecycle.soft();
        loop {
            due.tick().await;
            // An engine that has ended on request has no more to say than that.
            if soft.is_cancelled() || self.engine.ask(Request::Ping).await.is_ok() {
                self.notifier.alive();
            }
        }
    }
}

/// Being asked to stop: by a signal, or on the socket.
struct Stops {
    signals: StopSignals,
    requests: mpsc::Receiver<StopRequest>,
    is_now: bool,
}

impl Stops {
    async fn next(&mut self) {
        if self.is_now {
            return;
        }
        tokio::select! {
            () = self.signals.next() => {}
            Some(request) = self.requests.recv() => self.is_now = request.now,
        }
    }
}
