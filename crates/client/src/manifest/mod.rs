//! Checksum files as people have them on cards: ASC MHL and older MHL files, and what `md5sum` and its kind write.
//!
//! Their bytes come from strangers: nothing here allocates by what they claim, and every length has an end.

mod digest;
mod mhl;
mod sums;
mod write;
mod xml;

use std::io;

use heimdex_api::limits::PATH_MAX;
use heimdex_api::path;

use crate::reason;

pub use digest::{Digest, Hashers, Kind};
pub use mhl::{HashList, Ours, Version, parse_chain, parse_mhl};
pub use sums::{SumsName, parse_sums, sums_name};
pub(crate) use write::is_writable;
pub use write::{Entry, Header, write_mhl};

/// The folder of an ASC MHL history.
pub const FOLDER: &[u8] = b"ascmhl";
/// Which generations a history has, with the checksum of each.
pub const CHAIN: &[u8] = b"ascmhl_chain.xml";
/// A larger checksum file is none: this is a million files, generously named. Bytes.
pub const FILE_MOST: u64 = 512 << 20;
/// Files that one checksum file may name.
pub const LISTED_MOST: usize = 2_000_000;
/// Bytes of one line, or of one piece of XML.
const PIECE_MOST: usize = 64 << 10;

/// A file that a checksum file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The bytes of its path, relative to what the checksum file is about.
    pub path: Vec<u8>,
    /// Bytes, where that is said.
    pub size: Option<u64>,
    /// Its checksums, as far as their kind is known here.
    pub digests: Vec<Digest>,
    /// What it was called in an earlier generation.
    pub previous: Option<Vec<u8>>,
    /// The kind of its checksum, where that is not known here and there is no other.
    pub unknown: Option<String>,
}

/// Why a checksum file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error("it cannot be read: {}", reason(.0))]
    Read(#[from] io::Error),
    /// It is too large.
    #[error("it is too large for a checksum file")]
    TooLarge,
    /// It names too many files.
    #[error("it names more than {LISTED_MOST} files")]
    TooMany,
    /// Something in it is longer than anything that belongs there.
    #[error("{at} has more than {PIECE_MOST} bytes in one piece")]
    TooLong {
        /// Where.
        at: At,
    },
    /// Something in it is not what it should be.
    #[error("{at}: {what}")]
    Wrong {
        /// Where.
        at: At,
        /// What, in a few words.
        what: String,
    },
    /// It names what is not below its folder.
    #[error("{at}: `{name}` is not below its folder")]
    Outside {
        /// Where.
        at: At,
        /// The name.
        name: String,
    },
}

/// A place in a checksum file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// A line, from 1.
    Line(u64),
    /// A position in bytes.
    Byte(u64),
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Byte(byte) => write!(f, "byte {byte}"),
        }
    }
}

/// A name of a checksum file as a path below its folder: without `./`, and never with `..`, a root or a drive.
fn relative(name: &[u8], at: At) -> Result<Vec<u8>, ManifestError> {
    let steps = name
        .split(|byte| *byte == b'/')
        .enumerate()
        .filter(|(place, step)| *step != b"." && (*place == 0 || !step.is_empty()))
        .map(|(_, step)| step);
    let path = steps.collect::<Vec<_>>().join(&b'/');
    let has_drive = matches!(path[..], [drive, b':', ..] if drive.is_ascii_alphabetic());
    if path.len() > PATH_MAX || has_drive || path::check(&path).is_err() {
        let shown = &name[..name.len().min(200)];
        let name = path::escaped(shown);
        return Err(ManifestError::Outside { at, name });
    }
    Ok(path)
}

#[cfg(test)]
mod tests;
