//! A card comes back: each file to its place below one directory, with its own time, fetched only where it is not there.
//!
//! The tree's root is held open, and everything is opened below it by name, so that neither a server's names nor links
//! that somebody puts there meanwhile lead a byte elsewhere. Nothing that has other bytes is replaced.

mod arrange;

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use heimdex_api::Blake3;
use rustix::fs::{Mode, OFlags};
use tokio_util::sync::CancellationToken;

use super::context::TransferContext;
use super::download::{DownloadOutcome, DownloadTarget, TreePlace, blocking, download};
use super::error::TransferError;
use super::place::locate;
use super::progress::Progress;
use super::source::stamp;
use crate::beneath;
use crate::journal::{FileKey, FileStamp, Journal};

pub use arrange::{Arranged, Arrangement, TreeFile, arrange};

use arrange::beside;

/// Digits of the id in the name of what finds its place taken.
const DIGITS: usize = 8;

/// The directory that a card is rebuilt in.
#[derive(Debug)]
pub struct Tree {
    root: Arc<OwnedFd>,
    path: PathBuf,
    key: FileKey,
    /// The folder that was opened last: files come in the order of their paths.
    latest: Mutex<Option<(Vec<u8>, Arc<OwnedFd>)>>,
}

/// How a file came to its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was done.
    pub outcome: DownloadOutcome,
    /// Where it is, relative to the root.
    pub place: Vec<u8>,
}

impl Tree {
    /// Opens the directory, and makes it where there is none.
    ///
    /// # Errors
    /// It cannot be made or opened.
    pub async fn open(path: &Path) -> Result<Self, TransferError> {
        let named = path.to_owned();
        blocking(path, move || {
            let fail = |error: io::Error| TransferError::of_writing(&named, &error);
            fs_err::create_dir_all(&named).map_err(fail)?;
            let root = Arc::new(beneath::root(&named).map_err(fail)?);
            let key = locate(&named).map_err(fail)?;
            let latest = Mutex::new(None);
            let path = named.clone();
            Ok(Self {
                root,
                path,
                key,
                latest,
            })
        })
        .await
    }

    /// Brings a file to its place; one that is there with the same bytes is left as it is. Where something else is, it
    /// goes beside that, as `name~1c09e2d4.ext`.
    ///
    /// # Errors
    /// Whatever keeps the file from being here whole, with what to do about it.
    pub async fn restore(
        &self,
        context: &TransferContext,
        arranged: &Arranged,
        progress: impl Fn(Progress) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Restored, TransferError> {
        let progress = Arc::new(progress);
        let beside = beside(&arranged.file.path, arranged.file.video_id, DIGITS);
        let mut places = vec![arranged.place.clone()];
        if beside != arranged.place {
            places.push(beside);
        }
        let mut result = None;
        for place in places {
            let told = Arc::clone(&progress);
            let tell = move |step| told(step);
            let came = self
                .restore_at(context, arranged, &place, tell, cancel)
                .await;
            let is_taken = matches!(&came, Err(TransferError::TargetExists { .. }));
            result = Some(came.map(|outcome| Restored { outcome, place }));
            if !is_taken {
                break;
            }
        }
        result
            .unwrap_or_else(|| Err(self.fail(&arranged.place, &io::ErrorKind::InvalidInput.into())))
    }

    async fn restore_at(
        &self,
        context: &TransferContext,
        arranged: &Arranged,
        place: &[u8],
        progress: impl Fn(Progress) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<DownloadOutcome, TransferError> {
        let file = &arranged.file;
        let target = self.place(place, arranged).await?;
        // What is there needs no request: a card of many files goes on where it was within seconds.
        if let (Some(size), Some(wanted)) = (file.size, file.blake3) {
            let path = target.shown.clone();
            let there = DownloadOutcome::AlreadyThere {
                path,
                blake3: wanted,
                size,
            };
            if self.remembers(context, place, &target, size, wanted).await {
                return Ok(there);
            }
            let looked = target.clone();
            match blocking(&target.shown, move || looked.holds(size, wanted)).await? {
                None => {}
                Some(true) => {
                    self.remember(context, place, &target, &there).await;
                    return Ok(there);
                }
                Some(false) => return Err(TransferError::TargetExists { path: target.shown }),
            }
        }
        let to = DownloadTarget::Tree(target.clone());
        let outcome = download(context, file.video_id, to, progress, cancel).await?;
        self.remember(context, place, &target, &outcome).await;
        Ok(outcome)
    }

    /// Opens the folder of a place, and makes it where it is missing.
    async fn place(&self, place: &[u8], arranged: &Arranged) -> Result<TreePlace, TransferError> {
        let shown = self.shown(place);
        let split = place.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = match split {
            Some(at) => (place[..at].to_vec(), &place[at + 1..]),
            None => (Vec::new(), place),
        };
        let known = self
            .latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .filter(|(latest, _)| *latest == folder);
        let directory = if let Some((_, directory)) = known {
            directory
        } else {
            let (root, below, named) =
                (Arc::clone(&self.root), folder.clone(), self.shown(&folder));
            let opened = blocking(&shown, move || {
                beneath::make_directory(&*root, &below)
                    .map(Arc::new)
                    .map_err(|error| TransferError::of_writing(&named, &error))
            })
            .await?;
            *self.latest.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((folder, Arc::clone(&opened)));
            opened
        };
        let (name, mtime) = (OsStr::from_bytes(name).to_owned(), arranged.file.mtime);
        Ok(TreePlace {
            directory,
            name,
            shown,
            mtime,
        })
    }

    /// Whether the journal knows the file that is there, and it was not touched since.
    async fn remembers(
        &self,
        context: &TransferContext,
        place: &[u8],
        target: &TreePlace,
        size: u64,
        wanted: Blake3,
    ) -> bool {
        let (key, target) = (self.key_of(place), target.clone());
        let known = context.journaled(move |journal: &Journal| {
            match stamp_of(&target).filter(|stamp| stamp.size == size) {
                Some(stamp) => journal.file_hash(&key, &stamp),
                None => Ok(None),
            }
        });
        known.await.flatten() == Some(wanted)
    }

    async fn remember(
        &self,
        context: &TransferContext,
        place: &[u8],
        target: &TreePlace,
        outcome: &DownloadOutcome,
    ) {
        let (DownloadOutcome::Fetched { blake3, .. }
        | DownloadOutcome::AlreadyThere { blake3, .. }) = outcome;
        let (key, target, blake3, now) =
            (self.key_of(place), target.clone(), *blake3, context.now());
        let remember = move |journal: &Journal| match stamp_of(&target) {
            Some(stamp) => journal.record_file(&key, &stamp, &blake3, now),
            None => Ok(()),
        };
        context.journaled(remember).await;
    }

    fn key_of(&self, place: &[u8]) -> FileKey {
        let mut path = self.key.path.clone();
        if !path.ends_with(b"/") {
            path.push(b'/');
        }
        path.extend_from_slice(place);
        FileKey {
            fs_id: self.key.fs_id.clone(),
            path,
        }
    }

    fn shown(&self, place: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(place))
    }

    fn fail(&self, place: &[u8], error: &io::Error) -> TransferError {
        TransferError::of_writing(&self.shown(place), error)
    }
}

/// What the regular file at a place is now, if there is one.
fn stamp_of(target: &TreePlace) -> Option<FileStamp> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let name = target.name.as_bytes();
    let opened = beneath::open(&*target.directory, name, flags, Mode::empty()).ok()?;
    let metadata = std::fs::File::from(opened).metadata().ok()?;
    metadata.is_file().then(|| stamp(&metadata))
}
