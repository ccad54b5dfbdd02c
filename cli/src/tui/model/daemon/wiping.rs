//! Whether a folder may be wiped: asked, on its way, answered. Nothing but the answer itself is ever a yes.

use std::path::PathBuf;

use heimdex_api::Timestamp;
use heimdex_client::control::WatchId;

use crate::commands::safe_to_wipe::aside::Answer;
use crate::tui::model::Trouble;

/// A question about a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wiping {
    /// Its number.
    pub(crate) number: u64,
    /// The watch.
    pub(crate) watch: WatchId,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// How it stands.
    pub(crate) is: WipingIs,
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WipeStep {
    /// The file that is read.
    pub(crate) name: String,
    /// Files of the folder.
    pub(crate) files: u64,
    /// Its bytes.
    pub(crate) bytes: u64,
    /// Files that were read.
    pub(crate) read_files: u64,
    /// Bytes that were read.
    pub(crate) read_bytes: u64,
    /// Whether the server is asked by now.
    pub(crate) is_asking: bool,
}

/// How a question stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WipingIs {
    /// The folder is read again, and the server asked.
    OnItsWay(WipeStep),
    /// A person ends it.
    Stopping,
    /// A person ended it: nothing is known.
    Stopped,
    /// It is answered, as of this time.
    Answered(Timestamp, Box<Answer>),
    /// There is no answer.
    Trouble(Trouble),
}

impl Wiping {
    /// Whether it is still worked on.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.is, WipingIs::OnItsWay(_) | WipingIs::Stopping)
    }
}
