//! `heimdex pause` and `heimdex resume`: by the daemon where it runs, else in the journal, where it finds it.

use heimdex_api::Timestamp;
use heimdex_client::control::{ControlClient, PauseRequest, ResumeRequest};
use heimdex_client::journal::{Journal, Pause, Watch};
use serde_json::json;

use super::{Context, control};
use crate::args::{PauseArgs, ResumeArgs};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::time;

const FIELDS: [&str; 4] = ["paused", "watch", "until", "is_running"];

pub(super) async fn pause(context: &Context<'_>, args: &PauseArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let until = args.length.as_deref().map(|text| until(context, text));
    let until = until.transpose()?;
    let journal = control::journal(context)?;
    let watch = watch(&journal, args.watch.as_deref())?;
    let client = control::daemon(context).await?;
    let id = watch.as_ref().map(|watch| watch.id);
    match &client {
        Some(client) => {
            client.pause(&PauseRequest { watch: id, until }).await?;
        }
        None => note(
            &journal,
            watch.as_ref(),
            Some(until.map_or(Pause::UntilResumed, Pause::Until)),
        )?,
    }
    if let Some(selection) = selection {
        let value =
            json!({ "paused": true, "watch": id, "until": until, "is_running": client.is_some() });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    let end = match until {
        Some(until) => format!(" until {}", time::calendar(until, &context.moment)),
        None => String::new(),
    };
    let what = named(watch.as_ref());
    context
        .printer
        .talk(&format!("Paused {what}{end}. `heimdex resume` goes on."));
    say_later(context, client.as_ref());
    Ok(ExitStatus::Done)
}

pub(super) async fn resume(
    context: &Context<'_>,
    args: &ResumeArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let journal = control::journal(context)?;
    let watch = watch(&journal, args.watch.as_deref())?;
    let client = control::daemon(context).await?;
    let id = watch.as_ref().map(|watch| watch.id);
    match &client {
        Some(client) => {
            client.resume(&ResumeRequest { watch: id }).await?;
        }
        None => note(&journal, watch.as_ref(), None)?,
    }
    if let Some(selection) = selection {
        let value =
            json!({ "paused": false, "watch": id, "until": null, "is_running": client.is_some() });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    let what = named(watch.as_ref());
    context.printer.talk(&format!("Resumed {what}."));
    say_later(context, client.as_ref());
    Ok(ExitStatus::Done)
}

fn until(context: &Context<'_>, typed: &str) -> Result<Timestamp, CliError> {
    let length = time::length(typed.trim()).filter(|length| !length.is_zero());
    let length = length.ok_or_else(|| {
        CliError::usage(
            format!("`{typed}` is no length of time"),
            "write it as `30m`, `2h` or `1d`",
        )
    })?;
    Ok(context.moment.now.saturating_add(length))
}

fn watch(journal: &Journal, given: Option<&str>) -> Result<Option<Watch>, CliError> {
    given
        .map(|given| control::watch(journal, given))
        .transpose()
}

fn named(watch: Option<&Watch>) -> String {
    watch.map_or_else(
        || "everything".into(),
        |watch| watch.root.display().to_string(),
    )
}

/// Where no daemon runs: it is written down for the next one.
fn note(journal: &Journal, watch: Option<&Watch>, pause: Option<Pause>) -> Result<(), CliError> {
    match watch {
        Some(watch) => {
            journal.pause_watch(watch.id, pause)?;
        }
        None => {
            journal.pause_all(pause)?;
        }
    }
    Ok(())
}

fn say_later(context: &Context<'_>, client: Option<&ControlClient>) {
    if client.is_none() {
        control::say_not_running(context, "; it will find this when it starts");
    }
}
