//! What is asked about files of this machine, and what is answered.

use std::path::PathBuf;

use heimdex_api::Timestamp;

use super::Trouble;

/// Something that lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name, as people see it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Whether it is a folder.
    pub(crate) is_folder: bool,
    /// Whether its name begins with a dot.
    pub(crate) is_hidden: bool,
    /// Bytes.
    pub(crate) size: u64,
    /// When its bytes last changed.
    pub(crate) modified: Option<Timestamp>,
}

/// What lies in a folder: folders first, each by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// What lies in it.
    pub(crate) entries: Vec<Entry>,
    /// How much more there is than is shown.
    pub(crate) more: usize,
}

/// What was found out of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Facts {
    /// How long it plays, by its container.
    pub(crate) length_s: Option<f64>,
    /// Whether it was sent before.
    pub(crate) before: Before,
}

/// Whether a file was sent before, as far as that is known without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing is known.
    #[default]
    Unknown,
    /// An upload of it was begun.
    Begun,
    /// This machine sent these bytes.
    Sent,
    /// The server has them, whoever sent them.
    There,
}

/// What is asked about files of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// What lies in a folder; without one in the working directory.
    Folder(u64, Option<PathBuf>),
    /// What these files say of themselves.
    Facts(u64, Vec<PathBuf>),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// To [`Reading::Folder`].
    Folder(u64, Result<Listing, Trouble>),
    /// To [`Reading::Facts`].
    Facts(u64, Vec<(PathBuf, Facts)>),
}
