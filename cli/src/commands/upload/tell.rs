//! What an upload says: to people on standard error, to programs as events or columns on standard output.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use heimdex_api::VideoState;
use heimdex_client::HttpError;
use heimdex_client::transfer::{TransferError, UploadOutcome};
use serde_json::json;

use super::found::{Found, Item, LeftOut, Reason, Unusable, shown};
use super::wait::Seen;
use crate::args::UploadArgs;
use crate::commands::Context;
use crate::commands::transfer::Tally;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::events::Events;
use crate::output::size;
use crate::output::text::{clean, count, grouped};
use crate::printer::{Printer, Stream};

/// So many names of a kind are told; programs are told all of them.
const NAMED: usize = 12;

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Litter => "litter",
            Self::Excluded => "excluded",
            Self::Link => "link",
            Self::Special => "special",
        }
    }

    fn sentence(self, number: u64) -> String {
        match self {
            Self::Hidden => {
                format!(
                    "{} (--hidden takes them)",
                    count(number, "hidden one", "hidden ones")
                )
            }
            Self::Litter => count(number, "piece of litter", "pieces of litter"),
            Self::Excluded => format!("{} by --exclude", grouped(number)),
            Self::Link => count(number, "symbolic link", "symbolic links"),
            Self::Special => format!(
                "{} that {} no file",
                count(number, "thing", "things"),
                if number == 1 { "is" } else { "are" }
            ),
        }
    }
}

/// What was found, and what is left out of it.
pub(super) fn found(
    printer: &Printer,
    events: &Events,
    found: &Found,
    paths: usize,
) -> Result<(), CliError> {
    let files = found.items.len() as u64;
    if found.roots.iter().any(|root| root.is_whole) || paths > 1 {
        let whole: Vec<_> = found.roots.iter().filter(|root| root.is_whole).collect();
        let place = match whole.as_slice() {
            [root] if paths == 1 => format!(", under {}", clean(&shown(&root.path))),
            _ => String::new(),
        };
        let bytes = size::bytes(found.bytes());
        printer.talk(&format!(
            "Found {}, {bytes}{place}.",
            count(files, "file", "files")
        ));
    }
    let mut kinds: BTreeMap<Reason, Vec<&LeftOut>> = BTreeMap::new();
    for left in &found.left_out {
        kinds.entry(left.reason).or_default().push(left);
        let reason = json!({ "reason": left.reason.word() });
        events.tell("left_out", Some(&shown(&left.path)), reason)?;
    }
    for (reason, left) in kinds {
        let mut names: Vec<String> = left
            .iter()
            .take(NAMED)
            .map(|left| clean(&shown(&left.path)).into_owned())
            .collect();
        if left.len() > NAMED {
            names.push(format!(
                "and {} more (--json names all)",
                grouped((left.len() - NAMED) as u64)
            ));
        }
        let sentence = reason.sentence(left.len() as u64);
        printer.talk(&format!("Left out {sentence}: {}", names.join(", ")));
    }
    Ok(())
}

/// Something that cannot be sent.
pub(super) fn unusable(
    printer: &Printer,
    events: &Events,
    unusable: &Unusable,
) -> Result<(), CliError> {
    let path = shown(&unusable.path);
    printer.item_error(
        &format!("{}: {}", clean(&path), unusable.error),
        unusable.hint,
    );
    events.failed(&path, &unusable.error, unusable.hint)
}

/// What would be sent.
pub(super) fn dry_run(
    printer: &Printer,
    events: &Events,
    found: &Found,
    tally: &Tally,
) -> Result<ExitStatus, CliError> {
    for item in &found.items {
        let path = shown(&item.path);
        if events.is_on() {
            events.tell("file", Some(&path), json!({ "size_bytes": item.size }))?;
        } else if printer.stdout() == Stream::Pipe {
            printer.data(&format!("{}\t{}", clean(&path), item.size))?;
        } else {
            printer.data(&format!("{:>9}  {}", size::bytes(item.size), clean(&path)))?;
        }
    }
    let (files, bytes) = (found.items.len() as u64, found.bytes());
    let summary = json!({
        "files": found.files(), "bytes": bytes, "failed": tally.failed, "left_out": found.left_out.len(),
    });
    events.tell("summary", None, summary)?;
    printer.talk(&format!(
        "{}, {}, would be looked at and sent unless stored already. Nothing was sent.",
        count(files, "file", "files"),
        size::bytes(bytes)
    ));
    let is_nothing = files == 0 && found.roots.iter().all(|root| !root.is_whole);
    Ok(match tally.failed {
        0 => ExitStatus::Done,
        _ if is_nothing => ExitStatus::Failed,
        _ => ExitStatus::PartlyFailed,
    })
}

/// A file is in the store; `is_told` to people too.
pub(super) fn stored(
    printer: &Printer,
    events: &Events,
    item: &Item,
    outcome: &UploadOutcome,
    is_told: bool,
) -> Result<(), CliError> {
    let path = shown(&item.path);
    let (event, words, blake3, sizes) = match outcome {
        UploadOutcome::Stored {
            blake3,
            size,
            resumed_bytes,
            sent_bytes,
            ..
        } => {
            let resumed = if *resumed_bytes > 0 {
                format!("; {} of it were there already", size::bytes(*resumed_bytes))
            } else {
                String::new()
            };
            let words = format!("stored, {}{resumed}", size::bytes(*size));
            (
                "stored",
                words,
                blake3,
                [
                    ("sent_bytes", *sent_bytes),
                    ("resumed_bytes", *resumed_bytes),
                ],
            )
        }
        UploadOutcome::AlreadyStored { blake3, size, .. } => {
            let words = format!("already stored, {}", size::bytes(*size));
            (
                "already_stored",
                words,
                blake3,
                [("size_bytes", *size), ("sent_bytes", 0)],
            )
        }
    };
    let video = outcome.video_id();
    if is_told {
        printer.talk(&format!("{}: {words} ({})", clean(&path), video.short()));
    }
    events.stored(event, &path, video, blake3, sizes)?;
    if !events.is_on() && printer.stdout() == Stream::Pipe {
        printer.data(&format!("{video}\t{event}\t{}", clean(&path)))?;
    }
    Ok(())
}

/// A file failed.
pub(super) fn failed(
    printer: &Printer,
    events: &Events,
    item: &Item,
    error: &TransferError,
) -> Result<(), CliError> {
    tell_error(printer, events, item, error, error.hint().as_deref())
}

/// A file is stored, but it is not known what the server makes of it.
pub(super) fn unchecked(
    printer: &Printer,
    events: &Events,
    item: &Item,
    error: &HttpError,
) -> Result<(), CliError> {
    tell_error(printer, events, item, error, error.hint().as_deref())
}

fn tell_error(
    printer: &Printer,
    events: &Events,
    item: &Item,
    error: &dyn Error,
    hint: Option<&str>,
) -> Result<(), CliError> {
    let path = shown(&item.path);
    let mut text = error.to_string();
    // A sentence that does not name the file is about the run; with several files it must.
    if !text.contains(path.as_str()) {
        text = format!("{path}: {text}");
    }
    printer.item_failure(&text, error, hint);
    events.failed(&path, &error.to_string(), hint)
}

/// The server came as far with a video as was wanted.
pub(super) fn checked(
    printer: &Printer,
    events: &Events,
    item: &Item,
    seen: &Seen,
) -> Result<(), CliError> {
    let path = shown(&item.path);
    let is_ready = seen.state.known() == Some(VideoState::Indexed);
    let word = if is_ready { "ready" } else { "verified" };
    printer.talk(&format!("{}: {word}", clean(&path)));
    if let Some(damage) = seen.error_text.as_deref().filter(|_| seen.damaged) {
        printer.talk(&format!("  kept as it is: {}", clean(damage)));
    }
    let fields = json!({
        "video_id": seen.video_id, "state": seen.state, "blake3": seen.blake3,
        "verified_at": seen.verified_at, "verified_how": seen.verified_how,
    });
    events.tell(word, Some(&path), fields)
}

/// The server has the bytes and will not take them as they are.
pub(super) fn rejected(
    printer: &Printer,
    events: &Events,
    item: &Item,
    seen: &Seen,
) -> Result<(), CliError> {
    let path = shown(&item.path);
    let is_deleted = seen.state.known() == Some(VideoState::Deleted);
    let why = match &seen.error_text {
        Some(why) => clean(why).into_owned(),
        None if is_deleted => "it was deleted meanwhile".to_owned(),
        None => "the server does not say why".to_owned(),
    };
    // Only bytes that are known to be equal are worth keeping as they are.
    let short = seen.video_id.short();
    let hint = (seen.verified_at.is_some() && !is_deleted).then(|| {
        format!(
            "the bytes are stored and equal to yours; to keep them as they are: \
             `heimdex edit {short} --damaged`"
        )
    });
    printer.item_error(&format!("{}: {why}", clean(&path)), hint.as_deref());
    let fields = json!({
        "video_id": seen.video_id, "state": seen.state, "error": why, "hint": hint,
    });
    events.tell("failed", Some(&path), fields)
}

/// How it all ended.
pub(super) fn summary(
    context: &Context<'_>,
    args: &UploadArgs,
    events: &Events,
    found: &Found,
    tally: &Tally,
    is_interrupted: bool,
) -> Result<(), CliError> {
    let printer = context.printer;
    let (files, bytes) = (found.files(), found.bytes());
    if is_interrupted {
        let partly = match tally.partly {
            0 => String::new(),
            partly => format!(", {} partly sent", grouped(partly)),
        };
        let stored = count(tally.done + tally.already, "file", "files");
        let typed = &context.typed;
        let same = match &args.files_from {
            Some(list) if list == Path::new("-") => " with the same list",
            _ => "",
        };
        printer.warn_plain(&format!(
            "Stopped. {stored} stored{partly}. `{typed}`{same} goes on from here."
        ));
    } else if files > 1 {
        let mut parts = vec![format!("{} stored", grouped(tally.done))];
        let mut part = |number: u64, words: &str| {
            if number > 0 {
                parts.push(format!("{} {words}", grouped(number)));
            }
        };
        part(tally.already, "already stored");
        part(tally.failed, "failed");
        part(tally.not_tried, "not tried");
        printer.talk(&format!(
            "Sent {}: {}.",
            size::bytes(tally.moved),
            parts.join(", ")
        ));
    } else if files == 0 && tally.failed == 0 {
        printer.talk("There is nothing to send.");
    }
    let summary = json!({
        "files": files, "bytes": bytes, "stored": tally.done, "already_stored": tally.already,
        "failed": tally.failed, "partly_sent": tally.partly, "not_tried": tally.not_tried,
        "left_out": found.left_out.len(), "sent_bytes": tally.moved, "interrupted": is_interrupted,
    });
    events.tell("summary", None, summary)
}
