//! How far one file on its way is: written by whoever sends it, read by whoever shows it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use heimdex_client::control::Reason;
use heimdex_client::transfer::Progress;

const HASHING: u8 = 0;
const SENDING: u8 = 1;
const COMPLETING: u8 = 2;

/// How far one file is. Only for people: nothing is decided by it.
#[derive(Debug, Default)]
pub struct Meter {
    stage: AtomicU8,
    hashed: AtomicU64,
    acknowledged: AtomicU64,
    /// Handed to the network beyond that.
    under_way: AtomicU64,
    /// What was there before this turn.
    before: AtomicU64,
}

impl Meter {
    /// Takes a step of the transfer in; whether the server has taken something of the file.
    pub fn tell(&self, step: &Progress) -> bool {
        match step {
            Progress::Hashing { bytes, .. } => {
                self.stage.store(HASHING, Ordering::Relaxed);
                self.hashed.store(*bytes, Ordering::Relaxed);
            }
            Progress::Planned { already, .. } => {
                self.stage.store(SENDING, Ordering::Relaxed);
                self.before.store(*already, Ordering::Relaxed);
                self.acknowledged.store(*already, Ordering::Relaxed);
            }
            Progress::Acknowledged { bytes } => {
                self.acknowledged.store(*bytes, Ordering::Relaxed);
                return true;
            }
            Progress::Completing => self.stage.store(COMPLETING, Ordering::Relaxed),
            Progress::UnderWay { bytes } => self.under_way.store(*bytes, Ordering::Relaxed),
            Progress::Changed | Progress::Retrying { .. } => {}
        }
        false
    }

    /// Bytes that the store has.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Bytes of these that this turn brought.
    #[must_use]
    pub fn brought(&self) -> u64 {
        let before = self.before.load(Ordering::Relaxed);
        self.acknowledged().saturating_sub(before)
    }

    /// What is being done with a file of so many bytes.
    #[must_use]
    pub fn reason(&self, size_bytes: u64) -> Reason {
        match self.stage.load(Ordering::Relaxed) {
            HASHING => Reason::Hashing {
                done_bytes: self.hashed.load(Ordering::Relaxed),
                size_bytes,
            },
            COMPLETING => Reason::Completing,
            _ => Reason::Sending {
                acknowledged_bytes: self.acknowledged(),
                under_way_bytes: self.under_way.load(Ordering::Relaxed),
                size_bytes,
            },
        }
    }
}
