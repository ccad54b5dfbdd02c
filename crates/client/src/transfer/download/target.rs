//! Where a download goes: a name in a directory that is held open, so that nobody can lead it elsewhere meanwhile.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_api::plan::{PartPlan, PartSize};
use heimdex_api::{Blake3, Timestamp};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::Existing;
use super::part_file::hash_of;
use crate::beneath;
use crate::transfer::error::TransferError;

/// A place in a tree that is rebuilt: it stays below the directory that the tree is rebuilt in, whoever named it.
#[derive(Debug, Clone)]
pub struct TreePlace {
    /// Opened below the tree's root.
    pub(crate) directory: Arc<OwnedFd>,
    /// One component.
    pub(crate) name: OsString,
    /// What people are told.
    pub(crate) shown: PathBuf,
    /// The file's own time.
    pub(crate) mtime: Option<Timestamp>,
}

impl TreePlace {
    /// Whether a file of this size and hash is there already; `None` where nothing is. Blocks.
    pub(crate) fn holds(&self, size: u64, wanted: Blake3) -> Result<Option<bool>, TransferError> {
        let Some(plan) = PartPlan::new(size, PartSize::choose(size, None)) else {
            return Ok(None);
        };
        let standing = Target::within(self.clone()).standing(&plan, Some(wanted))?;
        Ok(match standing {
            Standing::Nothing => None,
            Standing::Equal => Some(true),
            Standing::Other | Standing::Directory => Some(false),
        })
    }
}

/// A name in an open directory.
#[derive(Debug, Clone)]
pub(super) struct Target {
    directory: Arc<OwnedFd>,
    pub(super) name: OsString,
    pub(super) shown: PathBuf,
    pub(super) existing: Existing,
    /// Instead of what the server says of the video.
    pub(super) mtime: Option<Timestamp>,
    links: Links,
}

/// Whether a link at the target leads to the file that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    /// A person named it.
    Followed,
    /// The name came with the file.
    Refused,
}

/// What is at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Nothing,
    /// The wanted bytes.
    Equal,
    Other,
    Directory,
}

impl Target {
    /// A path that a person named.
    pub(super) fn named(path: &Path, existing: Existing) -> Result<Self, TransferError> {
        let Some(name) = path.file_name() else {
            return Err(unwritable(path, "it is a directory"));
        };
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let directory =
            beneath::root(parent).map_err(|error| TransferError::of_writing(path, &error))?;
        Ok(Self {
            directory: Arc::new(directory),
            name: name.to_owned(),
            shown: path.to_owned(),
            existing,
            mtime: None,
            links: Links::Followed,
        })
    }

    /// A place in a tree: whatever is there stays.
    pub(super) fn within(place: TreePlace) -> Self {
        Self {
            directory: place.directory,
            name: place.name,
            shown: place.shown,
            existing: Existing::Keep,
            mtime: place.mtime,
            links: Links::Refused,
        }
    }

    /// What is there. Blocks: a file of the right size is hashed.
    pub(super) fn standing(
        &self,
        plan: &PartPlan,
        wanted: Option<Blake3>,
    ) -> Result<Standing, TransferError> {
        let look = |flags| rustix::fs::statat(&*self.directory, &self.name, flags);
        let here = match look(AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(Standing::Nothing),
            Err(errno) => return Err(self.fail(&errno.into())),
        };
        let stat = match self.links {
            Links::Refused => Some(here),
            // A link that leads nowhere is something too.
            Links::Followed => look(AtFlags::empty()).ok(),
        };
        let Some(stat) = stat else {
            return Ok(Standing::Other);
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind.is_dir() {
            return Ok(Standing::Directory);
        }
        let is_as_long = u64::try_from(stat.st_size).is_ok_and(|size| size == plan.size());
        if let Some(wanted) = wanted.filter(|_| kind.is_file() && is_as_long)
            && self
                .read()
                .and_then(|file| hash_of(&file, plan))
                .is_ok_and(|found| found == wanted)
        {
            return Ok(Standing::Equal);
        }
        Ok(Standing::Other)
    }

    fn read(&self) -> io::Result<File> {
        // What was a file a moment ago may be a pipe by now.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = match self.links {
            Links::Followed => {
                rustix::fs::openat(&*self.directory, &self.name, flags, Mode::empty())?
            }
            Links::Refused => {
                beneath::open(&*self.directory, self.name.as_bytes(), flags, Mode::empty())?
            }
        };
        Ok(opened.into())
    }

    /// Opens, or makes, a file beside the target.
    pub(super) fn open_beside(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE;
        let mode = Mode::from_raw_mode(0o666);
        beneath::open(&*self.directory, name.as_bytes(), flags, mode).map(Into::into)
    }

    /// Whether that name is still this file's.
    pub(super) fn is_at(&self, file: &File, name: &OsStr) -> io::Result<bool> {
        let held = rustix::fs::fstat(file)?;
        match rustix::fs::statat(&*self.directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => Ok((there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Gives a file beside the target the target's name, and makes that durable.
    pub(super) fn take_name(&self, from: &OsStr) -> Result<(), TransferError> {
        match self.existing {
            Existing::Replace => self.rename(from)?,
            Existing::Keep => self.rename_to_nothing(from)?,
        }
        rustix::fs::fsync(&*self.directory).map_err(|errno| self.fail(&errno.into()))
    }

    fn rename(&self, from: &OsStr) -> Result<(), TransferError> {
        rustix::fs::renameat(&*self.directory, from, &*self.directory, &self.name)
            .map_err(|errno| self.fail(&errno.into()))
    }

    /// Renames unless there is something by now.
    fn rename_to_nothing(&self, from: &OsStr) -> Result<(), TransferError> {
        let here = &*self.directory;
        match rustix::fs::renameat_with(here, from, here, &self.name, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(self.exists()),
            // File systems that do not know the flag: look, then rename.
            Err(Errno::INVAL | Errno::NOSYS) => {
                if rustix::fs::statat(here, &self.name, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
                    return Err(self.exists());
                }
                self.rename(from)
            }
            Err(errno) => Err(self.fail(&errno.into())),
        }
    }

    /// Takes a file beside the target away.
    pub(super) fn remove_beside(&self, name: &OsStr) {
        // What stays is found to be wrong by the next call.
        let _ = rustix::fs::unlinkat(&*self.directory, name, AtFlags::empty());
    }

    pub(super) fn exists(&self) -> TransferError {
        TransferError::TargetExists {
            path: self.shown.clone(),
        }
    }

    pub(super) fn fail(&self, error: &io::Error) -> TransferError {
        TransferError::of_writing(&self.shown, error)
    }

    /// A directory at a place that a person named is a mistake; in a tree it is something else at a taken place.
    pub(super) fn is_a_directory(&self) -> TransferError {
        match self.links {
            Links::Followed => unwritable(&self.shown, "it is a directory"),
            Links::Refused => self.exists(),
        }
    }
}

fn unwritable(path: &Path, reason: &str) -> TransferError {
    TransferError::Unwritable {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
