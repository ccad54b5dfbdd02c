//! The world around the process, looked at once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use heimdex_api::Secret;

use crate::accounts::FromEnvironment;

/// The variables that the process was started with.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// Looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn capture() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
        }
    }

    /// A variable that is set to something.
    pub(crate) fn value(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(OsStr::new(name))?;
        (!value.is_empty()).then_some(value)
    }

    /// The same as text; what is not UTF-8 counts as not set.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.to_str()
    }

    /// The home directory.
    pub(crate) fn home(&self) -> Option<&Path> {
        self.value("HOME").map(Path::new)
    }

    /// Where a person's own data lie, their trash among them.
    pub(crate) fn data_home(&self) -> Option<PathBuf> {
        let named = self.value("XDG_DATA_HOME").map(PathBuf::from);
        let usual = || Some(self.home()?.join(".local/share"));
        named.filter(|named| named.is_absolute()).or_else(usual)
    }

    /// What it says of the profile in use.
    pub(crate) fn account(&self) -> FromEnvironment {
        let text = |name| self.text(name).map(str::to_owned);
        FromEnvironment {
            profile: text("HEIMDEX_PROFILE"),
            server: text("HEIMDEX_SERVER"),
            token: self.text("HEIMDEX_TOKEN").map(Secret::new),
        }
    }

    /// Where temporary files go.
    pub(crate) fn temporary(&self) -> PathBuf {
        let named = self.value("TMPDIR").map(PathBuf::from);
        named.unwrap_or_else(|| "/tmp".into())
    }

    /// Whether the process belongs to a graphical session, as far as its variables tell.
    pub(crate) fn is_graphical(&self) -> bool {
        self.value("WAYLAND_DISPLAY").is_some() || self.value("DISPLAY").is_some()
    }
}
