//! May this one file go? The same proof as a card's, of one file: read again now, stored, verified, equal, and judged by
//! the same judge.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::card::look_at_file;
use super::check::{Asker, Run, blocking, settled};
use super::facts::Terms;
use super::outcome::WipeError;
use super::verdict::{Finding, Why, judge};
use crate::beneath;
use crate::journal::FileStamp;
use crate::platform;
use crate::transfer::TransferContext;

/// A file that is proven to be stored, verified and equal; it is known by the folder that it lies in, held open.
#[derive(Debug)]
pub struct Proven {
    folder: Arc<OwnedFd>,
    name: Vec<u8>,
    stamp: FileStamp,
}

impl Proven {
    /// The folder that the file lies in.
    pub(crate) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// The bytes of its name.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// What it was; moving it changes nothing of this but the time of its last change.
    pub(crate) fn stamp(&self) -> &FileStamp {
        &self.stamp
    }

    /// Whether what lies there is still what was proven.
    pub(crate) fn is_there(&self) -> bool {
        let listing = look_at_file(&self.folder, &self.name);
        let seen = listing.files.get(&self.name);
        seen.is_some_and(|seen| seen.stamp == self.stamp)
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Proof {
    /// It may go.
    Proven(Proven),
    /// It may not, or not yet.
    Not(Vec<Why>),
}

/// Finds out whether the file at `path`, which must be in the state `stamp`, may go, on these terms.
///
/// # Errors
/// Whatever keeps the question from being answered: its folder, the login, the way to the server, a person.
pub async fn prove(
    context: &TransferContext,
    path: &Path,
    stamp: &FileStamp,
    terms: Terms,
    cancel: &CancellationToken,
) -> Result<Proof, WipeError> {
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let name = path.file_name().map(platform::bytes_of).unwrap_or_default();
    let (named, name) = (folder.clone(), name.to_vec());
    let root = blocking(move || beneath::root(&named)).await?;
    let root = Arc::new(root.map_err(|source| WipeError::Folder {
        path: folder,
        source,
    })?);
    let run = Run {
        asker: Asker {
            context,
            tell: Arc::new(|_| {}),
            terms,
            cancel,
        },
        root: Arc::clone(&root),
    };
    run.asker.can_be_asked().await?;
    let first = look_at_file(&root, &name);
    let mut files = run.read(&first).await?;
    run.asker.ask(&mut files).await?;
    run.asker.trace(&mut files).await;
    if terms.reread {
        run.asker.reread(&mut files, &mut BTreeMap::new()).await?;
    }
    let verdict = judge(&settled(files, first, look_at_file(&root, &name)), terms);
    let proven = Proven {
        folder: root,
        name,
        stamp: *stamp,
    };
    // What was proven is what lies there, which may be another state of it than the one that was meant.
    if verdict.is_safe() && proven.is_there() {
        return Ok(Proof::Proven(proven));
    }
    let whys = verdict.findings.into_iter().map(|Finding { why, .. }| why);
    Ok(Proof::Not(whys.collect()))
}
