//! What a registration and a login have in common: keeping who is logged in, and saying so.

use heimdex_api::auth::AuthResponse;
use heimdex_client::ApiClient;
use heimdex_client::profile;

use super::Context;
use crate::args::JsonMode;
use crate::error::CliError;
use crate::output::json::{self, Selection};

/// The fields of an account.
pub(super) const USER_FIELDS: [&str; 5] = [
    "id",
    "email",
    "email_verified",
    "display_name",
    "created_at",
];

/// Fails early where a login could not be kept, before anything is asked or made.
pub(super) fn check_home(context: &Context<'_>) -> Result<(), CliError> {
    context
        .settings
        .credentials_file()
        .map(drop)
        .ok_or(CliError::NoHome)
}

/// Writes the login and the server down.
pub(super) async fn keep(
    context: &Context<'_>,
    client: &ApiClient,
    reply: &AuthResponse,
) -> Result<(), CliError> {
    let settings = &context.settings;
    let (Some(file), Some(config)) = (settings.credentials_file(), settings.config_file()) else {
        return Err(CliError::NoHome);
    };
    let locked = file.lock().await?;
    locked.store(&settings.profile_name, &client.session(reply))?;
    profile::remember(
        config,
        &settings.profile_name,
        &settings.profile_to_remember()?,
    )?;
    Ok(())
}

/// Says who is logged in now.
pub(super) fn tell(
    context: &Context<'_>,
    reply: &AuthResponse,
    mode: &JsonMode,
) -> Result<(), CliError> {
    if let Some(selection) = Selection::of(mode, &USER_FIELDS)? {
        json::print(context.printer, &selection.pick(&reply.user))?;
    }
    let (email, server) = (&reply.user.email, context.settings.server()?);
    context
        .printer
        .talk(&format!("Logged in to {server} as {email}."));
    if context.settings.uses_token() {
        context
            .printer
            .warn("HEIMDEX_TOKEN is set and is used instead of this login");
    }
    Ok(())
}
