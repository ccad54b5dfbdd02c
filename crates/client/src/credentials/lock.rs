//! One process at a time changes the logins of a configuration, whatever store they are in: a lock file beside it.

use std::fs::TryLockError;
use std::path::PathBuf;
use std::time::Duration;

use fs_err as fs;

use super::CredentialsError;
use crate::atomic_file;

/// How long to wait for another process that changes a login: longer than a refresh may take.
const LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// Held while a login is changed. The kernel frees it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(std::fs::File);

impl Lock {
    /// Waits for it.
    pub(super) async fn take(path: PathBuf) -> Result<Self, CredentialsError> {
        let fail = |source| CredentialsError::Write {
            path: path.clone(),
            source,
        };
        if let Some(directory) = path.parent() {
            atomic_file::create_private_dir(directory).map_err(fail)?;
        }
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(fail)?.into_file();
        let deadline = tokio::time::Instant::now() + LIMIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(source)) => return Err(fail(source)),
                Err(TryLockError::WouldBlock) => {
                    if tokio::time::Instant::now() >= deadline {
                        return Err(CredentialsError::Locked { path });
                    }
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases the lock too; a failure here leaves nothing locked.
        let _ = self.0.unlock();
    }
}
