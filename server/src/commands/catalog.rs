//! The catalog, for the verbs that work on it themselves, whether a server runs on it or not.

use std::path::PathBuf;

use crate::catalog::{Catalog, CatalogError, DatabaseLocation, OpenError};
use crate::config::Config;

/// Why a verb cannot work on the catalog.
#[derive(Debug, thiserror::Error)]
pub enum UnusableCatalog {
    /// There is no database yet.
    #[error("there is no catalog in `{}`", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// It does not open.
    #[error("cannot open the catalog")]
    Open(#[from] OpenError),
    /// It does not answer.
    #[error("the catalog did not do it")]
    Statement(#[from] CatalogError),
}

impl UnusableCatalog {
    pub(super) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing { .. } => {
                "pass the server's `--data-dir` or `--config`, or make the first account by `heimdex-server user add`"
            }
            Self::Open(OpenError::Older { .. }) => {
                "start `heimdex-server serve` of this version once: it brings the database up to date"
            }
            Self::Open(_) | Self::Statement(_) => return None,
        };
        Some(hint.to_owned())
    }
}

/// Where the catalog's file would be, where there is none.
pub(super) fn missing(config: &Config) -> Option<PathBuf> {
    match config.catalog() {
        DatabaseLocation::Sqlite { path } => (!path.exists()).then_some(path),
        DatabaseLocation::Postgres { .. } => None,
    }
}

/// Opens the catalog beside a server that may be running on it.
pub(super) async fn open(config: &Config) -> Result<Catalog, UnusableCatalog> {
    match missing(config) {
        Some(path) => Err(UnusableCatalog::Missing { path }),
        None => Ok(Catalog::open_beside(&config.catalog()).await?),
    }
}
