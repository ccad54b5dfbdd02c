//! `heimdex ingests ID`: did this card arrive whole, and if not, what is missing.

use heimdex_api::ingest::{IngestFileResponse, IngestResponse};
use serde_json::{Value, json};

use super::whole::{Lack, Wholeness, judge};
use crate::args::IngestsArgs;
use crate::commands::{Context, find};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::fields::{self, Field};
use crate::output::json::{self, Selection};
use crate::output::text::{Colour, clean, count, grouped};
use crate::output::{size, time};
use crate::printer::Stream;

/// The fields of one ingest.
const FIELDS: [&str; 11] = [
    "ingest_id",
    "source",
    "root_name",
    "host",
    "started_at",
    "finished_at",
    "files",
    "bytes",
    "is_whole",
    "missing",
    "unnamed",
];

pub(super) async fn run(
    context: &Context<'_>,
    args: &IngestsArgs,
    given: &str,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = context.settings.client()?;
    let ingest = find::ingest(&client, given).await?;
    let files = super::files(&client, ingest.ingest_id).await?;
    let judged = judge(&ingest, &files);
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(&as_json(&ingest, &judged)))?;
    } else {
        let heading = heading(context, &ingest, &judged);
        fields::print(context.printer, &heading, &list(context, &ingest))?;
        missing(context, &judged)?;
    }
    Ok(if judged.is_whole() {
        ExitStatus::Done
    } else {
        ExitStatus::PartlyFailed
    })
}

fn as_json(ingest: &IngestResponse, judged: &Wholeness<'_>) -> Value {
    let missing = judged.missing.iter().map(|(file, lack)| {
        json!({
            "path": file.path, "path_raw": file.path_raw, "video_id": file.video_id,
            "size_bytes": file.size_bytes, "state": file.state, "reason": lack.word(),
        })
    });
    let mut value = serde_json::to_value(ingest).unwrap_or_default();
    value["is_whole"] = judged.is_whole().into();
    value["missing"] = missing.collect();
    value["unnamed"] = judged.unnamed.into();
    value
}

fn heading(context: &Context<'_>, ingest: &IngestResponse, judged: &Wholeness<'_>) -> String {
    let name = match &ingest.root_name {
        Some(root) if *root != ingest.source => format!("{} ({root})", ingest.source),
        _ => ingest.source.clone(),
    };
    let (word, colour) = if judged.is_whole() {
        ("whole".to_owned(), Colour::Green)
    } else if judged.lacking() > 0 {
        let lacking = grouped(judged.lacking());
        let all = ingest.files.expected.unwrap_or(0).max(judged.lacking());
        let all = count(all, "file", "files");
        (
            format!("{lacking} of {all} not stored and verified"),
            Colour::Red,
        )
    } else {
        ("not finished".to_owned(), Colour::Cyan)
    };
    format!("{}: {}", clean(&name), context.printer.paint(&word, colour))
}

fn list(context: &Context<'_>, ingest: &IngestResponse) -> Vec<Field> {
    let moment = &context.moment;
    let counts = &ingest.files;
    let mut list = vec![
        Field::text("Id", &ingest.ingest_id.to_string()),
        Field::for_programs("Source", &ingest.source),
    ];
    if let Some(root) = &ingest.root_name {
        list.push(Field::for_programs("Folder", root));
    }
    if let Some(host) = &ingest.host {
        list.push(Field::text("Host", host));
    }
    let began = ingest.started_at;
    list.push(Field::new(
        "Began",
        time::calendar(began, moment),
        began.to_string(),
    ));
    list.push(match ingest.finished_at {
        Some(at) => Field::new("Finished", time::calendar(at, moment), at.to_string()),
        None => Field::new("Finished", "not yet", ""),
    });
    let expected = counts.expected;
    let shown = expected.map_or_else(|| "not known yet".to_owned(), grouped);
    let exact = expected.map_or_else(String::new, |files| files.to_string());
    list.push(Field::new("Files", shown, exact));
    for (name, number) in [
        ("Stored", counts.stored),
        ("Verified", counts.verified),
        ("Failed", counts.failed),
    ] {
        list.push(Field::new(name, grouped(number), number.to_string()));
    }
    let bytes = ingest.bytes;
    list.push(Field::new("Size", size::bytes(bytes), bytes.to_string()));
    list
}

/// What is missing, by name: everything, however much.
fn missing(context: &Context<'_>, judged: &Wholeness<'_>) -> Result<(), CliError> {
    let printer = context.printer;
    if printer.stdout() == Stream::Pipe {
        for (file, lack) in &judged.missing {
            let (path, reason) = (clean(&file.path), lack.word());
            printer.data(&format!("missing\t{path}\t{reason}\t{}", file.video_id))?;
        }
        if judged.unnamed > 0 {
            printer.data(&format!("unnamed\t{}", judged.unnamed))?;
        }
        return Ok(());
    }
    let mut lines = Vec::new();
    for (file, lack) in &judged.missing {
        lines.push(format!("  {}", clean(&file.path)));
        lines.push(format!("    {}", sentence(file, *lack)));
    }
    if judged.unnamed > 0 {
        let files = count(judged.unnamed, "file", "files");
        let more = if judged.missing.is_empty() {
            ""
        } else {
            "more "
        };
        let files = files.replacen(' ', &format!(" {more}"), 1);
        lines.push(format!(
            "  {files} on the card that never came: unreadable, or not sent yet. `heimdex safe-to-wipe` of it names them"
        ));
    }
    if !lines.is_empty() {
        lines.insert(0, "Missing:".into());
        printer.sentences(&lines.join("\n"))?;
    }
    Ok(())
}

fn sentence(file: &IngestFileResponse, lack: Lack) -> String {
    let id = file.video_id.short();
    match lack {
        Lack::Arriving => "not all of it has arrived; the same upload again goes on".into(),
        Lack::Unverified => "stored, and not read back yet".into(),
        Lack::Failed => format!("failed; `heimdex show {id}` says why"),
        Lack::Deleted => format!("in the trash; `heimdex rm --undo {id}` brings it back"),
        Lack::Purged => "deleted for good; an upload of the card brings it again".into(),
        Lack::Unknown => format!("the server says `{}`", file.state),
    }
}
