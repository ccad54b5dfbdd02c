//! What is said of a file before it is queued: rules, and what was seen of it.

use std::time::Duration;

use super::percent;
use crate::control::{Container, Reason, RuleOrigin, SkipKind};
use crate::shown::{Moment, size, time};

pub(super) fn of_rules(reason: &Reason, moment: &Moment) -> String {
    match reason {
        Reason::NotWatched => {
            "Not watched: it lies in no folder under watch. `heimdex upload` sends it.".into()
        }
        Reason::Watched { watch, root } => format!("It lies in {root}, which is watch {watch}."),
        Reason::Included { rule, origin } => {
            format!("Taken in by the rule `{rule}`{}.", by(origin))
        }
        Reason::Excluded { rule, origin } => {
            format!("Left out by the rule `{rule}`{}.", by(origin))
        }
        Reason::NotIncluded => "Left out: no --include of its watch takes it in.".into(),
        Reason::TooSmall {
            size_bytes,
            min_bytes,
        } => format!(
            "Left out: it has {}, and its watch takes files of {} or more.",
            size::bytes(*size_bytes),
            size::bytes(*min_bytes)
        ),
        Reason::ExistedBefore { since } => format!(
            "Skipped: it was there before the watch was set ({}), which skips what was there. `heimdex queue send FILE` \
             sends it.",
            time::calendar(*since, moment)
        ),
        Reason::NotAFile { kind } => format!("Never sent: it is {}.", skipped(*kind)),
        _ => String::new(),
    }
}

pub(super) fn of_settling(reason: &Reason, moment: &Moment) -> String {
    match reason {
        Reason::Missing => "There is no such file.".into(),
        Reason::NotLookedAt => "Waiting: it was not looked at yet as it is now.".into(),
        Reason::Unreadable { error } => {
            format!("Waiting: it cannot be read ({error}). It is tried again.")
        }
        Reason::RootGone { root, since } => format!(
            "Waiting: {root} is away since {}. It goes on when that is back.",
            time::relative(*since, moment)
        ),
        Reason::Growing {
            grown_bytes,
            within_ms,
            settle_ms,
        } => format!(
            "Waiting: still being written. {}; it is sent {} after it stops.",
            grown(*grown_bytes, *within_ms),
            length(*settle_ms)
        ),
        Reason::Recording {
            grown_bytes,
            within_ms,
            settle_ms,
        } => format!(
            "Waiting: it is being recorded. {}; it is sent {} after it stops.",
            grown(*grown_bytes, *within_ms),
            length(*settle_ms)
        ),
        Reason::Copying {
            size_bytes,
            target_bytes,
        } => format!(
            "Waiting: it is being copied, {} is there ({}).",
            size::part_of(*size_bytes, *target_bytes),
            percent(*size_bytes, *target_bytes)
        ),
        Reason::Settling { until, pause_ms } => format!(
            "Waiting: it does not change now. {} is sent {}, if that stays so and nobody has it open.",
            pause_ms.map_or_else(
                || "It".to_owned(),
                |paused| format!("Its writer paused for {} before, so it", length(paused))
            ),
            time::soon(*until, moment)
        ),
        Reason::OpenForWriting { program: None } => {
            "Waiting: a program has it open for writing. It is sent when that closes it.".into()
        }
        Reason::OpenForWriting {
            program: Some(program),
        } => {
            format!("Waiting: {program} has it open for writing. It is sent when that closes it.")
        }
        Reason::LockedBySibling { name } => {
            format!("Waiting: `{name}` beside it says that somebody works on it.")
        }
        Reason::LooksCutOff { missing } => format!(
            "Waiting: it looks cut off, {missing}. `heimdex queue send --force FILE` sends it anyway, marked as damaged."
        ),
        Reason::UnitNotFinished { other } => {
            format!("Waiting: it belongs to {other}, which is not finished.")
        }
        Reason::Settled { since, container } => format!(
            "It is finished: nobody has written to it since {}{}.",
            time::calendar(*since, moment),
            match container {
                Container::Complete => ", and its container is complete",
                Container::CutOff { .. } => ", but its container is cut off",
                Container::Unsure | Container::Unknown => "",
            }
        ),
        _ => String::new(),
    }
}

fn by(origin: &RuleOrigin) -> String {
    match origin {
        RuleOrigin::Default => ", one of the usual ones that `watch add` wrote".into(),
        RuleOrigin::Watch => " of its watch".into(),
        RuleOrigin::File { path, line } => format!(", {path}:{line}"),
        RuleOrigin::Unknown => String::new(),
    }
}

fn skipped(kind: SkipKind) -> &'static str {
    match kind {
        SkipKind::Link => "a link; what it leads to is taken where it lies",
        SkipKind::Special => "neither a file nor a folder",
        SkipKind::Empty => "empty",
        SkipKind::OtherFileSystem => "on another file system that is mounted below the watch",
        SkipKind::OtherWatch => "the folder of another watch",
        SkipKind::Unsendable => "named in a way that no server can be told",
        SkipKind::Unknown => "nothing that is sent",
    }
}

fn grown(bytes: u64, within_ms: u64) -> String {
    if bytes == 0 {
        return format!("It was written to within the last {}", length(within_ms));
    }
    format!(
        "It grew by {} in the last {}",
        size::bytes(bytes),
        length(within_ms)
    )
}

fn length(ms: u64) -> String {
    size::duration(Duration::from_secs(ms.div_ceil(1000)))
}
