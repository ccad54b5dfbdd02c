//! `heimdex why`: the rules and observations that led to where a file is, in words.

mod asleep;

use std::path::Path;

use heimdex_client::control::{Because, ItemId, Why, WhyQuery, words};

use super::{Context, control, find, transfer};
use crate::args::WhyArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::{clean, wrapped};
use crate::printer::Stream;

const FIELDS: [&str; 6] = ["path", "item", "watch", "video_id", "verdict", "chain"];

pub(super) async fn run(context: &Context<'_>, args: &WhyArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let query = query(context, &args.subject).await?;
    let why = if let Some(client) = control::daemon(context).await? {
        client.why(&query).await?
    } else {
        let why = asleep::why(context, &query)?;
        control::say_not_running(context, "; this is what the journal says");
        why
    };
    match selection {
        Some(selection) => json::print(context.printer, &selection.pick(&why))?,
        None => print(context, &why)?,
    }
    Ok(ExitStatus::Done)
}

/// What was meant: a place in the queue, a file, or a video.
async fn query(context: &Context<'_>, subject: &Path) -> Result<WhyQuery, CliError> {
    let is_there = fs_err::symlink_metadata(subject).is_ok();
    let text = subject.to_str().filter(|_| !is_there);
    if let Some(item) = text.and_then(|text| text.parse::<ItemId>().ok()) {
        return Ok(WhyQuery {
            item: Some(item),
            ..WhyQuery::default()
        });
    }
    if let Some(text) = text.filter(|text| is_id(text)) {
        let video = find::video(&context.settings.client()?, text).await?;
        return Ok(WhyQuery {
            video_id: Some(video.video_id),
            ..WhyQuery::default()
        });
    }
    let path = transfer::absolute_file(subject)?;
    Ok(WhyQuery {
        path: Some(path.as_path().into()),
        ..WhyQuery::default()
    })
}

/// Whether it looks like an id; a file of such a name would be there.
fn is_id(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn print(context: &Context<'_>, why: &Why) -> Result<(), CliError> {
    let moment = &context.moment;
    let path = clean(&why.path.to_string()).into_owned();
    let said = |because: &Because| clean(&because.text(moment)).into_owned();
    let text = match context.printer.stdout() {
        Stream::Terminal(room) => {
            let mut lines = vec![path, wrapped(&said(&why.verdict), room).into_owned()];
            lines.extend(why.chain.iter().map(|step| {
                let text = format!("- {}", said(step));
                wrapped(&text, room).replace('\n', "\n  ")
            }));
            lines.join("\n")
        }
        Stream::Pipe => {
            let mut lines = vec![
                format!("path\t{path}"),
                format!("state\t{}", words::word(&why.verdict.because)),
                format!("verdict\t{}", said(&why.verdict)),
            ];
            lines.extend(
                why.chain
                    .iter()
                    .map(|step| format!("because\t{}", said(step))),
            );
            lines.join("\n")
        }
    };
    context.printer.data(&text)
}
