//! Where the daemon's socket lies, so that both find the same one.
//!
//! In the person's runtime directory; without one (as under cron) in `/run/user/UID` if that is theirs, else in the
//! state directory. A path that is too long for the system goes below the temporary directory, in a directory that
//! nobody else can look into.

use std::io;
use std::path::{Path, PathBuf};

use crate::paths::Paths;
use crate::platform;
use crate::reason;

/// The longest path of a socket, in bytes: what the kernel takes, less the zero at its end.
pub const SOCKET_PATH_MAX: usize = 107;

const NAME: &str = "heimdexd.sock";

/// Why there is no place for the socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The directory cannot be made.
    #[error("cannot make `{}` for the daemon's socket: {}", path.display(), reason(source))]
    Make {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else could put a socket there.
    #[error("`{}`, where the daemon's socket belongs, is not only yours", path.display())]
    Foreign {
        /// Which directory.
        path: PathBuf,
    },
}

impl SocketError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Make { .. } => Some("set XDG_RUNTIME_DIR to a directory that is yours".into()),
            Self::Foreign { path } => Some(format!(
                "remove `{}`, or set XDG_RUNTIME_DIR to a directory that is yours",
                path.display()
            )),
        }
    }
}

/// Where the socket lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketPlace {
    path: PathBuf,
    /// Whether it is below a directory that everybody writes to.
    is_shared: bool,
}

impl SocketPlace {
    /// The place for one person's daemon; `temporary` is the system's temporary directory.
    #[must_use]
    pub fn find(paths: &Paths, temporary: &Path) -> Self {
        let own = paths.runtime_dir().map(Path::to_owned);
        let own = own.or_else(|| platform::session_directory().map(|run| run.join("heimdex")));
        let path = own
            .unwrap_or_else(|| paths.state_dir().to_owned())
            .join(NAME);
        if platform::bytes_of(path.as_os_str()).len() <= SOCKET_PATH_MAX {
            return Self {
                path,
                is_shared: false,
            };
        }
        // The name tells apart who has several homes.
        let hash = blake3::hash(platform::bytes_of(path.as_os_str()));
        let directory = format!("heimdex-{}", platform::user_number());
        let name = format!("{}.sock", &hash.to_hex().as_str()[..16]);
        Self {
            path: temporary.join(directory).join(name),
            is_shared: true,
        }
    }

    /// The socket.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Makes the directory where it is missing, and makes sure that it is only ours.
    pub fn prepare(&self) -> Result<(), SocketError> {
        let directory = self.directory();
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        platform::owner_only(&mut builder);
        builder
            .create(directory)
            .map_err(|source| SocketError::Make {
                path: directory.to_owned(),
                source,
            })?;
        self.check()
    }

    /// Whether a socket that lies here can only be ours.
    pub fn check(&self) -> Result<(), SocketError> {
        if self.is_shared && !platform::is_private(self.directory()) {
            return Err(SocketError::Foreign {
                path: self.directory().to_owned(),
            });
        }
        Ok(())
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn paths(runtime: Option<&Path>) -> Paths {
        Paths::discover(Some(Path::new("/home/somebody")))
            .unwrap()
            .with_runtime_dir(runtime.map(Path::to_owned))
    }

    #[test]
    fn it_lies_in_the_runtime_directory() {
        let place = SocketPlace::find(
            &paths(Some(Path::new("/run/user/7/heimdex"))),
            Path::new("/tmp"),
        );
        assert_eq!(place.path(), Path::new("/run/user/7/heimdex/heimdexd.sock"));
    }

    #[test]
    fn a_path_that_is_too_long_goes_below_the_temporary_directory() {
        let temporary = tempfile::tempdir().unwrap();
        let deep = PathBuf::from(format!("/{}", "a".repeat(120)));
        let place = SocketPlace::find(&paths(Some(&deep)), temporary.path());
        assert!(place.path().starts_with(temporary.path()));
        assert!(platform::bytes_of(place.path().as_os_str()).len() <= SOCKET_PATH_MAX);
        let other = SocketPlace::find(&paths(Some(&deep.join("b"))), temporary.path());
        assert_ne!(place, other, "another home has another socket");
        place.prepare().unwrap();
        assert_eq!(place.check().map_err(|e| e.to_string()), Ok(()));
        let open = std::fs::Permissions::from_mode(0o755);
        fs_err::set_permissions(place.directory(), open).unwrap();
        let refused = place.check().unwrap_err();
        assert!(
            refused.to_string().contains("is not only yours"),
            "{refused}"
        );
    }
}
