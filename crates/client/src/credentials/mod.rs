//! Who is logged in: a session a profile, in the system's keyring or in a private file, changed under one lock.
//!
//! A session belongs to one origin and is never used for another. A store that does not answer is an error: what
//! lies in the other one may be another account's.

mod error;
mod file;
mod keyring;
mod lock;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use heimdex_api::Secret;
use serde::{Deserialize, Serialize};

pub use self::keyring::Unlock;
pub use error::{CredentialsError, KeyringError};

use self::keyring::Keyring;
use file::CredentialsFile;
use lock::Lock;

/// A login: two tokens and the only origin that they may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Scheme, host and port.
    pub origin: String,
    /// For `Authorization`.
    pub access_token: Secret,
    /// Good for one refresh.
    pub refresh_token: Secret,
}

/// Where the login of a profile is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// The keyring of the desktop or the system.
    Keyring,
    /// A file beside the configuration that only its owner reads: what a profile means that says nothing.
    #[default]
    File,
}

impl Store {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Keyring => Self::File,
            Self::File => Self::Keyring,
        }
    }

    /// The word for it, as it is typed and as it stands in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Store {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Keyring, Self::File]
            .into_iter()
            .find(|store| store.word() == word)
            .ok_or(())
    }
}

/// The login of one profile, and where it is kept.
#[derive(Debug, Clone)]
pub struct Credentials {
    profile: String,
    store: Store,
    file: CredentialsFile,
    keyring: Keyring,
}

impl Credentials {
    /// The login of the profile of this name in this configuration file.
    #[must_use]
    pub fn new(config_file: &Path, profile: &str, store: Store, unlock: Unlock) -> Self {
        Self {
            profile: profile.to_owned(),
            store,
            file: CredentialsFile::beside(config_file),
            keyring: Keyring::new(config_file, profile, unlock),
        }
    }

    /// The same profile's login in this store.
    #[must_use]
    pub fn in_store(&self, store: Store) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }

    /// Where it is kept.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store
    }

    /// The file that is used where it is not the keyring.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.file.path()
    }

    /// Fails where the store would not take a login now; nobody is asked to unlock anything.
    pub async fn check(&self) -> Result<(), CredentialsError> {
        match self.store {
            Store::Keyring => Ok(self.keyring.check().await?),
            Store::File => self.file.load(&self.profile).map(drop),
        }
    }

    /// The session, where there is one.
    pub async fn load(&self) -> Result<Option<Session>, CredentialsError> {
        match self.store {
            Store::Keyring => Ok(self.keyring.load().await?),
            Store::File => self.file.load(&self.profile),
        }
    }

    /// Waits until no other process changes a login of this configuration.
    ///
    /// # Errors
    /// [`CredentialsError::Write`] where no lock can be made here at all, as in a home that is read-only.
    pub async fn lock(&self) -> Result<LockedCredentials<'_>, CredentialsError> {
        let lock = Lock::take(self.file.path().with_extension("lock")).await?;
        Ok(LockedCredentials {
            credentials: self,
            _lock: lock,
        })
    }
}

/// The login of one profile while no other process may change it.
#[derive(Debug)]
pub struct LockedCredentials<'a> {
    credentials: &'a Credentials,
    _lock: Lock,
}

impl LockedCredentials<'_> {
    /// Keeps a session in place of an earlier one.
    pub async fn store(&self, session: &Session) -> Result<(), CredentialsError> {
        self.store_in(self.credentials.store, session).await
    }

    /// The same in a store that the profile does not name yet.
    pub async fn store_in(&self, store: Store, session: &Session) -> Result<(), CredentialsError> {
        let Credentials {
            profile,
            file,
            keyring,
            ..
        } = self.credentials;
        match store {
            Store::Keyring => Ok(keyring.store(session).await?),
            Store::File => file.store(profile, session),
        }
    }

    /// Forgets the session.
    pub async fn remove(&self) -> Result<(), CredentialsError> {
        self.remove_from(self.credentials.store).await
    }

    /// Forgets the session that a store has.
    pub async fn remove_from(&self, store: Store) -> Result<(), CredentialsError> {
        let Credentials {
            profile,
            file,
            keyring,
            ..
        } = self.credentials;
        match store {
            Store::Keyring => Ok(keyring.remove().await?),
            Store::File => file.remove(profile),
        }
    }
}
