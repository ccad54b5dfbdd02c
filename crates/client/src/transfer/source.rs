//! The file that is sent: read at positions, never through a cursor, and never believed to be what it was before.
//!
//! Its identity (device, inode, size, times) is compared before and after each part, and the second pass takes the
//! CRC32C again, so bytes that changed between the passes can never be acknowledged as something else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest};
use futures::Stream;
use heimdex_api::hash::PartHasher;
use heimdex_api::{Checksum, PartChecksum};
use md5::{Digest as _, Md5};

use super::buffers::{BUFFER_SIZE, Buffer, Buffers};
use super::error::TransferError;
use super::plan::HashedPart;
use super::stop::Stop;
use crate::beneath;
use crate::bwlimit::Throttle;
use crate::journal::FileStamp;
use crate::platform;
use cache::read_cached;

mod cache;
#[cfg(test)]
mod tests;

/// An open file, and what it was when it was opened.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    path: PathBuf,
    device: u64,
    stamp: FileStamp,
    buffers: Buffers,
    /// Set when nobody waits for hashes any more.
    abandoned: AtomicBool,
    /// What was read from the disk for this transfer alone, by where it begins: given back once it was sent, so that
    /// what other programs have in memory stays there.
    brought: Mutex<BTreeMap<u64, u64>>,
}

/// Which file it is, and in which state: equal only for the same bytes of the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: u64,
    pub(crate) stamp: FileStamp,
}

/// A part of a file, as its first pass needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Where it lies.
    pub(crate) range: Range<u64>,
    /// What the store verifies.
    pub(crate) algorithm: PartChecksum,
    /// Whether it is the whole file: its value is the file's hash then.
    pub(crate) is_whole: bool,
}

/// What the second pass of one part leaves behind for whoever sends it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Passage {
    /// Bytes handed to the network so far.
    pub(crate) moved: Arc<AtomicU64>,
    /// What holds them back.
    pub(crate) throttles: Vec<Throttle>,
    /// Set while they are held back.
    pub(crate) held: Arc<AtomicBool>,
    /// Why the stream of bytes ended early, if it did.
    pub(crate) broken: Arc<OnceLock<Stop>>,
}

impl Passage {
    /// How many of `bytes` are handed on at once.
    fn piece(&self, bytes: usize) -> usize {
        let throttles = self.throttles.iter();
        throttles.fold(bytes, |bytes, throttle| throttle.piece(bytes))
    }

    /// Waits until `bytes` may leave.
    async fn pass(&self, bytes: usize) {
        self.held.store(true, Ordering::Relaxed);
        for throttle in &self.throttles {
            throttle.pass(bytes).await;
        }
        self.held.store(false, Ordering::Relaxed);
    }
}

impl Source {
    /// Opens a regular file for reading. Follows symbolic links: whoever names one means its target. Below a folder that
    /// was looked through none is followed: nobody named it, and somebody may have put it there since.
    pub(crate) fn open(
        path: &Path,
        below: Option<&Path>,
        buffers: Buffers,
    ) -> Result<Self, TransferError> {
        let fail = |error: io::Error| TransferError::of_opening(path, &error);
        let file = match below.filter(|below| path.starts_with(below)) {
            Some(below) => beneath::open_file(below, path).map_err(fail)?.into(),
            None => named(path)?,
        };
        let metadata = file.metadata().map_err(fail)?;
        if let Some(kind) = special(&metadata) {
            return Err(TransferError::NotAFile {
                path: path.to_owned(),
                kind,
            });
        }
        Ok(Self {
            device: platform::facts(&metadata).device,
            stamp: stamp(&metadata),
            file,
            path: path.to_owned(),
            buffers,
            abandoned: AtomicBool::new(false),
            brought: Mutex::default(),
        })
    }

    /// Where it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Which file it was when it was opened, and in which state.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            device: self.device,
            stamp: self.stamp,
        }
    }

    /// What it was when it was opened.
    pub(crate) fn stamp(&self) -> &FileStamp {
        &self.stamp
    }

    /// Its length when it was opened.
    pub(crate) fn size(&self) -> u64 {
        self.stamp.size
    }

    /// Ends first passes that run: nobody waits for them.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Whether it still is the file that was opened.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        let metadata = self.file.metadata().map_err(|error| unreadable(&error))?;
        let facts = platform::facts(&metadata);
        if !facts.has_name {
            return Err(Stop::FileVanished);
        }
        if facts.device != self.device || stamp(&metadata) != self.stamp {
            return Err(Stop::FileChanged);
        }
        Ok(())
    }

    /// The first pass over a part. Blocks; `passed` is told of bytes as they pass.
    pub(crate) fn hash(&self, piece: &Piece, passed: impl Fn(u64)) -> Result<HashedPart, Stop> {
        self.check()?;
        let mut crc = Digest::new(CrcAlgorithm::Crc32Iscsi);
        let mut md5 = (piece.algorithm == PartChecksum::Md5).then(Md5::new);
        let mut tree = PartHasher::at(piece.range.start);
        let mut buffer = self.buffers.take();
        self.note_brought(&piece.range);
        let mut at = piece.range.start;
        while at < piece.range.end {
            if self.abandoned.load(Ordering::Relaxed) {
                return Err(Stop::Interrupted);
            }
            let wanted = chunk(at, piece.range.end);
            let bytes = &mut buffer.memory()[..wanted];
            read_exactly(&self.file, bytes, at)?;
            crc.update(bytes);
            tree.update(bytes);
            if let Some(md5) = &mut md5 {
                md5.update(&*bytes);
            }
            at += wanted as u64;
            passed(wanted as u64);
        }
        self.check()?;
        let crc32c = crc32c(&crc);
        let subtree = if piece.is_whole {
            Some(tree.root())
        } else {
            tree.subtree()
        };
        Ok(HashedPart {
            crc32c,
            checksum: match md5 {
                Some(md5) => Checksum::from_bytes(&md5.finalize()),
                None => Checksum::from_crc32c(crc32c),
            },
            // No plan has an empty part beside others.
            subtree: subtree.ok_or(Stop::FileChanged)?,
        })
    }

    /// The second pass over a part: its bytes, ending in an error where they are not those of the first.
    pub(crate) fn stream(
        self: Arc<Self>,
        range: Range<u64>,
        crc32c: u32,
        passage: Passage,
    ) -> impl Stream<Item = Result<Bytes, Stop>> + Send + 'static {
        self.note_brought(&range);
        let pass = SecondPass {
            begins: range.start,
            source: self,
            at: range.start,
            end: range.end,
            crc: Digest::new(CrcAlgorithm::Crc32Iscsi),
            expected: crc32c,
            passage: passage.clone(),
        };
        futures::stream::unfold(Some(pass), move |pass| {
            let broken = Arc::clone(&passage.broken);
            async move {
                let mut pass = pass?;
                match pass.next().await {
                    Ok(Some(bytes)) => Some((Ok(bytes), Some(pass))),
                    Ok(None) => None,
                    Err(stop) => {
                        // Told here as well: what the HTTP library makes of the error is its own affair.
                        let _ = broken.set(stop.clone());
                        Some((Err(stop), None))
                    }
                }
            }
        })
    }

    async fn read(self: &Arc<Self>, at: u64, wanted: usize) -> Result<Bytes, Stop> {
        let mut buffer = self.buffers.take();
        let cached = read_cached(&self.file, &mut buffer.memory()[..wanted], at);
        if cached == wanted {
            return Ok(buffer.into_bytes(wanted));
        }
        let source = Arc::clone(self);
        let read = move || -> Result<Buffer, Stop> {
            let rest = &mut buffer.memory()[cached..wanted];
            read_exactly(&source.file, rest, at + cached as u64)?;
            Ok(buffer)
        };
        let buffer = tokio::task::spawn_blocking(read)
            .await
            .map_err(|_| Stop::FileUnreadable("reading was given up".to_owned()))??;
        Ok(buffer.into_bytes(wanted))
    }
}

struct SecondPass {
    source: Arc<Source>,
    begins: u64,
    at: u64,
    end: u64,
    crc: Digest,
    expected: u32,
    passage: Passage,
}

impl SecondPass {
    async fn next(&mut self) -> Result<Option<Bytes>, Stop> {
        if self.at == self.end {
            return Ok(None);
        }
        let wanted = self.passage.piece(chunk(self.at, self.end));
        let bytes = self.source.read(self.at, wanted).await?;
        self.crc.update(&bytes);
        self.at += wanted as u64;
        // Before the last bytes are handed out: a request that lacks them cannot be acknowledged.
        if self.at == self.end {
            if crc32c(&self.crc) != self.expected {
                return Err(Stop::FileChanged);
            }
            self.source.check()?;
            self.source.give_back(self.begins);
        }
        self.passage.pass(wanted).await;
        self.passage
            .moved
            .fetch_add(wanted as u64, Ordering::Relaxed);
        Ok(Some(bytes))
    }
}

fn chunk(at: u64, end: u64) -> usize {
    usize::try_from(end - at).map_or(BUFFER_SIZE, |left| left.min(BUFFER_SIZE))
}

fn crc32c(digest: &Digest) -> u32 {
    // The upper half of what the library returns for a 32-bit algorithm is zero.
    u32::try_from(digest.finalize()).unwrap_or_default()
}

fn unreadable(error: &io::Error) -> Stop {
    Stop::FileUnreadable(error.to_string())
}

fn read_exactly(file: &File, bytes: &mut [u8], at: u64) -> Result<(), Stop> {
    platform::read_exact_at(file, bytes, at).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Stop::FileChanged,
        _ => unreadable(&error),
    })
}

/// The state of a file that nobody needs to open. Below a folder that was looked through no link is followed.
///
/// # Errors
///
/// What the system says; [`io::ErrorKind::NotFound`] also where a link stands in the way.
pub fn stamp_of(path: &Path, below: Option<&Path>) -> io::Result<FileStamp> {
    match below.filter(|below| path.starts_with(below)) {
        Some(below) => Ok(platform::stamp(&beneath::look(below, path)?)),
        None => Ok(stamp(&fs_err::metadata(path)?)),
    }
}

/// What tells that a file was not touched since.
pub(crate) fn stamp(metadata: &std::fs::Metadata) -> FileStamp {
    let facts = platform::facts(metadata);
    FileStamp {
        size: metadata.len(),
        mtime: facts.mtime,
        ctime: facts.ctime,
        inode: facts.inode,
    }
}

/// Opens a file that somebody named, and follows links.
fn named(path: &Path) -> Result<File, TransferError> {
    let fail = |error: io::Error| TransferError::of_opening(path, &error);
    // Looked at before it is opened: opening a pipe or a device may block, or do something.
    let before = fs_err::metadata(path).map_err(fail)?;
    if let Some(kind) = special(&before) {
        return Err(TransferError::NotAFile {
            path: path.to_owned(),
            kind,
        });
    }
    let mut options = fs_err::OpenOptions::new();
    platform::never_block(options.read(true));
    Ok(options.open(path).map_err(fail)?.into_file())
}

/// What it is, where it is no regular file.
fn special(metadata: &std::fs::Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("a directory")
    } else {
        platform::special(kind).or(Some("something else"))
    }
}
