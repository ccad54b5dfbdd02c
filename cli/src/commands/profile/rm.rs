//! `heimdex profile rm`: logs out of a profile, and forgets it.

use heimdex_client::profile;
use serde::Serialize;

use crate::args::ProfileRmArgs;
use crate::commands::logout::{self, Session};
use crate::commands::{Context, ask};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;

const FIELDS: [&str; 2] = ["name", "session"];

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Forgotten<'a> {
    name: &'a str,
    session: Session,
}

pub(super) async fn run(
    context: &Context<'_>,
    args: &ProfileRmArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
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
        None => Ok(Session::None),
    };
    context
        .printer
        .talk(&clean(&format!("The profile `{name}` is forgotten.")));
    let session = told?;
    if let Some(selection) = selection {
        let printed = Forgotten { name, session };
        json::print(context.printer, &selection.pick(&printed))?;
    }
    Ok(ExitStatus::Done)
}
