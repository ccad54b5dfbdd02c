//! A receipt, read again: each of its files is asked for at the server, and judged as it was when the card was there.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err::File;
use heimdex_api::{Blake3, Timestamp, path};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::check::Asker;
use super::facts::{Facts, FileFacts, ReadBack, ReadHow, Reread, Stored, Terms};
use super::outcome::{Checked, Step, WipeError};
use super::receipt::{Receipt, VERSION, seal};
use super::verdict::judge;
use crate::manifest::{HashList, ManifestError, Ours, parse_mhl};
use crate::reason;
use crate::transfer::TransferContext;

/// A longer file is no receipt. Bytes.
const MOST: u64 = 512 << 20;

/// What a receipt says.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// The server that had the copies, as it was called.
    pub server: Option<String>,
    /// The folder of the card, as it was called.
    pub folder: Option<String>,
    /// When it was written.
    pub written_at: Option<Timestamp>,
    /// Whether its seal says that nothing in it was changed.
    pub is_sealed: bool,
    files: Vec<PaperFile>,
}

#[derive(Debug, Clone, PartialEq)]
struct PaperFile {
    path: Vec<u8>,
    size: u64,
    blake3: Blake3,
}

/// Why a receipt cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// It cannot be read.
    #[error("cannot read `{}`: {}", path.display(), reason(source))]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what a receipt is.
    #[error("`{}` is no receipt that can be used: {what}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// What is wrong, in a few words.
        what: String,
    },
    /// It was changed since it was written.
    #[error("`{}` was changed since it was written: it does not have its seal's checksum", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// A later version of this program wrote it.
    #[error("`{}` is a receipt of version {version}, and this program knows version {VERSION}", path.display())]
    Later {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// An MHL file of somebody else, which says nothing that the server could be asked for.
    #[error("`{}` has no BLAKE3 of `{name}`: the server can only be asked for files by BLAKE3", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// The first file without.
        name: String,
    },
}

impl PaperError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { .. } => None,
            Self::Wrong { .. } => Some(
                "name the JSON file that `safe-to-wipe --receipt` wrote, or the .mhl beside it",
            ),
            Self::Changed { .. } => {
                Some("use another copy of it, or the .mhl that was written beside it")
            }
            Self::Later { .. } => Some("use a later heimdex"),
            Self::Foreign { .. } => Some(
                "of MHL files only those that heimdex wrote beside a receipt can be asked about",
            ),
        }
    }
}

impl Paper {
    /// Reads a receipt, or the ASC MHL file beside one. Blocks.
    ///
    /// # Errors
    /// It cannot be read, is none, or was changed.
    pub fn read(path: &Path) -> Result<Self, PaperError> {
        let failed = |source| PaperError::Read {
            path: path.to_owned(),
            source,
        };
        // A pipe would be waited for.
        let found = fs_err::metadata(path).map_err(|error| failed(error.kind().into()))?;
        let wrong = |what: &str| PaperError::Wrong {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        if !found.is_file() {
            return Err(wrong("it is no file"));
        }
        if found.len() > MOST {
            return Err(wrong("it is too large"));
        }
        let file = File::open(path).map_err(|error| failed(error.kind().into()))?;
        let mut reader = BufReader::new(file.take(MOST));
        let head = reader.fill_buf().map_err(failed)?;
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let first = head.trim_ascii_start().first().copied();
        match first {
            Some(b'<') => match parse_mhl(reader) {
                Ok(list) => Self::of_list(&list, path),
                Err(ManifestError::Read(source)) => Err(failed(source)),
                Err(error) => Err(wrong(&error.to_string())),
            },
            Some(b'{') => match serde_json::from_reader(reader) {
                Ok(value) => Self::of_json(value, path),
                Err(error) if error.is_io() => Err(failed(error.into())),
                Err(error) if error.is_eof() => Err(wrong("it ends in the middle")),
                Err(error) => Err(wrong(&format!("line {} is not JSON", error.line()))),
            },
            Some(_) | None => Err(wrong("it is neither JSON nor XML")),
        }
    }

    fn of_json(value: Value, path: &Path) -> Result<Self, PaperError> {
        let wrong = |what: String| PaperError::Wrong {
            path: path.to_owned(),
            what,
        };
        match value.get("version").and_then(Value::as_u64) {
            None => return Err(wrong("it does not say its version".to_owned())),
            Some(version) if version > u64::from(VERSION) => {
                return Err(PaperError::Later {
                    path: path.to_owned(),
                    version,
                });
            }
            Some(_) => {}
        }
        // Of the value, as a later program may have written more than is known here.
        let own = seal(value.clone());
        let receipt: Receipt = serde_json::from_value(value).map_err(|error| {
            let what: String = error.to_string().chars().take(200).collect();
            wrong(what)
        })?;
        if receipt.seal.is_some_and(|seal| seal != own) {
            return Err(PaperError::Changed {
                path: path.to_owned(),
            });
        }
        let mut files = Vec::with_capacity(receipt.files.len());
        for file in &receipt.files {
            let exact = path::exact(&file.path, file.path_raw.as_deref());
            let exact = exact.map_err(|error| wrong(format!("`{}`: {error}", file.path)))?;
            files.push(PaperFile {
                path: exact,
                size: file.size_bytes,
                blake3: file.blake3,
            });
        }
        let bytes = receipt
            .files
            .iter()
            .try_fold(0_u64, |sum, file| sum.checked_add(file.size_bytes));
        if bytes != Some(receipt.bytes) {
            return Err(wrong("`bytes` is not what its files come to".to_owned()));
        }
        Self::named(path, files).map(|files| Self {
            server: Some(receipt.server),
            folder: Some(receipt.folder),
            written_at: Some(receipt.finished_at),
            is_sealed: receipt.seal.is_some(),
            files,
        })
    }

    fn of_list(list: &HashList, path: &Path) -> Result<Self, PaperError> {
        let mut ours = list.ours.iter().peekable();
        let mut files = Vec::with_capacity(list.listed.len());
        for (index, listed) in list.listed.iter().enumerate() {
            let own = ours.next_if(|ours| ours.index == index);
            let (Some(Ours { blake3, .. }), Some(size)) = (own, listed.size) else {
                return Err(PaperError::Foreign {
                    path: path.to_owned(),
                    name: path::escaped(&listed.path),
                });
            };
            files.push(PaperFile {
                path: listed.path.clone(),
                size,
                blake3: *blake3,
            });
        }
        Self::named(path, files).map(|files| Self {
            server: list.server.clone(),
            folder: None,
            written_at: None,
            is_sealed: false,
            files,
        })
    }

    fn named(path: &Path, files: Vec<PaperFile>) -> Result<Vec<PaperFile>, PaperError> {
        if files.is_empty() {
            return Err(PaperError::Wrong {
                path: path.to_owned(),
                what: "it names no file".to_owned(),
            });
        }
        Ok(files)
    }

    /// Files that it names.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.files.len() as u64
    }

    /// Finds out whether all that it names is still there, and verified.
    ///
    /// # Errors
    /// Whatever keeps the question from being answered: the login, the way to the server, a person.
    pub async fn verify(
        &self,
        context: &TransferContext,
        terms: Terms,
        tell: impl Fn(Step) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Checked, WipeError> {
        let began_at = context.now();
        let asker = Asker {
            context,
            tell: Arc::new(tell),
            terms,
            cancel,
        };
        asker.can_be_asked().await?;
        let mut files: Vec<FileFacts> = self.files.iter().map(PaperFile::facts).collect();
        (asker.tell)(Step::Asking);
        asker.ask(&mut files).await?;
        asker.trace(&mut files).await;
        if terms.reread {
            asker
                .reread(&mut files, &mut std::collections::BTreeMap::new())
                .await?;
        }
        let facts = Facts {
            files,
            ..Facts::default()
        };
        let verdict = judge(&facts, terms);
        Ok(Checked {
            folder: self.folder.clone().unwrap_or_default().into(),
            server: context.api().server().to_string(),
            began_at,
            finished_at: context.now(),
            facts,
            verdict,
        })
    }
}

impl PaperFile {
    /// As it was read when the receipt was written.
    fn facts(&self) -> FileFacts {
        FileFacts {
            path: self.path.clone(),
            size: self.size,
            read: ReadBack::Whole {
                blake3: self.blake3,
                how: ReadHow::Medium,
                digests: Vec::new(),
            },
            stored: Stored::NotAsked,
            reread: Reread::NotAsked,
        }
    }
}
