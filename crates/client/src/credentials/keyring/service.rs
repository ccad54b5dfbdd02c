//! Whether a Secret Service would have to ask a person: looked at before it is asked for anything, because a search
//! by the `keyring` crate opens the window that unlocks.

use std::collections::HashMap;

use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};

use super::{Detail, KeyringError, Purpose, SERVICE, State};

/// What the service says of the entry, and of the place where a new one would go.
pub(super) fn state(user: &str, purpose: Purpose) -> Result<State, KeyringError> {
    let absent = |error: Error| KeyringError::Absent(Detail(error.to_string()));
    // No secret goes over this connection, so it needs no key of its own.
    let service = SecretService::connect(EncryptionType::Plain).map_err(absent)?;
    let attributes = HashMap::from([("service", SERVICE), ("username", user)]);
    let found = service
        .search_items(attributes)
        .map_err(|error| refused(&error))?;
    if !found.locked.is_empty() {
        return Ok(State::Locked);
    }
    if !found.unlocked.is_empty() || purpose == Purpose::Read {
        return Ok(State::Open);
    }
    match service.get_default_collection() {
        Ok(collection) if collection.is_locked().map_err(|error| refused(&error))? => {
            Ok(State::Locked)
        }
        Ok(_) => Ok(State::Open),
        // A service without a place for new entries: gnome-keyring that nobody ever opened.
        Err(Error::NoResult) => Err(KeyringError::Absent(Detail(
            "the keyring was never set up: it has no default collection".into(),
        ))),
        Err(error) => Err(refused(&error)),
    }
}

fn refused(error: &Error) -> KeyringError {
    KeyringError::Refused(Detail(error.to_string()))
}
