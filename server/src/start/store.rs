//! Opens the object store, and makes sure that it is the one that the catalog knows.

use std::io;
use std::path::Path;

use fs_err as fs;
use heimdex_api::{PartChecksum, Secret, VideoId};
use uuid::Uuid;

use super::{ForeignStore, StartError};
use crate::auth::keys::{self, Key, ServerKeys};
use crate::catalog::{Catalog, CatalogError};
use crate::config::{Config, PartChecksumChoice};
use crate::objects::embedded::{EmbeddedSettings, EmbeddedStore, OpenError};
use crate::objects::marker::{self, Found, Verdict};
use crate::objects::{ExternalSettings, ObjectKey, ObjectStore, ObjectsError, StoreCredentials};
use crate::random::Random;

/// The bucket of the original.
const BUCKET: &str = "uploads";
/// Signatures name a region; the embedded store has but one.
const REGION: &str = "us-east-1";
/// Under which name the catalog knows its store.
const IDENTITY: &str = "store.identity";

/// Opens the store that is configured.
pub(super) async fn open(
    config: &Config,
    keys: &ServerKeys,
    catalog: &Catalog,
    foreign: ForeignStore,
    random: Random,
) -> Result<ObjectStore, StartError> {
    match config.s3.external() {
        None => {
            let store = embedded(config, keys, catalog, foreign).await?;
            Ok(ObjectStore::embedded(&store))
        }
        Some(settings) => {
            let place = format!("{}/{}", settings.endpoint, settings.bucket);
            let store = external(&settings, config.s3.part_checksum, catalog, foreign, random);
            store.await.map_err(|refused| refused.at(place))
        }
    }
}

/// Why an external store is not used.
enum Refused {
    Start(StartError),
    Answer(ObjectsError),
    Missing,
    Foreign,
}

impl<E: Into<StartError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Start(error.into())
    }
}

impl Refused {
    fn at(self, place: String) -> StartError {
        match self {
            Self::Start(error) => error,
            Self::Answer(source) => StartError::StoreAnswer { place, source },
            Self::Missing => StartError::BucketMissing { place },
            Self::Foreign => StartError::BucketForeign { place },
        }
    }
}

async fn external(
    settings: &ExternalSettings,
    part_checksum: PartChecksumChoice,
    catalog: &Catalog,
    foreign: ForeignStore,
    random: Random,
) -> Result<ObjectStore, Refused> {
    let credentials = StoreCredentials::find(settings).await?;
    let store = ObjectStore::external(settings, credentials, PartChecksum::Crc32c);
    identify(&store, catalog, foreign, random).await?;
    let part_checksum = match part_checksum {
        PartChecksumChoice::Fixed(algorithm) => algorithm,
        PartChecksumChoice::Auto => {
            // No object ever comes to this key; what a crash leaves of the upload, the janitor ends.
            let key = ObjectKey::Incoming(VideoId::new(random.uuid())).to_string();
            let checked = store.checked_checksum(&key).await;
            checked.map_err(Refused::Answer)?.unwrap_or_else(|| {
                tracing::warn!(
                    "the object store checks no checksum of parts: what is damaged on the way is found only when a whole \
                     file is read back"
                );
                PartChecksum::Crc32c
            })
        }
    };
    Ok(store.with_part_checksum(part_checksum))
}

async fn known(catalog: &Catalog) -> Result<Option<Uuid>, CatalogError> {
    let known = catalog.setting(IDENTITY).await?;
    Ok(known.and_then(|known| known.parse().ok()))
}

/// Whether an external store is the catalog's.
pub(crate) async fn standing(catalog: &Catalog, found: Found) -> Result<Verdict, CatalogError> {
    let holds_objects = catalog.names_objects().await?;
    Ok(marker::judge(known(catalog).await?, found, holds_objects))
}

/// Makes sure that the store is the catalog's, or makes it so.
async fn identify(
    store: &ObjectStore,
    catalog: &Catalog,
    foreign: ForeignStore,
    random: Random,
) -> Result<(), Refused> {
    let known = known(catalog).await?;
    let found = store.marker().await.map_err(Refused::Answer)?;
    let id = match (standing(catalog, found).await?, foreign) {
        (Verdict::Ours, _) => return Ok(()),
        (Verdict::Begin, _) => {
            // The catalog decides: of several servers that begin at once, all write the same mark.
            let fresh = known.unwrap_or_else(|| random.uuid()).to_string();
            let holds = catalog.setting_or_insert(IDENTITY, &fresh).await?;
            holds.parse().unwrap_or_default()
        }
        (Verdict::Missing, ForeignStore::Refuse) => return Err(Refused::Missing),
        (Verdict::Foreign, ForeignStore::Refuse) => return Err(Refused::Foreign),
        (Verdict::Missing | Verdict::Foreign, ForeignStore::Adopt) => {
            let id = match found {
                Found::Store(id) => id,
                Found::Nothing | Found::Unknown => random.uuid(),
            };
            catalog.set_setting(IDENTITY, &id.to_string()).await?;
            id
        }
    };
    if found != Found::Store(id) {
        store.write_marker(id).await.map_err(Refused::Answer)?;
    }
    Ok(())
}

/// Opens the embedded store and makes sure that it is the catalog's.
async fn embedded(
    config: &Config,
    keys: &ServerKeys,
    catalog: &Catalog,
    foreign: ForeignStore,
) -> Result<EmbeddedStore, StartError> {
    let path = config.objects_dir();
    let known = catalog.setting(IDENTITY).await?;
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
        Err(OpenError::ForeignIndex { .. }) if foreign == ForeignStore::Adopt => {
            forget_index(&config.index_path()).map_err(StartError::DataDir)?;
            EmbeddedStore::open(settings).await?
        }
        opened => opened?,
    };
    let found = store.identity().to_string();
    match foreign {
        ForeignStore::Adopt => catalog.set_setting(IDENTITY, &found).await?,
        ForeignStore::Refuse => {
            let known = catalog.setting_or_insert(IDENTITY, &found).await?;
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
