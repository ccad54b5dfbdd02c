//! `heimdex daemon stop`: by systemd where it runs as a service, else on its socket; then it is waited for.

use std::path::Path;
use std::time::Duration;

use heimdex_client::control::{ControlClient, ControlError, StopRequest};
use heimdex_client::paths::Paths;
use serde_json::json;

use super::systemd::{Found, Systemd};
use super::unit::UNIT;
use crate::args::DaemonStopArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};

/// What is in flight may take the daemon's grace, and a little more.
const STOP_LIMIT: Duration = Duration::from_secs(40);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const FIELDS: [&str; 1] = ["was_running"];

/// Whether what is in flight is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Softly,
    Now,
}

pub(super) async fn run(
    context: &Context<'_>,
    args: &DaemonStopArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let how = if args.now { How::Now } else { How::Softly };
    let was_running = and_wait(context, how).await?;
    if let Some(selection) = selection {
        let value = json!({ "was_running": was_running });
        json::print(context.printer, &selection.pick(&value))?;
        return Ok(ExitStatus::Done);
    }
    context.printer.talk(if was_running {
        "The daemon has stopped. What waits is sent when it runs again."
    } else {
        "The daemon is not running."
    });
    Ok(ExitStatus::Done)
}

/// Stops it and waits for its end; whether it ran.
pub(super) async fn and_wait(context: &Context<'_>, how: How) -> Result<bool, CliError> {
    let place = context.settings.socket().ok_or(CliError::NoHome)?;
    let client = match ControlClient::connect(&place).await {
        Ok(client) => Some(client),
        Err(ControlError::NotRunning) => return stop_unheard(context).await,
        // A service can be stopped though nobody understands it.
        Err(error @ ControlError::OtherVersion { .. }) => {
            return stop_service(context)
                .await?
                .then_some(true)
                .ok_or(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    if how == How::Softly && stop_service(context).await? {
        return Ok(true);
    }
    let now = how == How::Now;
    if let Some(client) = &client {
        client.stop(&StopRequest { now }).await?;
    }
    let lock = context.settings.paths.as_ref().map(Paths::daemon_lock);
    let gone = async {
        while !matches!(
            ControlClient::connect(&place).await,
            Err(ControlError::NotRunning)
        ) || !lock.as_deref().is_none_or(is_free)
        {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(STOP_LIMIT, gone)
        .await
        .map_err(|_| CliError::Daemon {
            message: "the daemon does not stop".into(),
            hint: Some("`heimdex daemon stop --now` does not wait for what is in flight".into()),
        })?;
    Ok(true)
}

/// Stops a daemon whose socket is gone: the lock says that it runs, and which process that is. Whether one did.
async fn stop_unheard(context: &Context<'_>) -> Result<bool, CliError> {
    let lock = context.settings.paths.as_ref().map(Paths::daemon_lock);
    let Some(lock) = lock.filter(|lock| !is_free(lock)) else {
        return Ok(false);
    };
    let stuck = |message: &str| CliError::Daemon {
        message: message.to_owned(),
        hint: Some("end the process `heimdexd` by its id".into()),
    };
    let written = fs_err::read_to_string(&lock).unwrap_or_default();
    let asked = written.trim().parse().is_ok_and(terminate);
    if !asked {
        return Err(stuck(
            "the daemon runs, does not answer and cannot be asked to end",
        ));
    }
    let gone = async {
        while !is_free(&lock) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(STOP_LIMIT, gone)
        .await
        .map_err(|_| stuck("the daemon does not stop"))?;
    Ok(true)
}

/// Asks a process to end; whether it could be asked.
#[cfg(unix)]
fn terminate(process: i32) -> bool {
    let process = rustix::process::Pid::from_raw(process);
    process.is_some_and(|process| {
        rustix::process::kill_process(process, rustix::process::Signal::TERM).is_ok()
    })
}

/// There are no daemons here.
#[cfg(not(unix))]
fn terminate(_process: i32) -> bool {
    false
}

/// Stops it where it runs as a service; whether it does.
async fn stop_service(context: &Context<'_>) -> Result<bool, CliError> {
    let Found::Here(systemd) = Systemd::find(context).await? else {
        return Ok(false);
    };
    if !systemd.is_active().await {
        return Ok(false);
    }
    systemd.control(&["stop", UNIT]).await?;
    Ok(true)
}

/// Whether nobody holds the lock of this home: then another daemon can start.
fn is_free(lock: &Path) -> bool {
    match fs_err::File::open(lock) {
        Ok(file) => file.into_file().try_lock_shared().is_ok(),
        Err(_) => true,
    }
}
