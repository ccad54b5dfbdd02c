//! What `register` and `login` share: where the login is kept, written down at once, in one place only.

use heimdex_api::auth::AuthResponse;
use heimdex_client::ApiClient;
use heimdex_client::credentials::{
    Credentials, CredentialsError, KeyringError, LockedCredentials, Session, Store,
};
use heimdex_client::http::CredentialSource;
use heimdex_client::profile;

use super::Context;
use crate::args::JsonMode;
use crate::error::CliError;
use crate::output::json::{self, Selection};
use crate::output::text::clean;
use crate::settings::Source;

/// The fields of an account.
pub(super) const USER_FIELDS: [&str; 5] = [
    "id",
    "email",
    "email_verified",
    "display_name",
    "created_at",
];

/// Where a login is going to be kept.
#[derive(Debug)]
pub(crate) struct Keeping {
    credentials: Credentials,
    store: Store,
    choice: Choice,
    /// The profile in use, once the login is written down.
    in_use: Option<String>,
}

/// Who chose the store.
#[derive(Debug)]
enum Choice {
    /// A flag.
    Typed,
    /// The profile, from before.
    Remembered,
    /// Nobody: the keyring, or the file where that does not answer.
    Found(Option<KeyringError>),
}

/// Decides where the login is kept, before anything is asked or made: it fails early where it could not be.
pub(crate) async fn prepare(context: &Context<'_>) -> Result<Keeping, CliError> {
    let settings = &context.settings;
    let credentials = settings.credentials().ok_or(CliError::NoHome)?;
    let (store, choice) = match settings.store() {
        Some(known) => {
            credentials.in_store(known.value).check().await?;
            let choice = match known.source {
                Source::Profile => Choice::Remembered,
                _ => Choice::Typed,
            };
            (known.value, choice)
        }
        None => match credentials.in_store(Store::Keyring).check().await {
            Ok(()) => (Store::Keyring, Choice::Found(None)),
            Err(CredentialsError::Keyring(error)) => (Store::File, Choice::Found(Some(error))),
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Keeping {
        credentials,
        store,
        choice,
        in_use: None,
    })
}

/// Writes the login and the server down. A session that cannot be kept is ended: nobody could end it later.
pub(crate) async fn keep(
    context: &Context<'_>,
    client: &ApiClient,
    reply: &AuthResponse,
    keeping: Keeping,
) -> Result<Keeping, CliError> {
    let session = client.session(reply);
    match write_down(context, &session, &reply.user.email, keeping).await {
        Ok(keeping) => Ok(keeping),
        Err(error) => {
            let source = CredentialSource::Token(session.access_token);
            if let Ok(client) = context.settings.client_as(source)
                && let Err(error) = client.logout().await
            {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the session that was not kept lives on until it ends by itself"
                );
            }
            Err(error)
        }
    }
}

async fn write_down(
    context: &Context<'_>,
    session: &Session,
    email: &str,
    mut keeping: Keeping,
) -> Result<Keeping, CliError> {
    let settings = &context.settings;
    let config = settings.config_file().ok_or(CliError::NoHome)?;
    let locked = keeping.credentials.lock().await?;
    match locked.store_in(keeping.store, session).await {
        Ok(()) => {}
        Err(CredentialsError::Keyring(error)) if matches!(keeping.choice, Choice::Found(_)) => {
            locked.store_in(Store::File, session).await?;
            (keeping.store, keeping.choice) = (Store::File, Choice::Found(Some(error)));
        }
        Err(error) => return Err(error.into()),
    }
    let remembered = settings
        .profile_to_remember(email, keeping.store)
        .and_then(|profile| Ok(profile::remember(config, &settings.profile_name, &profile)?));
    match remembered {
        Ok(in_use) => keeping.in_use = Some(in_use),
        Err(error) => {
            // What no profile names would be found by nobody.
            if let Err(error) = locked.remove_from(keeping.store).await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the login that was not kept stays where it was written"
                );
            }
            return Err(error);
        }
    }
    leave(context, &locked, &keeping).await;
    drop(locked);
    Ok(keeping)
}

/// Leaves no earlier login behind where this one is not.
async fn leave(context: &Context<'_>, locked: &LockedCredentials<'_>, keeping: &Keeping) {
    let other = keeping.store.other();
    let was_there = context.settings.credentials().map(|kept| kept.store()) == Some(other);
    // The keyring takes up to two seconds to say nothing: it is looked into where something may be in it.
    if other == Store::Keyring && !was_there && !matches!(keeping.choice, Choice::Typed) {
        return;
    }
    let removed = locked.remove_from(other).await;
    match removed {
        Ok(()) => {}
        Err(CredentialsError::Keyring(KeyringError::Absent(_))) if !was_there => {}
        Err(error) => context.printer.warn(&format!(
            "an earlier login may still be in the {other}: {error}; once it can be reached, log in again with \
             `--store {}`",
            keeping.store
        )),
    }
}

/// Says who is logged in now, and once where that is kept.
pub(super) fn tell(
    context: &Context<'_>,
    reply: &AuthResponse,
    mode: &JsonMode,
    keeping: &Keeping,
) -> Result<(), CliError> {
    if let Some(selection) = Selection::of(mode, &USER_FIELDS)? {
        json::print(context.printer, &selection.pick(&reply.user))?;
    }
    let (email, server) = (&reply.user.email, context.settings.server()?);
    let printer = context.printer;
    printer.talk(&format!("Logged in to {server} as {email}."));
    match &keeping.choice {
        Choice::Found(None) => printer.talk("The login is kept in the system's keyring."),
        Choice::Found(Some(why)) => printer.talk(&format!(
            "The login is kept in `{}`, which only you can read: {why}.",
            keeping.credentials.file().display()
        )),
        Choice::Typed | Choice::Remembered => {}
    }
    let name = &context.settings.profile_name;
    if let Some(other) = keeping.in_use.as_ref().filter(|other| *other != name) {
        printer.talk(&clean(&format!(
            "`{other}` stays the profile in use; `heimdex profile use {name}` changes that."
        )));
    }
    if context
        .settings
        .proxy()?
        .is_some_and(|proxy| proxy.has_password())
    {
        printer.warn(
            "the proxy's password is not remembered: set HEIMDEX_PROXY wherever heimdex runs",
        );
    }
    if context.settings.uses_token() {
        printer.warn("HEIMDEX_TOKEN is set and is used instead of this login");
    }
    Ok(())
}
