//! Why a source could not be looked at. What is wrong with its content is no error: it is the report.

use std::io;

/// A source that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// A read failed.
    #[error("cannot read at byte {offset}")]
    Read {
        /// Where the read began.
        offset: u64,
        /// What the source said.
        #[source]
        source: io::Error,
    },
    /// The source had fewer bytes than it said: it was cut while it was looked at.
    #[error("ended at byte {ended}, though its size was given as {size} bytes")]
    Shrunk {
        /// Where the bytes ended.
        ended: u64,
        /// The size it had given.
        size: u64,
    },
}
