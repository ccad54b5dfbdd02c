//! The verdict in words: for people in sentences, for programs as columns or one JSON value.

use std::path::Path;

use heimdex_api::{Open, StoreStanding, VideoState, path};
use heimdex_client::wipe::{
    Checked, FileFacts, Finding, ObstacleKind, ReadBack, ReadHow, Trace, Why,
};
use serde_json::{Value, json};

use crate::args::SafeToWipeArgs;
use crate::clock::Moment;
use crate::commands::Context;
use crate::commands::upload::shown;
use crate::error::CliError;
use crate::output::json::{self, Selection};
use crate::output::text::{Colour, clean, count, grouped, width};
use crate::output::{size, time};
use crate::printer::Stream;
use crate::settings::quoted;

/// The fields of a verdict.
pub(super) const FIELDS: [&str; 15] = [
    "safe",
    "folder",
    "server",
    "began_at",
    "finished_at",
    "files",
    "bytes",
    "proven",
    "proven_bytes",
    "findings",
    "litter",
    "cached_files",
    "accept_cached",
    "reread",
    "receipt",
];
/// Pieces of litter that people are told by name; programs are told all.
const NAMED: usize = 12;

/// What is said.
pub(super) struct About<'a> {
    /// The card.
    pub(super) checked: &'a Checked,
    /// The label under which it was taken in from here.
    pub(super) label: Option<&'a str>,
    /// Where the proof was written.
    pub(super) receipt: Option<&'a Path>,
}

/// Says it.
pub(super) fn verdict(
    context: &Context<'_>,
    args: &SafeToWipeArgs,
    about: &About<'_>,
    selection: Option<&Selection>,
) -> Result<(), CliError> {
    let printer = context.printer;
    let (checked, receipt) = (about.checked, about.receipt);
    if let Some(selection) = selection {
        let value = as_json(args, checked, receipt, &context.moment);
        return json::print(printer, &selection.pick(&value));
    }
    let room = match printer.stdout() {
        Stream::Terminal(columns) => {
            let (colour, word) = if checked.verdict.is_safe() {
                (Colour::Green, "Safe to wipe.")
            } else {
                (Colour::Red, "Not safe.")
            };
            let head = printer.paint(word, colour);
            printer.data(&format!("{head} {}", sentence(checked)))?;
            Some(columns)
        }
        Stream::Pipe => None,
    };
    let rows: Vec<(String, String)> = checked
        .verdict
        .findings
        .iter()
        .map(|finding| (name(finding), why(finding, &context.moment)))
        .collect();
    match room {
        Some(columns) if !rows.is_empty() => printer.data(&laid_out(&rows, columns))?,
        Some(_) => {}
        None => {
            for (finding, (name, why)) in checked.verdict.findings.iter().zip(&rows) {
                let bytes = finding
                    .size
                    .map_or_else(String::new, |bytes| bytes.to_string());
                let video = finding
                    .why
                    .video_id()
                    .map_or_else(String::new, |id| id.to_string());
                let word = finding.why.word();
                printer.data(&format!("{name}\t{word}\t{bytes}\t{video}\t{why}"))?;
            }
            let word = if checked.verdict.is_safe() {
                "Safe to wipe."
            } else {
                "Not safe."
            };
            printer.talk(&format!("{word} {}", sentence(checked)));
        }
    }
    for line in rest(checked) {
        match room {
            Some(_) => printer.data(&line)?,
            None => printer.talk(&line),
        }
    }
    if let Some(path) = receipt {
        printer.talk(&format!("The receipt is `{}`.", clean(&shown(path))));
    } else if args.receipt.is_some() {
        printer.talk("No receipt was written.");
    }
    if let Some(hint) = hint(args, checked, about.label) {
        printer.talk(&format!("hint: {hint}"));
    }
    Ok(())
}

fn as_json(
    args: &SafeToWipeArgs,
    checked: &Checked,
    receipt: Option<&Path>,
    moment: &Moment,
) -> Value {
    let verdict = &checked.verdict;
    let findings = verdict.findings.iter().map(|finding| {
        json!({
            "path": path::escaped(&finding.path), "path_raw": path::raw_of(&finding.path),
            "size_bytes": finding.size, "reason": finding.why.word(), "video_id": finding.why.video_id(),
            "detail": why(finding, moment),
        })
    });
    let litter = checked.facts.litter.iter().map(|litter| {
        json!({ "path": path::escaped(&litter.path), "files": litter.files, "bytes": litter.bytes })
    });
    let bytes: u64 = checked.facts.files.iter().map(|file| file.size).sum();
    json!({
        "safe": verdict.is_safe(), "folder": shown(&checked.folder), "server": checked.server,
        "began_at": checked.began_at, "finished_at": checked.finished_at,
        "files": verdict.files, "bytes": bytes, "proven": verdict.proven,
        "proven_bytes": verdict.proven_bytes, "findings": findings.collect::<Vec<_>>(),
        "litter": litter.collect::<Vec<_>>(), "cached_files": cached(checked),
        "accept_cached": args.accept_cached, "reread": args.reread, "receipt": receipt.map(shown),
    })
}

/// What the verdict is about, behind its word.
fn sentence(checked: &Checked) -> String {
    let verdict = &checked.verdict;
    let folder = shown(&checked.folder);
    let folder = clean(&folder);
    if verdict.is_safe() {
        let (all, are) = match verdict.files {
            1 => ("The only file".to_owned(), "is"),
            files => (format!("All {} files", grouped(files)), "are"),
        };
        let bytes = size::bytes(verdict.proven_bytes);
        return format!(
            "{all} ({bytes}) under {folder} {are} stored and verified on {}, and equal to what is on the card now.",
            checked.server
        );
    }
    if verdict.files == 0 && verdict.findings.len() == 1 {
        return format!("There is no file under {folder}.");
    }
    let of_files = verdict.files - verdict.proven;
    let others = verdict
        .findings
        .iter()
        .filter(|finding| finding.size.is_none());
    let others = others.filter(|finding| finding.why != Why::NoFiles).count() as u64;
    let mut parts = Vec::new();
    if of_files > 0 {
        let is = if of_files == 1 { "is" } else { "are" };
        let all = count(verdict.files, "file", "files");
        parts.push(format!(
            "{} of {all} {is} not verified on the server",
            grouped(of_files)
        ));
    }
    if others > 0 {
        parts.push(format!(
            "{} could not be compared",
            count(others, "other thing", "other things")
        ));
    }
    format!("{}:", parts.join(", and "))
}

/// What else there is to say: what is proven, what was excused, what answered.
fn rest(checked: &Checked) -> Vec<String> {
    let verdict = &checked.verdict;
    let mut lines = Vec::new();
    if !verdict.is_safe() && verdict.proven > 0 {
        let files = count(verdict.proven, "file", "files");
        let is = if verdict.proven == 1 { "is" } else { "are" };
        let bytes = size::bytes(verdict.proven_bytes);
        lines.push(format!(
            "{files} ({bytes}) {is} stored, verified, and equal to what is on the card now."
        ));
    }
    let litter = &checked.facts.litter;
    if !litter.is_empty() {
        let bytes: u64 = litter.iter().map(|litter| litter.bytes).sum();
        let pieces = count(litter.len() as u64, "piece of litter", "pieces of litter");
        let was = if litter.len() == 1 { "was" } else { "were" };
        let mut names: Vec<String> = litter
            .iter()
            .take(NAMED)
            .map(|litter| clean(&path::escaped(&litter.path)).into_owned())
            .collect();
        if litter.len() > NAMED {
            let more = grouped((litter.len() - NAMED) as u64);
            names.push(format!("and {more} more (--json names all)"));
        }
        lines.push(format!(
            "{pieces} ({}) {was} not looked at: {}.",
            size::bytes(bytes),
            names.join(", ")
        ));
    }
    let cached = cached(checked);
    if cached > 0 {
        let files = count(cached, "file was", "files were");
        lines.push(format!(
            "{files} read from here, perhaps not from the card itself but from this machine's memory of it."
        ));
    }
    lines
}

/// Files of the card that this machine's memory may have answered for.
fn cached(checked: &Checked) -> u64 {
    let is_cached = |file: &&FileFacts| {
        matches!(
            file.read,
            ReadBack::Whole {
                how: ReadHow::Cached,
                ..
            }
        )
    };
    checked.facts.files.iter().filter(is_cached).count() as u64
}

fn name(finding: &Finding) -> String {
    if finding.path.is_empty() {
        return "(the folder itself)".to_owned();
    }
    clean(&path::escaped(&finding.path)).into_owned()
}

/// A sentence for each thing that speaks against it.
fn why(finding: &Finding, moment: &Moment) -> String {
    match &finding.why {
        Why::NoFiles => "there is no file in it".into(),
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
            Some(StoreStanding::Differs) => "the store has something else in its place".into(),
            Some(StoreStanding::Present) | None => "the store did not say that it has it".into(),
        },
        Why::NotReady { state, .. } => match state.as_ref().and_then(Open::known) {
            Some(VideoState::Validating) => "stored, and not read back yet".into(),
            Some(VideoState::Processing) => "stored, and still being looked into".into(),
            _ => state.as_ref().map_or_else(
                || "the server does not say what became of it".into(),
                |state| format!("the server says `{}`", clean(&state.to_string())),
            ),
        },
        Why::NotVerified { .. } => "stored, and not verified".into(),
        Why::OnlyCached { .. } => {
            "read back, perhaps only from the server's memory (--accept-cached takes that)".into()
        }
        Why::NotReread { reason, .. } => format!("read again: {}", clean(reason)),
    }
}

fn not_stored(trace: &Trace, moment: &Moment) -> String {
    match trace {
        Trace::Unknown => "not on the server".into(),
        Trace::Arriving { percent, .. } => format!("sent {percent}%, not all of it has arrived"),
        Trace::Differs { since, .. } => {
            let since = time::calendar(*since, moment);
            format!("the card's file is another than the one that was stored {since}")
        }
        Trace::Trashed { video_id } => format!(
            "in the trash; `heimdex rm --undo {}` brings it back",
            video_id.short()
        ),
        Trace::Failed { reason, .. } => match reason {
            Some(reason) => format!("failed: {}", clean(reason)),
            None => "failed".into(),
        },
        Trace::Quarantined { .. } => "set aside by the operator of the server".into(),
    }
}

/// Names and sentences beside each other where there is room, else below each other.
fn laid_out(rows: &[(String, String)], room: usize) -> String {
    let names = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let is_wide = rows
        .iter()
        .all(|(_, why)| 2 + names + 2 + width(why) <= room);
    let lines = rows.iter().map(|(name, why)| {
        if is_wide {
            let pad = " ".repeat(names - width(name));
            format!("  {name}{pad}  {why}")
        } else {
            format!("  {name}\n    {why}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What brings what is missing, or else what makes the answer a yes.
fn hint(args: &SafeToWipeArgs, checked: &Checked, label: Option<&str>) -> Option<String> {
    let folder = shown(&args.folder);
    let missing = |finding: &&Finding| {
        matches!(
            &finding.why,
            Why::NotStored(Trace::Unknown | Trace::Arriving { .. } | Trace::Differs { .. })
        )
    };
    let mut missing = checked.verdict.findings.iter().filter(missing).peekable();
    if missing.peek().is_none() {
        return proving_hint(&folder, checked);
    }
    let is_hidden = |finding: &Finding| {
        finding
            .path
            .split(|byte| *byte == b'/')
            .any(|part| part.starts_with(b"."))
    };
    let hidden = if missing.any(is_hidden) {
        " --hidden"
    } else {
        ""
    };
    // The name of the folder is its label where none was given.
    let own = args.folder.file_name().map(|name| shown(name.as_ref()));
    let label = label.filter(|label| Some(*label) != own.as_deref());
    let source = label.map_or_else(String::new, |label| format!(" --source {}", quoted(label)));
    let command = format!("heimdex upload {}{source}{hidden} --wait", quoted(&folder));
    Some(format!("`{}` brings what is missing", clean(&command)))
}

/// What proves what is stored and not proven yet.
fn proving_hint(folder: &str, checked: &Checked) -> Option<String> {
    let findings = &checked.verdict.findings;
    let is_of = |is: fn(&Why) -> bool| findings.iter().any(|finding| is(&finding.why));
    if is_of(|why| matches!(why, Why::OnlyCached { .. })) {
        let command = format!("heimdex safe-to-wipe {} --reread", quoted(folder));
        return Some(format!(
            "`{}` has the server read them once more; --accept-cached takes them as they are",
            clean(&command)
        ));
    }
    is_of(|why| matches!(why, Why::NotReady { .. })).then(|| "ask again in a moment".to_owned())
}
