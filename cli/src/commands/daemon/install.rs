//! `heimdex daemon install` and `uninstall`: a service of the user's systemd, or a plain process where there is none.

use std::io;
use std::path::Path;

use heimdex_client::control::LocalPath;
use serde_json::json;

use super::start;
use super::stop::{self, How};
use super::systemd::{Found, Systemd};
use super::unit::{self, UNIT};
use super::{control, process};
use crate::args::{DaemonInstallArgs, DaemonUninstallArgs};
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};

const FIELDS: [&str; 4] = ["unit", "is_service", "pid", "why_not"];

pub(super) async fn install(
    context: &Context<'_>,
    args: &DaemonInstallArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let program = process::program(context)?;
    let text = unit::text(&program, context.settings.named_config_file())?;
    if args.dry_run {
        context.printer.data(text.trim_end())?;
        return Ok(ExitStatus::Done);
    }
    let (facts, unit, why_not) = match Systemd::find(context).await? {
        Found::Here(systemd) => {
            write(systemd.unit(), &text)?;
            systemd.control(&["daemon-reload"]).await?;
            // One that was started by hand makes room for the service.
            if !systemd.is_active().await {
                stop::and_wait(context, How::Softly).await?;
            }
            systemd.control(&["enable", UNIT]).await?;
            systemd.control(&["restart", UNIT]).await?;
            (
                start::facts(context).await?,
                Some(systemd.unit().to_owned()),
                None,
            )
        }
        Found::Not(why) => {
            let facts = match control::daemon(context).await? {
                Some(client) => client.facts().clone(),
                None => process::start(context).await?,
            };
            (facts, None, Some(why))
        }
    };
    if let Some(selection) = selection {
        let value = json!({
            "unit": unit.as_deref().map(LocalPath::from),
            "is_service": unit.is_some(),
            "pid": facts.pid,
            "why_not": why_not,
        });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    match (unit, why_not) {
        (Some(unit), _) => {
            context.printer.talk(&format!(
                "Installed {} and started it (process {}). It runs whenever you are logged in; `loginctl \
                 enable-linger` lets it run from the start of the machine.",
                unit.display(),
                facts.pid
            ));
        }
        (None, why) => {
            context.printer.warn(&format!(
                "this user has no systemd to make it a service of ({}): nothing starts it again after the machine \
                 does. Let something else run `heimdex daemon start` then, as cron with `@reboot`",
                why.unwrap_or_default()
            ));
            context
                .printer
                .talk(&format!("The daemon runs (process {}).", facts.pid));
        }
    }
    Ok(ExitStatus::Done)
}

pub(super) async fn uninstall(
    context: &Context<'_>,
    args: &DaemonUninstallArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let unit = unit::path(context)?;
    let was_service = unit.is_file();
    if let Found::Here(systemd) = Systemd::find(context).await?
        && was_service
    {
        systemd.control(&["disable", "--now", UNIT]).await?;
        remove(&unit)?;
        systemd.control(&["daemon-reload"]).await?;
    } else if was_service {
        remove(&unit)?;
    }
    stop::and_wait(context, How::Softly).await?;
    if let Some(selection) = selection {
        let value = json!({
            "unit": was_service.then(|| LocalPath::from(unit.as_path())),
            "is_service": false,
            "pid": null,
            "why_not": null,
        });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    context.printer.talk(if was_service {
        "The daemon has stopped, and is a service no more. Watches, queue and logins stay."
    } else {
        "The daemon is no service, and does not run."
    });
    Ok(ExitStatus::Done)
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let written = path
        .parent()
        .map_or(Ok(()), fs_err::create_dir_all)
        .and_then(|()| fs_err::write(path, text));
    written.map_err(|source| unusable(path, source))
}

fn remove(path: &Path) -> Result<(), CliError> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(path, error)),
        _ => Ok(()),
    }
}

fn unusable(path: &Path, source: io::Error) -> CliError {
    CliError::Path {
        path: path.to_owned(),
        source,
    }
}
