//! An S3 store of our own on plain files: one bucket, one directory, any number of processes.
//!
//! Data are files with random names, a manifest describes each object, and an SQLite index makes look-ups quick and
//! changes atomic. `docs/embedded-store.md` describes what lies where.

mod clock;
mod error;
mod filesystem;
mod identity;
mod index;
mod layout;
mod manifest;
mod medium;
mod publish;
mod read;
mod rebuild;
mod reserve;
mod room;
mod service;
mod sweep;
mod whole;
mod write;
mod write_back;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use heimdex_api::{Secret, VerifiedHow};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use uuid::Uuid;

pub(super) use self::error::{DAMAGED, StoreError};
use self::index::{Index, IndexError};
use self::layout::Layout;
use self::manifest::{FORMAT as MANIFEST_FORMAT, Manifest, ManifestPart};
use self::publish::{Conditions, Origin, Published, Store};
pub use self::rebuild::Rebuilt;
use self::reserve::Reserve;
pub use self::whole::Wholeness;
use super::error::ObjectsError;

/// Where an embedded store lies and who may sign for it.
#[derive(Debug, Clone)]
pub struct EmbeddedSettings {
    /// The directory of data and manifests; may lie on a network.
    pub objects_dir: PathBuf,
    /// The index, a database: must lie on a local file system.
    pub index_path: PathBuf,
    /// The one bucket.
    pub bucket: String,
    /// The region that signatures name.
    pub region: String,
    /// The access key that signs.
    pub access_key: String,
    /// Its secret.
    pub secret_key: Secret,
    /// Access keys of earlier days with their secrets: URLs that they signed still work, nothing is signed with them.
    pub previous_keys: Vec<(String, Secret)>,
}

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A directory or file of the store.
    #[error("cannot use the object store in `{}`", path.display())]
    Directory {
        /// The store's directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A newer program has changed the store's form.
    #[error("the object store in `{}` was written by a newer program (form {found})", path.display())]
    Newer {
        /// The store's directory.
        path: PathBuf,
        /// The form found there.
        found: u32,
    },
    /// The index would lie on a network.
    #[error("`{}` lies on a network file system ({kind}); databases need a local disk: set the data directory to one (the objects may stay where they are)", path.display())]
    Network {
        /// Where the index would lie.
        path: PathBuf,
        /// The kind of file system.
        kind: &'static str,
    },
    /// The index belongs to another store.
    #[error("the index `{}` belongs to another object store ({found}) than the one in `{}`", path.display(), objects_dir.display())]
    ForeignIndex {
        /// The index.
        path: PathBuf,
        /// The store's directory.
        objects_dir: PathBuf,
        /// The identity that the index knows.
        found: String,
    },
    /// A newer program has changed the index's form.
    #[error("the index `{}` was written by a newer program (form {found})", path.display())]
    NewerIndex {
        /// The index.
        path: PathBuf,
        /// The form found there.
        found: i64,
    },
    /// The index cannot be read or written.
    #[error("cannot use the index `{}`", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Knows every key that a signature may name.
fn verifier(settings: &EmbeddedSettings) -> SimpleAuth {
    let mut auth =
        SimpleAuth::from_single(settings.access_key.clone(), settings.secret_key.expose());
    for (access_key, secret_key) in &settings.previous_keys {
        auth.register(access_key.clone(), secret_key.expose().into());
    }
    auth
}

/// An open embedded store. Clones are handles to the same one.
#[derive(Clone)]
pub struct EmbeddedStore {
    settings: Arc<EmbeddedSettings>,
    identity: Uuid,
    store: Arc<Store>,
    service: S3Service,
}

impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStore")
            .field("identity", &self.identity)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the store, creating what is missing, and removes what crashes left behind.
    ///
    /// Several processes may have it open at once. An index that is gone is made anew from the manifests.
    pub async fn open(settings: EmbeddedSettings) -> Result<Self, OpenError> {
        let (layout, identity) = prepare(&settings).await?;
        let layout = Arc::new(layout);
        let (index, rebuilt) = Index::open(&settings.index_path, identity, &layout)
            .await
            .map_err(|error| index_error(error, &settings))?;
        if let Some(rebuilt) = rebuilt.filter(|rebuilt| *rebuilt != Rebuilt::default()) {
            tracing::warn!(
                objects = rebuilt.objects,
                damaged = rebuilt.damaged,
                "the index of the object store was missing and is made anew from the manifests"
            );
        }
        let store = Arc::new(Store {
            layout,
            index,
            reserve: Reserve::beside(&settings.index_path),
        });
        let mut builder =
            S3ServiceBuilder::new(service::Service::new(Arc::clone(&store), &settings.bucket));
        builder.set_auth(verifier(&settings));
        let this = Self {
            settings: Arc::new(settings),
            identity,
            store,
            service: builder.build(),
        };
        this.tidy().await.map_err(|error| this.open_error(error))?;
        Ok(this)
    }

    /// Who this store is: the same for as long as its directory lives, whoever opens it.
    #[must_use]
    pub fn identity(&self) -> Uuid {
        self.identity
    }

    /// The settings it was opened with.
    #[must_use]
    pub fn settings(&self) -> &EmbeddedSettings {
        &self.settings
    }

    /// Forgets the index and makes it anew from the manifests. Open uploads are lost.
    pub async fn rebuild_index(&self) -> Result<Rebuilt, ObjectsError> {
        Ok(self.store.index.rebuild(&self.store.layout).await?)
    }

    /// Removes what crashes and failed removals left behind, for a janitor to call now and then.
    pub async fn sweep(&self) -> Result<(), ObjectsError> {
        Ok(self.tidy().await?)
    }

    /// Closes the index; operations fail from then on.
    pub async fn close(&self) {
        self.store.index.close().await;
    }

    /// Whether its directory still is where it was.
    pub(super) async fn is_there(&self) -> Result<bool, ObjectsError> {
        let (layout, id) = (Arc::clone(&self.store.layout), self.identity);
        let looked = tokio::task::spawn_blocking(move || identity::is_there(&layout, id)).await;
        looked.map_err(|error| ObjectsError::Unavailable(Box::new(error)))
    }

    /// The S3 service behind the signature check, for in-process use and for the gate.
    pub(super) fn s3(&self) -> S3Service {
        self.service.clone()
    }

    /// Gives the object `from` the key `to`, replacing an object there. No byte is copied.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), ObjectsError> {
        Ok(self.rename_object(from, to).await?)
    }

    /// What is there of an object's files.
    pub(super) async fn wholeness(&self, key: &str) -> Result<Wholeness, ObjectsError> {
        Ok(self.look_at_files(key).await?)
    }

    /// Lets the page cache forget an object; answers what a comparison with the bytes that are read next is worth.
    pub(super) async fn forget_cached(&self, key: &str) -> Result<VerifiedHow, ObjectsError> {
        Ok(self.forget_object(key).await?)
    }

    async fn forget_object(&self, key: &str) -> Result<VerifiedHow, StoreError> {
        let object = self
            .store
            .index
            .object(key)
            .await?
            .ok_or(StoreError::NoSuchKey)?;
        let parts = self.store.index.parts(&object.data, 0, i64::MAX).await?;
        let layout = Arc::clone(&self.store.layout);
        let forgotten = tokio::task::spawn_blocking(move || {
            let mut all = true;
            for part in parts {
                all &=
                    medium::forget(&layout.absolute(&Layout::part_file(&object.data, &part.file)))?;
            }
            Ok::<_, io::Error>(all)
        });
        Ok(if forgotten.await?? {
            VerifiedHow::Medium
        } else {
            VerifiedHow::Cached
        })
    }

    async fn rename_object(&self, from: &str, to: &str) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        for _ in 0..8 {
            let Some(object) = self.store.index.object(from).await? else {
                // Renaming again after a lost reply.
                let there = self.store.index.object(to).await?;
                return if there.is_some() {
                    Ok(())
                } else {
                    Err(StoreError::NoSuchKey)
                };
            };
            let parts = self.store.index.parts(&object.data, 0, i64::MAX).await?;
            let manifest = Manifest {
                format: MANIFEST_FORMAT,
                seq: 0,
                key: to.to_owned(),
                data: object.data.clone(),
                size: object.size,
                etag: object.etag.clone(),
                content_type: object.content_type.clone(),
                upload_id: object.upload_id.clone(),
                modified_us: object.modified_us,
                parts: parts.iter().map(ManifestPart::from).collect(),
            };
            let conditions = Conditions::default();
            let published = self
                .store
                .publish(manifest, &Origin::Moved(&object), &conditions, None)
                .await?;
            if published == Published::Done {
                return Ok(());
            }
        }
        Err(StoreError::NoSuchKey)
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let layout = Arc::clone(&self.store.layout);
        let removed =
            tokio::task::spawn_blocking(move || sweep::tmp(&layout, clock::now())).await??;
        if removed > 0 {
            tracing::info!(
                files = removed,
                "removed half-written files of the object store"
            );
        }
        self.store.empty_trash().await?;
        self.store.take_reserve().await;
        Ok(())
    }

    fn open_error(&self, error: StoreError) -> OpenError {
        match error {
            StoreError::Io(source) => OpenError::Directory {
                path: self.settings.objects_dir.clone(),
                source,
            },
            other => OpenError::Index {
                path: self.settings.index_path.clone(),
                source: Box::new(other),
            },
        }
    }
}

async fn prepare(settings: &EmbeddedSettings) -> Result<(Layout, Uuid), OpenError> {
    let directory = |source: io::Error| OpenError::Directory {
        path: settings.objects_dir.clone(),
        source,
    };
    let index_dir = settings
        .index_path
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default();
    let objects_dir = settings.objects_dir.clone();
    let prepared = tokio::task::spawn_blocking(move || {
        fs_err::create_dir_all(&index_dir)?;
        let network = filesystem::network(&index_dir)?;
        let layout = Layout::create(objects_dir)?;
        let identity = identity::establish(&layout)?;
        Ok::<_, io::Error>((network, layout, identity))
    });
    let (network, layout, identity) = prepared
        .await
        .map_err(io::Error::other)
        .and_then(|prepared| prepared)
        .map_err(directory)?;
    if let Some(kind) = network {
        return Err(OpenError::Network {
            path: settings.index_path.clone(),
            kind,
        });
    }
    if identity.format > identity::FORMAT {
        return Err(OpenError::Newer {
            path: layout.root().to_owned(),
            found: identity.format,
        });
    }
    Ok((layout, identity.id))
}

fn index_error(error: IndexError, settings: &EmbeddedSettings) -> OpenError {
    let path = settings.index_path.clone();
    match error {
        IndexError::Newer { found } => OpenError::NewerIndex { path, found },
        IndexError::Foreign { found } => OpenError::ForeignIndex {
            path,
            objects_dir: settings.objects_dir.clone(),
            found,
        },
        IndexError::Sql(source) => OpenError::Index {
            path,
            source: Box::new(source),
        },
        IndexError::Rebuild(source) => OpenError::Index { path, source },
    }
}

#[cfg(test)]
mod tests;
