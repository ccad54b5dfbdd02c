//! The `.heimdex-part` file that grows beside the target, and becomes it when it is whole.

use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use fs_err::os::unix::fs::OpenOptionsExt as _;
use heimdex_api::hash::{PartHasher, root_of_parts};
use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::{Blake3, Timestamp, failpoint};

use super::Existing;
use super::fetch::PlacedFile;
use crate::transfer::buffers::BUFFER_SIZE;
use crate::transfer::error::TransferError;

const SUFFIX: &str = ".heimdex-part";
/// Longest name that file systems take.
const NAME_MAX: usize = 255;

/// The growing file; one process at a time has it.
#[derive(Debug)]
pub(super) struct PartFile {
    inner: Arc<PlacedFile>,
}

impl PartFile {
    /// Opens, or makes, the file that becomes `target`. Blocks, as everything here does.
    pub(super) fn open(target: &Path) -> Result<Self, TransferError> {
        let path = beside(target);
        let fail = |error: io::Error| TransferError::of_writing(target, &error);
        loop {
            let file = fs_err::OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                // A link that somebody put there leads to somebody's file.
                .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
                .open(&path)
                .map_err(fail)?
                .into_file();
            // File systems without locks: two downloads to one target are then the person's affair; what either of
            // them verifies is right all the same.
            if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
                return Err(TransferError::Busy {
                    path: target.to_owned(),
                });
            }
            if is_at(&file, &path).map_err(fail)? {
                return Ok(Self {
                    inner: Arc::new(PlacedFile { file, path }),
                });
            }
        }
    }

    /// For those who write parts into it.
    pub(super) fn shared(&self) -> Arc<PlacedFile> {
        Arc::clone(&self.inner)
    }

    /// How much may be there from an earlier call.
    pub(super) fn length(&self) -> u64 {
        self.inner
            .file
            .metadata()
            .map_or(0, |metadata| metadata.len())
    }

    /// The parts in it that have the wanted values.
    pub(super) fn verified(
        &self,
        plan: &PartPlan,
        subtrees: &[Blake3],
        passed: &AtomicU64,
    ) -> Result<Vec<(PartNumber, Blake3)>, TransferError> {
        let length = self.length();
        let mut kept = Vec::new();
        let mut buffer = vec![0; BUFFER_SIZE];
        for (part, wanted) in plan.parts().zip(subtrees) {
            let Some(range) = plan.range(part).filter(|range| range.end <= length) else {
                break;
            };
            let bytes = range.end - range.start;
            let value = value_of(&self.inner.file, plan, part, &mut buffer)
                .map_err(|error| TransferError::of_writing(&self.inner.path, &error))?;
            passed.fetch_add(bytes, Ordering::Relaxed);
            if value == Some(*wanted) {
                kept.push((part, *wanted));
            }
        }
        Ok(kept)
    }

    /// Makes it the target: durable first, then under its name, and the name durable too.
    pub(super) fn place(
        &self,
        target: &Path,
        size: u64,
        mtime: Option<Timestamp>,
        existing: Existing,
    ) -> Result<(), TransferError> {
        let fail = |error: io::Error| TransferError::of_writing(target, &error);
        let PlacedFile { file, path } = self.inner.as_ref();
        file.set_len(size).map_err(fail)?;
        if let Some(mtime) = mtime.and_then(system_time) {
            // The time is a courtesy; some file systems cannot hold it.
            let _ = file.set_modified(mtime);
        }
        file.sync_all().map_err(fail)?;
        failpoint!("client.download.synced");
        match existing {
            Existing::Replace => fs_err::rename(path, target).map_err(fail)?,
            Existing::Keep => rename_to_nothing(path, target)?,
        }
        let directory = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        fs_err::File::open(directory.unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all())
            .map_err(fail)
    }

    /// Takes the file away.
    pub(super) fn discard(&self) {
        // What stays is found to be wrong by the next call.
        let _ = fs_err::remove_file(&self.inner.path);
    }
}

/// Renames unless there is something by now.
fn rename_to_nothing(path: &Path, target: &Path) -> Result<(), TransferError> {
    let flags = rustix::fs::RenameFlags::NOREPLACE;
    let here = rustix::fs::CWD;
    match rustix::fs::renameat_with(here, path, here, target, flags) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => Err(TransferError::TargetExists {
            path: target.to_owned(),
        }),
        // File systems that do not know the flag: look, then rename.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            if fs_err::symlink_metadata(target).is_ok() {
                return Err(TransferError::TargetExists {
                    path: target.to_owned(),
                });
            }
            fs_err::rename(path, target).map_err(|error| TransferError::of_writing(target, &error))
        }
        Err(error) => Err(TransferError::of_writing(target, &error.into())),
    }
}

/// The hash of a whole file of the planned size.
pub(super) fn hash_of(path: &Path, plan: &PartPlan) -> Result<Blake3, TransferError> {
    let fail = |error: io::Error| TransferError::of_opening(path, &error);
    let file = fs_err::File::open(path).map_err(fail)?.into_file();
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut values = Vec::new();
    for part in plan.parts() {
        values.extend(value_of(&file, plan, part, &mut buffer).map_err(fail)?);
    }
    Ok(root_of_parts(&values))
}

/// The value of one part, as a plan cuts the file.
fn value_of(
    file: &File,
    plan: &PartPlan,
    part: PartNumber,
    buffer: &mut [u8],
) -> io::Result<Option<Blake3>> {
    let range = plan.range(part).unwrap_or_default();
    let mut hasher = PartHasher::at(range.start);
    let mut at = range.start;
    while at < range.end {
        let wanted =
            usize::try_from(range.end - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let bytes = &mut buffer[..wanted];
        file.read_exact_at(bytes, at)?;
        hasher.update(bytes);
        at += wanted as u64;
    }
    Ok(if plan.count() == 1 {
        Some(hasher.root())
    } else {
        hasher.subtree()
    })
}

/// The name beside the target; a name that would be too long is told by its hash.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().as_bytes();
    let mut hidden = name.to_vec();
    if name.len() + SUFFIX.len() > NAME_MAX {
        hidden = blake3::hash(name).to_hex().as_bytes().to_vec();
    }
    hidden.extend_from_slice(SUFFIX.as_bytes());
    target.with_file_name(std::ffi::OsString::from_vec(hidden))
}

/// Whoever had it before may have renamed it between opening and locking.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let held = file.metadata()?;
    match fs_err::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn system_time(time: Timestamp) -> Option<SystemTime> {
    let micros = time.as_micros();
    let distance = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}

#[cfg(test)]
mod tests {
    use heimdex_api::plan::PartSize;

    use super::*;

    fn plan() -> PartPlan {
        PartPlan::new(2500, PartSize::new(1024).unwrap()).unwrap()
    }

    fn bytes() -> Vec<u8> {
        (0..2500u32)
            .map(|i| (i ^ (i >> 7)).to_le_bytes()[0])
            .collect()
    }

    fn subtrees(directory: &Path) -> Vec<Blake3> {
        let path = directory.join("whole");
        fs_err::write(&path, bytes()).unwrap();
        let file = fs_err::File::open(&path).unwrap().into_file();
        let mut buffer = vec![0; 100];
        plan()
            .parts()
            .map(|part| {
                value_of(&file, &plan(), part, &mut buffer)
                    .unwrap()
                    .unwrap()
            })
            .collect()
    }

    #[test]
    fn what_was_fetched_before_is_kept_only_where_it_is_right() {
        let directory = tempfile::tempdir().unwrap();
        let subtrees = subtrees(directory.path());
        assert_eq!(
            hash_of(&directory.path().join("whole"), &plan()).unwrap(),
            root_of_parts(&subtrees)
        );
        let target = directory.path().join("a.mp4");
        let mut damaged = bytes();
        damaged[1500] ^= 1;
        fs_err::write(beside(&target), &damaged).unwrap();
        let file = PartFile::open(&target).unwrap();
        let passed = AtomicU64::new(0);
        let kept = file.verified(&plan(), &subtrees, &passed).unwrap();
        let numbers: Vec<u16> = kept.iter().map(|(part, _)| part.get()).collect();
        assert_eq!((numbers, passed.into_inner()), (vec![1, 3], 2500));
        assert!(matches!(
            PartFile::open(&target),
            Err(TransferError::Busy { .. })
        ));
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.mp4");
        let file = PartFile::open(&target).unwrap();
        fs_err::write(&target, b"somebody's").unwrap();
        let mtime = Timestamp::from_micros(1_000_000);
        let kept = file.place(&target, 3, mtime, Existing::Keep);
        assert!(matches!(kept, Err(TransferError::TargetExists { .. })));
        assert_eq!(fs_err::read(&target).unwrap(), b"somebody's");
        file.place(&target, 3, mtime, Existing::Replace).unwrap();
        assert_eq!(fs_err::read(&target).unwrap(), [0; 3]);
        let modified = fs_err::metadata(&target).unwrap().modified().unwrap();
        assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        assert!(!beside(&target).exists());
    }

    #[test]
    fn a_long_name_has_room_for_its_part_file() {
        let long = "n".repeat(250);
        let name = beside(Path::new(&long));
        assert!(name.as_os_str().len() <= NAME_MAX);
        assert_eq!(
            beside(Path::new("d/a.mp4")),
            Path::new("d/a.mp4.heimdex-part")
        );
    }
}
