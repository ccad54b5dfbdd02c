//! Starts the disk early: written pages go to the medium while the next ones arrive, so that the sync at the end of a
//! part finds little left to do.

use fs_err as fs;

/// How much is written between two starts. Smaller steps cost calls, larger ones leave the disk idle at first.
const STEP: u64 = 4 << 20;

/// How far write-back of a file that only grows has been started.
#[derive(Debug, Default)]
pub(super) struct WriteBack {
    started: u64,
}

impl WriteBack {
    /// To be told after each write how long the file is now; answers whether this was the end of a step.
    pub(super) fn written(&mut self, file: &fs::File, size: u64) -> bool {
        let is_step = size - self.started >= STEP;
        if is_step {
            start(file, self.started, size - self.started);
            self.started = size;
        }
        is_step
    }
}

/// Asks for write-back of a range and does not wait for it. A hint: whether it works only the sync afterwards tells.
#[cfg(target_os = "linux")]
fn start(file: &fs::File, offset: u64, length: u64) {
    use std::os::fd::AsRawFd;

    let (Ok(offset), Ok(length)) = (i64::try_from(offset), i64::try_from(length)) else {
        return;
    };
    #[expect(
        unsafe_code,
        reason = "sync_file_range has no safe wrapper; fadvise, which has one, also waits for pages to be dropped"
    )]
    // SAFETY: no memory is passed, and the borrow of the file keeps its descriptor open.
    let _hint = unsafe {
        libc::sync_file_range(
            file.as_raw_fd(),
            offset,
            length,
            libc::SYNC_FILE_RANGE_WRITE,
        )
    };
}

/// Other systems have no such call; the sync at the end does all of it.
#[cfg(not(target_os = "linux"))]
fn start(_file: &fs::File, _offset: u64, _length: u64) {}
