//! The file that keeps logins: private to its owner, replaced as a whole. It lies beside the configuration.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::{CredentialsError, Session};
use crate::atomic_file;

const HEAD: &str = "# Written by heimdex. Whoever can read this file is logged in as you.\n\n";

/// The sessions of all profiles. Version policy: a field may be added with a default, none is renamed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
}

/// The credentials file of one person.
#[derive(Debug, Clone)]
pub(super) struct CredentialsFile {
    path: PathBuf,
}

impl CredentialsFile {
    /// The one beside this configuration file, which shares it with no other.
    pub(super) fn beside(config_file: &Path) -> Self {
        let name = match config_file.file_stem().filter(|stem| *stem != "config") {
            None => "credentials.toml".into(),
            Some(stem) => {
                let mut name = stem.to_owned();
                name.push(".credentials.toml");
                name
            }
        };
        Self {
            path: config_file.with_file_name(name),
        }
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The session of a profile.
    pub(super) fn load(&self, profile: &str) -> Result<Option<Session>, CredentialsError> {
        Ok(self.contents()?.sessions.remove(profile))
    }

    /// Keeps the session of a profile in place of an earlier one. The caller holds the lock.
    pub(super) fn store(&self, profile: &str, session: &Session) -> Result<(), CredentialsError> {
        let mut contents = self.contents()?;
        contents
            .sessions
            .insert(profile.to_owned(), session.clone());
        self.write(&contents)
    }

    /// Forgets the session of a profile. The caller holds the lock.
    pub(super) fn remove(&self, profile: &str) -> Result<(), CredentialsError> {
        let mut contents = self.contents()?;
        if contents.sessions.remove(profile).is_none() {
            return Ok(());
        }
        self.write(&contents)
    }

    fn write(&self, contents: &Contents) -> Result<(), CredentialsError> {
        let path = || self.path.clone();
        let body =
            toml::to_string(contents).map_err(|_| CredentialsError::Malformed { path: path() })?;
        atomic_file::replace(&self.path, format!("{HEAD}{body}").as_bytes()).map_err(|source| {
            CredentialsError::Write {
                path: path(),
                source,
            }
        })
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
