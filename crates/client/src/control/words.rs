//! What reasons and notices are in words: the one place that says them, to the terminal, to `curl` and to the desktop.

mod after;
mod before;

use super::{LocalPath, Notice, Outage, Reason};
use crate::shown::{Moment, size};

/// A word for tables: `queued`, `growing`, `sent 43%`.
#[must_use]
pub fn word(reason: &Reason) -> String {
    let word = match reason {
        Reason::NotWatched => "not watched",
        Reason::Watched { .. } => "watched",
        Reason::Included { .. } => "taken in",
        Reason::Excluded { .. } | Reason::NotIncluded | Reason::TooSmall { .. } => "left out",
        Reason::ExistedBefore { .. } => "skipped",
        Reason::NotAFile { .. } => "no file",
        Reason::Missing => "missing",
        Reason::NotLookedAt => "not looked at",
        Reason::Unreadable { .. } => "unreadable",
        Reason::RootGone { .. } => "card away",
        Reason::Growing { .. } => "growing",
        Reason::Recording { .. } => "recording",
        Reason::Copying {
            size_bytes,
            target_bytes,
        } => return format!("copying {}", percent(*size_bytes, *target_bytes)),
        Reason::Settling { .. } => "settling",
        Reason::OpenForWriting { .. } => "open",
        Reason::LockedBySibling { .. } => "locked",
        Reason::LooksCutOff { .. } => "cut off",
        Reason::UnitNotFinished { .. } => "incomplete",
        Reason::Settled { .. } => "finished",
        Reason::Queued { .. } => "queued",
        Reason::Paused { .. } => "paused",
        Reason::LimitedToNothing { .. } => "waits for its hour",
        Reason::HeldUp { outage, .. } => outage_word(outage),
        Reason::Delayed { .. } => "tried again",
        Reason::SentElsewhere { .. } => "sent elsewhere",
        Reason::ChangedWhileQueued => "changed",
        Reason::NoSuchProfile { .. } => "no profile",
        Reason::Hashing {
            done_bytes,
            size_bytes,
        } => return format!("reading {}", percent(*done_bytes, *size_bytes)),
        Reason::Sending {
            acknowledged_bytes,
            size_bytes,
            ..
        } => return format!("sent {}", percent(*acknowledged_bytes, *size_bytes)),
        Reason::Completing => "completing",
        Reason::Stored { .. } => "stored",
        Reason::SameAs { .. } => "stored before",
        Reason::AwaitingProof { .. } => "stored, kept",
        Reason::Trashed { .. } => "in the trash",
        Reason::ChangedSince { .. } => "new version",
        Reason::Failed { .. } => "failed",
        Reason::Cancelled { .. } => "cancelled",
        Reason::Deleted { .. } => "deleted",
        Reason::MovedTo { .. } => "moved",
        Reason::Unknown => "see the daemon",
    };
    word.to_owned()
}

/// A sentence, or two: what holds, and what will come of it.
#[must_use]
pub fn sentence(reason: &Reason, moment: &Moment) -> String {
    match reason {
        Reason::NotWatched
        | Reason::Watched { .. }
        | Reason::Included { .. }
        | Reason::Excluded { .. }
        | Reason::NotIncluded
        | Reason::TooSmall { .. }
        | Reason::ExistedBefore { .. }
        | Reason::NotAFile { .. } => before::of_rules(reason, moment),
        Reason::Missing
        | Reason::NotLookedAt
        | Reason::Unreadable { .. }
        | Reason::RootGone { .. }
        | Reason::Growing { .. }
        | Reason::Recording { .. }
        | Reason::Copying { .. }
        | Reason::Settling { .. }
        | Reason::OpenForWriting { .. }
        | Reason::LockedBySibling { .. }
        | Reason::LooksCutOff { .. }
        | Reason::UnitNotFinished { .. }
        | Reason::Settled { .. } => before::of_settling(reason, moment),
        Reason::Queued { .. }
        | Reason::Paused { .. }
        | Reason::LimitedToNothing { .. }
        | Reason::HeldUp { .. }
        | Reason::Delayed { .. }
        | Reason::SentElsewhere { .. }
        | Reason::ChangedWhileQueued
        | Reason::NoSuchProfile { .. }
        | Reason::Hashing { .. }
        | Reason::Sending { .. }
        | Reason::Completing => after::of_queue(reason, moment),
        Reason::Stored { .. }
        | Reason::SameAs { .. }
        | Reason::AwaitingProof { .. }
        | Reason::Trashed { .. }
        | Reason::ChangedSince { .. }
        | Reason::Failed { .. }
        | Reason::Cancelled { .. }
        | Reason::Deleted { .. }
        | Reason::MovedTo { .. } => after::of_endings(reason, moment),
        Reason::Unknown => "A newer daemon says why; update `heimdex` to read it.".into(),
    }
}

/// Why nothing goes to an account, as the middle of a sentence.
#[must_use]
pub fn outage(outage: &Outage) -> String {
    match outage {
        Outage::Offline => "the server cannot be reached".into(),
        Outage::LoggedOut => "the login has expired".into(),
        Outage::Full => "the quota or the store is full".into(),
        Outage::Maintenance => "the server is being worked on".into(),
        Outage::Refused { message } => format!("the server refuses: {message}"),
        Outage::Unknown => "the server cannot be used".into(),
    }
}

fn outage_word(outage: &Outage) -> &'static str {
    match outage {
        Outage::Offline => "offline",
        Outage::LoggedOut => "logged out",
        Outage::Full => "server full",
        Outage::Maintenance => "maintenance",
        Outage::Refused { .. } | Outage::Unknown => "refused",
    }
}

/// A notice for a person: a heading, and what to do.
#[must_use]
pub fn notice(notice: &Notice) -> (String, String) {
    match notice {
        Notice::LoginExpired { profile, server } => (
            "The login has expired".into(),
            format!(
                "Nothing is sent to {} until you run `heimdex login --profile {profile}`.",
                server.as_deref().unwrap_or(profile)
            ),
        ),
        Notice::CardDone {
            path, files, bytes, ..
        } => (
            format!("{} is stored", name(path)),
            format!(
                "{files} {}, {}. `heimdex safe-to-wipe {path}` checks whether it may be wiped.",
                if *files == 1 { "file" } else { "files" },
                size::bytes(*bytes)
            ),
        ),
        Notice::CannotSend { path, error, .. } => (
            format!("{} cannot be sent", name(path)),
            format!("{path}: {error}."),
        ),
        Notice::LooksCutOff { path, missing } => (
            format!("{} looks cut off", name(path)),
            format!(
                "{path}: {missing}. `heimdex queue send --force {path}` sends it anyway, marked as damaged."
            ),
        ),
        Notice::Full { profile } => (
            "The quota or the store is full".into(),
            format!("Nothing is sent with the profile `{profile}` until there is room."),
        ),
        Notice::Unknown => (
            "Heimdex needs you".into(),
            "`heimdex status` tells more.".into(),
        ),
    }
}

fn name(path: &LocalPath) -> String {
    let name = path.as_path().file_name();
    name.map_or_else(|| path.to_string(), |name| name.display().to_string())
}

/// Never 100 before all of it is there.
fn percent(part: u64, whole: u64) -> String {
    let percent = u128::from(part.min(whole)) * 100 / u128::from(whole.max(1));
    format!("{percent}%")
}

#[cfg(test)]
mod tests;
