//! Makes objects visible and takes them away, in the order that survives a crash between any two steps.
//!
//! To appear: data durable, manifest durable, row committed. To go: manifest, row, data. What a row stops naming is
//! written into the trash by the same transaction, so a crash before its removal loses nothing but time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_api::failpoint;

use super::clock::now_us;
use super::error::StoreError;
use super::index::{Commit, Index, NewObject, ObjectRow};
use super::layout::{Layout, remove, sync_parent};
use super::manifest::{Manifest, TempPath};
use super::reserve::Reserve;

/// How often a writer looks again after another one was quicker.
const ATTEMPTS: u32 = 32;

/// The disk and the index of one store.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) layout: Arc<Layout>,
    pub(super) index: Index,
    pub(super) reserve: Reserve,
}

/// Where a new object comes from.
#[derive(Debug)]
pub(super) enum Origin<'a> {
    /// Written whole, or copied: its data directory is its own.
    Whole,
    /// Completed from this upload.
    Upload(&'a str),
    /// This object under another key.
    Moved(&'a ObjectRow),
}

/// What must hold of the object that has the key already.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    pub(super) if_match: Option<s3s::dto::ETagCondition>,
    pub(super) if_none_match: Option<s3s::dto::ETagCondition>,
}

impl Conditions {
    fn check(&self, existing: Option<&ObjectRow>) -> Result<(), StoreError> {
        let matches = |condition: &s3s::dto::ETagCondition| {
            existing.is_some_and(|row| super::service::etag_matches(condition, &row.etag))
        };
        if self
            .if_match
            .as_ref()
            .is_some_and(|condition| !matches(condition))
            || self.if_none_match.as_ref().is_some_and(matches)
        {
            return Err(StoreError::PreconditionFailed);
        }
        Ok(())
    }
}

/// How publishing ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Published {
    Done,
    /// The upload or the moved object is not what the manifest was made from.
    SourceChanged,
}

impl Store {
    /// Writes the manifest and commits the row. `guard` is the data directory where it is the object's own.
    pub(super) async fn publish(
        &self,
        mut manifest: Manifest,
        origin: &Origin<'_>,
        conditions: &Conditions,
        mut guard: Option<TempPath>,
    ) -> Result<Published, StoreError> {
        for _ in 0..ATTEMPTS {
            let seen = self.index.object(&manifest.key).await?;
            conditions.check(seen.as_ref())?;
            let moved = if let Origin::Moved(from) = origin {
                from.seq
            } else {
                0
            };
            manifest.seq = seen.as_ref().map_or(0, |row| row.seq).max(moved) + 1;
            let (name, written, shared) = self.write_manifest(manifest).await?;
            manifest = shared;
            let new = NewObject {
                name: &name,
                manifest: &manifest,
                seen: seen.as_ref().map(|row| row.manifest.as_str()),
            };
            match self.commit(new, origin, written, guard.take()).await? {
                (Commit::Done { discarded }, _) => {
                    failpoint!("store.object.indexed");
                    self.clean(discarded).await;
                    return Ok(Published::Done);
                }
                (Commit::Changed, returned) => guard = returned,
            }
            match origin {
                Origin::Whole => {}
                Origin::Upload(_) | Origin::Moved(_) => {
                    let now = self.index.object(&manifest.key).await?;
                    if now == seen {
                        return Ok(Published::SourceChanged);
                    }
                }
            }
        }
        Err(StoreError::PreconditionFailed)
    }

    async fn write_manifest(
        &self,
        manifest: Manifest,
    ) -> Result<(String, TempPath, Manifest), StoreError> {
        let layout = Arc::clone(&self.layout);
        let written = tokio::task::spawn_blocking(move || {
            let (name, path) = manifest.write(&layout)?;
            Ok::<_, std::io::Error>((name, path, manifest))
        })
        .await??;
        failpoint!("store.object.manifest");
        Ok(written)
    }

    /// Commits the row; where it is certain that nothing names them, manifest and data are removed again.
    async fn commit(
        &self,
        new: NewObject<'_>,
        origin: &Origin<'_>,
        mut manifest: TempPath,
        mut guard: Option<TempPath>,
    ) -> Result<(Commit, Option<TempPath>), StoreError> {
        let manifest_path = manifest.path().to_owned();
        let data_path = guard.as_ref().map(|guard| guard.path().to_owned());
        let (name, key) = (new.name, new.manifest.key.as_str());
        manifest.keep();
        if let Some(guard) = &mut guard {
            guard.keep();
        }
        let committed = match origin {
            Origin::Whole => self.index.commit_object(new).await,
            Origin::Upload(id) => self.index.commit_upload(id, new).await,
            Origin::Moved(from) => self.index.commit_move(from, new).await,
        };
        match committed {
            Ok(Commit::Changed) => {
                remove_quietly(vec![manifest_path]).await;
                Ok((Commit::Changed, data_path.map(TempPath::new)))
            }
            Ok(done) => Ok((done, None)),
            Err(error) => {
                // The row may or may not be there: only the index knows.
                if let Ok(row) = self.index.object(key).await
                    && row.is_none_or(|row| row.manifest != name)
                {
                    remove_quietly(std::iter::once(manifest_path).chain(data_path).collect()).await;
                }
                Err(error)
            }
        }
    }

    /// Takes the object of a key away; a key without one is none the worse.
    pub(super) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(object) = self.index.object(key).await? else {
                return Ok(());
            };
            let manifest = self
                .layout
                .absolute(&Layout::manifest_file(&object.manifest));
            tokio::task::spawn_blocking(move || {
                remove(&manifest)?;
                sync_parent(&manifest)
            })
            .await??;
            failpoint!("store.delete.manifest");
            let removed = match self.index.remove_object(&object, now_us()).await {
                Err(error) if error.is_full() => {
                    self.give_reserve().await;
                    self.index.remove_object(&object, now_us()).await
                }
                other => other,
            };
            if let Some(discarded) = removed? {
                failpoint!("store.delete.indexed");
                self.clean(discarded).await;
                self.take_reserve().await;
                return Ok(());
            }
        }
        Err(StoreError::PreconditionFailed)
    }

    /// Ends an upload and frees its parts.
    pub(super) async fn abort(&self, key: &str, upload_id: &str) -> Result<(), StoreError> {
        let aborted = match self.index.abort_upload(key, upload_id, now_us()).await {
            Err(error) if error.is_full() => {
                self.give_reserve().await;
                self.index.abort_upload(key, upload_id, now_us()).await
            }
            other => other,
        };
        failpoint!("store.abort.indexed");
        self.clean(aborted?).await;
        self.take_reserve().await;
        Ok(())
    }

    async fn give_reserve(&self) {
        self.with_reserve(Reserve::give).await;
    }

    /// Takes the reserve again where it was given. Where there is no room, the next sweep tries it.
    pub(super) async fn take_reserve(&self) {
        self.with_reserve(Reserve::take).await;
    }

    async fn with_reserve(
        &self,
        change: impl FnOnce(&Reserve) -> std::io::Result<()> + Send + 'static,
    ) {
        let reserve = self.reserve.clone();
        let changed = tokio::task::spawn_blocking(move || change(&reserve)).await;
        if let Err(error) = changed
            .map_err(std::io::Error::other)
            .and_then(|changed| changed)
        {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the reserve of the index is as it was"
            );
        }
    }

    /// Removes what nothing names any more. What fails stays in the trash for the next sweep.
    pub(super) async fn clean(&self, discarded: Vec<PathBuf>) {
        if discarded.is_empty() {
            return;
        }
        let layout = Arc::clone(&self.layout);
        let gone = tokio::task::spawn_blocking(move || {
            discarded
                .into_iter()
                .filter(|path| removed(&layout, path))
                .collect::<Vec<_>>()
        })
        .await;
        failpoint!("store.delete.data");
        let forgotten = match gone {
            Ok(gone) => self.index.forget_trash(&gone).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = forgotten {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "trash of the object store is left for later"
            );
        }
    }

    /// Removes a file (relative to the root) that never got a name.
    pub(super) async fn remove_unnamed(&self, path: PathBuf) {
        remove_quietly(vec![self.layout.absolute(&path)]).await;
    }

    /// Removes what earlier removals left behind.
    pub(super) async fn empty_trash(&self) -> Result<(), StoreError> {
        let mut last = None;
        loop {
            let trash = self.index.trash(500).await?;
            // What cannot be removed comes again: stop rather than try for ever.
            if trash.is_empty() || trash.first() == last.as_ref() {
                return Ok(());
            }
            last = trash.first().cloned();
            self.clean(trash).await;
        }
    }
}

fn removed(layout: &Layout, path: &Path) -> bool {
    match remove(&layout.absolute(path)) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot remove a file of the object store"
            );
            false
        }
    }
}

async fn remove_quietly(paths: Vec<PathBuf>) {
    let removed = tokio::task::spawn_blocking(move || {
        for path in paths {
            drop(TempPath::new(path));
        }
    });
    if let Err(error) = removed.await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a half-made object is left for the next check"
        );
    }
}
