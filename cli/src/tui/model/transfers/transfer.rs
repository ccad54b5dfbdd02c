//! One file on its way, and how fast it goes.

use std::collections::VecDeque;
use std::path::PathBuf;

use heimdex_api::VideoId;
use heimdex_client::control::ItemId;

use crate::tui::model::Trouble;

/// Seconds of the graph.
pub(crate) const SECONDS: usize = 120;
/// Seconds that a rate is taken over.
const RATE_OVER: usize = 5;

/// Which way bytes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the server.
    Up {
        /// The number of the upload that it belongs to.
        batch: u64,
        /// Which file of it.
        file: usize,
        /// Where it is.
        path: PathBuf,
    },
    /// From the server.
    Down {
        /// Which video.
        video: VideoId,
    },
    /// To the server; the daemon brought it.
    ByDaemon {
        /// Where it was in its queue.
        item: ItemId,
    },
}

/// Where a transfer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its turn has not come.
    Waiting,
    /// Bytes move.
    Running,
    /// It was told to stop, and has not said yet that it did.
    Stopping {
        /// What it is then.
        then: Then,
    },
    /// A person stopped it.
    Paused,
    /// The server has all bytes, and reads them back.
    Stored,
    /// They are equal; the rest is found out.
    Verified,
    /// Done.
    Ready,
    /// It is on this disk.
    Here(PathBuf),
    /// It did not work.
    Failed(Trouble),
}

/// What a transfer is once it has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Paused.
    Paused,
    /// Gone from the list.
    Gone,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Its number.
    pub(crate) id: u64,
    /// Which way.
    pub(crate) way: Way,
    /// What it is called.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) size: u64,
    /// Where it stands.
    pub(crate) standing: Standing,
    /// The number of the run that it goes with, or went with last.
    pub(super) run: u64,
    /// Bytes that are safe.
    pub(crate) safe: u64,
    /// Bytes beyond those that are under way.
    pub(crate) under_way: u64,
    /// What it does or waits for, beside moving bytes.
    pub(crate) why: Option<String>,
    /// The video that it is.
    pub(crate) video: Option<VideoId>,
    /// Bytes of each of the last seconds.
    pub(super) rates: VecDeque<u64>,
    pub(super) counted: u64,
}

impl Transfer {
    /// Bytes a second, of late.
    pub(crate) fn rate(&self) -> u64 {
        average(&self.rates)
    }

    /// Whether bytes of it move, or would.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.standing,
            Standing::Waiting | Standing::Running | Standing::Stopping { .. } | Standing::Paused
        )
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.standing, Standing::Running | Standing::Stopping { .. })
    }
}

/// Counts one second more.
pub(in crate::tui::model) fn push(rates: &mut VecDeque<u64>, now: u64) {
    rates.push_back(now);
    if rates.len() > SECONDS {
        rates.pop_front();
    }
}

/// What the last seconds have in common.
pub(in crate::tui::model) fn average(rates: &VecDeque<u64>) -> u64 {
    let of_late = rates.iter().rev().take(RATE_OVER);
    let count = rates.len().clamp(1, RATE_OVER) as u64;
    of_late.sum::<u64>() / count
}
