//! Whether a folder may be wiped: asked, on its way, answered. Nothing but the answer itself is ever a yes, and no longer
//! than the folder is seen to be what it was then.

use std::path::PathBuf;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::control::{Count, Root, WatchId, WatchStatus};

use super::Known;
use crate::commands::safe_to_wipe::aside::Answer;
use crate::tui::model::message::{Effect, Timer, Trouble, WipeStep};
use crate::tui::model::{Model, Tone};

/// A yes is taken back after so long, whatever is seen of the folder: nobody looks at all of it meanwhile.
const HOLDS: Duration = Duration::from_mins(2);

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
    /// What the daemon saw of the folder when the answer was a yes.
    pub(super) sight: Option<Sight>,
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
    /// It was a yes at this time, and is none any more.
    WasSafe(Timestamp, Since),
    /// There is no answer.
    Trouble(Trouble),
}

/// Why a yes is none any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// The folder is another than it was.
    Changed,
    /// The daemon does not watch it any more.
    Unwatched,
    /// It is too long ago.
    Old,
}

/// What the daemon sees of a folder, as far as a yes hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    is_here: bool,
    /// All files of it.
    all: Count,
    /// Those that are not stored, by why.
    open: [Count; 6],
}

impl Sight {
    fn of(watch: &WatchStatus) -> Self {
        let counts = &watch.counts;
        let open = [
            counts.settling,
            counts.cut_off,
            counts.queued,
            counts.sending,
            counts.failed,
            counts.unreadable,
        ];
        let others = [counts.stored, counts.excluded, counts.skipped];
        let mut all = Count::default();
        for count in open.iter().chain(&others) {
            all.files = all.files.saturating_add(count.files);
            all.bytes = all.bytes.saturating_add(count.bytes);
        }
        Self {
            is_here: matches!(watch.root, Root::Here),
            all,
            open,
        }
    }

    /// Whether the folder is another by now. What is stored only now was on its way: the daemon may hear of it later
    /// than whoever asked the server.
    fn differs(&self, now: &Self) -> bool {
        let mut open = self.open.iter().zip(&now.open);
        let is_more = open.any(|(was, is)| is.files > was.files || is.bytes > was.bytes);
        is_more || self.is_here != now.is_here || self.all != now.all
    }

    /// Whether anything of it is not stored.
    fn is_open(&self) -> bool {
        !self.is_here || self.open.iter().any(|count| count.files > 0)
    }
}

impl Wiping {
    /// Whether it is still worked on.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.is, WipingIs::OnItsWay(_) | WipingIs::Stopping)
    }

    /// When the answer was a yes, where that still stands.
    fn safe_at(&self) -> Option<Timestamp> {
        match &self.is {
            WipingIs::Answered(at, answer) if answer.is_safe => Some(*at),
            WipingIs::Answered(..)
            | WipingIs::OnItsWay(_)
            | WipingIs::Stopping
            | WipingIs::Stopped
            | WipingIs::WasSafe(..)
            | WipingIs::Trouble(_) => None,
        }
    }
}

impl Model {
    /// The answer is here: a yes is remembered with what is seen of the folder, and is taken back after a while.
    pub(super) fn hold_yes(&mut self) -> Option<Effect> {
        let daemon = &mut self.daemon;
        let wiping = daemon.wiping.as_mut()?;
        wiping.safe_at()?;
        let watch = match &daemon.known {
            Known::Here(status) => status.watches.iter().find(|one| one.id == wiping.watch),
            Known::Unasked | Known::Absent(_) | Known::Trouble(_) => None,
        };
        wiping.sight = watch.map(Sight::of);
        Some(Effect::After(HOLDS, Timer::Yes(wiping.number)))
    }

    /// Takes a yes back where what the daemon sees of its folder is not what it was.
    pub(super) fn doubt_yes(&mut self) {
        let Some(wiping) = &self.daemon.wiping else {
            return;
        };
        let watches = self.daemon.watches().iter();
        let watch = watches
            .filter(|watch| watch.path.as_path() == wiping.folder)
            .find(|watch| watch.id == wiping.watch);
        let seen = watch.map(Sight::of);
        let since = match (wiping.sight, seen) {
            (Some(was), Some(is)) if was.differs(&is) => Some(Since::Changed),
            // Nobody watched it when it was asked about: what is not finished came since, or is a reason to ask again.
            (None, Some(is)) if is.is_open() => Some(Since::Changed),
            (Some(_), None) => Some(Since::Unwatched),
            (Some(_) | None, Some(_)) | (None, None) => None,
        };
        match since {
            Some(since) => self.take_yes_back(since),
            None => {
                if let Some(wiping) = &mut self.daemon.wiping {
                    wiping.sight = seen.or(wiping.sight);
                }
            }
        }
    }

    /// The answer of this number is some time ago.
    pub(in crate::tui::model) fn yes_grew_old(&mut self, number: u64) {
        let wiping = self.daemon.wiping.as_ref();
        if wiping.is_some_and(|wiping| wiping.number == number) {
            self.take_yes_back(Since::Old);
        }
    }

    fn take_yes_back(&mut self, since: Since) {
        let Some(wiping) = &mut self.daemon.wiping else {
            return;
        };
        let Some(at) = wiping.safe_at() else { return };
        let is = std::mem::replace(&mut wiping.is, WipingIs::WasSafe(at, since));
        let folder = crate::commands::upload::shown(&wiping.folder);
        // Nor does it stand anywhere else on the screen.
        self.notice.take_if(
            |(_, text)| matches!(&is, WipingIs::Answered(_, answer) if answer.headline == *text),
        );
        self.is_stale = true;
        let text = match since {
            Since::Changed => format!("{folder} changed since it was found safe to wipe"),
            Since::Unwatched => {
                format!("{folder} was found safe to wipe, and is not watched any more")
            }
            // Nothing happened.
            Since::Old => return,
        };
        self.note(Tone::Bad, text);
    }
}
