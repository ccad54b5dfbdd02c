//! Why the daemon does not start: one sentence, one hint, one exit code.

use std::error::Error as _;
use std::io::{self, Write as _};

use heimdex_client::journal::JournalError;
use heimdex_client::profile::ConfigError;

use crate::instance::InstanceError;
use crate::logging::LoggingError;

/// Why the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DaemonError {
    /// There is no place for what it must remember.
    #[error("there is no home directory")]
    NoHome,
    /// Another daemon runs, or there is no socket.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// There is no log.
    #[error(transparent)]
    Logging(#[from] LoggingError),
    /// The configuration cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no journal, and so no queue.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The system does not give what every process needs.
    #[error("cannot start")]
    System(#[source] io::Error),
}

impl DaemonError {
    /// The exit code: the same numbers as `heimdex` has.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Instance(InstanceError::Taken { .. }) => 6,
            Self::Logging(LoggingError::Filter(_)) => 2,
            Self::NoHome
            | Self::Instance(_)
            | Self::Logging(_)
            | Self::Config(_)
            | Self::Journal(_)
            | Self::System(_) => 1,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoHome => Some("set HOME to a directory that is yours".into()),
            Self::Instance(InstanceError::Taken { .. }) => {
                Some("`heimdex status` shows what it does, `heimdex daemon stop` ends it".into())
            }
            Self::Instance(InstanceError::Place(error)) => error.hint(),
            Self::Instance(
                InstanceError::Lock { path, .. } | InstanceError::Listen { path, .. },
            ) => {
                let directory = path.parent().unwrap_or(path);
                Some(format!("make `{}` writable", directory.display()))
            }
            Self::Logging(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Journal(error) => error.hint(),
            Self::System(_) => None,
        }
    }

    /// Says it on standard error, with its causes.
    pub(crate) fn report(&self) {
        let mut text = format!("error: {self}");
        let mut next = self.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        if let Some(hint) = self.hint() {
            text.push_str("\nhint: ");
            text.push_str(&hint);
        }
        // Nobody is left to tell where this fails.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
