//! Gathers the facts of a card: looks, reads, asks, and looks once more.

mod ask;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

use super::card::{Listing, look};
use super::facts::{Facts, FileFacts, ReadBack, Reread, Stored, Terms};
use super::medium::read_back;
use super::outcome::{Checked, Step, WipeError};
use super::verdict::judge;
use crate::beneath;
use crate::transfer::TransferContext;

/// Finds out whether the card at `folder` may be wiped, on these terms.
///
/// # Errors
/// Whatever keeps the question from being answered: the folder, the login, the way to the server, a person.
pub async fn check(
    context: &TransferContext,
    folder: &Path,
    terms: Terms,
    tell: impl Fn(Step) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> Result<Checked, WipeError> {
    let began_at = context.now();
    let named = folder.to_owned();
    let root = blocking(move || beneath::root(&named)).await?;
    let root = root.map_err(|source| WipeError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let run = Run {
        context,
        root: Arc::new(root),
        tell: Arc::new(tell),
        terms,
        cancel,
    };
    run.can_be_asked().await?;
    let first = run.look().await?;
    (run.tell)(Step::Found {
        files: first.files.len() as u64,
        bytes: first.files.values().map(|seen| seen.stamp.size).sum(),
    });
    let mut files = run.read(&first).await?;
    (run.tell)(Step::Asking);
    run.ask(&mut files).await?;
    run.trace(&mut files).await;
    if terms.reread {
        run.reread(&mut files).await?;
    }
    let facts = settled(files, first, run.look().await?);
    let verdict = judge(&facts, terms);
    Ok(Checked {
        folder: folder.to_owned(),
        server: context.api().server().to_string(),
        began_at,
        finished_at: context.now(),
        facts,
        verdict,
    })
}

/// One look at a card, or at a file of one.
pub(super) struct Run<'a, T> {
    pub(super) context: &'a TransferContext,
    pub(super) root: Arc<OwnedFd>,
    pub(super) tell: Arc<T>,
    pub(super) terms: Terms,
    pub(super) cancel: &'a CancellationToken,
}

impl<T: Fn(Step) + Send + Sync + 'static> Run<'_, T> {
    async fn look(&self) -> Result<Listing, WipeError> {
        let root = Arc::clone(&self.root);
        let looking = blocking(move || look(&root));
        self.unless_cancelled(looking).await?
    }

    /// Reads every file, one after another: a card is fastest so.
    pub(super) async fn read(&self, listing: &Listing) -> Result<Vec<FileFacts>, WipeError> {
        let mut files = Vec::new();
        for (path, seen) in &listing.files {
            (self.tell)(Step::Reading {
                path: path.clone(),
                size: seen.stamp.size,
            });
            let over = Arc::new(AtomicBool::new(false));
            let (root, tell) = (Arc::clone(&self.root), Arc::clone(&self.tell));
            let (named, seen, is_over) = (path.clone(), *seen, Arc::clone(&over));
            let reading = blocking(move || {
                let passed = |bytes| tell(Step::Read { bytes });
                read_back(&root, &named, &seen, &passed, &is_over)
            });
            let read = self.unless_cancelled(reading).await;
            // Nobody waits for a reading that goes on.
            over.store(read.is_err(), Ordering::Relaxed);
            let read = read??.ok_or(WipeError::Interrupted)?;
            (self.tell)(Step::Ended {
                is_whole: matches!(read, ReadBack::Whole { .. }),
            });
            files.push(FileFacts {
                path: path.clone(),
                size: seen.stamp.size,
                read,
                stored: Stored::NotAsked,
                reread: Reread::NotAsked,
            });
        }
        Ok(files)
    }

    async fn unless_cancelled<V>(&self, work: impl Future<Output = V>) -> Result<V, WipeError> {
        let done = self.cancel.run_until_cancelled(work).await;
        done.ok_or(WipeError::Interrupted)
    }
}

/// What was found out, as far as the card still is what it was when the first look was taken. Pure.
pub(super) fn settled(files: Vec<FileFacts>, first: Listing, second: Listing) -> Facts {
    let mut files: BTreeMap<Vec<u8>, FileFacts> = files
        .into_iter()
        .map(|file| (file.path.clone(), file))
        .collect();
    for (path, file) in &mut files {
        match second.files.get(path) {
            None => file.read = ReadBack::Vanished,
            seen if seen != first.files.get(path) => file.read = ReadBack::Changed,
            Some(_) => {}
        }
    }
    for (path, seen) in second.files {
        files.entry(path.clone()).or_insert_with(|| FileFacts {
            path,
            size: seen.stamp.size,
            read: ReadBack::Appeared,
            stored: Stored::NotAsked,
            reread: Reread::NotAsked,
        });
    }
    let mut obstacles = second.obstacles;
    for obstacle in first.obstacles {
        if !obstacles.contains(&obstacle) {
            obstacles.push(obstacle);
        }
    }
    Facts {
        files: files.into_values().collect(),
        obstacles,
        litter: second.litter,
    }
}

pub(super) async fn blocking<V: Send + 'static>(
    work: impl FnOnce() -> V + Send + 'static,
) -> Result<V, WipeError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| WipeError::GivenUp)
}

#[cfg(test)]
mod tests;
