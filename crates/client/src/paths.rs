//! Where a person's files lie: configuration, credentials, state, cache.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// The directories of one person on one machine; on Linux the XDG ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    config_file: PathBuf,
    state_dir: PathBuf,
    cache_dir: PathBuf,
    runtime_dir: Option<PathBuf>,
    units_dir: PathBuf,
}

impl Paths {
    /// The usual places, or `None` where there is no home directory at all.
    ///
    /// `home` is `HOME` as the process sees it. Without it the user database is not asked: a service or a test that
    /// was started with an empty environment must not touch somebody's real home.
    #[must_use]
    pub fn discover(home: Option<&Path>) -> Option<Self> {
        home.filter(|home| home.is_absolute())?;
        let directories = ProjectDirs::from("", "", "heimdex")?;
        Some(Self {
            config_file: directories.config_dir().join("config.toml"),
            state_dir: directories
                .state_dir()
                .unwrap_or_else(|| directories.data_local_dir())
                .to_owned(),
            cache_dir: directories.cache_dir().to_owned(),
            units_dir: directories
                .config_dir()
                .with_file_name("systemd")
                .join("user"),
            runtime_dir: directories.runtime_dir().map(Path::to_owned),
        })
    }

    /// The same, with the configuration, and so the credentials beside it, in another place.
    #[must_use]
    pub fn with_config_file(self, config_file: PathBuf) -> Self {
        Self {
            config_file,
            ..self
        }
    }

    /// `config.toml`: profiles and limits.
    #[must_use]
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// `watches.toml`, beside the configuration: watches that a file declares.
    #[must_use]
    pub fn watches_file(&self) -> PathBuf {
        self.config_file.with_file_name("watches.toml")
    }

    /// Where the units of the user's own systemd lie: beside the directory of the usual configuration.
    #[must_use]
    pub fn user_units_dir(&self) -> &Path {
        &self.units_dir
    }

    /// What must survive but is not worth carrying to another machine.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// `journal.db`: what has been observed of every upload.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.state_dir.join("journal.db")
    }

    /// `logs`: what the daemon tells where no journal of the system takes it.
    #[must_use]
    pub fn logs_dir(&self) -> PathBuf {
        self.state_dir.join("logs")
    }

    /// `heimdexd.lock`: held by the daemon of this home while it runs.
    #[must_use]
    pub fn daemon_lock(&self) -> PathBuf {
        self.state_dir.join("heimdexd.lock")
    }

    /// Where sockets lie, and are gone with the session; `None` where nothing says so.
    #[must_use]
    pub fn runtime_dir(&self) -> Option<&Path> {
        self.runtime_dir.as_deref()
    }

    /// The same, with sockets in another place.
    #[must_use]
    pub fn with_runtime_dir(self, runtime_dir: Option<PathBuf>) -> Self {
        Self {
            runtime_dir,
            ..self
        }
    }

    /// What may be thrown away.
    #[must_use]
    pub fn cache_dir(&self) -> &Path {
        &self.cache_dir
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_home_there_are_no_places() {
        assert_eq!(Paths::discover(None), None);
        assert_eq!(Paths::discover(Some(Path::new(""))), None);
        assert_eq!(Paths::discover(Some(Path::new("relative"))), None);
    }

    #[test]
    fn the_journal_lies_in_the_state_directory() {
        let paths = Paths::discover(Some(Path::new("/home/somebody"))).unwrap();
        assert!(paths.journal().starts_with(paths.state_dir()));
        assert!(paths.config_file().ends_with("heimdex/config.toml"));
    }
}
