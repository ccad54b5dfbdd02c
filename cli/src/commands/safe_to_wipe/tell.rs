//! The verdict in words: for people in sentences, for programs as columns or one JSON value.

use heimdex_api::path;
use heimdex_client::wipe::{Checked, Finding, NotEqual, ObstacleKind, Trace, Why, mhl_of};

use super::about::{About, cached};
use super::beside::{agreed, excused, named, when};
use super::fields::as_json;
use super::way::Way;
use super::words::{laid_out, name, why};
use crate::args::SafeToWipeArgs;
use crate::commands::Context;
use crate::commands::upload::shown;
use crate::error::CliError;
use crate::output::json::{self, Selection};
use crate::output::size;
use crate::output::text::{Colour, clean, count, grouped};
use crate::printer::Stream;
use crate::settings::quoted;

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
        let value = as_json(args, about);
        return json::print(printer, &selection.pick(&value));
    }
    let room = match printer.stdout() {
        Stream::Terminal(columns) => {
            let colour = if checked.verdict.is_safe() {
                Colour::Green
            } else {
                Colour::Red
            };
            let head = printer.paint(word(checked), colour);
            printer.sentences(&format!("{head} {}", sentence(checked)))?;
            Some(columns)
        }
        Stream::Pipe => None,
    };
    let rows = rows(about);
    match room {
        Some(columns) if !rows.is_empty() => printer.sentences(&laid_out(&rows, columns))?,
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
            printer.talk(&format!("{} {}", word(checked), sentence(checked)));
        }
    }
    for line in rest(about) {
        match room {
            Some(_) => printer.sentences(&line)?,
            None => printer.talk(&line),
        }
    }
    if let Some(path) = receipt {
        let receipt = format!("`{}`", clean(&shown(path)));
        let list = mhl_of(path).map_or_else(String::new, |list| {
            format!(", and as ASC MHL `{}`", clean(&shown(&list)))
        });
        printer.talk(&format!("The receipt is {receipt}{list}."));
    } else if args.receipt.is_some() {
        printer.talk("No receipt was written.");
    }
    if let Some(hint) = hint(args, about) {
        printer.talk(&format!("hint: {hint}"));
    }
    Ok(())
}

/// The verdict in a word or three.
pub(super) fn word(checked: &Checked) -> &'static str {
    if checked.verdict.is_safe() {
        "Safe to wipe."
    } else {
        "Not safe."
    }
}

/// What speaks against a yes: what it is about, and why.
pub(super) fn rows(about: &About<'_>) -> Vec<(String, String)> {
    let findings = about.checked.verdict.findings.iter();
    let row = |finding: &Finding| {
        let way = about.ways.of(&finding.path);
        (name(finding), why(finding, way, about.moment))
    };
    findings.map(row).collect()
}

/// What the verdict is about, behind its word.
pub(super) fn sentence(checked: &Checked) -> String {
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
        let excused = checked.facts.litter.len() + checked.facts.excused.len();
        let but = if excused > 0 {
            " that is not excused"
        } else {
            ""
        };
        return format!("There is no file under {folder}{but}.");
    }
    let of_files = verdict.files - verdict.proven;
    let of = |is: fn(&Why) -> bool| {
        let findings = verdict.findings.iter();
        findings.filter(|finding| is(&finding.why)).count() as u64
    };
    let others = of(|why| matches!(why, Why::Obstacle(_)));
    let disagreements = of(|why| matches!(why, Why::Manifest { .. }));
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
    if disagreements > 0 {
        let times = count(disagreements, "time", "times");
        parts.push(format!(
            "checksum files on the card disagree with it {times}"
        ));
    }
    format!("{}:", capital(&parts.join(", and ")))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// What else there is to say: what is proven, what is on its way, what was excused, what answered.
pub(super) fn rest(about: &About<'_>) -> Vec<String> {
    let checked = about.checked;
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
    lines.extend(when(about.ways, about.moment));
    lines.extend(excused(checked));
    lines.extend(agreed(checked));
    let litter = &checked.facts.litter;
    if !litter.is_empty() {
        let bytes: u64 = litter.iter().map(|litter| litter.bytes).sum();
        let pieces = count(litter.len() as u64, "piece of litter", "pieces of litter");
        let was = if litter.len() == 1 { "was" } else { "were" };
        let names = litter.iter().map(|litter| &litter.path[..]);
        lines.push(format!(
            "{pieces} ({}) {was} not looked at: {}.",
            size::bytes(bytes),
            named(&names.collect::<Vec<_>>())
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

/// What brings what is missing, or else what makes the answer a yes.
pub(super) fn hint(args: &SafeToWipeArgs, about: &About<'_>) -> Option<String> {
    let (checked, label) = (about.checked, about.label);
    let folder = shown(&args.folder);
    if about.ways.is_running == Some(false) {
        return Some("`heimdex daemon start` sends what is in its queue".to_owned());
    }
    let is_coming = |path: &[u8]| matches!(about.ways.of(path), Some(Way::Moving(..)));
    let findings = checked.verdict.findings.iter();
    let sent = findings.filter(|finding| is_sent_again(&finding.why) && !is_coming(&finding.path));
    let sent: Vec<&Finding> = sent.collect();
    if sent.is_empty() {
        if about.ways.moving().0 > 0 && !args.wait {
            let command = format!("heimdex safe-to-wipe {} --wait", quoted(&folder));
            return Some(format!("`{}` says when it may be wiped", clean(&command)));
        }
        return proving_hint(&folder, checked);
    }
    let is_hidden = |finding: &Finding| {
        finding
            .path
            .split(|byte| *byte == b'/')
            .any(|part| part.starts_with(b"."))
    };
    let flag = |is_needed: bool, flag| if is_needed { flag } else { "" };
    let hidden = flag(sent.iter().any(|finding| is_hidden(finding)), " --hidden");
    let lost = sent.iter().any(|finding| is_lost(&finding.why));
    let lost = flag(lost, " --check-store");
    // The name of the folder is its label where none was given.
    let own = args.folder.file_name().map(|name| shown(name.as_ref()));
    let label = label.filter(|label| Some(*label) != own.as_deref());
    let source = label.map_or_else(String::new, |label| format!(" --source {}", quoted(label)));
    let command = format!(
        "heimdex upload {}{source}{hidden}{lost} --wait",
        quoted(&folder)
    );
    Some(format!("`{}` brings what is missing", clean(&command)))
}

/// Whether it is sent when the card is uploaded once more.
fn is_sent_again(why: &Why) -> bool {
    match why {
        Why::NotStored(trace) => matches!(
            trace,
            Trace::Unknown | Trace::Arriving { .. } | Trace::Differs { .. } | Trace::Failed { .. }
        ),
        // With other bytes its video has failed by now.
        Why::NotReread { what, .. } => *what == NotEqual::Differs || is_lost(why),
        _ => is_lost(why),
    }
}

/// Whether the catalog has it, and the store has not.
fn is_lost(why: &Why) -> bool {
    match why {
        Why::NotInStore { .. } => true,
        Why::NotReread { what, .. } => *what == NotEqual::Missing,
        _ => false,
    }
}

/// What proves what is stored and not proven yet, or else lets the card be looked at.
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
    if is_of(|why| matches!(why, Why::NotReady { .. })) {
        return Some("ask again in a moment".to_owned());
    }
    let unreadable = |finding: &&Finding| {
        let what = NotEqual::Unreadable;
        matches!(finding.why, Why::NotReread { what: is, .. } if is == what)
    };
    if let Some(finding) = findings.iter().find(unreadable) {
        let file = quoted(&format!("{folder}/{}", path::escaped(&finding.path)));
        let command = format!("heimdex upload {file} --allow-duplicate --wait");
        return Some(format!("`{}` stores it once more", clean(&command)));
    }
    let is_closed = |finding: &Finding| {
        let is_unreadable = matches!(finding.why, Why::Obstacle(ObstacleKind::Unreadable(_)));
        is_unreadable && finding.path == b"lost+found"
    };
    findings.iter().any(is_closed).then(|| {
        let command = format!(
            "sudo chmod a+rx {}",
            quoted(&format!("{folder}/lost+found"))
        );
        format!(
            "`{}` lets it be looked into: what a check of the file system saved lies there",
            clean(&command)
        )
    })
}
