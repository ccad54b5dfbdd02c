//! Puts the server together: data directory, catalog, keys, store. Nothing is half started: it is whole or an error.

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::Secret;
use uuid::Uuid;

use crate::app::{App, AppInner, JobWaker};
use crate::auth::keys::{self, Key, KeyPlace, KeysError, ServerKeys};
use crate::auth::limiter::Limiter;
use crate::auth::password::Hasher;
use crate::auth::sessions::SessionCache;
use crate::catalog::{self, Catalog, CatalogError, DatabaseLocation};
use crate::clock::Clock;
use crate::config::Config;
use crate::objects::embedded::{self, EmbeddedSettings, EmbeddedStore};
use crate::objects::{InvalidOrigin, ObjectStore, OriginPolicy};
use crate::random::Random;

/// The bucket of the original.
const BUCKET: &str = "uploads";
/// Signatures name a region; the embedded store has but one.
const REGION: &str = "us-east-1";
/// Under which name the catalog knows its store.
const STORE_IDENTITY: &str = "store.identity";
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
) -> Result<(App, EmbeddedStore), StartError> {
    keys::private_directory(&config.server.data_dir).map_err(StartError::DataDir)?;
    let location = config.catalog();
    let catalog = Catalog::open(&location).await?;
    let place = match location {
        DatabaseLocation::Sqlite { .. } => KeyPlace::Directory(config.keys_dir()),
        DatabaseLocation::Postgres { .. } => KeyPlace::Catalog,
    };
    let keys = ServerKeys::load(&place, &config.auth, &catalog, &clock, random).await?;
    let store = open_store(&config, &keys, &catalog, foreign).await?;
    let hasher =
        Hasher::new(config.auth.hashes_at_once.get(), random).map_err(StartError::Hasher)?;
    let app = App::new(AppInner {
        objects: ObjectStore::embedded(&store),
        origins: origin_policy(&config)?,
        sessions: SessionCache::default(),
        limiter: Limiter::new(&config.auth),
        wake: JobWaker::default(),
        config,
        catalog,
        keys,
        hasher,
        clock,
        random,
    });
    Ok((app, store))
}

fn origin_policy(config: &Config) -> Result<OriginPolicy, InvalidOrigin> {
    let public_url = config.server.public_url.as_ref();
    Ok(OriginPolicy {
        public_url: public_url.map(|url| url.to_string().parse()).transpose()?,
        trusted_proxies: config.server.trusted_proxies.clone(),
    })
}

/// Opens the store and makes sure that it is the catalog's.
async fn open_store(
    config: &Config,
    keys: &ServerKeys,
    catalog: &Catalog,
    foreign: ForeignStore,
) -> Result<EmbeddedStore, StartError> {
    let path = config.objects_dir();
    let known = catalog.setting(STORE_IDENTITY).await?;
    // Opening would make a new store in the mount point of a disk that is not there.
    let is_there = path.join("store.json").exists();
    if known.is_some() && !is_there && foreign == ForeignStore::Refuse {
        return Err(StartError::StoreMissing { path });
    }
    let key = keys.store.current();
    let secret = |key: &Key| Secret::new(keys::hex(key.expose()));
    let previous = keys.store.iter().skip(1);
    let settings = EmbeddedSettings {
        objects_dir: path.clone(),
        index_path: config.index_path(),
        bucket: BUCKET.to_owned(),
        region: REGION.to_owned(),
        access_key: key.kid().to_owned(),
        secret_key: secret(key),
        previous_keys: previous
            .map(|key| (key.kid().to_owned(), secret(key)))
            .collect(),
    };
    let store = match EmbeddedStore::open(settings.clone()).await {
        Err(embedded::OpenError::ForeignIndex { .. }) if foreign == ForeignStore::Adopt => {
            forget_index(&config.index_path()).map_err(StartError::DataDir)?;
            EmbeddedStore::open(settings).await?
        }
        opened => opened?,
    };
    let found = store.identity().to_string();
    match foreign {
        ForeignStore::Adopt => catalog.set_setting(STORE_IDENTITY, &found).await?,
        ForeignStore::Refuse => {
            let known = catalog.setting_or_insert(STORE_IDENTITY, &found).await?;
            if known.parse::<Uuid>().ok() != Some(store.identity()) {
                store.close().await;
                return Err(StartError::StoreForeign { path, found, known });
            }
        }
    }
    Ok(store)
}

/// The index of another store; this store's is made anew from its manifests.
fn forget_index(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
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
