//! The world around the process, looked at once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

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
