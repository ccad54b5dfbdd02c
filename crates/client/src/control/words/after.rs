//! What is said of a file from the queue on.

use super::percent;
use crate::control::{Lane, Outage, Reason};
use crate::shown::{Moment, size, time};

pub(super) fn of_queue(reason: &Reason, moment: &Moment) -> String {
    match reason {
        Reason::Queued { lane, ahead } => {
            let lane = match lane {
                Lane::Interactive => "asked for by hand",
                Lane::Watch => "new in a folder under watch",
                Lane::Bulk => "there when the watch was set",
            };
            match ahead {
                0 => format!("Queued ({lane}): it goes next."),
                1 => format!("Queued ({lane}): one file goes before it."),
                ahead => format!("Queued ({lane}): {ahead} files go before it."),
            }
        }
        Reason::Paused { watch, until } => {
            let (what, resume) = match watch {
                Some(watch) => (
                    format!("watch {watch} is paused"),
                    format!("heimdex resume --watch {watch}"),
                ),
                None => ("everything is paused".into(), "heimdex resume".into()),
            };
            match until {
                Some(until) => format!(
                    "Waiting: {what}, until {}. `{resume}` goes on now.",
                    time::calendar(*until, moment)
                ),
                None => format!("Waiting: {what}. `{resume}` goes on."),
            }
        }
        Reason::LimitedToNothing { until } => match until {
            Some(until) => format!(
                "Waiting: the bandwidth limit lets nothing through until {}.",
                time::calendar(*until, moment)
            ),
            None => "Waiting: the bandwidth limit lets nothing through.".into(),
        },
        Reason::HeldUp {
            outage,
            since,
            next_try_at,
        } => {
            let next = match (next_try_at, outage) {
                (_, Outage::LoggedOut) => " `heimdex login` lets it go on.".to_owned(),
                (Some(next), _) => format!(" It is tried again {}.", time::soon(*next, moment)),
                (None, _) => String::new(),
            };
            format!(
                "Waiting: {}, since {}.{next}",
                super::outage(outage),
                time::relative(*since, moment)
            )
        }
        Reason::Delayed {
            error,
            hint,
            attempts,
            next_try_at,
        } => {
            let tries = match attempts {
                1 => "once".to_owned(),
                2 => "twice".to_owned(),
                n => format!("{n} times"),
            };
            let hint = hint
                .as_ref()
                .map_or_else(String::new, |hint| format!(" Hint: {hint}."));
            format!(
                "Waiting: it failed {tries}, the last time because {error}. It is tried again {}.{hint}",
                time::soon(*next_try_at, moment)
            )
        }
        Reason::SentElsewhere { next_try_at } => format!(
            "Waiting: another process or machine sends the same. That is looked at again {}.",
            time::soon(*next_try_at, moment)
        ),
        Reason::ChangedWhileQueued => {
            "Waiting: it changed while it was queued, and must settle again.".into()
        }
        Reason::NoSuchProfile { profile } => format!(
            "Waiting: there is no profile `{profile}`. `heimdex login --profile {profile}` makes one."
        ),
        Reason::Hashing {
            done_bytes,
            size_bytes,
        } => format!(
            "Being read, to know what it is: {}.",
            size::part_of(*done_bytes, *size_bytes)
        ),
        Reason::Sending {
            acknowledged_bytes,
            under_way_bytes,
            size_bytes,
        } => sending(*acknowledged_bytes, *under_way_bytes, *size_bytes),
        Reason::Completing => "On its way: all of it arrived, the server puts it together.".into(),
        _ => String::new(),
    }
}

/// How far it is, and what is on the wire beyond that.
fn sending(acknowledged: u64, under_way: u64, all: u64) -> String {
    let (part, percent) = (size::part_of(acknowledged, all), percent(acknowledged, all));
    match under_way {
        0 => format!("On its way: {part} acknowledged ({percent})."),
        more => format!(
            "On its way: {part} acknowledged ({percent}), {} more under way.",
            size::bytes(more)
        ),
    }
}

pub(super) fn of_endings(reason: &Reason, moment: &Moment) -> String {
    match reason {
        Reason::Stored { video_id, at } => format!(
            "Stored as video {} ({}). `heimdex show {0}` says whether it was read back.",
            video_id.short(),
            time::relative(*at, moment)
        ),
        Reason::SameAs { video_id, at } => format!(
            "Stored already, as video {}: the same bytes. This place was noted beside it ({}).",
            video_id.short(),
            time::relative(*at, moment)
        ),
        Reason::AwaitingProof {
            video_id,
            next_look_at,
            lacks,
        } => {
            let lacks = lacks
                .as_ref()
                .map_or_else(String::new, |lacks| format!(": {lacks}"));
            format!(
                "Stored as video {}. It is kept here, as its proof is not complete{lacks}. That is asked again {}.",
                video_id.short(),
                time::soon(*next_look_at, moment)
            )
        }
        Reason::Trashed { video_id, at } => format!(
            "Stored as video {}, proven equal, and moved to the trash of this machine ({}).",
            video_id.short(),
            time::relative(*at, moment)
        ),
        Reason::ChangedSince { video_id } => format!(
            "It was stored as video {} and changed since: what it is now is a new video.",
            video_id.short()
        ),
        Reason::Failed { error, hint, at } => {
            let hint = hint
                .as_ref()
                .map_or_else(String::new, |hint| format!(" Hint: {hint}."));
            format!(
                "Not sent: {error} ({}).{hint} `heimdex queue retry` tries it again.",
                time::relative(*at, moment)
            )
        }
        Reason::Cancelled { at } => format!(
            "Not sent: it was cancelled ({}). `heimdex queue send FILE` sends it.",
            time::relative(*at, moment)
        ),
        Reason::Deleted { at } => format!(
            "Not sent: it went away while it waited ({}).",
            time::relative(*at, moment)
        ),
        Reason::MovedTo { path, .. } => format!("It was moved to {path}."),
        _ => String::new(),
    }
}
