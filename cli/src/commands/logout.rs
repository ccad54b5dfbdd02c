//! `heimdex logout`: ends the session on the server and forgets it here.

use heimdex_client::ErrorClass;
use heimdex_client::credentials::{Credentials, Store};
use heimdex_client::http::HttpError;

use serde::Serialize;

use super::Context;
use crate::args::LogoutArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::printer::Printer;
use crate::settings::Settings;

const FIELDS: [&str; 3] = ["profile", "server", "session"];

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct LoggedOut<'a> {
    profile: &'a str,
    server: String,
    session: Session,
}

/// What became of the session.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Session {
    /// There was none.
    None,
    /// Now.
    Ended,
    /// Before.
    HadEnded,
}

pub(super) async fn run(context: &Context<'_>, args: &LogoutArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let settings = &context.settings;
    if settings.uses_token() {
        return Err(CliError::usage(
            "HEIMDEX_TOKEN is set: there is no login to end",
            "unset it, or end the token with `heimdex token revoke`",
        ));
    }
    let credentials = settings.credentials().ok_or(CliError::NoHome)?;
    let session = if credentials.load().await?.is_none() {
        context.printer.talk("Nobody is logged in.");
        Session::None
    } else {
        let ended = end(settings, &credentials).await?;
        tell(context.printer, settings, ended)?
    };
    if let Some(selection) = selection {
        let printed = LoggedOut {
            profile: &settings.profile_name,
            server: settings.server()?.to_string(),
            session,
        };
        json::print(context.printer, &selection.pick(&printed))?;
    }
    Ok(ExitStatus::Done)
}

/// Ends the session, and forgets it wherever it is; says how the server took it.
pub(crate) async fn end(
    settings: &Settings,
    credentials: &Credentials,
) -> Result<Result<(), HttpError>, CliError> {
    let ended = settings.client()?.logout().await.map(drop);
    let locked = credentials.lock().await?;
    locked.remove().await?;
    if credentials.store() == Store::Keyring {
        // A login in a file is older than the profile's word for it, if there is one.
        locked.remove_from(Store::File).await?;
    }
    if let Some(Err(error)) = settings.names_cache().map(|cache| cache.forget()) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "names for completion stay in the cache"
        );
    }
    if let Some(Err(error)) = settings.seen_place().map(|place| place.forget()) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "how the library looked stays in the journal"
        );
    }
    if let Some(Err(error)) = settings.poster_cache().map(|cache| cache.forget()) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "posters stay in the cache"
        );
    }
    Ok(ended)
}

/// Says how the server took it; an error where it lives on there.
pub(crate) fn tell(
    printer: &Printer,
    settings: &Settings,
    ended: Result<(), HttpError>,
) -> Result<Session, CliError> {
    match ended {
        Ok(()) => {
            printer.talk(&format!("Logged out of {}.", settings.server()?));
            Ok(Session::Ended)
        }
        Err(error) if error.class() == ErrorClass::NotLoggedIn => {
            printer.talk("The session had ended already; it is forgotten here too.");
            Ok(Session::HadEnded)
        }
        Err(error) => {
            // The session lives on at the server until it ends by itself: that must be known.
            printer.warn("the login is forgotten here, but the server could not be told");
            Err(error.into())
        }
    }
}
