//! What a person may watch while bytes move.

use std::time::Duration;

/// One step of a transfer. Byte counts are of the whole file, not of the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The file is hashed before it is sent, to find out whether the server has it or a part of it.
    Hashing {
        /// Hashed so far.
        bytes: u64,
        /// To be hashed.
        total: u64,
    },
    /// The file has other bytes than when its upload began: that upload is given up, and it begins anew.
    Changed,
    /// It is known what is to be sent.
    Planned {
        /// Bytes of the file.
        total: u64,
        /// Bytes that were there before.
        already: u64,
    },
    /// So many bytes are safe by now: acknowledged by the store, or verified on this disk.
    Acknowledged {
        /// What was there before included.
        bytes: u64,
    },
    /// So many bytes are handed to the network, or came from it, beyond what is safe.
    UnderWay {
        /// Zero again after each part.
        bytes: u64,
    },
    /// A pause after a failure.
    Retrying {
        /// How long.
        wait: Duration,
        /// After what.
        why: String,
    },
    /// All bytes are there; the whole is put together.
    Completing,
}

/// Where progress is told.
pub(crate) struct Reporter(Box<dyn Fn(Progress) + Send + Sync>);

impl Reporter {
    pub(crate) fn new(tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Box::new(tell))
    }

    pub(crate) fn tell(&self, progress: Progress) {
        (self.0)(progress);
    }
}
