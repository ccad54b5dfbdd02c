//! The user's systemd, where there is one: asked by `systemctl --user`, as a person would.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::unit::{self, UNIT};
use crate::commands::Context;
use crate::error::CliError;

/// The user's systemd, which answered.
#[derive(Debug)]
pub(super) struct Systemd {
    unit: PathBuf,
}

/// Whether there is one, and if not, why.
#[derive(Debug)]
pub(super) enum Found {
    /// It answers.
    Here(Systemd),
    /// It does not: what it says.
    Not(String),
}

impl Systemd {
    /// Asks whether it is there.
    pub(super) async fn find(context: &Context<'_>) -> Result<Found, CliError> {
        let unit = unit::path(context)?;
        let asked = run(&["show", "--property=Version", "--value"]).await;
        Ok(match asked {
            Ok(output) if output.status.success() => Found::Here(Self { unit }),
            Ok(output) => Found::Not(reason(&output)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Found::Not("there is no systemctl".into())
            }
            Err(error) => Found::Not(error.to_string()),
        })
    }

    /// Where the unit lies, or would.
    pub(super) fn unit(&self) -> &std::path::Path {
        &self.unit
    }

    /// Whether the unit was installed.
    pub(super) fn is_installed(&self) -> bool {
        self.unit.is_file()
    }

    /// Whether it runs now.
    pub(super) async fn is_active(&self) -> bool {
        let asked = run(&["is-active", "--quiet", UNIT]).await;
        asked.is_ok_and(|output| output.status.success())
    }

    /// Does something with units; what it says where it does not.
    pub(super) async fn control(&self, words: &[&str]) -> Result<(), CliError> {
        let typed = format!("systemctl --user {}", words.join(" "));
        let fail = |why: String| CliError::Daemon {
            message: format!("`{typed}` failed: {why}"),
            hint: Some(format!("`journalctl --user -u {UNIT}` tells more")),
        };
        let output = run(words).await.map_err(|error| fail(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(fail(reason(&output)))
    }
}

async fn run(words: &[&str]) -> std::io::Result<Output> {
    Command::new("systemctl")
        .arg("--user")
        .args(words)
        .stdin(Stdio::null())
        .output()
        .await
}

/// The last line that it said.
fn reason(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().rfind(|line| !line.trim().is_empty());
    line.map_or_else(
        || format!("it ended with {}", output.status),
        |line| line.trim().to_owned(),
    )
}
