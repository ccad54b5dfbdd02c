//! Why a configuration is refused.

use std::path::PathBuf;

/// Why the configuration does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration")]
    Read(#[source] std::io::Error),
    /// The file is not TOML.
    #[error("`{}` is not valid TOML: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why, without the line itself: it may hold a secret.
        message: String,
    },
    /// A key or variable that there is not.
    #[error("there is no setting `{name}` ({origin})")]
    Unknown {
        /// As it was written.
        name: String,
        /// Where it was found.
        origin: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A value that the setting does not take.
    #[error("`{name}` ({origin}): {message}")]
    Invalid {
        /// The setting.
        name: String,
        /// Where the value comes from.
        origin: String,
        /// What is wrong with it.
        message: String,
    },
    /// No data directory was given and there is no home to have one in.
    #[error("there is no home directory to keep the data in")]
    NoDataDir,
}

impl ConfigError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest, .. } => Some(match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`heimdex-server config` lists every setting".to_owned(),
            }),
            Self::NoDataDir => Some("pass `--data-dir DIR`".to_owned()),
            Self::Read(_) | Self::Syntax { .. } | Self::Invalid { .. } => None,
        }
    }
}
