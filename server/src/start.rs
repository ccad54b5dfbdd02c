//! Puts the server together: data directory, catalog, keys, store. Nothing is half started: it is whole or an error.

pub(crate) mod store;

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_process::clock::Clock;

use crate::app::{App, AppInner, JobWaker};
use crate::auth::keys::{self, KeyPlace, KeysError, ServerKeys};
use crate::auth::limiter::Limiter;
use crate::auth::password::Hasher;
use crate::auth::sessions::SessionCache;
use crate::catalog::{self, Catalog, CatalogError, DatabaseLocation};
use crate::config::Config;
use crate::events::Streams;
use crate::objects::embedded;
use crate::objects::{CredentialsError, InvalidOrigin, ObjectsError, OriginPolicy};
use crate::random::Random;

/// Its lock says that a server runs here; what is in it does not matter.
const LOCK_FILE: &str = "serve.lock";

/// What to do with a store that is not the one the catalog knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignStore {
    /// Do not start.
    Refuse,
    /// From now on it is the catalog's own.
    Adopt,
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be made or used.
    #[error("cannot use the data directory")]
    DataDir(#[source] io::Error),
    /// Another `serve` runs on it.
    #[error("another heimdex-server serves from `{}`", path.display())]
    Busy {
        /// The data directory.
        path: PathBuf,
    },
    /// The catalog does not open.
    #[error("cannot open the catalog")]
    Catalog(#[from] catalog::OpenError),
    /// The catalog does not answer.
    #[error("cannot ask the catalog")]
    CatalogAnswer(#[from] CatalogError),
    /// The keys are not usable.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The store does not open.
    #[error("cannot open the object store")]
    Store(#[from] embedded::OpenError),
    /// There is no store where the catalog's was.
    #[error("there is no object store in `{}`, but the catalog has one", path.display())]
    StoreMissing {
        /// The directory.
        path: PathBuf,
    },
    /// There is another store than the catalog's.
    #[error("the object store in `{}` ({found}) is not the catalog's ({known})", path.display())]
    StoreForeign {
        /// The directory.
        path: PathBuf,
        /// The store that is there.
        found: String,
        /// The store that the catalog knows.
        known: String,
    },
    /// Nobody has keys for the store.
    #[error("cannot use the object store")]
    StoreKeys(#[from] CredentialsError),
    /// The store does not answer as it should.
    #[error("cannot use the object store at `{place}`")]
    StoreAnswer {
        /// Endpoint and bucket.
        place: String,
        /// What it answered.
        source: ObjectsError,
    },
    /// There is no marker where the catalog's was.
    #[error("the bucket at `{place}` is not the one that the catalog's objects are in")]
    BucketMissing {
        /// Endpoint and bucket.
        place: String,
    },
    /// There is the marker of another catalog.
    #[error("the bucket at `{place}` is the object store of another catalog")]
    BucketForeign {
        /// Endpoint and bucket.
        place: String,
    },
    /// The public address is none.
    #[error("`public_url` is not usable")]
    PublicUrl(#[from] InvalidOrigin),
    /// The password hash cannot be set up.
    #[error("cannot set up password hashing: {0}")]
    Hasher(argon2::password_hash::Error),
}

impl StartError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Busy { .. } => Some("stop it first, or pass another `--data-dir`".to_owned()),
            Self::StoreMissing { .. } => Some(
                "is a disk not mounted? `--adopt-store` starts with an empty store instead".to_owned(),
            ),
            Self::StoreForeign { .. }
            | Self::Store(embedded::OpenError::ForeignIndex { .. }) => Some(
                "is another disk mounted there? `--adopt-store` makes this store the catalog's own"
                    .to_owned(),
            ),
            Self::StoreKeys(_) => Some(
                "set `s3.access_key` and `s3.secret_key`, or what AWS's own programs look for".to_owned(),
            ),
            Self::StoreAnswer { .. } => {
                Some("`heimdex-server doctor` tells what is wrong with it".to_owned())
            }
            Self::BucketMissing { .. } => Some(
                "is `s3.endpoint` or `s3.bucket` another one than before? `--adopt-store` starts with what is there"
                    .to_owned(),
            ),
            Self::BucketForeign { .. } => Some(
                "two catalogs in one bucket clean up behind each other; `--adopt-store` takes it, if the other one is no more"
                    .to_owned(),
            ),
            Self::Keys(error) => error.hint(),
            Self::DataDir(_)
            | Self::Catalog(_)
            | Self::CatalogAnswer(_)
            | Self::Store(_)
            | Self::PublicUrl(_)
            | Self::Hasher(_) => None,
        }
    }
}

/// Keeps a second `serve` out of a data directory for as long as it lives.
#[derive(Debug)]
pub struct DataDirLock {
    _file: fs::File,
}

/// Makes the data directory and takes it for this process.
///
/// # Errors
/// [`StartError::Busy`] where another process has it.
pub fn lock_data_dir(directory: &Path) -> Result<DataDirLock, StartError> {
    keys::private_directory(directory).map_err(StartError::DataDir)?;
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(LOCK_FILE))
        .map_err(StartError::DataDir)?;
    match file.file().try_lock() {
        Ok(()) => Ok(DataDirLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(StartError::Busy {
            path: directory.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(StartError::DataDir(error)),
    }
}

/// Opens everything that the server works with.
///
/// # Errors
/// [`StartError`], whichever part is in the way.
pub async fn open(
    config: Config,
    foreign: ForeignStore,
    clock: Clock,
    random: Random,
) -> Result<App, StartError> {
    keys::private_directory(&config.server.data_dir).map_err(StartError::DataDir)?;
    let location = config.catalog();
    let catalog = Catalog::open(&location).await?;
    let place = match location {
        DatabaseLocation::Sqlite { .. } => KeyPlace::Directory(config.keys_dir()),
        DatabaseLocation::Postgres { .. } => KeyPlace::Catalog,
    };
    let keys = ServerKeys::load(&place, &config.auth, &catalog, &clock, random).await?;
    let objects = store::open(&config, &keys, &catalog, foreign, random).await?;
    let hasher =
        Hasher::new(config.auth.hashes_at_once.get(), random).map_err(StartError::Hasher)?;
    Ok(App::new(AppInner {
        objects,
        origins: origin_policy(&config)?,
        sessions: SessionCache::default(),
        limiter: Limiter::new(&config.auth),
        wake: JobWaker::default(),
        streams: Streams::new(&config.http),
        config,
        catalog,
        keys,
        hasher,
        clock,
        random,
    }))
}

pub(crate) fn origin_policy(config: &Config) -> Result<OriginPolicy, InvalidOrigin> {
    let public_url = config.server.public_url.as_ref();
    Ok(OriginPolicy {
        public_url: public_url.map(|url| url.to_string().parse()).transpose()?,
        trusted_proxies: config.server.trusted_proxies.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_has_one_server() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("a/b");
        let first = lock_data_dir(&data).unwrap();
        let refused = lock_data_dir(&data).unwrap_err();
        assert!(matches!(refused, StartError::Busy { .. }));
        drop(first);
        assert!(lock_data_dir(&data).is_ok());
    }
}
