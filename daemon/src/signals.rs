//! The ways of being asked: to stop (SIGTERM, SIGINT), and to look again at what was changed (SIGHUP).

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Being asked to stop.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next of either.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Being asked to look again.
pub(crate) fn reload() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}
