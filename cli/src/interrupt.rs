//! Ctrl-C and its kin: the first time a run finishes what is in flight, the second time it ends at once.

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::printer::Printer;

/// Listens for as long as it lives.
#[derive(Debug)]
pub(crate) struct Interrupt {
    soft: CancellationToken,
    hard: CancellationToken,
    _listening: DropGuard,
}

impl Interrupt {
    /// Begins to listen: from now on a signal no longer ends the process by itself.
    pub(crate) fn listen(printer: &Printer) -> std::io::Result<Self> {
        let printer = printer.clone();
        Self::telling(move || {
            printer.talk("Stopping after the parts in flight. Once more stops at once.");
        })
    }

    /// The same where nothing is in flight: there is nothing to say.
    pub(crate) fn listen_quietly() -> std::io::Result<Self> {
        Self::telling(|| {})
    }

    fn telling(tell: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        let (soft, hard, end) = (
            CancellationToken::new(),
            CancellationToken::new(),
            CancellationToken::new(),
        );
        let signals = system::Signals::listen()?;
        let task = listen(signals, soft.clone(), hard.clone(), tell);
        let ended = end.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with the guard, and holds nothing"
        )]
        tokio::spawn(async move { ended.run_until_cancelled(task).await });
        Ok(Self {
            soft,
            hard,
            _listening: end.drop_guard(),
        })
    }

    /// Cancelled the first time.
    pub(crate) fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled the second time.
    pub(crate) fn hard(&self) -> &CancellationToken {
        &self.hard
    }
}

async fn listen(
    mut signals: system::Signals,
    soft: CancellationToken,
    hard: CancellationToken,
    tell: impl FnOnce(),
) {
    signals.next().await;
    tell();
    soft.cancel();
    signals.next().await;
    hard.cancel();
}

/// What asks a process to end.
#[cfg(unix)]
mod system {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) struct Signals(Vec<Signal>);

    impl Signals {
        pub(super) fn listen() -> std::io::Result<Self> {
            let kinds = [
                SignalKind::interrupt(),
                SignalKind::terminate(),
                SignalKind::hangup(),
            ];
            kinds
                .into_iter()
                .map(signal)
                .collect::<std::io::Result<Vec<_>>>()
                .map(Self)
        }

        /// Waits for the next.
        pub(super) async fn next(&mut self) {
            let waits = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
            futures::future::select_all(waits).await;
        }
    }
}

/// What asks a process to end: Ctrl-C. Neither built nor run anywhere yet.
#[cfg(not(unix))]
mod system {
    pub(super) struct Signals;

    impl Signals {
        #[expect(clippy::unnecessary_wraps, reason = "other systems can fail here")]
        pub(super) fn listen() -> std::io::Result<Self> {
            Ok(Self)
        }

        /// Waits for the next.
        pub(super) async fn next(&mut self) {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
