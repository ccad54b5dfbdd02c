//! One daemon a home: a lock beside the journal, and one beside the socket, where two homes may meet.
//!
//! The kernel frees them when the process ends, however it ends; what it left of a socket is then known to be stale.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use heimdex_client::control::{SocketError, SocketPlace};
use heimdex_client::paths::Paths;

/// Held while the daemon runs.
#[derive(Debug)]
pub(crate) struct Instance {
    _home: File,
    _socket: File,
    path: PathBuf,
}

/// Why this process cannot be the daemon.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    /// Another one is.
    #[error("another heimdexd runs already{}", of_pid(pid.as_deref()))]
    Taken {
        /// Its process id, where it wrote it down.
        pid: Option<String>,
    },
    /// A lock file cannot be used.
    #[error("cannot lock `{}`", path.display())]
    Lock {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no place for a socket.
    #[error(transparent)]
    Place(#[from] SocketError),
    /// The socket cannot be made.
    #[error("cannot listen on `{}`", path.display())]
    Listen {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn of_pid(pid: Option<&str>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl Instance {
    /// Becomes the daemon of this home and listens on its socket.
    pub(crate) fn take(
        paths: &Paths,
        place: &SocketPlace,
        pid: u32,
    ) -> Result<(Self, UnixListener), InstanceError> {
        let state = paths.state_dir();
        fs_err::create_dir_all(state).map_err(|source| InstanceError::Lock {
            path: state.to_owned(),
            source,
        })?;
        let home = lock(&paths.daemon_lock(), pid)?;
        place.prepare()?;
        // Not the name of the home's own lock: without a runtime directory both lie in the state directory.
        let socket = lock(&place.path().with_extension("sock.lock"), pid)?;
        let listener = listen(place.path()).map_err(|source| InstanceError::Listen {
            path: place.path().to_owned(),
            source,
        })?;
        let instance = Self {
            _home: home,
            _socket: socket,
            path: place.path().to_owned(),
        };
        Ok((instance, listener))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Its lock is still held, so it is nobody else's.
        if let Err(error) = fs_err::remove_file(&self.path) {
            tracing::debug!(error = %error, "the socket is gone already");
        }
    }
}

/// Takes a lock and writes down who has it, for the one that comes too late.
fn lock(path: &Path, pid: u32) -> Result<File, InstanceError> {
    let fail = |source| InstanceError::Lock {
        path: path.to_owned(),
        source,
    };
    let file = fs_err::File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(fail)?;
    let mut file = file.into_file();
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let read = file.take(20).read_to_string(&mut pid);
            let pid = pid.trim().to_owned();
            return Err(InstanceError::Taken {
                pid: (read.is_ok() && !pid.is_empty()).then_some(pid),
            });
        }
        Err(TryLockError::Error(error)) => return Err(fail(error)),
    }
    file.set_len(0).map_err(fail)?;
    writeln!(file, "{pid}").map_err(fail)?;
    Ok(file)
}

/// A socket that nobody else can connect to, in one step: it takes the place of whatever a dead daemon left.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let new = path.with_extension("new");
    match fs_err::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    fs_err::set_permissions(&new, PermissionsExt::from_mode(0o600))?;
    fs_err::rename(&new, path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
