//! What was found of what was named: files to send, what rules leave out, what cannot be used.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use heimdex_api::Timestamp;
use heimdex_api::path;

/// A folder that is taken in as a whole, or the folder of files that were named one by one.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// As it was named.
    pub(crate) path: PathBuf,
    /// Whether all of it is meant.
    pub(crate) is_whole: bool,
    /// The label of what is found in it.
    pub(crate) source: String,
    /// Its own name.
    pub(crate) name: Option<String>,
}

/// A file to send.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Which root it belongs to.
    pub(crate) root: usize,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Within the root, `/`-separated bytes.
    pub(crate) relative: Vec<u8>,
    /// Bytes, as last seen.
    pub(crate) size: u64,
    /// The file's own time.
    pub(crate) mtime: Option<Timestamp>,
}

/// Why something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// A name that begins with a dot.
    Hidden,
    /// What operating systems leave behind.
    Litter,
    /// A rule of `--exclude`.
    Excluded,
    /// A symbolic link.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// Something that is not sent, by a rule.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    /// What.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) reason: Reason,
}

/// Something that cannot be looked at, or not be sent.
#[derive(Debug)]
pub(crate) struct Unusable {
    /// The root that it belongs to, if any.
    pub(crate) root: Option<usize>,
    /// What.
    pub(crate) path: PathBuf,
    /// Why, in a sentence.
    pub(crate) error: String,
    /// What to do about it.
    pub(crate) hint: Option<&'static str>,
}

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Folders.
    pub(crate) roots: Vec<Root>,
    /// Files to send, in the order of their names.
    pub(crate) items: Vec<Item>,
    /// What rules leave out.
    pub(crate) left_out: Vec<LeftOut>,
    /// What failed already.
    pub(crate) unusable: Vec<Unusable>,
}

impl Found {
    /// How many files were named, those that cannot be read included.
    pub(super) fn files(&self) -> u64 {
        (self.items.len() + self.unusable.len()) as u64
    }

    /// The folder in which a file was found, where it was not named itself.
    pub(crate) fn below(&self, item: &Item) -> Option<PathBuf> {
        let root = self.roots.get(item.root).filter(|root| root.is_whole);
        root.map(|root| root.path.clone())
    }

    /// Bytes of all files to send.
    pub(crate) fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.size).sum()
    }
}

/// A path for people and programs.
pub(crate) fn shown(path: &Path) -> String {
    path::escaped(OsString::from(path).as_bytes())
}
