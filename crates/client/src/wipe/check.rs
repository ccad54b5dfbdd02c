//! Gathers the facts of a card: looks, reads, asks, and looks once more.

mod ask;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heimdex_api::{Timestamp, VideoId};
use tokio_util::sync::CancellationToken;

use super::card::{Listing, Seen, look};
use super::facts::{Facts, FileFacts, ReadBack, Reread, Stored, Terms};
use super::manifests::{self, ManifestFacts, Manifests};
use super::medium::{Waiting, Wanted, read_back, tells_changes};
use super::outcome::{Checked, Step, WipeError};
use super::rules::CardRules;
use super::verdict::judge;
use crate::beneath;
use crate::manifest::Kind;
use crate::transfer::TransferContext;

/// Reads the rules as they are now: a rule that was taken away meanwhile excuses nothing any more.
pub type RulesNow = Box<dyn Fn() -> Result<CardRules, WipeError> + Send + Sync>;

/// What a person asks of a card.
pub struct Question {
    /// The folder of the card.
    pub folder: PathBuf,
    /// On which terms it may be wiped.
    pub terms: Terms,
    /// What excuses a file, asked for each look.
    pub rules: RulesNow,
    /// Whether checksum files on it count.
    pub manifests: Manifests,
    /// Checksums to be taken of every file beside BLAKE3, for a receipt.
    pub kinds: Vec<Kind>,
}

/// A card that is asked about, once or again and again: what was read stays known as long as it is what it was.
pub struct Card<'a, T> {
    run: Run<'a, T>,
    question: Question,
    /// Whether the times of its files tell of every change.
    tells_changes: bool,
    began_at: Timestamp,
    read: BTreeMap<Vec<u8>, Held>,
    /// What was read again at the store and found equal: once is enough for one answer.
    reread: BTreeMap<VideoId, Reread>,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("folder", &self.folder)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Card<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("question", &self.question)
            .finish_non_exhaustive()
    }
}

/// A file that was read.
#[derive(Debug)]
struct Held {
    seen: Seen,
    kinds: BTreeSet<Kind>,
    file: FileFacts,
}

impl<'a, T: Fn(Step) + Send + Sync + 'static> Card<'a, T> {
    /// Opens the folder, and makes sure that the server can be asked.
    ///
    /// # Errors
    /// Whatever keeps the question from being answered: the folder, the login, the way to the server, a person.
    pub async fn open(
        context: &'a TransferContext,
        question: Question,
        tell: T,
        cancel: &'a CancellationToken,
    ) -> Result<Self, WipeError> {
        let began_at = context.now();
        let named = question.folder.clone();
        let root = blocking(move || beneath::root(&named)).await?;
        let root = root.map_err(|source| WipeError::Folder {
            path: question.folder.clone(),
            source,
        })?;
        let run = Run {
            asker: Asker {
                context,
                tell: Arc::new(tell),
                terms: question.terms,
                cancel,
            },
            root: Arc::new(root),
        };
        run.asker.can_be_asked().await?;
        Ok(Self {
            tells_changes: tells_changes(&run.root),
            run,
            reread: BTreeMap::new(),
            question,
            began_at,
            read: BTreeMap::new(),
        })
    }

    /// Finds out whether the card may be wiped now.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn check(&mut self) -> Result<Checked, WipeError> {
        let known = self.read.len();
        let checked = self.check_once().await?;
        if known == 0 || self.tells_changes || !checked.verdict.is_safe() {
            return Ok(checked);
        }
        // What was read in an earlier round may be another by now without a word of it.
        self.read.clear();
        self.check_once().await
    }

    async fn check_once(&mut self) -> Result<Checked, WipeError> {
        let first = self.run.look(&(self.question.rules)()?).await?;
        let manifests = self.manifests(&first).await?;
        let mut files = self.read(&first, &manifests).await?;
        let (run, asker) = (&self.run, &self.run.asker);
        (asker.tell)(Step::Asking);
        asker.ask(&mut files).await?;
        asker.trace(&mut files).await;
        if asker.terms.reread {
            asker.reread(&mut files, &mut self.reread).await?;
        }
        let second = run.look(&(self.question.rules)()?).await?;
        let facts = Facts {
            manifests,
            ..settled(files, first, second)
        };
        let verdict = judge(&facts, asker.terms);
        Ok(Checked {
            folder: self.question.folder.clone(),
            server: asker.context.api().server().to_string(),
            began_at: self.began_at,
            finished_at: asker.context.now(),
            facts,
            verdict,
        })
    }

    /// What checksum files on the card say.
    async fn manifests(&self, listing: &Listing) -> Result<Vec<ManifestFacts>, WipeError> {
        if self.question.manifests == Manifests::Ignore {
            return Ok(Vec::new());
        }
        let (root, files) = (Arc::clone(&self.run.root), listing.files.clone());
        let reading = blocking(move || manifests::read(&root, &files));
        self.run.asker.unless_cancelled(reading).await?
    }

    /// Reads what was not read yet as it is now.
    async fn read(
        &mut self,
        listing: &Listing,
        manifests: &[ManifestFacts],
    ) -> Result<Vec<FileFacts>, WipeError> {
        let kinds = manifests::kinds(manifests);
        let mut files = Vec::new();
        let mut unread = Vec::new();
        for (path, seen) in &listing.files {
            let mut wanted: BTreeSet<Kind> = self.question.kinds.iter().copied().collect();
            wanted.extend(kinds.get(path).into_iter().flatten());
            match self.read.get(path) {
                Some(held) if held.seen == *seen && wanted.is_subset(&held.kinds) => {
                    files.push(held.file.clone());
                }
                Some(_) | None => unread.push((path, *seen, wanted)),
            }
        }
        self.read.retain(|path, _| listing.files.contains_key(path));
        (self.run.asker.tell)(Step::Found {
            files: unread.len() as u64,
            bytes: unread.iter().map(|(_, seen, _)| seen.stamp.size).sum(),
        });
        for (path, seen, kinds) in unread {
            let file = self.run.read_file(path, seen, &kinds).await?;
            if matches!(file.read, ReadBack::Whole { .. }) {
                let file = file.clone();
                self.read.insert(path.clone(), Held { seen, kinds, file });
            }
            files.push(file);
        }
        Ok(files)
    }
}

/// Who asks the server.
#[derive(Debug)]
pub(super) struct Asker<'a, T> {
    pub(super) context: &'a TransferContext,
    pub(super) tell: Arc<T>,
    pub(super) terms: Terms,
    pub(super) cancel: &'a CancellationToken,
}

impl<T> Asker<'_, T> {
    pub(super) async fn unless_cancelled<V>(
        &self,
        work: impl Future<Output = V>,
    ) -> Result<V, WipeError> {
        let done = self.cancel.run_until_cancelled(work).await;
        done.ok_or(WipeError::Interrupted)
    }
}

/// One look at a card, or at a file of one.
#[derive(Debug)]
pub(super) struct Run<'a, T> {
    pub(super) asker: Asker<'a, T>,
    pub(super) root: Arc<OwnedFd>,
}

impl<T: Fn(Step) + Send + Sync + 'static> Run<'_, T> {
    async fn look(&self, rules: &CardRules) -> Result<Listing, WipeError> {
        let (root, rules) = (Arc::clone(&self.root), rules.clone());
        let looking = blocking(move || look(&root, &rules));
        self.asker.unless_cancelled(looking).await?
    }

    /// Reads every file, one after another: a card is fastest so.
    pub(super) async fn read(&self, listing: &Listing) -> Result<Vec<FileFacts>, WipeError> {
        let mut files = Vec::new();
        for (path, seen) in &listing.files {
            files.push(self.read_file(path, *seen, &BTreeSet::new()).await?);
        }
        Ok(files)
    }

    async fn read_file(
        &self,
        path: &[u8],
        seen: Seen,
        kinds: &BTreeSet<Kind>,
    ) -> Result<FileFacts, WipeError> {
        let asker = &self.asker;
        (asker.tell)(Step::Reading {
            path: path.to_vec(),
            size: seen.stamp.size,
        });
        let over = Arc::new(AtomicBool::new(false));
        let (root, tell) = (Arc::clone(&self.root), Arc::clone(&asker.tell));
        let (named, is_over) = (path.to_vec(), Arc::clone(&over));
        let kinds: Vec<Kind> = kinds.iter().copied().collect();
        let reading = blocking(move || {
            let passed = |bytes| tell(Step::Read { bytes });
            let wanted = Wanted {
                path: &named,
                seen: &seen,
                kinds: &kinds,
            };
            let waiting = Waiting {
                passed: &passed,
                is_over: &is_over,
            };
            read_back(&root, wanted, waiting)
        });
        let read = asker.unless_cancelled(reading).await;
        // Nobody waits for a reading that goes on.
        over.store(read.is_err(), Ordering::Relaxed);
        let read = read??.ok_or(WipeError::Interrupted)?;
        (asker.tell)(Step::Ended {
            is_whole: matches!(read, ReadBack::Whole { .. }),
        });
        Ok(FileFacts {
            path: path.to_vec(),
            size: seen.stamp.size,
            read,
            stored: Stored::NotAsked,
            reread: Reread::NotAsked,
        })
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
        excused: second.excused,
        manifests: Vec::new(),
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
