//! One process at a time works on one file: a lock file beside the journal, held while the work lasts.
//!
//! The kernel frees it when the process ends, however it ends. Without a kept journal there is no lock; then the
//! upload's epoch on the server decides.

use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;

use super::{Journal, UploadKey};
use crate::platform;

/// Held while a file is worked on.
#[derive(Debug)]
pub struct FileLock {
    held: Option<(File, PathBuf)>,
}

impl Journal {
    /// Takes the lock of a file, or `None` where another process, or another task of this one, has it.
    pub fn lock(&self, key: &UploadKey) -> io::Result<Option<FileLock>> {
        let Some(directory) = &self.locks else {
            return Ok(Some(FileLock { held: None }));
        };
        fs_err::create_dir_all(directory)?;
        let mut hasher = blake3::Hasher::new();
        for part in [
            key.profile.as_bytes(),
            key.file.fs_id.as_bytes(),
            &key.file.path,
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let path = directory.join(hasher.finalize().to_hex().as_str());
        loop {
            let file = fs_err::File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            let file = file.into_file();
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever had it before may have taken the file away between the two steps.
            if platform::is_at(&file, &path)? {
                return Ok(Some(FileLock {
                    held: Some((file, path)),
                }));
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if let Some((_, path)) = &self.held {
            // While it is still held: nobody can have it between this and the end.
            if let Err(error) = fs_err::remove_file(path) {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a lock file stays"
                );
            }
        }
    }
}
