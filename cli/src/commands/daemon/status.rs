//! `heimdex daemon status`: whether it runs, which one, and how it is started.

use heimdex_client::control::{ControlClient, LocalPath};
use serde_json::json;

use super::control;
use super::systemd::{Found, Systemd};
use crate::args::DaemonStatusArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::fields::{self, Field};
use crate::output::json::{self, Selection};
use crate::output::time;

const FIELDS: [&str; 8] = [
    "is_running",
    "pid",
    "version",
    "protocol",
    "started_at",
    "socket",
    "unit",
    "is_service",
];

pub(super) async fn run(
    context: &Context<'_>,
    args: &DaemonStatusArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = control::daemon(context).await?;
    let facts = client.as_ref().map(ControlClient::facts);
    let place = context.settings.socket().ok_or(CliError::NoHome)?;
    let (unit, is_service) = match Systemd::find(context).await? {
        Found::Here(systemd) if systemd.is_installed() => {
            let is_active = systemd.is_active().await;
            (Some(systemd.unit().to_owned()), is_active)
        }
        Found::Here(_) | Found::Not(_) => (None, false),
    };
    let status = match facts {
        Some(_) => ExitStatus::Done,
        None => ExitStatus::PartlyFailed,
    };
    if let Some(selection) = selection {
        let value = json!({
            "is_running": facts.is_some(),
            "pid": facts.map(|facts| facts.pid),
            "version": facts.map(|facts| &facts.version),
            "protocol": facts.map(|facts| facts.protocol),
            "started_at": facts.map(|facts| facts.started_at),
            "socket": LocalPath::from(place.path()),
            "unit": unit.as_deref().map(LocalPath::from),
            "is_service": is_service,
        });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(status);
    }
    let mut list = Vec::new();
    let heading = if let Some(facts) = facts {
        list.push(Field::for_programs("Running", "yes"));
        list.push(Field::text("Version", &facts.version));
        list.push(Field::text("Process", &facts.pid.to_string()));
        list.push(Field::new(
            "Since",
            time::calendar(facts.started_at, &context.moment),
            facts.started_at.to_string(),
        ));
        "The daemon runs."
    } else {
        list.push(Field::for_programs("Running", "no"));
        "The daemon is not running. `heimdex daemon start` starts it."
    };
    list.push(Field::text("Socket", &place.path().display().to_string()));
    let (shown, exact) = match (&unit, is_service) {
        (None, _) => (
            "no; `heimdex daemon install` makes it one".to_owned(),
            String::new(),
        ),
        (Some(unit), true) => (unit.display().to_string(), unit.display().to_string()),
        (Some(unit), false) => (
            format!("{}, which is not active", unit.display()),
            unit.display().to_string(),
        ),
    };
    list.push(Field::new("Service", shown, exact));
    fields::print(context.printer, heading, &list)?;
    Ok(status)
}
