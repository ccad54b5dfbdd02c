//! Why the daemon cannot be asked.

use std::path::PathBuf;

use super::{Refusal, RefusalCode, SocketError};
use crate::class::ErrorClass;

/// Why the daemon cannot be asked, or does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody listens.
    #[error("the daemon is not running")]
    NotRunning,
    /// There is no safe place for its socket.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// It does not answer.
    #[error("the daemon does not answer on `{}`", socket.display())]
    Silent {
        /// Its socket.
        socket: PathBuf,
        /// Why.
        source: reqwest::Error,
    },
    /// What it answers is not understood.
    #[error("the daemon's answer is not understood")]
    Garbled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is of a version that this client does not speak with.
    #[error(
        "the daemon is heimdexd {daemon}, this is {client}: they do not speak the same language"
    )]
    OtherVersion {
        /// Its version.
        daemon: String,
        /// Ours.
        client: String,
        /// Which one is behind.
        behind: Behind,
    },
    /// It is of an earlier release that cannot do this.
    #[error("the daemon that runs is heimdexd {daemon}, which does not take {what}")]
    Unable {
        /// Its version.
        daemon: String,
        /// What it does not take.
        what: &'static str,
    },
    /// It refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Which of the two is the older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// The daemon.
    Daemon,
    /// The client.
    Client,
}

impl ControlError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotRunning => Some("`heimdex daemon start` starts it".into()),
            Self::Socket(error) => error.hint(),
            Self::Silent { .. } => Some(
                "`heimdex daemon restart` starts it anew; `heimdex daemon logs` tells more".into(),
            ),
            Self::Garbled(_) => {
                Some("`heimdex daemon restart` starts the installed version".into())
            }
            Self::OtherVersion { behind, .. } => Some(match behind {
                Behind::Daemon => {
                    "`heimdex daemon restart` starts the installed version of it".into()
                }
                Behind::Client => "use the newer `heimdex` that the daemon came with".into(),
            }),
            Self::Unable { .. } => {
                Some("`heimdex daemon restart` starts the installed version, which does".into())
            }
            Self::Refused(refusal) => refusal.hint.clone(),
        }
    }

    /// How a command that meets it ends.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NotRunning | Self::Silent { .. } => ErrorClass::Unreachable,
            Self::Refused(refusal) if refusal.code == RefusalCode::Stopping => {
                ErrorClass::Unreachable
            }
            Self::Socket(_)
            | Self::Garbled(_)
            | Self::OtherVersion { .. }
            | Self::Unable { .. }
            | Self::Refused(_) => ErrorClass::Failed,
        }
    }
}
