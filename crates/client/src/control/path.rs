//! A path of this machine on the wire. Names need not be UTF-8, and must come back as they were.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::platform;

/// Begins the text of a path that is not UTF-8. Paths on the wire are absolute, so none begins like this by itself.
const BYTES: &str = "bytes:";

/// An absolute path: its text where it is UTF-8, else `bytes:` and the bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPath(PathBuf);

impl LocalPath {
    /// The path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The text on the wire.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self.0.to_str() {
            Some(text) => text.to_owned(),
            None => format!(
                "{BYTES}{}",
                STANDARD.encode(platform::bytes_of(self.0.as_os_str()))
            ),
        }
    }

    /// Reads the text on the wire.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let path = match text.strip_prefix(BYTES) {
            None => PathBuf::from(text),
            Some(encoded) => {
                PathBuf::from(platform::name_from_bytes(&STANDARD.decode(encoded).ok()?))
            }
        };
        path.is_absolute().then_some(Self(path))
    }
}

impl From<PathBuf> for LocalPath {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

impl From<&Path> for LocalPath {
    fn from(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

/// As people see it.
impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.display())
    }
}

impl Serialize for LocalPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for LocalPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_text(&text)
            .ok_or_else(|| de::Error::custom("a path must be absolute, as `/media/CARD_A`"))
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_utf_8_comes_back_as_it_was() {
        for bytes in [&b"/media/CARD_A"[..], b"/x/caf\xe9.mp4", "/日本".as_bytes()] {
            let path = LocalPath::from(PathBuf::from(platform::name_from_bytes(bytes)));
            let json = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<LocalPath>(&json).unwrap(), path);
        }
        assert!(serde_json::from_str::<LocalPath>("\"relative\"").is_err());
        assert!(serde_json::from_str::<LocalPath>("\"bytes:!\"").is_err());
    }
}
