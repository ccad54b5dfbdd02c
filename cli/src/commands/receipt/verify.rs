//! `heimdex receipt verify`: is everything that a receipt names still stored and verified?

use heimdex_api::path;
use heimdex_client::wipe::{Checked, Paper, Terms};
use serde_json::{Value, json};

use crate::args::ReceiptVerifyArgs;
use crate::commands::safe_to_wipe::{Watch, laid_out, name, why};
use crate::commands::upload::shown;
use crate::commands::{Context, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::json::{self, Selection};
use crate::output::text::{Colour, clean, count, grouped};
use crate::output::{size, time};
use crate::printer::Stream;

const FIELDS: [&str; 14] = [
    "safe",
    "receipt",
    "is_sealed",
    "folder",
    "written_at",
    "receipt_server",
    "server",
    "files",
    "bytes",
    "proven",
    "proven_bytes",
    "findings",
    "accept_cached",
    "reread",
];

pub(super) async fn run(
    context: &Context<'_>,
    args: &ReceiptVerifyArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let file = args.file.clone();
    let reading = tokio::task::spawn_blocking(move || Paper::read(&file));
    let paper = reading
        .await
        .map_err(|error| CliError::Runtime(std::io::Error::other(error)))??;
    let transfers = transfer::context(context, context.settings.client()?)?;
    warn(context, &paper, &transfers.api().server().to_string());
    let terms = Terms {
        accept_cached: args.accept_cached,
        reread: args.reread,
    };
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let watch = Watch::new(context.printer);
    let told = watch.clone();
    let verifying = paper.verify(
        &transfers,
        terms,
        move |step| told.tell(step),
        interrupt.soft(),
    );
    let checked = tokio::select! {
        checked = verifying => checked,
        () = interrupt.hard().cancelled() => return Ok(ExitStatus::Interrupted),
    };
    watch.clear();
    let checked = checked?;
    match selection {
        Some(selection) => {
            let value = as_json(context, args, &paper, &checked);
            json::print(context.printer, &selection.pick(&value))?;
        }
        None => print(context, args, &paper, &checked)?,
    }
    Ok(if checked.verdict.is_safe() {
        ExitStatus::Done
    } else {
        ExitStatus::PartlyFailed
    })
}

/// What does not keep the question from being asked.
fn warn(context: &Context<'_>, paper: &Paper, server: &str) {
    if let Some(written) = paper.server.as_deref().filter(|written| *written != server) {
        context.printer.warn(&format!(
            "the receipt was written for {}, and {server} is asked",
            clean(written)
        ));
    }
    if paper.written_at.is_some() && !paper.is_sealed {
        context.printer.warn(
            "the receipt has no seal: whether it was changed since it was written cannot be seen",
        );
    }
}

fn print(
    context: &Context<'_>,
    args: &ReceiptVerifyArgs,
    paper: &Paper,
    checked: &Checked,
) -> Result<(), CliError> {
    let (printer, verdict) = (context.printer, &checked.verdict);
    let (colour, word) = if verdict.is_safe() {
        (Colour::Green, "All there.")
    } else {
        (Colour::Red, "Not all there.")
    };
    let sentence = sentence(context, args, paper, checked);
    let rows: Vec<(String, String)> = verdict
        .findings
        .iter()
        .map(|finding| (name(finding), why(finding, None, &context.moment)))
        .collect();
    match printer.stdout() {
        Stream::Terminal(columns) => {
            printer.data(&format!("{} {sentence}", printer.paint(word, colour)))?;
            if !rows.is_empty() {
                printer.data(&laid_out(&rows, columns))?;
            }
        }
        Stream::Pipe => {
            for (finding, (name, why)) in verdict.findings.iter().zip(&rows) {
                let bytes = finding
                    .size
                    .map_or_else(String::new, |size| size.to_string());
                let video = finding.why.video_id();
                let video = video.map_or_else(String::new, |id| id.to_string());
                let word = finding.why.word();
                printer.data(&format!("{name}\t{word}\t{bytes}\t{video}\t{why}"))?;
            }
            printer.talk(&format!("{word} {sentence}"));
        }
    }
    Ok(())
}

fn sentence(
    context: &Context<'_>,
    args: &ReceiptVerifyArgs,
    paper: &Paper,
    checked: &Checked,
) -> String {
    let verdict = &checked.verdict;
    let receipt = shown(&args.file);
    let of = match (&paper.folder, paper.written_at) {
        (Some(folder), Some(at)) => format!(
            " of {}, from {},",
            clean(folder),
            time::calendar(at, &context.moment)
        ),
        _ => String::new(),
    };
    let of = format!("{}{of}", clean(&receipt));
    if verdict.is_safe() {
        let (all, are) = match verdict.files {
            1 => ("The only file".to_owned(), "is"),
            files => (format!("All {} files", grouped(files)), "are"),
        };
        return format!(
            "{all} ({}) on the receipt {of} {are} stored and verified on {}.",
            size::bytes(verdict.proven_bytes),
            checked.server
        );
    }
    let lost = verdict.files - verdict.proven;
    format!(
        "{} of {} on the receipt {of} {} not verified on {} now:",
        grouped(lost),
        count(verdict.files, "file", "files"),
        if lost == 1 { "is" } else { "are" },
        checked.server
    )
}

fn as_json(
    context: &Context<'_>,
    args: &ReceiptVerifyArgs,
    paper: &Paper,
    checked: &Checked,
) -> Value {
    let verdict = &checked.verdict;
    let findings = verdict.findings.iter().map(|finding| {
        json!({
            "path": path::escaped(&finding.path), "path_raw": path::raw_of(&finding.path),
            "size_bytes": finding.size, "reason": finding.why.word(), "video_id": finding.why.video_id(),
            "detail": why(finding, None, &context.moment),
        })
    });
    let bytes: u64 = checked.facts.files.iter().map(|file| file.size).sum();
    json!({
        "safe": verdict.is_safe(), "receipt": shown(&args.file), "is_sealed": paper.is_sealed,
        "folder": paper.folder, "written_at": paper.written_at, "receipt_server": paper.server,
        "server": checked.server, "files": verdict.files, "bytes": bytes, "proven": verdict.proven,
        "proven_bytes": verdict.proven_bytes, "findings": findings.collect::<Vec<_>>(),
        "accept_cached": args.accept_cached, "reread": args.reread,
    })
}
