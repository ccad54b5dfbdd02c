//! What proves, later and without the card, that it could be wiped: as JSON, and as ASC MHL for the tools of others.

use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use heimdex_api::{Blake3, Open, Timestamp, VerifiedHow, VideoId, path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::{FileFacts, ReadBack, ReadHow, Reread, Stored, Terms};
use crate::manifest::{Digest, Entry, FOLDER, Header, Kind, is_writable, write_mhl};
use crate::platform;

/// The version of the format; a reader refuses a later one.
pub(super) const VERSION: u32 = 1;

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
    /// What rules of the person left out: not looked at, and not stored.
    #[serde(default)]
    pub excused: Vec<ReceiptExcused>,
    /// The checksum files on the card that it agreed with.
    #[serde(default)]
    pub manifests: Vec<ReceiptManifest>,
    /// The BLAKE3 of all that stands above: not proof against forgery, but against what happens to files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Blake3>,
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
    /// XXH3 with 128 bits, in hexadecimal digits, taken in the same read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xxh128: Option<String>,
    /// What answered when the card was read: `medium`, or `cached` where it may have been this machine's memory.
    pub card_read: String,
    /// The video that has the same bytes.
    pub video_id: VideoId,
    /// When the store's bytes were read back and found equal.
    pub verified_at: Option<Timestamp>,
    /// What was read then.
    pub verified_how: Option<Open<VerifiedHow>>,
}

/// Something that a rule left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptExcused {
    /// Within the card.
    pub path: String,
    /// Files in it, itself if it is one.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// The watch whose rule it is.
    pub watch: String,
    /// The rule.
    pub rule: String,
}

/// A checksum file on the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptManifest {
    /// Within the card.
    pub path: String,
    /// Files that it names.
    pub files: u64,
}

impl Receipt {
    /// What is known of a card that may be wiped.
    #[must_use]
    pub fn of(checked: &super::Checked, terms: Terms) -> Self {
        let facts = &checked.facts;
        let files: Vec<ReceiptFile> = facts.files.iter().filter_map(ReceiptFile::of).collect();
        let litter = facts.litter.iter();
        let excused = facts.excused.iter().map(|excused| ReceiptExcused {
            path: path::escaped(&excused.path),
            files: excused.files,
            bytes: excused.bytes,
            watch: excused.watch.to_string(),
            rule: excused.rule.to_string(),
        });
        let manifests = facts.manifests.iter().map(|manifest| ReceiptManifest {
            path: path::escaped(&manifest.path),
            files: manifest.listed.len() as u64,
        });
        let mut receipt = Self {
            version: VERSION,
            server: checked.server.clone(),
            folder: path::escaped(checked.folder.as_os_str().as_encoded_bytes()),
            began_at: checked.began_at,
            finished_at: checked.finished_at,
            accept_cached: terms.accept_cached,
            reread: terms.reread,
            bytes: files.iter().map(|file| file.size_bytes).sum(),
            files,
            litter: litter.map(|litter| path::escaped(&litter.path)).collect(),
            excused: excused.collect(),
            manifests: manifests.collect(),
            seal: None,
        };
        receipt.seal = serde_json::to_value(&receipt).ok().map(seal);
        receipt
    }

    /// What of it an ASC MHL file can have, and how many files that leaves out: those whose names XML cannot have.
    /// Histories on the card are never part of a list.
    fn listed(&self) -> (Vec<Entry>, u64) {
        let mut unlisted = 0;
        let mut entries = Vec::new();
        for file in &self.files {
            if file.path.split('/').any(|step| step.as_bytes() == FOLDER) {
                continue;
            }
            let digest = file.xxh128.as_deref();
            match digest.and_then(|text| Digest::parse(Kind::Xxh128, text)) {
                Some(digest) if file.path_raw.is_none() && is_writable(&file.path) => {
                    entries.push(Entry {
                        path: file.path.clone(),
                        size: file.size_bytes,
                        digest,
                        blake3: file.blake3,
                        video_id: file.video_id,
                    });
                }
                Some(_) | None => unlisted += 1,
            }
        }
        (entries, unlisted)
    }

    fn header(&self, unlisted: u64) -> Header {
        let history = path::escaped(FOLDER);
        let left_out = self.excused.iter().map(|excused| &excused.path);
        let exactly = self.litter.iter().chain(left_out);
        let exactly = exactly.filter(|path| is_writable(path));
        let ignored = [history.clone(), format!("{history}/")]
            .into_iter()
            .chain(exactly.map(|path| pattern(path)));
        let comment = (unlisted > 0).then(|| {
            format!(
                "{unlisted} files have names that XML cannot have; the receipt beside has them all"
            )
        });
        Header {
            made_at: self.finished_at,
            host: platform::host_name().unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            server: self.server.clone(),
            comment,
            ignored: ignored.collect(),
        }
    }
}

impl ReceiptFile {
    fn of(file: &FileFacts) -> Option<Self> {
        let (
            ReadBack::Whole {
                blake3,
                how,
                digests,
            },
            Stored::Copy(copy),
        ) = (&file.read, &file.stored)
        else {
            return None;
        };
        let (verified_at, verified_how) = match &file.reread {
            Reread::Equal { how, at } => (*at, how.clone()),
            Reread::NotAsked | Reread::Bad(_) => (copy.verified_at, copy.verified_how.clone()),
        };
        let xxh128 = digests
            .iter()
            .find(|digest| digest.kind() == Kind::Xxh128)
            .map(ToString::to_string);
        Some(Self {
            path: path::escaped(&file.path),
            path_raw: path::raw_of(&file.path),
            size_bytes: file.size,
            blake3: *blake3,
            xxh128,
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

/// The BLAKE3 of a value without its seal, whatever the order of its names and the spaces between them.
pub(super) fn seal(mut value: Value) -> Blake3 {
    if let Some(fields) = value.as_object_mut() {
        fields.remove("seal");
    }
    let mut hasher = blake3::Hasher::new();
    feed(&mut hasher, &value);
    hasher.finalize().into()
}

fn feed(hasher: &mut blake3::Hasher, value: &Value) {
    let mut piece = |tag: u8, bytes: &[u8]| {
        hasher.update(&[tag]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            piece(b'v', value.to_string().as_bytes());
        }
        Value::String(text) => piece(b's', text.as_bytes()),
        Value::Array(items) => {
            piece(b'a', &(items.len() as u64).to_le_bytes());
            for item in items {
                feed(hasher, item);
            }
        }
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            piece(b'o', &(names.len() as u64).to_le_bytes());
            for name in names {
                hasher.update(&(name.len() as u64).to_le_bytes());
                hasher.update(name.as_bytes());
                feed(hasher, &fields[name]);
            }
        }
    }
}

/// A pattern of `.gitignore` that means this path, wherever the folder of the card lies: the ASC's tool holds patterns
/// against whole paths.
fn pattern(path: &str) -> String {
    let mut pattern = String::from("**/");
    for letter in path.chars() {
        if matches!(letter, '\\' | '*' | '?' | '[' | ']' | '!' | '#' | ' ') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// Where the ASC MHL file of a receipt is written: beside it, under the same name with the ending `.mhl`. `None` where
/// that would be the receipt itself.
#[must_use]
pub fn mhl_of(receipt: &Path) -> Option<PathBuf> {
    let beside = receipt.with_extension("mhl");
    let is_itself = receipt
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("mhl"));
    (!is_itself && receipt.file_name().is_some()).then_some(beside)
}

/// Writes a receipt, and beside it the ASC MHL file: both, durably, or neither. What is there already is never replaced.
///
/// # Errors
/// One cannot be written, or something is there.
pub fn write_receipt(path: &Path, receipt: &Receipt) -> io::Result<()> {
    let mhl = mhl_of(path).ok_or(io::ErrorKind::InvalidInput)?;
    let mut text = serde_json::to_vec_pretty(receipt)?;
    text.push(b'\n');
    let (entries, unlisted) = receipt.listed();
    let mut list = Vec::new();
    write_mhl(&mut list, &receipt.header(unlisted), &entries)?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let (text, list) = (draft(directory, &text)?, draft(directory, &list)?);
    list.persist_noclobber(&mhl).map_err(|error| error.error)?;
    // The receipt is the proof: it is there last, and never alone.
    if let Err(error) = text.persist_noclobber(path) {
        let _ = fs_err::remove_file(&mhl);
        return Err(error.error);
    }
    fs_err::File::open(directory)?.sync_all()
}

/// A file without a name yet, durable.
fn draft(directory: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    // As any file of the person's: their umask says who else may read it.
    let mode = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new()
        .prefix(".heimdex-")
        .permissions(mode)
        .tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}
