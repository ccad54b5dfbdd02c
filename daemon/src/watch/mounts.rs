//! Tells when something is mounted or unmounted: the kernel's own list becomes readable then.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};

/// The list of what is mounted; none where the system has no such list.
#[derive(Debug)]
pub(super) struct Mounts(Option<File>);

impl Mounts {
    pub(super) fn new() -> Self {
        let list = fs_err::File::open("/proc/self/mountinfo").ok();
        Self(list.map(fs_err::File::into_file))
    }

    /// What to wait for, as an exception.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(AsFd::as_fd)
    }
}
