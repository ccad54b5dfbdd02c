//! Why a login cannot be read or kept.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why the credentials cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file, or its directory, cannot be read.
    #[error("cannot read the credentials in `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file, or its directory, cannot be written.
    #[error("cannot write the credentials to `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what this program writes.
    #[error("`{}` is not a credentials file of this version of heimdex", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// Other people could have read the file.
    #[error("`{}` can be read by other users of this machine", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// Another process holds the lock for too long.
    #[error("another process holds the lock of the credentials, `{}`", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The keyring does not give or take the login.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

impl CredentialsError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } | Self::Write { .. } => {
                Some("check who owns the file and its directory, or set HEIMDEX_TOKEN".into())
            }
            Self::Malformed { path } => {
                let path = path.display();
                Some(format!("move `{path}` away and log in again"))
            }
            Self::Exposed { path } => {
                let path = path.display();
                Some(format!(
                    "run `chmod 600 '{path}'`; if others may have read it, log out and in again"
                ))
            }
            Self::Locked { .. } => {
                Some("wait for the other heimdex process, or end it if it hangs".into())
            }
            Self::Keyring(error) => Some(error.hint().into()),
        }
    }
}

/// What a library said, as text: its own errors could carry the secret that they are about.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Detail(pub(super) String);

/// Why the system's keyring does not give or take a login.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// It took too long; it may hang, or wait for somebody who is not there.
    #[error("the system's keyring did not answer within {} s", limit.as_secs())]
    Silent {
        /// How long it was waited for.
        limit: Duration,
    },
    /// There is none.
    #[error("no keyring answers here")]
    Absent(#[source] Detail),
    /// It is locked, and nobody was there to unlock it.
    #[error("the system's keyring is locked")]
    Locked,
    /// It was asked to be unlocked, and was not.
    #[error("the system's keyring was not unlocked")]
    NotUnlocked(#[source] Detail),
    /// It said no, for another reason.
    #[error("the system's keyring refuses")]
    Refused(#[source] Detail),
    /// What it holds is not what this program writes.
    #[error("what the system's keyring holds is not a login of this version of heimdex")]
    Malformed,
}

impl KeyringError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Locked | Self::NotUnlocked(_) => {
                "unlock it, or keep the login in a file: `heimdex login you@example.org --store file`, \
                 or set HEIMDEX_TOKEN"
            }
            Self::Silent { .. } | Self::Absent(_) | Self::Refused(_) | Self::Malformed => {
                "keep the login in a file: `heimdex login you@example.org --store file`, or set \
                 HEIMDEX_TOKEN"
            }
        }
    }
}
