//! Why a file is not finished yet, ready for words.

use std::time::Duration;

/// Why a file is not finished yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// It is being written.
    Growing(Growth),
    /// It is being written, and is a video that does not say how long it will be.
    Recording(Growth),
    /// It is being written, and how long it will be is known.
    Copying {
        /// Bytes that are there.
        size: u64,
        /// Bytes that will be.
        target: u64,
    },
    /// It is still, not yet for long enough.
    Settling {
        /// How long is left.
        left: Duration,
        /// How long its writer paused before, where it is waited for longer because of that.
        paused: Option<Duration>,
    },
    /// A program holds it open for writing.
    Open {
        /// Its name, where it can be known.
        program: Option<String>,
    },
    /// A lock or temporary file beside it says that somebody works on it.
    Beside {
        /// The bytes of its name.
        name: Vec<u8>,
    },
    /// It is still, but its container ends too early.
    CutOff {
        /// What is missing, a sentence.
        sentence: String,
    },
    /// It cannot be read.
    Unreadable {
        /// What the system says.
        error: String,
    },
}

impl Waiting {
    /// Whether a person may want it sent all the same.
    #[must_use]
    pub fn may_be_overruled(&self) -> bool {
        matches!(self, Self::CutOff { .. } | Self::Beside { .. })
    }
}

/// How a file grew of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// By so many bytes.
    pub grown: u64,
    /// In so long.
    pub within: Duration,
    /// It is finished when it was still for so long.
    pub settle: Duration,
}
