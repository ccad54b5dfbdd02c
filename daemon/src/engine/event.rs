//! What happens to the engine: the closed list of all that changes its state.

use std::path::PathBuf;

use heimdex_api::VideoId;
use heimdex_client::control::{ItemId, Request, SendRequest, WatchId};
use heimdex_client::journal::{FileStamp, KeptFile, Trouble, Watch};

use crate::queue::Away;
use crate::watch::{Candidate, Observation, Report};

/// Which command an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Files that were begun together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TurnId(pub u64);

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A watch saw something. What is stored in the state that was seen never gets here.
    Observed(Observation),
    /// A watch found a file finished that is stored in this very state.
    FoundKept(Candidate),
    /// How a watch stands, after all that it told before and before all that it tells next.
    Shown(WatchId, Box<Report>),
    /// A person, or a program of theirs, wants something.
    Asked(Request, Ticket),
    /// Files that a person wants sent were looked at; the answer to [`Effect::LookAt`](super::Effect::LookAt).
    Looked {
        /// What was asked.
        request: SendRequest,
        /// What was found at each of its paths.
        found: Vec<(PathBuf, Result<Finding, String>)>,
        /// Who waits for the answer.
        ticket: Ticket,
    },
    /// A server took something of a turn.
    Accepted(TurnId),
    /// A file of a turn ended.
    Ended(ItemId, Ending),
    /// A turn is over: all its files ended before.
    TurnOver(TurnId),
    /// A server was asked whether it works again.
    Answered {
        /// As which profile.
        profile: String,
        /// What it said.
        result: Result<(), Away>,
    },
    /// A file that is to go in the trash was looked at.
    Proven(Box<KeptFile>, Trashing),
    /// Watches and profiles were read anew.
    Known(Known),
    /// A login was made or ended.
    LoginChanged,
    /// Nothing is to be begun any more.
    Stopping,
}

/// What the journal and the configuration say.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Folders under watch.
    pub watches: Vec<Watch>,
    /// The profile in use.
    pub profile: String,
    /// Each profile, and its server where it names one.
    pub profiles: Vec<(String, Option<String>)>,
    /// What of it cannot be read or kept, and what that means.
    pub troubles: Vec<Trouble>,
}

/// How a file of a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The server has its bytes.
    Stored {
        /// What is known of it from now on.
        kept: Box<KeptFile>,
        /// Whether the server had them already.
        is_known: bool,
        /// Bytes of the version of it that was stored before, where one was.
        before: Option<u64>,
    },
    /// The server, or the way to it, failed; not the file.
    Away(Away),
    /// Somebody else brings it.
    TakenOver {
        /// Something arrived there so long ago.
        silent_for: std::time::Duration,
    },
    /// Another process of this machine works on it.
    Busy,
    /// It is not what it was when it was found finished; what it is now, where it is there.
    Changed(FileStamp),
    /// It is not there any more.
    Vanished,
    /// It failed by itself, which may pass.
    Failed(Trouble),
    /// It cannot be sent as it is.
    Refused {
        /// Why.
        trouble: Trouble,
        /// The video that has its bytes, where one has.
        video: Option<VideoId>,
    },
    /// It was interrupted, or never begun.
    NotDone,
}

/// What lies where a person named a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// What the file is.
    pub stamp: FileStamp,
    /// Whether it was stored in this very state: then nobody need wait for it to be finished.
    pub was_stored: bool,
}

/// What came of putting a file in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trashing {
    /// It is there.
    Done,
    /// It is not proven yet, and asked again later.
    NotYet {
        /// What the proof lacks, in a few words.
        lacks: Option<String>,
    },
    /// It is not what was stored any more: it stays.
    Changed,
    /// It is not to go there: its watch leaves it out by now, or it lies in a trash.
    NotWanted,
    /// It cannot be put there.
    Failed(Trouble),
}
