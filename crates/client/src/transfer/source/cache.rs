//! What a transfer reads, and the page cache: what other programs have in memory stays there, and what was read from the
//! disk for the transfer alone is given back once it was sent.

use std::collections::BTreeMap;
use std::fs::File;
#[cfg(target_os = "linux")]
use std::io;
use std::ops::Range;
use std::sync::{MutexGuard, PoisonError};

use heimdex_api::limits::PART_SIZE_MIN;

use super::Source;

impl Source {
    /// Whether any of it was read from the disk for this transfer alone.
    pub(crate) fn has_brought(&self) -> bool {
        !self.brought().is_empty()
    }

    /// What an earlier opening of the same file read from the disk is this one's to give back.
    pub(crate) fn take_over(&self, has_brought: bool) {
        if has_brought {
            self.brought().insert(0, self.size());
        }
    }

    /// Looks whether a range lies in memory already, and so is somebody else's, before it is read.
    pub(super) fn note_brought(&self, range: &Range<u64>) {
        let mut byte = [0];
        let is_there = read_cached(&self.file, &mut byte, range.start) == 1;
        if !is_there && range.start < range.end {
            self.brought().insert(range.start, range.end - range.start);
        }
    }

    /// Lets the page cache forget a range that only this transfer needed.
    pub(super) fn give_back(&self, begins: u64) {
        let brought = self.brought().remove(&begins);
        if let Some(length) = brought {
            forget(&self.file, begins, length);
        }
    }

    fn brought(&self) -> MutexGuard<'_, BTreeMap<u64, u64>> {
        self.brought.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // A small file that was only hashed is opened once more to be sent.
        if self.size() <= PART_SIZE_MIN {
            return;
        }
        for (begins, length) in std::mem::take(&mut *self.brought()) {
            forget(&self.file, begins, length);
        }
    }
}

/// Reads what lies in memory already, without waiting for a disk; the number of bytes.
#[cfg(target_os = "linux")]
pub(super) fn read_cached(file: &File, bytes: &mut [u8], at: u64) -> usize {
    let flags = rustix::io::ReadWriteFlags::NOWAIT;
    // Whatever goes wrong here is found again, and named, by the read that waits.
    rustix::io::preadv2(file, &mut [io::IoSliceMut::new(bytes)], at, flags).unwrap_or(0)
}

#[cfg(target_os = "linux")]
pub(super) fn forget(file: &File, begins: u64, length: u64) {
    // A wish, like all advice. Whether it was heard is not looked at: a look has the kernel read ahead again.
    let length = std::num::NonZeroU64::new(length);
    let _ = rustix::fs::fadvise(file, begins, length, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn forget(_file: &File, _begins: u64, _length: u64) {}

#[cfg(not(target_os = "linux"))]
pub(super) fn read_cached(_file: &File, _bytes: &mut [u8], _at: u64) -> usize {
    0
}
