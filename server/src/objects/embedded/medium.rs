//! Lets the page cache forget an object, so that reading it back asks the disk.
//!
//! Bytes that were just written are answered from memory for a long time: comparing those says nothing about what the
//! medium holds.

use std::io::{self, IoSliceMut};
use std::path::Path;

use fs_err as fs;
use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};

/// Files longer than this are probed in the middle and at the end too. Probes must lie far apart: each makes the
/// kernel read a little ahead.
const PROBED_ONCE: u64 = 8 << 20;
/// What was used a moment ago is not always let go of at once, and a quick disk may have answered the read ahead of a
/// probe before the probe looks.
const FORGETS: usize = 10;

/// Drops what the page cache holds of a file; answers whether that worked as far as can be seen.
pub(super) fn forget(path: &Path) -> io::Result<bool> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    let probes = if length > PROBED_ONCE {
        vec![0, length / 2, length - 1]
    } else {
        vec![0]
    };
    for _ in 0..FORGETS {
        rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
        let mut is_forgotten = true;
        for offset in &probes {
            is_forgotten &= is_on_disk_only(file.file(), *offset)?;
        }
        if is_forgotten {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the byte at `offset` cannot be had without asking the disk. A file system that cannot say has not said so.
fn is_on_disk_only(file: &std::fs::File, offset: u64) -> io::Result<bool> {
    let mut byte = [0];
    let mut into = [IoSliceMut::new(&mut byte)];
    match rustix::io::preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT) {
        Err(Errno::AGAIN) => Ok(true),
        Ok(_) | Err(Errno::OPNOTSUPP) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}
