//! The answer to `heimdex why`.

use heimdex_api::VideoId;
use serde::{Deserialize, Serialize};

use super::{Because, ItemId, LocalPath, WatchId};
use crate::shown::Moment;

/// Why a file is where it is: what holds, and the chain of rules and observations that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The file.
    pub path: LocalPath,
    /// Its place in the queue.
    pub item: Option<ItemId>,
    /// The watch that covers it.
    pub watch: Option<WatchId>,
    /// The video that it is, or is becoming.
    pub video_id: Option<VideoId>,
    /// What holds.
    pub verdict: Because,
    /// What led there, the first first; the verdict is not repeated.
    pub chain: Vec<Because>,
}

impl Why {
    /// Finds the words for all that it says, as of now.
    pub fn say(&mut self, moment: &Moment) {
        self.verdict.say(moment);
        for step in &mut self.chain {
            step.say(moment);
        }
    }
}
