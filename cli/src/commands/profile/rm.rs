//! `heimdex profile rm`: logs out of a profile, and forgets it.

use heimdex_client::profile;

use crate::args::ProfileRmArgs;
use crate::commands::{Context, ask, logout};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::text::clean;

pub(super) async fn run(
    context: &Context<'_>,
    args: &ProfileRmArgs,
) -> Result<ExitStatus, CliError> {
    let name = &args.name;
    let known = super::known(&context.settings, name)?;
    if !args.yes {
        let place = known.server.as_deref().unwrap_or("nowhere");
        let question = format!("Forget the profile `{name}` and log out of {place}?");
        ask::confirm(context, &clean(&question), "--yes")?;
    }
    // As the profile alone says: what the environment names may be another server.
    let settings = context.settings.only_profile(name);
    let credentials = settings.credentials().ok_or(CliError::NoHome)?;
    let config = settings.config_file().ok_or(CliError::NoHome)?;
    let session = credentials.load().await?;
    let ended = match session {
        Some(_) => Some(logout::end(&settings, &credentials).await?),
        None => None,
    };
    let locked = credentials.lock().await?;
    profile::forget(config, name)?;
    drop(locked);
    let told = match ended {
        Some(ended) => logout::tell(context.printer, &settings, ended),
        None => Ok(()),
    };
    context
        .printer
        .talk(&clean(&format!("The profile `{name}` is forgotten.")));
    told?;
    Ok(ExitStatus::Done)
}
