//! The daemon as a process of its own, without a service manager.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use heimdex_client::control::{ControlClient, ControlError, DaemonFacts};
use tokio::process::Command;

use crate::commands::Context;
use crate::error::CliError;

/// How long it may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(25);
const NAME: &str = "heimdexd";

/// The daemon's program: beside this one, else on PATH.
pub(super) fn program(context: &Context<'_>) -> Result<PathBuf, CliError> {
    let beside = std::env::current_exe()
        .ok()
        .map(|own| own.with_file_name(NAME));
    let on_path = context
        .search_path
        .iter()
        .map(|directory| directory.join(NAME));
    beside
        .into_iter()
        .chain(on_path)
        .find(|path| path.is_file())
        .ok_or_else(|| CliError::Daemon {
            message: format!("there is no `{NAME}` beside `heimdex`, and none on PATH"),
            hint: Some("install both programs into one directory".into()),
        })
}

/// Starts it in a session of its own, and waits until it answers; what it says where it ends instead.
pub(super) async fn start(context: &Context<'_>) -> Result<DaemonFacts, CliError> {
    let program = program(context)?;
    let fail = |source: std::io::Error| CliError::Daemon {
        message: format!("cannot start `{}`: {source}", program.display()),
        hint: None,
    };
    // What it says before it has a log goes here.
    let mut said = tempfile::tempfile().map_err(fail)?;
    let mut command = Command::new(&program);
    if let Some(config) = context.settings.named_config_file() {
        command.arg("--config").arg(config);
    }
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.try_clone().map_err(fail)?);
    // The service manager of whoever types this is not waiting for the daemon.
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
        command.env_remove(name);
    }
    // Neither Ctrl-C nor the end of the terminal is meant for it.
    command.process_group(0);
    let mut child = command.spawn().map_err(fail)?;
    let place = context.settings.socket().ok_or(CliError::NoHome)?;
    let answered = async {
        loop {
            if let Some(status) = child.try_wait().map_err(fail)? {
                return Err(ended(&mut said, status));
            }
            match ControlClient::connect(&place).await {
                Ok(client) => return Ok(client.facts().clone()),
                Err(ControlError::NotRunning) => tokio::time::sleep(LOOK_AGAIN).await,
                Err(error) => return Err(error.into()),
            }
        }
    };
    match tokio::time::timeout(START_LIMIT, answered).await {
        Ok(answered) => answered,
        Err(_) => Err(CliError::Daemon {
            message: format!(
                "the daemon does not answer within {} s",
                START_LIMIT.as_secs()
            ),
            hint: Some("`heimdex daemon logs` tells more".into()),
        }),
    }
}

/// Its own words: a sentence and a hint, as this program has them.
fn ended(said: &mut File, status: std::process::ExitStatus) -> CliError {
    let mut text = String::new();
    let read = said.rewind().and_then(|()| said.read_to_string(&mut text));
    let line = |head: &str| text.lines().find_map(|line| line.strip_prefix(head));
    let why = match (read, line("error: ")) {
        (Ok(_), Some(error)) => error.to_owned(),
        _ => status.to_string(),
    };
    CliError::Daemon {
        message: format!("the daemon ended at once: {why}"),
        hint: line("hint: ").map(str::to_owned),
    }
}
