//! What speaks against wiping, in words: for the terminal, and for the daemon that says why a file stays.

use heimdex_api::{Open, StoreStanding, VideoState, path};

use super::facts::{NotEqual, ObstacleKind, ReadBack, Trace};
use super::verdict::{Disagreement, Why};
use crate::shown::{Moment, size, time};

impl Why {
    /// In a sentence without an end. Names and reasons in it are as they came: whoever shows it to a terminal cleans it.
    #[must_use]
    pub fn sentence(&self, moment: &Moment) -> String {
        of(self, moment)
    }
}

fn of(why: &Why, moment: &Moment) -> String {
    match why {
        Why::NoFiles => "there is no file in it that is not excused".into(),
        Why::Obstacle(kind) => match kind {
            ObstacleKind::Unreadable(reason) => format!("cannot be looked at: {reason}"),
            ObstacleKind::Mounted => {
                "something is mounted there, and may hide what is on the card".into()
            }
            ObstacleKind::Link => "a link: it has no bytes that could be compared".into(),
            ObstacleKind::Special(kind) => format!("it is {kind}, not a file"),
        },
        Why::NotRead(read) => match read {
            ReadBack::Changed => "changed while it was looked at".into(),
            ReadBack::Vanished => "vanished while the card was looked at".into(),
            ReadBack::Appeared => "new: it came while the card was looked at".into(),
            ReadBack::Unreadable(reason) => format!("cannot be read: {reason}"),
            ReadBack::Whole { .. } => "was not compared".into(),
        },
        Why::NotAsked => "the server gave no answer for it".into(),
        Why::NotStored(trace) => not_stored(trace, moment),
        Why::NotInStore { store, .. } => match store.as_ref().and_then(Open::known) {
            Some(StoreStanding::Missing) => "the store does not have it any more".into(),
            Some(StoreStanding::Differs) => {
                "the store has something else in its place, or not all of it".into()
            }
            Some(StoreStanding::Present) | None => "the store did not say that it has it".into(),
        },
        Why::NotReady { state, .. } => match state.as_ref().and_then(Open::known) {
            Some(VideoState::Validating) => "stored, and not read back yet".into(),
            Some(VideoState::Processing) => "stored, and still being looked into".into(),
            _ => state.as_ref().map_or_else(
                || "the server does not say what became of it".into(),
                |state| format!("the server says `{state}`"),
            ),
        },
        Why::NotVerified { .. } => "stored, and not verified".into(),
        Why::OnlyCached { .. } => {
            "read back, perhaps only from the server's memory (--accept-cached takes that)".into()
        }
        Why::NotReread { what, .. } => format!("read again: {}", not_equal(*what)),
        Why::Manifest { manifest, what } => disagreement(manifest, what),
    }
}

fn not_equal(what: NotEqual) -> &'static str {
    match what {
        NotEqual::Differs => "the store has other bytes",
        NotEqual::Missing => "the store does not have it any more",
        NotEqual::Unreadable => "the store cannot read it to its end",
        NotEqual::NotCounted => "its video was trashed, has failed or was set aside",
        NotEqual::NotRead => "the server did not come to it",
    }
}

fn not_stored(trace: &Trace, moment: &Moment) -> String {
    match trace {
        Trace::Unknown => "not on the server".into(),
        Trace::Arriving { percent, .. } => format!("sent {percent}%, not all of it has arrived"),
        Trace::Differs { since, .. } => {
            let since = time::calendar(*since, moment);
            format!("not stored: a file of this name that was stored {since} has other bytes")
        }
        Trace::Trashed { video_id } => format!(
            "in the trash; `heimdex rm --undo {}` brings it back",
            video_id.short()
        ),
        Trace::Failed { reason, .. } => match reason {
            Some(reason) => format!("failed: {reason}"),
            None => "failed".into(),
        },
        Trace::Quarantined { .. } => "set aside by the operator of the server".into(),
    }
}

fn disagreement(manifest: &[u8], what: &Disagreement) -> String {
    let manifest = path::escaped(manifest);
    match what {
        Disagreement::Differs(kind) => {
            format!("has another {} than {manifest} says", kind.name())
        }
        Disagreement::Size { listed } => {
            format!("{manifest} says that it has {}", size::bytes(*listed))
        }
        Disagreement::Missing => format!("{manifest} names it, and it is not there"),
        Disagreement::Unknown(kind) => {
            format!("{manifest} has only a `{kind}` of it, a checksum that is not known here")
        }
        Disagreement::Broken(what) => format!("cannot be checked against: {what}"),
    }
}
