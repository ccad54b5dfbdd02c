//! Where settings come from, and which of several holds.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use heimdex_api::names::nearest;

use super::error::ConfigError;
use super::section::Field;
use super::show::Shown;
use super::values::SettingValue;

/// What the name of every variable begins with.
pub const ENVIRONMENT_PREFIX: &str = "HEIMDEX_SERVER_";
/// A variable of this prefix that is no setting: the file itself.
const CONFIG_VARIABLE: &str = "HEIMDEX_SERVER_CONFIG";

/// A setting given as a flag.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting: `listen`.
    pub key: &'static str,
    /// As it is typed: `--listen`.
    pub flag: &'static str,
    /// Its value.
    pub value: String,
}

/// Everything that settings may come from, the last one winning.
#[derive(Debug, Default)]
pub struct Sources {
    /// Where the data lies if nobody says so.
    pub default_data_dir: Option<PathBuf>,
    /// The file.
    pub file: Option<PathBuf>,
    /// The environment, all of it: what does not begin with the prefix is skipped.
    pub environment: Vec<(OsString, OsString)>,
    /// The flags that were given.
    pub flags: Vec<Flag>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(&'static str),
}

impl Origin {
    /// The kind alone.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File(_) => "file",
            Self::Environment(_) => "environment",
            Self::Flag(_) => "flag",
        }
    }

    /// The file, the variable or the flag.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Default => None,
            Self::File(path) => Some(path.display().to_string()),
            Self::Environment(name) => Some(name.clone()),
            Self::Flag(flag) => Some((*flag).to_owned()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            None => f.write_str("default"),
            Some(place) => f.write_str(&place),
        }
    }
}

/// A value before it is parsed.
enum Raw {
    Text(String),
    Toml(toml::Value),
}

/// Hands out settings by name, and remembers where they came from.
pub(super) struct Reader {
    values: HashMap<String, (Raw, Origin)>,
    default_data_dir: Option<PathBuf>,
    shown: Vec<Shown>,
}

impl Reader {
    pub(super) fn new(sources: Sources, fields: &[Field]) -> Result<Self, ConfigError> {
        let mut reader = Self {
            values: HashMap::new(),
            default_data_dir: sources.default_data_dir,
            shown: Vec::new(),
        };
        if let Some(path) = sources.file {
            reader.add_file(&path, fields)?;
        }
        reader.add_environment(sources.environment, fields)?;
        for flag in sources.flags {
            let value = (Raw::Text(flag.value), Origin::Flag(flag.flag));
            reader.values.insert(flag.key.to_owned(), value);
        }
        Ok(reader)
    }

    fn add_file(&mut self, path: &Path, fields: &[Field]) -> Result<(), ConfigError> {
        let text = fs_err::read_to_string(path).map_err(ConfigError::Read)?;
        let table: toml::Table = toml::from_str(&text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            message: match error.span() {
                Some(span) => {
                    let line = text[..span.start.min(text.len())].lines().count().max(1);
                    format!("line {line}: {}", error.message())
                }
                None => error.message().to_owned(),
            },
        })?;
        let origin = Origin::File(path.to_owned());
        for (key, value) in flattened(table) {
            if !fields.iter().any(|field| field.key() == key) {
                return Err(unknown(key, &origin, fields.iter().map(Field::key)));
            }
            self.values.insert(key, (Raw::Toml(value), origin.clone()));
        }
        Ok(())
    }

    fn add_environment(
        &mut self,
        environment: Vec<(OsString, OsString)>,
        fields: &[Field],
    ) -> Result<(), ConfigError> {
        for (name, value) in environment {
            let Some(name) = name
                .to_str()
                .filter(|name| name.starts_with(ENVIRONMENT_PREFIX))
            else {
                continue;
            };
            if name == CONFIG_VARIABLE {
                continue;
            }
            let origin = Origin::Environment(name.to_owned());
            let Some(field) = fields.iter().find(|field| field.variable() == name) else {
                let known = fields.iter().map(Field::variable);
                return Err(unknown(name.to_owned(), &origin, known));
            };
            let value = value.into_string().map_err(|_| ConfigError::Invalid {
                name: field.key(),
                origin: origin.to_string(),
                message: "it is not UTF-8".to_owned(),
            })?;
            self.values.insert(field.key(), (Raw::Text(value), origin));
        }
        Ok(())
    }

    /// The setting's value, from whoever said it last.
    pub(super) fn take<T: SettingValue>(&mut self, field: &Field) -> Result<T, ConfigError> {
        let (raw, origin) = match self.values.remove(&field.key()) {
            Some(given) => given,
            None => (self.default_of(field)?, Origin::Default),
        };
        let parsed = match &raw {
            Raw::Text(text) => T::parse(text),
            Raw::Toml(value) => T::from_toml(value),
        };
        let mut value = parsed.map_err(|message| ConfigError::Invalid {
            name: field.key(),
            origin: origin.to_string(),
            message,
        })?;
        if let Origin::File(path) = &origin
            && let Some(directory) = path.parent()
        {
            value = value.relative_to(directory);
        }
        self.shown.push(Shown {
            key: field.key(),
            variable: field.variable(),
            value: value.show(),
            origin,
        });
        Ok(value)
    }

    pub(super) fn into_shown(self) -> Vec<Shown> {
        self.shown
    }

    /// Only the data directory's default depends on whose computer it is.
    fn default_of(&self, field: &Field) -> Result<Raw, ConfigError> {
        if field.key() != "data_dir" {
            return Ok(Raw::Text(field.default.to_owned()));
        }
        let directory = self
            .default_data_dir
            .as_ref()
            .ok_or(ConfigError::NoDataDir)?;
        Ok(Raw::Text(directory.display().to_string()))
    }
}

fn unknown(name: String, origin: &Origin, known: impl Iterator<Item = String>) -> ConfigError {
    let known: Vec<String> = known.collect();
    ConfigError::Unknown {
        nearest: nearest(&name, known.iter().map(String::as_str)).map(str::to_owned),
        origin: match origin {
            Origin::Environment(_) => "environment".to_owned(),
            other => other.to_string(),
        },
        name,
    }
}

/// `[limits] quota = 1` as `limits.quota = 1`.
fn flattened(table: toml::Table) -> Vec<(String, toml::Value)> {
    let mut flat = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => {
                let inner = flattened(inner).into_iter();
                flat.extend(inner.map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            other => flat.push((key, other)),
        }
    }
    flat
}
