//! `heimdex daemon start`: by systemd where it is a service, else directly.

use heimdex_client::control::{ControlClient, ControlError, DaemonFacts};
use serde_json::json;

use super::systemd::{Found, Systemd};
use super::unit::UNIT;
use super::{control, process};
use crate::args::JsonArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};

const FIELDS: [&str; 4] = ["pid", "version", "was_running", "by"];

/// Who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Systemd,
    Itself,
}

pub(super) async fn run(context: &Context<'_>, json: &JsonArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&json.mode(), &FIELDS)?;
    let running = control::daemon(context).await?;
    let was_running = running.is_some();
    let (facts, by) = if let Some(client) = running {
        (client.facts().clone(), None)
    } else {
        let (facts, by) = started(context).await?;
        (facts, Some(by))
    };
    if let Some(selection) = selection {
        let by = by.map(|by| match by {
            By::Systemd => "systemd",
            By::Itself => "itself",
        });
        let value = json!({
            "pid": facts.pid, "version": facts.version, "was_running": was_running, "by": by,
        });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    say(context, &facts, by);
    Ok(ExitStatus::Done)
}

fn say(context: &Context<'_>, facts: &DaemonFacts, by: Option<By>) {
    let pid = facts.pid;
    context.printer.talk(&match by {
        None => format!("The daemon runs already (process {pid})."),
        Some(By::Systemd) => format!("Started the service {UNIT} (process {pid})."),
        Some(By::Itself) => format!(
            "Started heimdexd (process {pid}). It ends with this machine; `heimdex daemon install` starts it \
             whenever you log in."
        ),
    });
}

/// Starts it, whoever does that here.
async fn started(context: &Context<'_>) -> Result<(DaemonFacts, By), CliError> {
    if let Found::Here(systemd) = Systemd::find(context).await?
        && systemd.is_installed()
    {
        systemd.control(&["start", UNIT]).await?;
        return Ok((facts(context).await?, By::Systemd));
    }
    Ok((process::start(context).await?, By::Itself))
}

/// What a daemon that has just said that it is ready says of itself.
pub(super) async fn facts(context: &Context<'_>) -> Result<DaemonFacts, CliError> {
    let place = context.settings.socket().ok_or(CliError::NoHome)?;
    match ControlClient::connect(&place).await {
        Ok(client) => Ok(client.facts().clone()),
        Err(ControlError::NotRunning) => Err(CliError::Daemon {
            message: format!(
                "the service runs, but does not listen on `{}`",
                place.path().display()
            ),
            hint: Some("is XDG_RUNTIME_DIR the same here as in the service?".into()),
        }),
        Err(error) => Err(error.into()),
    }
}
