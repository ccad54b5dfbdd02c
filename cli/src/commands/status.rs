//! `heimdex status`: what the daemon does; without it what the journal says.

mod asleep;
mod follow;
mod programs;
mod tell;

use heimdex_client::control::Status;
use serde_json::Value;

use super::{Context, control};
use crate::args::StatusArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::printer::Stream;

const FIELDS: [&str; 10] = [
    "daemon",
    "paused",
    "watches",
    "queue",
    "current",
    "awaiting_proof",
    "pace",
    "accounts",
    "errors",
    "notices",
];

pub(super) async fn run(context: &Context<'_>, args: &StatusArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let Some(client) = control::daemon(context).await? else {
        return asleep::run(context, selection.as_ref());
    };
    if args.follow {
        return follow::run(context, &client, selection.as_ref()).await;
    }
    let status = client.status().await?;
    match selection {
        Some(selection) => json::print(context.printer, &selection.pick(&status))?,
        None => print(context, &status)?,
    }
    Ok(ExitStatus::Done)
}

fn print(context: &Context<'_>, status: &Status) -> Result<(), CliError> {
    let text = match context.printer.stdout() {
        Stream::Terminal(room) => tell::for_people(context.printer, status, &context.moment, room),
        Stream::Pipe => programs::lines(status),
    };
    context.printer.data(&text)
}

/// One line of JSON.
fn line(selection: &Selection, status: &Status) -> Value {
    selection.pick(status)
}
