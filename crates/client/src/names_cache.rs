//! What a shell may complete: names seen on the server, kept for a while so that a key press waits for no network.
//!
//! They are one account's: the file is private, named by whose they are, and goes with the login.

use std::io;
use std::path::{Path, PathBuf};

use heimdex_api::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{atomic_file, whose};

/// A thing with an id, and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The id, whole.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// Names seen on the server. Version policy: a cache; what cannot be read is asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// When.
    pub seen_at: Timestamp,
    /// Videos, the newest first.
    pub videos: Vec<Named>,
    /// Unfinished uploads.
    pub uploads: Vec<Named>,
    /// Tags.
    pub tags: Vec<String>,
    /// Labels of cards and folders.
    pub sources: Vec<String>,
}

/// Where the names of one account at one server are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesCache {
    path: PathBuf,
}

impl NamesCache {
    /// The cache of whoever these words name: server, configuration, profile, token.
    #[must_use]
    pub fn new(cache_dir: &Path, whose: &[&str]) -> Self {
        let name = format!("{}.json", whose::name(whose));
        Self {
            path: cache_dir.join("names").join(name),
        }
    }

    /// The names, where there are any that can be read.
    #[must_use]
    pub fn load(&self) -> Option<Names> {
        serde_json::from_slice(&fs_err::read(&self.path).ok()?).ok()
    }

    /// Keeps them in place of earlier ones.
    pub fn store(&self, names: &Names) -> io::Result<()> {
        atomic_file::replace(&self.path, &serde_json::to_vec(names)?)
    }

    /// Forgets them.
    pub fn forget(&self) -> io::Result<()> {
        match fs_err::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_to_whose_they_are_alone() {
        let directory = tempfile::tempdir().unwrap();
        let cache = NamesCache::new(directory.path(), &["https://a", "default"]);
        let names = Names {
            seen_at: Timestamp::from_micros(7).unwrap(),
            videos: vec![Named {
                id: "7f3a91".into(),
                name: "A003C012".into(),
            }],
            uploads: Vec::new(),
            tags: vec!["paris".into()],
            sources: Vec::new(),
        };
        assert_eq!(cache.load(), None);
        cache.store(&names).unwrap();
        assert_eq!(cache.load(), Some(names));
        for whose in [["https://a", "other"], ["https://ad", "efault"]] {
            assert_eq!(NamesCache::new(directory.path(), &whose).load(), None);
        }
        cache.forget().unwrap();
        cache.forget().unwrap();
        assert_eq!(cache.load(), None);
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let cache = NamesCache::new(directory.path(), &["a"]);
        atomic_file::replace(&cache.path, b"{").unwrap();
        assert_eq!(cache.load(), None);
    }
}
