//! What proves, later and without the card, that it could be wiped.

use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use heimdex_api::{Blake3, Open, Timestamp, VerifiedHow, VideoId};
use serde::{Deserialize, Serialize};

use super::facts::{FileFacts, ReadBack, ReadHow, Reread, Stored, Terms};

/// The version of the format; a reader refuses a later one.
const VERSION: u32 = 1;

/// A receipt. Its format only grows; what has another meaning gets another version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Of the format.
    pub version: u32,
    /// The server that has the copies.
    pub server: String,
    /// The folder that was looked at, as it was named.
    pub folder: String,
    /// When the look at the card began.
    pub began_at: Timestamp,
    /// When the last fact was known.
    pub finished_at: Timestamp,
    /// Whether a verification counted that the server's page cache may have answered.
    pub accept_cached: bool,
    /// Whether the store's bytes were read and hashed again for it.
    pub reread: bool,
    /// Bytes of all files.
    pub bytes: u64,
    /// Every file, by path.
    pub files: Vec<ReceiptFile>,
    /// What operating systems left on the card: not looked at, and not stored.
    pub litter: Vec<String>,
}

/// A file of the card, and its copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// Within the card.
    pub path: String,
    /// Base64 of the path's bytes, where they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_raw: Option<String>,
    /// Bytes.
    pub size_bytes: u64,
    /// Of all bytes, as read from the card.
    pub blake3: Blake3,
    /// What answered when the card was read: `medium`, or `cached` where it may have been this machine's memory.
    pub card_read: String,
    /// The video that has the same bytes.
    pub video_id: VideoId,
    /// When the store's bytes were read back and found equal.
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    pub verified_how: Option<Open<VerifiedHow>>,
}

impl Receipt {
    /// What is known of a card that may be wiped.
    #[must_use]
    pub fn of(checked: &super::Checked, terms: Terms) -> Self {
        let facts = &checked.facts;
        let files: Vec<ReceiptFile> = facts.files.iter().filter_map(ReceiptFile::of).collect();
        Self {
            version: VERSION,
            server: checked.server.clone(),
            folder: heimdex_api::path::escaped(checked.folder.as_os_str().as_encoded_bytes()),
            began_at: checked.began_at,
            finished_at: checked.finished_at,
            accept_cached: terms.accept_cached,
            reread: terms.reread,
            bytes: files.iter().map(|file| file.size_bytes).sum(),
            files,
            litter: facts
                .litter
                .iter()
                .map(|litter| heimdex_api::path::escaped(&litter.path))
                .collect(),
        }
    }
}

impl ReceiptFile {
    fn of(file: &FileFacts) -> Option<Self> {
        let (ReadBack::Whole { blake3, how }, Stored::Copy(copy)) = (&file.read, &file.stored)
        else {
            return None;
        };
        let (verified_at, verified_how) = match &file.reread {
            Reread::Equal { how, at } => (*at, how.clone()),
            Reread::NotAsked | Reread::Bad(_) => (copy.verified_at, copy.verified_how.clone()),
        };
        Some(Self {
            path: heimdex_api::path::escaped(&file.path),
            path_raw: heimdex_api::path::raw_of(&file.path),
            size_bytes: file.size,
            blake3: *blake3,
            card_read: how.word().to_owned(),
            video_id: copy.video_id,
            verified_at,
            verified_how,
        })
    }
}

impl ReadHow {
    /// The word that programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cached => "cached",
            Self::Medium => "medium",
        }
    }
}

/// Writes a receipt: all of it, durably, or nothing. What is at `path` already is never replaced.
///
/// # Errors
/// It cannot be written, or something is there.
pub fn write_receipt(path: &Path, receipt: &Receipt) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // As any file of the person's: their umask says who else may read it.
    let mode = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new()
        .prefix(".heimdex-")
        .permissions(mode)
        .tempfile_in(directory)?;
    let mut text = serde_json::to_vec_pretty(receipt)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    fs_err::File::open(directory)?.sync_all()
}
