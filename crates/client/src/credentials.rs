//! The file that keeps who is logged in: private to its owner, replaced as a whole, changed under a lock.
//!
//! It lies beside the configuration. A session belongs to one origin and is never used for another.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use heimdex_api::Secret;
use serde::{Deserialize, Serialize};

use crate::atomic_file;

/// How long to wait for another process that changes the file: longer than a refresh may take.
const LOCK_LIMIT: Duration = Duration::from_mins(1);
const LOCK_POLL: Duration = Duration::from_millis(20);
const HEAD: &str = "# Written by heimdex. Whoever can read this file is logged in as you.\n\n";

/// Why the credentials cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file, or its directory, cannot be read.
    #[error("cannot read the credentials in `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file, or its directory, cannot be written.
    #[error("cannot write the credentials to `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what this program writes.
    #[error("`{}` is not a credentials file of this version of heimdex", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// Other people could have read the file.
    #[error("`{}` can be read by other users of this machine", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// Another process holds the lock for too long.
    #[error("another process holds the lock of the credentials, `{}`", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
}

impl CredentialsError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } | Self::Write { .. } => {
                Some("check who owns the file and its directory, or set HEIMDEX_TOKEN".into())
            }
            Self::Malformed { path } => {
                let path = path.display();
                Some(format!("move `{path}` away and log in again"))
            }
            Self::Exposed { path } => {
                let path = path.display();
                Some(format!(
                    "run `chmod 600 '{path}'`; if others may have read it, log out and in again"
                ))
            }
            Self::Locked { .. } => {
                Some("wait for the other heimdex process, or end it if it hangs".into())
            }
        }
    }
}

/// A login: two tokens and the only origin that they may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Scheme, host and port.
    pub origin: String,
    /// For `Authorization`.
    pub access_token: Secret,
    /// Good for one refresh.
    pub refresh_token: Secret,
}

/// The sessions of all profiles. Version policy: a field may be added with a default, none is renamed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
}

/// The credentials file of one person.
#[derive(Debug, Clone)]
pub struct CredentialsFile {
    path: PathBuf,
}

impl CredentialsFile {
    /// The one beside this configuration file.
    #[must_use]
    pub fn beside(config_file: &Path) -> Self {
        Self {
            path: config_file.with_file_name("credentials.toml"),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The session of a profile.
    pub fn load(&self, profile: &str) -> Result<Option<Session>, CredentialsError> {
        Ok(self.contents()?.sessions.remove(profile))
    }

    /// Waits until no other process changes the file.
    ///
    /// # Errors
    /// [`CredentialsError::Write`] where no lock can be made here at all, as in a home that is read-only.
    pub async fn lock(&self) -> Result<LockedCredentials<'_>, CredentialsError> {
        let path = self.path.with_extension("lock");
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
        let deadline = tokio::time::Instant::now() + LOCK_LIMIT;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(LockedCredentials {
                        file: self,
                        lock: file,
                    });
                }
                Err(std::fs::TryLockError::Error(source)) => return Err(fail(source)),
                Err(std::fs::TryLockError::WouldBlock) => {
                    if tokio::time::Instant::now() >= deadline {
                        return Err(CredentialsError::Locked { path });
                    }
                    tokio::time::sleep(LOCK_POLL).await;
                }
            }
        }
    }

    fn contents(&self) -> Result<Contents, CredentialsError> {
        let path = || self.path.clone();
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(CredentialsError::Malformed { path: path() });
            }
            Err(source) => {
                let path = path();
                return Err(CredentialsError::Read { path, source });
            }
        };
        self.check_mode()?;
        // The parser's message would quote the line, which may hold a token.
        toml::from_str(&text).map_err(|_| CredentialsError::Malformed { path: path() })
    }

    #[cfg(unix)]
    fn check_mode(&self) -> Result<(), CredentialsError> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = || self.path.clone();
        let metadata = fs::metadata(&self.path).map_err(|source| {
            let path = path();
            CredentialsError::Read { path, source }
        })?;
        let others = metadata.permissions().mode() & 0o077;
        if others == 0 {
            Ok(())
        } else {
            Err(CredentialsError::Exposed { path: path() })
        }
    }

    #[cfg(not(unix))]
    fn check_mode(&self) -> Result<(), CredentialsError> {
        Ok(())
    }
}

/// The credentials file while no other process may change it.
#[derive(Debug)]
pub struct LockedCredentials<'a> {
    file: &'a CredentialsFile,
    lock: std::fs::File,
}

impl LockedCredentials<'_> {
    /// The session of a profile, as it is now.
    pub fn load(&self, profile: &str) -> Result<Option<Session>, CredentialsError> {
        self.file.load(profile)
    }

    /// Keeps the session of a profile in place of an earlier one.
    pub fn store(&self, profile: &str, session: &Session) -> Result<(), CredentialsError> {
        let mut contents = self.file.contents()?;
        contents
            .sessions
            .insert(profile.to_owned(), session.clone());
        self.write(&contents)
    }

    /// Forgets the session of a profile.
    pub fn remove(&self, profile: &str) -> Result<(), CredentialsError> {
        let mut contents = self.file.contents()?;
        if contents.sessions.remove(profile).is_none() {
            return Ok(());
        }
        self.write(&contents)
    }

    fn write(&self, contents: &Contents) -> Result<(), CredentialsError> {
        let path = || self.file.path.clone();
        let body =
            toml::to_string(contents).map_err(|_| CredentialsError::Malformed { path: path() })?;
        atomic_file::replace(&self.file.path, format!("{HEAD}{body}").as_bytes()).map_err(
            |source| CredentialsError::Write {
                path: path(),
                source,
            },
        )
    }
}

impl Drop for LockedCredentials<'_> {
    fn drop(&mut self) {
        // Closing the file releases the lock too; a failure here leaves nothing locked.
        let _ = self.lock.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn session(access: &str) -> Session {
        Session {
            origin: "http://127.0.0.1:8000".into(),
            access_token: Secret::new(access),
            refresh_token: Secret::new("r"),
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn sessions_come_back_and_only_their_owner_reads_them() {
        let directory = tempfile::tempdir().unwrap();
        let file = CredentialsFile::beside(&directory.path().join("a/config.toml"));
        assert_eq!(file.load("default").unwrap(), None);
        let locked = file.lock().await.unwrap();
        locked.store("default", &session("one")).unwrap();
        locked.store("other", &session("two")).unwrap();
        locked.remove("other").unwrap();
        locked.remove("never was").unwrap();
        drop(locked);
        assert_eq!(file.load("default").unwrap(), Some(session("one")));
        assert_eq!(file.load("other").unwrap(), None);
        assert_eq!(mode(file.path()), 0o600);
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = CredentialsFile::beside(&directory.path().join("config.toml"));
        file.lock()
            .await
            .unwrap()
            .store("default", &session("one"))
            .unwrap();
        fs::set_permissions(file.path(), PermissionsExt::from_mode(0o640)).unwrap();
        let error = file.load("default").unwrap_err();
        assert!(matches!(error, CredentialsError::Exposed { .. }), "{error}");
        assert!(error.hint().unwrap().contains("chmod 600"));
    }

    #[test]
    fn what_is_broken_is_named_without_its_contents() {
        let directory = tempfile::tempdir().unwrap();
        let file = CredentialsFile::beside(&directory.path().join("config.toml"));
        for bytes in [&b"access_token = \"hdx_secret"[..], b"\xff\xfe"] {
            atomic_file::replace(file.path(), bytes).unwrap();
            let error = file.load("default").unwrap_err();
            assert!(
                matches!(error, CredentialsError::Malformed { .. }),
                "{error}"
            );
            assert!(!format!("{error:?}").contains("hdx_secret"));
        }
    }

    #[tokio::test]
    async fn a_second_lock_waits_for_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config.toml");
        let (first, second) = (
            CredentialsFile::beside(&config),
            CredentialsFile::beside(&config),
        );
        let held = first.lock().await.unwrap();
        let mut waiting = std::pin::pin!(second.lock());
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(held);
        waiting.await.unwrap();
    }
}
