//! Reads a file of a card from the card, not from this machine's memory of it, as far as the system lets.
//!
//! What the page cache holds of the file is dropped first, and whether that worked is looked at; then the file is read
//! past the cache where the file system can do that.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use rustix::fs::{Advice, Mode, OFlags};
use rustix::io::{Errno, ReadWriteFlags};

use super::card::Seen;
use super::facts::{ReadBack, ReadHow};
use crate::beneath;
use crate::manifest::{Digest, Hashers, Kind};
use crate::reason;

/// Bytes of one read.
const CHUNK: usize = 4 << 20;
/// Where memory and offsets of reads past the cache begin: a multiple of every disk's block.
const ALIGNMENT: usize = 4096;
/// Files longer than this are probed in the middle and at the end too. Probes lie far apart, as each makes the kernel
/// read a little ahead.
const PROBED_ONCE: u64 = 8 << 20;
/// What was used a moment ago is not always let go of at once, and a quick disk may have answered the read ahead of a
/// probe before the probe looks.
#[cfg(target_os = "linux")]
const FORGETS: usize = 10;

/// A file that is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The bytes of its path below the root.
    pub(super) path: &'a [u8],
    /// What it must be.
    pub(super) seen: &'a Seen,
    /// Checksums to be taken beside BLAKE3.
    pub(super) kinds: &'a [Kind],
}

/// Who waits for a reading.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'a> {
    /// Is told of bytes as they pass.
    pub(super) passed: &'a (dyn Fn(u64) + Sync),
    /// Nobody does any more.
    pub(super) is_over: &'a AtomicBool,
}

/// Reads a file below `root`, which must be the one that was seen; `None` where nobody waits for it any more. Blocks.
pub(super) fn read_back(
    root: &OwnedFd,
    wanted: Wanted<'_>,
    waiting: Waiting<'_>,
) -> Option<ReadBack> {
    match read(root, wanted, waiting) {
        Ok(read) => read,
        Err(error) => Some(match Errno::from_io_error(&error) {
            Some(Errno::NOENT) => ReadBack::Vanished,
            // A link, or a folder, where a file was.
            Some(Errno::LOOP | Errno::NOTDIR) => ReadBack::Changed,
            _ => ReadBack::Unreadable(reason(&error).into_owned()),
        }),
    }
}

fn read(root: &OwnedFd, wanted: Wanted<'_>, waiting: Waiting<'_>) -> io::Result<Option<ReadBack>> {
    let Wanted { path, seen, kinds } = wanted;
    let size = seen.stamp.size;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let file = File::from(beneath::open(root, path, flags, Mode::empty())?);
    if !is_seen(&file, seen)? {
        return Ok(Some(ReadBack::Changed));
    }
    let forgotten = forget(&file, size);
    let past_cache = beneath::open(root, path, flags | direct(), Mode::empty())
        .map(File::from)
        .ok()
        .filter(|opened| is_seen(opened, seen).unwrap_or(false));
    let hashed = match past_cache.map(|opened| {
        let how = if reads_past_cache(&opened) {
            ReadHow::Medium
        } else {
            forgotten
        };
        hash(&opened, size, kinds, waiting).map(|hashed| (hashed, how))
    }) {
        Some(Ok(hashed)) => hashed,
        // File systems that take the flag and then cannot read so.
        Some(Err(error)) if Errno::from_io_error(&error) != Some(Errno::INVAL) => {
            return Err(error);
        }
        Some(Err(_)) | None => (hash(&file, size, kinds, waiting)?, forgotten),
    };
    let (hashed, how) = hashed;
    let read = match hashed {
        Hashed::All(hash, digests) if is_seen(&file, seen)? => ReadBack::Whole {
            blake3: hash.into(),
            how,
            digests,
        },
        Hashed::All(..) | Hashed::Short => ReadBack::Changed,
        Hashed::Over => return Ok(None),
    };
    // A card is larger than memory, and nobody reads it again soon.
    let _ = rustix::fs::fadvise(&file, 0, None, Advice::DontNeed);
    Ok(Some(read))
}

fn is_seen(file: &File, seen: &Seen) -> io::Result<bool> {
    let stat = rustix::fs::fstat(file)?;
    let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    Ok(is_file && stat.st_nlink > 0 && Seen::of(&stat) == *seen)
}

#[cfg(target_os = "linux")]
fn direct() -> OFlags {
    OFlags::DIRECT
}

#[cfg(not(target_os = "linux"))]
fn direct() -> OFlags {
    OFlags::empty()
}

/// Whether a file that was opened for reads past the cache is really read so. Some file systems take the flag and read
/// through the cache all the same, for some files or for all.
#[cfg(target_os = "linux")]
fn reads_past_cache(file: &File) -> bool {
    use rustix::fs::{AtFlags, StatxFlags};

    if !is_on_own_disk(file) {
        return false;
    }
    // FAT and exFAT, which most cards have, do not say; they have no other way for such a read.
    if is_of_kind(file, &[0x4d44, 0x2011_bab0]) {
        return true;
    }
    rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::DIOALIGN).is_ok_and(|stat| {
        stat.stx_mask & StatxFlags::DIOALIGN.bits() != 0 && stat.stx_dio_offset_align != 0
    })
}

#[cfg(not(target_os = "linux"))]
fn reads_past_cache(_file: &File) -> bool {
    false
}

/// Drops what the page cache holds of a file; says what will answer when it is read.
#[cfg(target_os = "linux")]
fn forget(file: &File, size: u64) -> ReadHow {
    if !is_on_own_disk(file) {
        return ReadHow::Cached;
    }
    if size == 0 {
        return ReadHow::Medium;
    }
    // What was written a moment ago is not dropped before it is on the medium.
    let _ = rustix::fs::fdatasync(file);
    let probes = if size > PROBED_ONCE {
        vec![0, size / 2, size - 1]
    } else {
        vec![0]
    };
    let is_forgotten = |offset: u64| {
        let mut byte = [0];
        let mut into = [IoSliceMut::new(&mut byte)];
        let read = rustix::io::preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT);
        // Answered without waiting, or a file system that cannot say: not from the medium for certain.
        matches!(read, Err(Errno::AGAIN))
    };
    for _ in 0..FORGETS {
        if rustix::fs::fadvise(file, 0, None, Advice::DontNeed).is_err() {
            break;
        }
        if probes.iter().copied().all(is_forgotten) {
            return ReadHow::Medium;
        }
    }
    ReadHow::Cached
}

#[cfg(not(target_os = "linux"))]
fn forget(_file: &File, _size: u64) -> ReadHow {
    ReadHow::Cached
}

/// Whether a file system lies on a disk of this machine, without another cache that nobody here can drop.
#[cfg(target_os = "linux")]
fn is_on_own_disk(file: &File) -> bool {
    // ext2 to ext4, XFS, Btrfs, F2FS, FAT, exFAT, NTFS, HFS+, UDF, ISO 9660.
    const KINDS: [u32; 10] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0xf2f5_2010,
        0x4d44,
        0x2011_bab0,
        0x7366_746e,
        0x482b,
        0x1501_3346,
        0x9660,
    ];
    is_of_kind(file, &KINDS)
}

/// Whether a file system notes the time of every change by itself, where nobody can put it back: ext2 to ext4, XFS, Btrfs,
/// tmpfs, F2FS, ZFS and bcachefs. FAT and exFAT know the time that the writer says, and of shares nobody knows.
#[cfg(target_os = "linux")]
pub(super) fn tells_changes(folder: &impl AsFd) -> bool {
    const KINDS: [u32; 7] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x0102_1994,
        0xf2f5_2010,
        0x2fc1_2fc1,
        0xca45_1a4e,
    ];
    is_of_kind(folder, &KINDS)
}

/// Of other systems nobody knows.
#[cfg(not(target_os = "linux"))]
pub(super) fn tells_changes(_folder: &impl AsFd) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn is_of_kind(file: &impl AsFd, kinds: &[u32]) -> bool {
    rustix::fs::fstatfs(file).is_ok_and(|stat| {
        // The magic number has 32 bits, in a signed word of the platform's width.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "32 bits, as above"
        )]
        let kind = stat.f_type as u32;
        kinds.contains(&kind)
    })
}

enum Hashed {
    All(blake3::Hash, Vec<Digest>),
    /// It has fewer bytes than it had.
    Short,
    /// Nobody waits for it any more.
    Over,
}

/// Reads one chunk while the one before it is hashed.
fn hash(file: &File, size: u64, kinds: &[Kind], waiting: Waiting<'_>) -> io::Result<Hashed> {
    let Waiting { passed, is_over } = waiting;
    let mut hasher = blake3::Hasher::new();
    let mut others = Hashers::new(kinds.iter().copied());
    if size <= CHUNK as u64 {
        let mut chunk = Chunk::new(usize::try_from(size).unwrap_or(CHUNK));
        let is_whole = chunk.read(file, 0, size)?;
        if !is_whole {
            return Ok(Hashed::Short);
        }
        hasher.update(chunk.bytes());
        others.update(chunk.bytes());
        passed(size);
        return Ok(Hashed::All(hasher.finalize(), others.finish()));
    }
    std::thread::scope(|scope| {
        // One chunk waits while another is hashed; the reader waits when both are taken.
        let (full, chunks) = sync_channel::<Chunk>(1);
        let (empty, spare) = sync_channel::<Chunk>(2);
        for _ in 0..2 {
            let _ = empty.send(Chunk::new(CHUNK));
        }
        let reading = scope.spawn(move || -> io::Result<Option<bool>> {
            let mut at = 0;
            while at < size {
                if is_over.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let Ok(mut chunk) = spare.recv() else {
                    return Ok(None);
                };
                if !chunk.read(file, at, size)? {
                    return Ok(Some(false));
                }
                at += chunk.length as u64;
                if full.send(chunk).is_err() {
                    return Ok(None);
                }
            }
            Ok(Some(true))
        });
        while let Ok(chunk) = chunks.recv() {
            hasher.update(chunk.bytes());
            others.update(chunk.bytes());
            passed(chunk.length as u64);
            // The reader has ended, where it does not take it.
            let _ = empty.send(chunk);
        }
        let read = reading
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the reader gave up")))?;
        Ok(match read {
            Some(true) => Hashed::All(hasher.finalize(), others.finish()),
            Some(false) => Hashed::Short,
            None => Hashed::Over,
        })
    })
}

/// Memory that begins where reads past the cache may write.
struct Chunk {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl Chunk {
    /// Room for so many bytes, and what rounds them up to whole blocks.
    fn new(bytes: usize) -> Self {
        let room = bytes.next_multiple_of(ALIGNMENT).max(ALIGNMENT);
        let memory = vec![0; room + ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self {
            memory,
            start,
            length: 0,
        }
    }

    /// Fills it from `at` on, to the end of a file of this size at most; `false` where the file ends before.
    fn read(&mut self, file: &File, at: u64, size: u64) -> io::Result<bool> {
        let room = self.memory.len() - ALIGNMENT;
        let wanted = usize::try_from(size - at).map_or(room, |left| left.min(room));
        let bytes = &mut self.memory[self.start..self.start + room];
        self.length = 0;
        while self.length < wanted {
            // All of the room, not only what is wanted: whole blocks.
            let read = match file.read_at(&mut bytes[self.length..], at + self.length as u64) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if read == 0 {
                return Ok(false);
            }
            self.length += read;
        }
        // A file that grew meanwhile is found by its stamp; no byte beyond its end is hashed.
        self.length = wanted;
        Ok(true)
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests;
