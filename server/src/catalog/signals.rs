//! Who waits for which library's log to grow. A signal is a hint: the rows are the truth.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heimdex_api::LibraryId;
use tokio::sync::watch;

/// The logs that are watched in this process. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<Mutex<HashMap<LibraryId, watch::Sender<()>>>>);

/// Waits for one library's log to grow.
#[derive(Debug)]
pub struct Watch(watch::Receiver<()>);

impl Watch {
    /// Comes back when the log may have grown since the last time.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody tells any more: the process ends.
            std::future::pending::<()>().await;
        }
    }
}

impl Signals {
    /// Watches from now on.
    pub(super) fn watch(&self, library: LibraryId) -> Watch {
        let mut logs = self.logs();
        let sender = logs
            .entry(library)
            .or_insert_with(|| watch::Sender::new(()));
        Watch(sender.subscribe())
    }

    /// Wakes those who watch this log.
    pub(super) fn tell(&self, library: LibraryId) {
        let mut logs = self.logs();
        if let Some(sender) = logs.get(&library)
            && sender.send(()).is_err()
        {
            logs.remove(&library);
        }
    }

    /// Wakes everybody.
    pub(super) fn tell_all(&self) {
        self.logs().retain(|_, sender| sender.send(()).is_ok());
    }

    /// What is watched.
    pub(super) fn watched(&self) -> Vec<LibraryId> {
        let mut logs = self.logs();
        logs.retain(|_, sender| sender.receiver_count() > 0);
        logs.keys().copied().collect()
    }

    fn logs(&self) -> MutexGuard<'_, HashMap<LibraryId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_log_that_nobody_watches_any_more_is_forgotten() {
        let library = |number| LibraryId::new(uuid::Uuid::from_u128(number));
        let signals = Signals::default();
        let (mut one, two) = (signals.watch(library(1)), signals.watch(library(2)));
        signals.tell(library(2));
        assert_eq!(one.changed().now_or_never(), None, "another library's");
        signals.tell(library(1));
        assert_eq!(one.changed().now_or_never(), Some(()));
        assert_eq!(one.changed().now_or_never(), None, "told once");
        drop(two);
        assert_eq!(signals.watched(), [library(1)]);
        drop(one);
        signals.tell(library(1));
        assert!(signals.logs().is_empty());
    }
}
