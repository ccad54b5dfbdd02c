//! Ctrl-C and its kin: the first time a run finishes what is in flight, the second time it ends at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
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
        let (soft, hard, end) = (
            CancellationToken::new(),
            CancellationToken::new(),
            CancellationToken::new(),
        );
        let signals = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let signals = signals
            .into_iter()
            .map(signal)
            .collect::<std::io::Result<Vec<_>>>()?;
        let task = listen(signals, soft.clone(), hard.clone(), printer.clone());
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
    mut signals: Vec<Signal>,
    soft: CancellationToken,
    hard: CancellationToken,
    printer: Printer,
) {
    any(&mut signals).await;
    printer.talk("Stopping after the parts in flight. Once more stops at once.");
    soft.cancel();
    any(&mut signals).await;
    hard.cancel();
}

async fn any(signals: &mut [Signal]) {
    let waits = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
    futures::future::select_all(waits).await;
}
