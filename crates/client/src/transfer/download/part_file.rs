//! The `.heimdex-part` file that grows beside the target, and becomes it when it is whole.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use heimdex_api::hash::{PartHasher, root_of_parts};
use heimdex_api::plan::{PartNumber, PartPlan};
use heimdex_api::{Blake3, Timestamp, failpoint};
use tokio_util::sync::CancellationToken;

use super::fetch::PlacedFile;
use super::target::Target;
use crate::transfer::buffers::BUFFER_SIZE;
use crate::transfer::error::TransferError;
use crate::transfer::stop::Stop;

/// What the name of a growing file ends in.
pub(crate) const SUFFIX: &str = ".heimdex-part";
/// Longest name that file systems take.
const NAME_MAX: usize = 255;

/// The growing file; one process at a time has it.
#[derive(Debug)]
pub(super) struct PartFile {
    inner: Arc<PlacedFile>,
    target: Target,
    name: OsString,
}

impl PartFile {
    /// Opens, or makes, the file that becomes the target. Blocks, as everything here does.
    pub(super) fn open(target: Target) -> Result<Self, TransferError> {
        let name = beside(&target.name);
        let path = target.shown.with_file_name(&name);
        loop {
            // A link that somebody put there leads to somebody's file, and is refused.
            let file = target
                .open_beside(&name)
                .map_err(|error| target.fail(&error))?;
            let metadata = file.metadata().map_err(|error| target.fail(&error))?;
            // Nor may it be known under another name, which would get these bytes too.
            if !metadata.is_file() || metadata.nlink() > 1 {
                return Err(TransferError::TargetExists { path });
            }
            // File systems without locks: two downloads to one target are then the person's affair; what either of
            // them verifies is right all the same.
            if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
                return Err(TransferError::Busy {
                    path: target.shown.clone(),
                });
            }
            if target
                .is_at(&file, &name)
                .map_err(|error| target.fail(&error))?
            {
                let inner = Arc::new(PlacedFile { file, path });
                return Ok(Self {
                    inner,
                    target,
                    name,
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

    /// The parts in it that have the wanted values; of a large file that takes long, and a person may end it.
    pub(super) fn verified(
        &self,
        plan: &PartPlan,
        subtrees: &[Blake3],
        passed: &AtomicU64,
        cancel: &CancellationToken,
    ) -> Result<Vec<(PartNumber, Blake3)>, TransferError> {
        let length = self.length();
        let mut kept = Vec::new();
        let mut buffer = vec![0; BUFFER_SIZE];
        for (part, wanted) in plan.parts().zip(subtrees) {
            let Some(range) = plan.range(part).filter(|range| range.end <= length) else {
                break;
            };
            if cancel.is_cancelled() {
                return Err(TransferError::Stopped {
                    path: self.target.shown.clone(),
                    stop: Stop::Interrupted,
                });
            }
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
    pub(super) fn place(&self, size: u64, mtime: Option<Timestamp>) -> Result<(), TransferError> {
        let fail = |error: io::Error| self.target.fail(&error);
        let file = &self.inner.file;
        file.set_len(size).map_err(fail)?;
        if let Some(mtime) = self.target.mtime.or(mtime).and_then(system_time) {
            // The time is a courtesy; some file systems cannot hold it.
            let _ = file.set_modified(mtime);
        }
        file.sync_all().map_err(fail)?;
        failpoint!("client.download.synced");
        self.target.take_name(&self.name)
    }

    /// Takes the file away.
    pub(super) fn discard(&self) {
        self.target.remove_beside(&self.name);
    }
}

/// The hash of a whole file of the planned size.
pub(super) fn hash_of(file: &File, plan: &PartPlan) -> io::Result<Blake3> {
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut values = Vec::new();
    for part in plan.parts() {
        values.extend(value_of(file, plan, part, &mut buffer)?);
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

/// The name beside a target's; a name that would be too long is told by its hash.
fn beside(name: &OsStr) -> OsString {
    let name = name.as_bytes();
    let mut hidden = name.to_vec();
    if name.len() + SUFFIX.len() > NAME_MAX {
        hidden = blake3::hash(name).to_hex().as_bytes().to_vec();
    }
    hidden.extend_from_slice(SUFFIX.as_bytes());
    OsString::from_vec(hidden)
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
    use std::path::Path;

    use heimdex_api::plan::PartSize;

    use super::*;
    use crate::transfer::download::Existing;

    fn target(directory: &Path, existing: Existing) -> Target {
        Target::named(&directory.join("a.mp4"), existing).unwrap()
    }

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
            hash_of(
                &fs_err::File::open(directory.path().join("whole"))
                    .unwrap()
                    .into_file(),
                &plan()
            )
            .unwrap(),
            root_of_parts(&subtrees)
        );
        let target = target(directory.path(), Existing::Keep);
        let mut damaged = bytes();
        damaged[1500] ^= 1;
        let part_file = directory.path().join("a.mp4.heimdex-part");
        fs_err::write(&part_file, &damaged).unwrap();
        let file = PartFile::open(target.clone()).unwrap();
        let passed = AtomicU64::new(0);
        let go_on = CancellationToken::new();
        let kept = file.verified(&plan(), &subtrees, &passed, &go_on).unwrap();
        let numbers: Vec<u16> = kept.iter().map(|(part, _)| part.get()).collect();
        assert_eq!((numbers, passed.into_inner()), (vec![1, 3], 2500));
        assert!(matches!(
            PartFile::open(target),
            Err(TransferError::Busy { .. })
        ));
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mp4");
        let file = PartFile::open(target(directory.path(), Existing::Keep)).unwrap();
        fs_err::write(&path, b"somebody's").unwrap();
        let mtime = Timestamp::from_micros(1_000_000);
        let kept = file.place(3, mtime);
        assert!(matches!(kept, Err(TransferError::TargetExists { .. })));
        assert_eq!(fs_err::read(&path).unwrap(), b"somebody's");
        drop(file);
        let file = PartFile::open(target(directory.path(), Existing::Replace)).unwrap();
        file.place(3, mtime).unwrap();
        assert_eq!(fs_err::read(&path).unwrap(), [0; 3]);
        let modified = fs_err::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        assert_eq!(fs_err::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn somebodys_file_is_never_written_into() {
        let directory = tempfile::tempdir().unwrap();
        let (theirs, growing) = (
            directory.path().join("theirs"),
            directory.path().join("a.mp4.heimdex-part"),
        );
        fs_err::write(&theirs, b"somebody's").unwrap();
        let opened = || PartFile::open(target(directory.path(), Existing::Replace));
        fs_err::hard_link(&theirs, &growing).unwrap();
        assert!(matches!(opened(), Err(TransferError::TargetExists { .. })));
        fs_err::remove_file(&growing).unwrap();
        std::os::unix::fs::symlink(&theirs, &growing).unwrap();
        assert!(matches!(opened(), Err(TransferError::Unwritable { .. })));
        fs_err::remove_file(&growing).unwrap();
        opened().unwrap();
        assert_eq!(fs_err::read(&theirs).unwrap(), b"somebody's");
    }

    #[test]
    fn a_long_name_has_room_for_its_part_file() {
        let long = "n".repeat(250);
        assert!(beside(OsStr::new(&long)).len() <= NAME_MAX);
        assert_eq!(beside(OsStr::new("a.mp4")), "a.mp4.heimdex-part");
    }
}
