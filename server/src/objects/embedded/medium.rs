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
/// What was used a moment ago is not always let go of at once.
const FORGETS: usize = 10;

/// Drops what the page cache holds of a file; answers whether that worked as far as can be seen.
pub(super) fn forget(path: &Path) -> io::Result<bool> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    for _ in 0..FORGETS {
        rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
        let is_forgotten = match pages_in_cache(&file) {
            Some(pages) => pages == 0,
            None => is_probed_away(&file, length)?,
        };
        if is_forgotten {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many pages of a file the page cache holds; `None` where the kernel cannot say.
#[cfg(target_os = "linux")]
fn pages_in_cache(file: &fs::File) -> Option<u64> {
    use std::os::fd::AsRawFd;

    /// `cachestat(2)`, since Linux 6.5; the same number on every architecture.
    const CACHESTAT: libc::c_long = 451;
    // Offset and length: from the beginning to the end.
    let whole = [0_u64; 2];
    // In the cache, dirty, under write-back, evicted, recently evicted.
    let mut pages = [0_u64; 5];
    #[expect(
        unsafe_code,
        reason = "cachestat has no safe wrapper; probing reads instead makes the kernel read ahead, and a quick disk then \
                  looks like a cache"
    )]
    // SAFETY: the kernel reads two numbers of 64 bits and writes five, which is what is passed, and keeps no address; the
    // borrow of the file keeps its descriptor open.
    let answer = unsafe {
        libc::syscall(
            CACHESTAT,
            file.as_raw_fd(),
            whole.as_ptr(),
            pages.as_mut_ptr(),
            0,
        )
    };
    (answer == 0).then_some(pages[0])
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
fn pages_in_cache(_file: &fs::File) -> Option<u64> {
    None
}

/// Whether some bytes of a file cannot be had without waiting for the disk.
fn is_probed_away(file: &fs::File, length: u64) -> io::Result<bool> {
    let probes = if length > PROBED_ONCE {
        vec![0, length / 2, length - 1]
    } else {
        vec![0]
    };
    for offset in probes {
        let mut byte = [0];
        let mut into = [IoSliceMut::new(&mut byte)];
        match rustix::io::preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT) {
            Err(Errno::AGAIN) => {}
            // Answered without waiting, or a file system that cannot say: not from the disk for certain.
            Ok(_) | Err(Errno::OPNOTSUPP) => return Ok(false),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(true)
}
