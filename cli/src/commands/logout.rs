//! `heimdex logout`: ends the session on the server and forgets it here.

use heimdex_client::ErrorClass;

use super::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;

pub(super) async fn run(context: &Context<'_>) -> Result<ExitStatus, CliError> {
    let settings = &context.settings;
    if settings.uses_token() {
        return Err(CliError::usage(
            "HEIMDEX_TOKEN is set: there is no login to end",
            "unset it, or end the token with `heimdex token revoke`",
        ));
    }
    let file = settings.credentials_file().ok_or(CliError::NoHome)?;
    if file.load(&settings.profile_name)?.is_none() {
        context.printer.talk("Nobody is logged in.");
        return Ok(ExitStatus::Done);
    }
    let ended = settings.client()?.logout().await;
    file.lock().await?.remove(&settings.profile_name)?;
    match ended {
        Ok(_) => context
            .printer
            .talk(&format!("Logged out of {}.", settings.server()?)),
        Err(error) if error.class() == ErrorClass::NotLoggedIn => {
            context
                .printer
                .talk("The session had ended already; it is forgotten here too.");
        }
        Err(error) => {
            // The session lives on at the server until it ends by itself: that must be known.
            context
                .printer
                .warn("the login is forgotten here, but the server could not be told");
            return Err(error.into());
        }
    }
    Ok(ExitStatus::Done)
}
