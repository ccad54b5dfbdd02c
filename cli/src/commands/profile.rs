//! `heimdex profile`: servers and accounts that are remembered.

mod list;
mod rm;

use heimdex_api::names::nearest;
use heimdex_client::profile::{self, Profile};
use serde::Serialize;

use super::Context;
use crate::args::{ProfileArgs, ProfileCommand, ProfileUseArgs};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;
use crate::settings::{Settings, Source};

const FIELDS: [&str; 3] = ["name", "server", "email"];

/// What `--json` prints of the profile that is used from now on.
#[derive(Debug, Serialize)]
struct InUse<'a> {
    name: &'a str,
    server: Option<&'a str>,
    email: Option<&'a str>,
}

pub(super) async fn run(context: &Context<'_>, args: ProfileArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        ProfileCommand::List(args) => list::run(context, &args),
        ProfileCommand::Use(args) => use_from_now(context, &args).await,
        ProfileCommand::Rm(args) => rm::run(context, &args).await,
    }
}

/// What the configuration says of a profile, or which one was meant.
fn known<'a>(settings: &'a Settings, name: &str) -> Result<&'a Profile, CliError> {
    let profiles = &settings.config.profiles;
    profiles.get(name).ok_or_else(|| CliError::NoSuchProfile {
        name: name.to_owned(),
        nearest: nearest(name, profiles.keys().map(String::as_str)).map(str::to_owned),
    })
}

async fn use_from_now(
    context: &Context<'_>,
    args: &ProfileUseArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let settings = &context.settings;
    let known = known(settings, &args.name)?;
    let (Some(config), Some(credentials)) = (settings.config_file(), settings.credentials()) else {
        return Err(CliError::NoHome);
    };
    let locked = credentials.lock().await?;
    profile::use_profile(config, &args.name)?;
    drop(locked);
    let place = known.server.as_deref().unwrap_or("no server yet");
    let account = known
        .email
        .as_deref()
        .map_or_else(String::new, |email| format!(" as {email}"));
    let text = format!("`{}` is used from now on: {place}{account}.", args.name);
    context.printer.talk(&clean(&text));
    if let source @ (Source::Variable(_) | Source::Flag(_)) = settings.profile_source() {
        context.printer.warn(&format!(
            "{source} is given and names `{}`",
            settings.profile_name
        ));
    }
    if let Some(selection) = selection {
        let printed = InUse {
            name: &args.name,
            server: known.server.as_deref(),
            email: known.email.as_deref(),
        };
        json::print(context.printer, &selection.pick(&printed))?;
    }
    Ok(ExitStatus::Done)
}
