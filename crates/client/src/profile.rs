//! `config.toml`: profiles, each a server and how it is trusted. Written by commands, readable by people, whose
//! comments and order are kept.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::names::nearest;
use serde::Deserialize;

use crate::atomic_file;
use crate::credentials::Store;

/// The profile that is used where none is named.
pub const DEFAULT_PROFILE: &str = "default";

const TOP_KEYS: [&str; 2] = ["profile", "profiles"];
const PROFILE_KEYS: [&str; 6] = ["server", "email", "store", "insecure", "ca_file", "proxy"];

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the configuration `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the configuration `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not TOML, or a value has the wrong type.
    #[error("`{}` is not valid: {message}", path.display())]
    Invalid {
        /// Which.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// It has a key that means nothing.
    #[error("`{}` has an unknown key `{key}`", path.display())]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// Which key, with its table.
        key: String,
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
}

impl ConfigError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { nearest, .. } => {
                nearest.map(|name| format!("did you mean `{name}`?"))
            }
            Self::Read { .. } | Self::Write { .. } => {
                Some("check who owns the file and its directory".into())
            }
            Self::Invalid { .. } => None,
        }
    }
}

/// A server, and how it is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The server's URL.
    #[serde(default)]
    pub server: Option<String>,
    /// Whose account it was logged in with last.
    #[serde(default)]
    pub email: Option<String>,
    /// Where its login is kept; a file where nothing is said.
    #[serde(default)]
    pub store: Option<Store>,
    /// Unencrypted HTTP is accepted beyond this machine.
    #[serde(default)]
    pub insecure: bool,
    /// Certificates to trust beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The proxy to go through; without one, what the environment says.
    #[serde(default)]
    pub proxy: Option<String>,
}

/// What `config.toml` says. Version policy: keys are added, never given another meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The profile in use.
    #[serde(default)]
    pub profile: Option<String>,
    /// All profiles.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

impl Config {
    /// Reads the file; nothing is said where there is none.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)?;
        let invalid = |error: toml::de::Error| ConfigError::Invalid {
            path: path.to_owned(),
            message: error.message().to_owned() + &line_of(&text, error.span()),
        };
        let table: toml::Table = text.parse().map_err(invalid)?;
        check_keys(path, &table)?;
        toml::from_str(&text).map_err(invalid)
    }
}

/// Writes one profile into the file; everything else stays as it was typed. It is the one in use from now on only where
/// there was none. Returns the one that is.
pub fn remember(path: &Path, name: &str, profile: &Profile) -> Result<String, ConfigError> {
    let mut document = Document::read(path)?;
    if !document.has(document.in_use()) {
        document.set_in_use(name);
    }
    document.set_profile(name, profile)?;
    document.write()?;
    Ok(document.in_use().to_owned())
}

/// Makes a profile the one in use.
pub fn use_profile(path: &Path, name: &str) -> Result<(), ConfigError> {
    let mut document = Document::read(path)?;
    document.set_in_use(name);
    document.write()
}

/// Takes a profile out of the file. Where it was the one in use, the default is again.
pub fn forget(path: &Path, name: &str) -> Result<(), ConfigError> {
    let mut document = Document::read(path)?;
    if let Some(profiles) = document
        .toml
        .get_mut("profiles")
        .and_then(toml_edit::Item::as_table_like_mut)
    {
        profiles.remove(name);
    }
    let in_use = document.toml.get("profile").and_then(|item| item.as_str());
    if in_use == Some(name) {
        document.toml.remove("profile");
    }
    document.write()
}

/// The file as it was typed.
struct Document<'a> {
    path: &'a Path,
    toml: toml_edit::DocumentMut,
}

impl<'a> Document<'a> {
    fn read(path: &'a Path) -> Result<Self, ConfigError> {
        let toml = read(path)?.parse();
        let toml = toml.map_err(|error: toml_edit::TomlError| ConfigError::Invalid {
            path: path.to_owned(),
            message: error.message().to_owned(),
        })?;
        Ok(Self { path, toml })
    }

    fn in_use(&self) -> &str {
        let named = self.toml.get("profile").and_then(|item| item.as_str());
        named.unwrap_or(DEFAULT_PROFILE)
    }

    fn has(&self, name: &str) -> bool {
        let profiles = self.toml.get("profiles");
        let profiles = profiles.and_then(toml_edit::Item::as_table_like);
        profiles.is_some_and(|profiles| profiles.contains_key(name))
    }

    fn set_in_use(&mut self, name: &str) {
        if name != DEFAULT_PROFILE || self.toml.contains_key("profile") {
            self.toml["profile"] = toml_edit::value(name);
        }
    }

    fn set_profile(&mut self, name: &str, profile: &Profile) -> Result<(), ConfigError> {
        let invalid = |message: String| ConfigError::Invalid {
            path: self.path.to_owned(),
            message,
        };
        let profiles = self
            .toml
            .entry("profiles")
            .or_insert_with(|| {
                let mut table = toml_edit::Table::new();
                table.set_implicit(true);
                table.into()
            })
            .as_table_like_mut()
            .ok_or_else(|| invalid("`profiles` is not a table".into()))?;
        let table = profiles
            .entry(name)
            .or_insert_with(toml_edit::table)
            .as_table_like_mut()
            .ok_or_else(|| invalid(format!("`profiles.{name}` is not a table")))?;
        let Profile {
            server,
            email,
            store,
            insecure,
            ca_file,
            proxy,
        } = profile;
        let ca_file = ca_file.as_ref().map(|path| path.display().to_string());
        let values = [
            ("server", server.as_deref().map(toml_edit::value)),
            ("email", email.as_deref().map(toml_edit::value)),
            ("store", store.map(|store| toml_edit::value(store.word()))),
            ("insecure", insecure.then(|| toml_edit::value(true))),
            ("ca_file", ca_file.map(toml_edit::value)),
            ("proxy", proxy.as_deref().map(toml_edit::value)),
        ];
        for (key, value) in values {
            match value {
                Some(value) => {
                    table.insert(key, value);
                }
                None => {
                    table.remove(key);
                }
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<(), ConfigError> {
        atomic_file::replace(self.path, self.toml.to_string().as_bytes()).map_err(|source| {
            ConfigError::Write {
                path: self.path.to_owned(),
                source,
            }
        })
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(ConfigError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let before = span.and_then(|span| text.get(..span.start));
    before.map_or_else(String::new, |before| {
        format!(" (line {})", before.matches('\n').count() + 1)
    })
}

fn check_keys(path: &Path, table: &toml::Table) -> Result<(), ConfigError> {
    let unknown = |key: &str, prefix: &str, known: &[&'static str]| ConfigError::UnknownKey {
        path: path.to_owned(),
        key: format!("{prefix}{key}"),
        nearest: nearest(key, known.iter().copied()),
    };
    for key in table.keys() {
        if !TOP_KEYS.contains(&key.as_str()) {
            return Err(unknown(key, "", &TOP_KEYS));
        }
    }
    let profiles = table.get("profiles").and_then(toml::Value::as_table);
    for (name, profile) in profiles.into_iter().flatten() {
        for key in profile.as_table().into_iter().flat_map(toml::Table::keys) {
            if !PROFILE_KEYS.contains(&key.as_str()) {
                return Err(unknown(key, &format!("profiles.{name}."), &PROFILE_KEYS));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        atomic_file::replace(&path, text.as_bytes()).unwrap();
        (directory, path)
    }

    #[test]
    fn comments_and_other_profiles_survive_a_login() {
        let (_directory, path) = written(
            "# mine\n[profiles.work] # the office\nserver = \"https://films.example.org\"\n",
        );
        let profile = Profile {
            server: Some("http://127.0.0.1:8000".into()),
            ..Profile::default()
        };
        remember(&path, DEFAULT_PROFILE, &profile).unwrap();
        insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r#"
        # mine
        [profiles.work] # the office
        server = "https://films.example.org"

        [profiles.default]
        server = "http://127.0.0.1:8000"
        "#);
        let config = Config::load(&path).unwrap();
        assert_eq!(config.profiles[DEFAULT_PROFILE], profile);
        assert_eq!(config.profile, None);

        // A login elsewhere changes nothing about which one is in use.
        assert_eq!(remember(&path, "work", &profile).unwrap(), DEFAULT_PROFILE);
        assert_eq!(Config::load(&path).unwrap().profile, None);
        let (_directory, path) = written("");
        assert_eq!(remember(&path, "work", &profile).unwrap(), "work");
        let config = Config::load(&path).unwrap();
        assert_eq!(config.profile.as_deref(), Some("work"));
    }

    #[test]
    fn what_is_forgotten_leaves_the_rest_as_it_was_typed() {
        let (_directory, path) = written(
            "profile = 'work'\n# mine\n[profiles.work]\nserver = 'a'\n\n[profiles.home] # here\nserver = 'b'\n",
        );
        forget(&path, "work").unwrap();
        forget(&path, "never was").unwrap();
        insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r"
        [profiles.home] # here
        server = 'b'
        ");
        use_profile(&path, "home").unwrap();
        assert_eq!(
            Config::load(&path).unwrap().profile.as_deref(),
            Some("home")
        );
        use_profile(&path, DEFAULT_PROFILE).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!(config.profile.as_deref(), Some(DEFAULT_PROFILE));
    }

    #[test]
    fn where_a_login_is_kept_is_one_of_two_words() {
        let (_directory, path) = written("[profiles.a]\nstore = 'keyring'\n");
        let config = Config::load(&path).unwrap();
        assert_eq!(config.profiles["a"].store, Some(Store::Keyring));
        let (_directory, path) = written("[profiles.a]\nstore = 'wallet'\n");
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(error.contains("`keyring` or `file`"), "{error}");
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let (_directory, path) = written("[profiles.default]\nservr = \"x\"\n");
        let error = Config::load(&path).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("has an unknown key `profiles.default.servr`")
        );
        assert_eq!(error.hint().unwrap(), "did you mean `server`?");
    }

    #[test]
    fn what_is_no_toml_is_named_with_its_line() {
        let (_directory, path) = written("profile = 'a'\nprofiles = [\n");
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("is not valid: ") && error.contains("(line "),
            "{error}"
        );
        let (_directory, path) = written("[profiles.a]\ninsecure = 3\n");
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(error.contains("(line 2)"), "{error}");
    }

    #[test]
    fn no_file_is_an_empty_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let config = Config::load(&directory.path().join("none.toml")).unwrap();
        assert_eq!(config, Config::default());
    }
}
