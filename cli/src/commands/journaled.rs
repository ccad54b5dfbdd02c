//! Why a file of the queue is where it is while no daemon runs: what its row says, and who paused it.

use heimdex_client::control::Reason;
use heimdex_client::journal::{Journal, Pause, QueuedFile, Standing, WatchId};

use crate::error::CliError;

/// Pauses that are written down, each as the reason for which a file waits.
pub(super) struct Pauses {
    all: Option<Reason>,
    of_watches: Vec<(WatchId, Reason)>,
}

impl Pauses {
    /// Reads them.
    pub(super) fn read(journal: &Journal) -> Result<Self, CliError> {
        let reason = |watch, pause| Reason::Paused {
            watch,
            until: match pause {
                Pause::Until(until) => Some(until),
                Pause::UntilResumed => None,
            },
        };
        let watches = journal.watches()?.into_iter();
        Ok(Self {
            all: journal.paused_all()?.map(|pause| reason(None, pause)),
            of_watches: watches
                .filter_map(|watch| Some((watch.id, reason(Some(watch.id), watch.pause?))))
                .collect(),
        })
    }

    /// What holds the files of a watch back, or those that were sent alone.
    pub(super) fn of(&self, watch: Option<WatchId>) -> Option<&Reason> {
        let of_watch = || self.of_watches.iter().find(|(id, _)| Some(*id) == watch);
        self.all
            .as_ref()
            .or_else(|| of_watch().map(|(_, reason)| reason))
    }
}

/// Where a file of the queue stands; `ahead` files go before it.
pub(super) fn standing(file: &QueuedFile, ahead: u64, pauses: &Pauses) -> Reason {
    let trouble = file.trouble.as_ref();
    let hint = trouble.and_then(|trouble| trouble.hint.clone());
    let error = trouble.map(|trouble| trouble.text.clone());
    match (file.standing, error) {
        (Standing::Failed, error) => Reason::Failed {
            error: error.unwrap_or_default(),
            hint,
            at: file.added_at,
        },
        (Standing::Cancelled, _) => Reason::Cancelled { at: file.added_at },
        (Standing::Waiting, error) => match (pauses.of(file.watch), error) {
            (Some(reason), _) => reason.clone(),
            (None, Some(error)) => Reason::Delayed {
                error,
                hint,
                attempts: file.attempts,
                next_try_at: file.run_at,
            },
            (None, None) => Reason::Queued {
                lane: file.lane,
                ahead,
            },
        },
    }
}
