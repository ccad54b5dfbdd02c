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

/// Drops what the page cache holds of a file; answers whether that worked as far as can be seen.
pub(super) fn forget(path: &Path) -> io::Result<bool> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
    let probes = if length > PROBED_ONCE {
        vec![0, length / 2, length - 1]
    } else {
        vec![0]
    };
    for offset in probes {
        let mut byte = [0];
        let read = rustix::io::preadv2(
            &file,
            &mut [IoSliceMut::new(&mut byte)],
            offset,
            ReadWriteFlags::NOWAIT,
        );
        match read {
            Err(Errno::AGAIN) => {}
            // Answered without waiting, or a file system that cannot say: not from the disk for certain.
            Ok(_) | Err(Errno::OPNOTSUPP) => return Ok(false),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(true)
}
