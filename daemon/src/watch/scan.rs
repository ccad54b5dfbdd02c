//! Looks through a folder and all below it: what is taken, what is left out, and by what.
//!
//! Nothing is opened but folders, no link is followed, and each folder is watched before it is listed.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use fs_err as fs;
use heimdex_api::path;
use heimdex_client::journal::FileStamp;
use heimdex_client::platform;
use heimdex_client::watch::{InTree, Left, Matcher, RULES_FILE, RULES_FILE_MOST, Verdict};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};

use super::inotify::{Inotify, Refused, joined};
use super::known::Place;
use super::place::Ground;
use super::waker::Waker;

/// Names are read so many bytes at once.
const BUFFER: usize = 32 << 10;

/// What a look through a folder needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a> {
    /// The folder under watch.
    pub(super) root: &'a Path,
    pub(super) matcher: &'a Matcher,
    /// Roots of other watches of the same account within it.
    pub(super) others: &'a BTreeSet<Vec<u8>>,
    /// Says when it is to look no further.
    pub(super) waker: &'a Waker,
}

/// Something in a folder.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A file that is taken.
    File {
        /// Its path within the watch.
        relative: &'a [u8],
        place: Place,
        stamp: FileStamp,
        ground: &'a Arc<Ground>,
        /// The path of its ground's folder within the watch.
        folder: &'a [u8],
    },
    /// Something that is left out, and its bytes where it is a file.
    Left {
        relative: &'a [u8],
        left: Left,
        bytes: u64,
    },
    /// A folder or file that cannot be looked at.
    Unreadable {
        relative: &'a [u8],
        error: io::Error,
    },
    /// A `.heimdexignore` has a line that is no rule.
    Wrong { folder: &'a [u8], line: String },
}

/// What is said of the look as a whole.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// A limit of the system keeps folders from being watched.
    pub(super) limit: Option<&'static str>,
    /// A file system below does not tell of all changes.
    pub(super) deaf: Option<&'static str>,
    /// Something could not be looked at: what was not seen may be there all the same.
    pub(super) is_partial: bool,
}

/// A folder that is still to be looked into.
struct Folder {
    relative: Vec<u8>,
    ground: Arc<Ground>,
    /// The ground's own folder within the watch.
    top: Rc<[u8]>,
    in_tree: Rc<[InTree]>,
}

impl Scan<'_> {
    /// Looks through the folder at `from`. Blocks.
    pub(super) fn walk(
        &self,
        from: &[u8],
        mut inotify: Option<&mut Inotify>,
        found: &mut dyn FnMut(Found<'_>),
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut folders = match self.first(from) {
            Ok(folder) => vec![folder],
            Err(error) => {
                let is_gone = error.kind() == io::ErrorKind::NotFound && !from.is_empty();
                outcome.is_partial = !is_gone;
                if !is_gone {
                    found(Found::Unreadable {
                        relative: from,
                        error,
                    });
                }
                return outcome;
            }
        };
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER];
        while let Some(folder) = folders.pop() {
            if self.waker.is_stopped() {
                outcome.is_partial = true;
                break;
            }
            let watched = inotify.as_deref_mut().map(|inotify| {
                let path = self.path(&folder.relative);
                inotify.watch(&path, &folder.relative)
            });
            if let Some(Err(Refused::Limit { sysctl })) = watched {
                outcome.limit = Some(sysctl);
                inotify = None;
            }
            let looked = self.look_into(&folder, &mut buffer, &mut folders, &mut outcome, found);
            match looked {
                Ok(()) => {}
                // It went while the others were looked at.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    outcome.is_partial = true;
                    let relative = &folder.relative;
                    found(Found::Unreadable { relative, error });
                }
            }
        }
        outcome
    }

    /// Where something in the watch is.
    pub(super) fn path(&self, relative: &[u8]) -> PathBuf {
        if relative.is_empty() {
            return self.root.to_owned();
        }
        self.root.join(platform::as_name(relative))
    }

    /// The rules that lie in the folders above something in the watch, the outermost first.
    ///
    /// # Errors
    ///
    /// The folder above it that is left out, and by what: a line may have been written since that folder was looked into.
    pub(super) fn rules_above(&self, relative: &[u8]) -> Result<Vec<InTree>, (Vec<u8>, Left)> {
        let mut rules: Vec<InTree> = self.rules_in(b"").into_iter().map(|it| it.0).collect();
        let slashes = relative.iter().enumerate();
        for (end, _) in slashes.filter(|(_, byte)| **byte == b'/') {
            let folder = &relative[..end];
            if let Looked::Left(left, _) = self.look_at_folder(folder, &rules) {
                return Err((folder.to_vec(), left));
            }
            rules.extend(self.rules_in(folder).map(|it| it.0));
        }
        Ok(rules)
    }

    fn rules_in(&self, folder: &[u8]) -> Option<(InTree, Vec<String>)> {
        let path = self.path(&joined(folder, RULES_FILE));
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > RULES_FILE_MOST {
            return None;
        }
        let text = fs::read(&path).ok()?;
        let (rules, wrong) = InTree::new(folder, &String::from_utf8_lossy(&text));
        Some((rules, wrong.into_iter().map(|error| error.line).collect()))
    }

    fn first(&self, from: &[u8]) -> io::Result<Folder> {
        let path = self.path(from);
        Ok(Folder {
            relative: from.to_vec(),
            ground: Arc::new(Ground::of(&path)?),
            top: from.into(),
            // Whoever has a folder looked through knows that it is not left out.
            in_tree: self.rules_above(from).unwrap_or_default().into(),
        })
    }

    fn look_into(
        &self,
        folder: &Folder,
        buffer: &mut [MaybeUninit<u8>],
        folders: &mut Vec<Folder>,
        outcome: &mut Outcome,
        found: &mut dyn FnMut(Found<'_>),
    ) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path(&folder.relative);
        // The root may be a link that a person set; what is below it is not followed.
        let flags = if folder.relative.is_empty() {
            flags.difference(OFlags::NOFOLLOW)
        } else {
            flags
        };
        let directory = rustix::fs::open(&path, flags, Mode::empty())?;
        let (ground, top) = if rustix::fs::fstat(&directory)?.st_dev == folder.ground.device {
            (Arc::clone(&folder.ground), Rc::clone(&folder.top))
        } else {
            (
                Arc::new(Ground::of(&path)?),
                folder.relative.as_slice().into(),
            )
        };
        if ground.is_pseudo {
            // Its files are the kernel's words, and no end of them.
            let left = Left::Special;
            found(Found::Left {
                relative: &folder.relative,
                left,
                bytes: 0,
            });
            return Ok(());
        }
        outcome.deaf = outcome.deaf.or(ground.deaf);
        let mut in_tree = Rc::clone(&folder.in_tree);
        if let Some((rules, wrong)) = self.rules_in(&folder.relative) {
            in_tree = in_tree.iter().cloned().chain([rules]).collect();
            for line in wrong {
                let folder = &folder.relative;
                found(Found::Wrong { folder, line });
            }
        }
        let inside = Folder {
            relative: folder.relative.clone(),
            ground,
            top,
            in_tree,
        };
        self.list(&inside, &directory, buffer, folders, outcome, found)
    }

    fn list(
        &self,
        folder: &Folder,
        directory: &OwnedFd,
        buffer: &mut [MaybeUninit<u8>],
        folders: &mut Vec<Folder>,
        outcome: &mut Outcome,
        found: &mut dyn FnMut(Found<'_>),
    ) -> io::Result<()> {
        let below = folder.relative.get(folder.top.len()..).unwrap_or_default();
        let below = below.strip_prefix(b"/").unwrap_or(below);
        let inner = folder.ground.path_of(below);
        let fs_id = &folder.ground.key.fs_id;
        let mut relative = folder.relative.clone();
        if !relative.is_empty() {
            relative.push(b'/');
        }
        let stem = relative.len();
        let mut names = RawDir::new(directory, buffer);
        while let Some(entry) = names.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            relative.truncate(stem);
            relative.extend_from_slice(name);
            let looked = self.look_at(
                directory,
                entry.file_name(),
                entry.file_type(),
                &relative,
                folder,
            );
            match looked {
                Ok(Looked::Folder) => folders.push(Folder {
                    relative: relative.clone(),
                    ground: Arc::clone(&folder.ground),
                    top: Rc::clone(&folder.top),
                    in_tree: Rc::clone(&folder.in_tree),
                }),
                Ok(Looked::File(stamp)) => found(Found::File {
                    relative: &relative,
                    place: Place::new(fs_id, &inner, name),
                    stamp,
                    ground: &folder.ground,
                    folder: &folder.top,
                }),
                Ok(Looked::Left(left, bytes)) => found(Found::Left {
                    relative: &relative,
                    left,
                    bytes,
                }),
                // It went between the list and the look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    outcome.is_partial = true;
                    let relative = &relative;
                    found(Found::Unreadable { relative, error });
                }
            }
        }
        Ok(())
    }

    fn look_at(
        &self,
        directory: &OwnedFd,
        name: &std::ffi::CStr,
        kind: FileType,
        relative: &[u8],
        folder: &Folder,
    ) -> io::Result<Looked> {
        if kind == FileType::Directory {
            return Ok(self.look_at_folder(relative, &folder.in_tree));
        }
        if kind == FileType::Symlink {
            return Ok(Looked::Left(Left::Link, 0));
        }
        let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.look_at_folder(relative, &folder.in_tree),
            FileType::RegularFile => {
                self.look_at_file(relative, platform::stamp(&stat), &folder.in_tree)
            }
            FileType::Symlink => Looked::Left(Left::Link, 0),
            _ => Looked::Left(Left::Special, 0),
        })
    }

    /// What the rules say of a folder.
    pub(super) fn look_at_folder(&self, relative: &[u8], in_tree: &[InTree]) -> Looked {
        if self.others.contains(relative) {
            return Looked::Left(Left::OtherWatch, 0);
        }
        match self.matcher.folder(relative, in_tree) {
            Verdict::Take => Looked::Folder,
            Verdict::Leave(left) => Looked::Left(left, 0),
        }
    }

    /// What the rules say of a file.
    pub(super) fn look_at_file(
        &self,
        relative: &[u8],
        stamp: FileStamp,
        in_tree: &[InTree],
    ) -> Looked {
        match self.matcher.file(relative, stamp.size, in_tree) {
            Verdict::Leave(left) => Looked::Left(left, stamp.size),
            Verdict::Take if path::check(relative).is_err() => {
                Looked::Left(Left::Unsendable, stamp.size)
            }
            Verdict::Take => Looked::File(stamp),
        }
    }
}

/// What a name turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    Folder,
    File(FileStamp),
    Left(Left, u64),
}

#[cfg(test)]
mod tests;
