//! The daemon, as a verb meets it: running, or not, or of another release.

use heimdex_client::control::{Compared, ControlClient, ControlError};
use heimdex_client::journal::{Journal, Watch};

use super::{Context, transfer};
use crate::error::CliError;

/// The daemon, where it runs. One that cannot be understood is an error, one of another release a warning.
pub(super) async fn daemon(context: &Context<'_>) -> Result<Option<ControlClient>, CliError> {
    let place = context.settings.socket().ok_or(CliError::NoHome)?;
    let client = match ControlClient::connect(&place).await {
        Ok(client) => client,
        Err(ControlError::NotRunning) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if let Compared::Other { daemon } = client.compared() {
        context.printer.warn(&format!(
            "the daemon is heimdexd {daemon}, this is heimdex {}. `heimdex daemon restart` starts the installed one",
            env!("CARGO_PKG_VERSION")
        ));
    }
    Ok(Some(client))
}

/// The daemon, which must run for this.
pub(super) async fn needed(context: &Context<'_>) -> Result<ControlClient, CliError> {
    let client = daemon(context).await?;
    client.ok_or(CliError::Control(ControlError::NotRunning))
}

/// Tells a running daemon that the journal was changed. One that cannot be told finds out when it starts.
pub(crate) async fn reload(context: &Context<'_>) -> Result<bool, CliError> {
    let Some(client) = daemon(context).await? else {
        return Ok(false);
    };
    client.reload().await?;
    Ok(true)
}

/// Says that the daemon does not run, and what holds then.
pub(super) fn say_not_running(context: &Context<'_>, what: &str) {
    context.printer.talk(&format!(
        "The daemon is not running{what}. `heimdex daemon start` starts it."
    ));
}

/// The journal, which must be kept for what is asked.
pub(super) fn journal(context: &Context<'_>) -> Result<Journal, CliError> {
    let paths = context.settings.paths.as_ref().ok_or(CliError::NoHome)?;
    Ok(Journal::open(&paths.journal())?)
}

/// The watch that was named: by its id, or by its folder.
pub(super) fn watch(journal: &Journal, given: &str) -> Result<Watch, CliError> {
    let no_such = || CliError::NoSuchWatch(given.to_owned());
    if let Ok(id) = given.parse() {
        // A folder may have such a name, too; then it is meant where no watch has the id.
        if let Some(watch) = journal.watch(id)? {
            return Ok(watch);
        }
    }
    let path = transfer::absolute(given.as_ref())?;
    let watches = journal.watches()?;
    let mut found = watches.into_iter().filter(|watch| watch.root == path);
    match (found.next(), found.next()) {
        (None, _) => Err(no_such()),
        (Some(watch), None) => Ok(watch),
        (Some(first), Some(second)) => Err(CliError::Ambiguous {
            given: given.to_owned(),
            candidates: [first, second]
                .iter()
                .chain(&found.collect::<Vec<_>>())
                .map(|watch| format!("{} (profile {})", watch.id, watch.profile))
                .collect(),
        }),
    }
}
