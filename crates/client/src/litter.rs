//! What operating systems leave on cards: a short list, the same for every card, never a rule of ours.
//!
//! Upload leaves it out and `safe-to-wipe` excuses it, both by what is said here. A name alone excuses nothing: a file that
//! is called so must be such a file, a folder such a folder. `lost+found` is not among them: what a check of the file
//! system saved of a card lies there, and an empty one has no file that had to be excused.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd;
use std::path::Path;

use heimdex_media::{SNIFF_LEN, sniff};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use crate::platform;

/// Files, by their whole names.
const FILES: [&[u8]; 4] = [b".DS_Store", b".apdisk", b"Thumbs.db", b"desktop.ini"];
/// Folders: indexes, and what a person threw away. Not `.TemporaryItems`, where a program may have left the only whole
/// take of what it was saving.
const FOLDERS: [&[u8]; 6] = [
    b".Spotlight-V100",
    b".Trashes",
    b".fseventsd",
    b".DocumentRevisions-V100",
    b"System Volume Information",
    b"$RECYCLE.BIN",
];
/// Folders, by the beginnings of their names.
const FOLDER_BEGINNING: &[u8] = b".Trash-";
/// What macOS puts beside a file where the file system has no place for it.
const APPLE_DOUBLE_BEGINNING: &[u8] = b"._";
const APPLE_DOUBLE_MAGIC: [u8; 4] = [0x00, 0x05, 0x16, 0x07];
/// No resource fork is longer, and no index of a folder's pictures should be. Bytes.
const FILE_MOST: u64 = 16 << 20;

/// What something of a litter's name must be to be litter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    File,
    AppleDouble,
    Folder,
}

/// Whether what lies at a path is litter. It is looked at, no link is followed, and where only its first bytes tell it is
/// opened.
///
/// # Errors
/// What the system says.
pub fn is_litter(path: &Path) -> io::Result<bool> {
    let name = path.file_name().unwrap_or(OsStr::new(""));
    let name = platform::bytes_of(name);
    if nature(name).is_none() {
        return Ok(false);
    }
    let at = platform::bytes_of(path.as_os_str());
    let stat = rustix::fs::statat(CWD, at, AtFlags::SYMLINK_NOFOLLOW)?;
    is_such(CWD, at, name, &stat)
}

/// The same of a name in a folder that is held open, and of what was seen there.
pub(crate) fn is_litter_in(folder: impl AsFd, name: &[u8], stat: &Stat) -> io::Result<bool> {
    is_such(folder, name, name, stat)
}

fn is_such(folder: impl AsFd, at: &[u8], name: &[u8], stat: &Stat) -> io::Result<bool> {
    let Some(nature) = nature(name) else {
        return Ok(false);
    };
    let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
    match (FileType::from_raw_mode(stat.st_mode), nature) {
        (FileType::Directory, Nature::Folder) => Ok(true),
        // Without bytes nothing can be lost of it.
        (FileType::RegularFile, Nature::File | Nature::AppleDouble) if size == 0 => Ok(true),
        (FileType::RegularFile, Nature::File | Nature::AppleDouble) if size <= FILE_MOST => {
            Ok(nature.has(&head(folder, at)?))
        }
        _ => Ok(false),
    }
}

/// What something of this name would be; `None` where no litter is called so.
fn nature(name: &[u8]) -> Option<Nature> {
    if FILES.contains(&name) {
        Some(Nature::File)
    } else if FOLDERS.contains(&name) || name.starts_with(FOLDER_BEGINNING) {
        Some(Nature::Folder)
    } else if name.starts_with(APPLE_DOUBLE_BEGINNING) {
        Some(Nature::AppleDouble)
    } else {
        None
    }
}

impl Nature {
    /// Whether a file that begins so is such a file. What is a video by its bytes never is.
    fn has(self, head: &[u8]) -> bool {
        match self {
            Self::File => sniff(head).is_none(),
            Self::AppleDouble => head.starts_with(&APPLE_DOUBLE_MAGIC),
            Self::Folder => false,
        }
    }
}

/// The first bytes of a file, as it lies there.
fn head(folder: impl AsFd, at: &[u8]) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(folder, at, flags, Mode::empty())?);
    let mut head = Vec::new();
    file.take(SNIFF_LEN as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As macOS writes it beside a file on exFAT.
    fn apple_double() -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        bytes[..8].copy_from_slice(&[0, 5, 0x16, 7, 0, 2, 0, 0]);
        bytes
    }

    /// The beginning of a film.
    fn film() -> Vec<u8> {
        let mut bytes = vec![0; 300_000];
        bytes[..16].copy_from_slice(b"\0\0\0\x10ftypisom\0\0\0\0");
        bytes
    }

    fn said(name: &str, make: impl FnOnce(&Path)) -> bool {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        make(&path);
        is_litter(&path).unwrap()
    }

    fn of_file(name: &str, bytes: &[u8]) -> bool {
        said(name, |path| fs_err::write(path, bytes).unwrap())
    }

    fn of_folder(name: &str) -> bool {
        said(name, |path| fs_err::create_dir(path).unwrap())
    }

    #[test]
    fn footage_is_no_litter_whatever_it_is_called() {
        for name in [
            "A003C012.mp4",
            "DS_Store",
            "_.mp4",
            ".hidden.mp4",
            "Thumbs.db.mp4",
            ".Trash",
            ".Trashes",
            "$RECYCLE.BIN",
        ] {
            assert!(!of_file(name, b"some"), "{name}");
        }
        for name in ["._big.mp4", ".DS_Store", "Thumbs.db", "desktop.ini"] {
            assert!(!of_file(name, &film()), "{name}");
        }
        assert!(!of_file("._A.mp4", b"text"));
    }

    #[test]
    fn litter_is_what_its_name_says() {
        for name in [".DS_Store", ".apdisk", "Thumbs.db", "desktop.ini"] {
            assert!(of_file(name, b"some") && of_file(name, b""), "{name}");
            assert!(!of_folder(name), "{name}");
            let large = |path: &Path| {
                let file = fs_err::File::create(path).unwrap();
                file.set_len(FILE_MOST + 1).unwrap();
            };
            assert!(!said(name, large), "{name}");
        }
        assert!(of_file("._A.mp4", &apple_double()) && of_file("._A.mp4", b""));
        assert!(!of_folder("._clips"));
        for name in [
            ".Trashes",
            ".Trash-1000",
            ".Spotlight-V100",
            "$RECYCLE.BIN",
            "System Volume Information",
        ] {
            assert!(of_folder(name), "{name}");
        }
        for name in ["lost+found", ".TemporaryItems", "Trashes"] {
            assert!(!of_folder(name), "{name}");
        }
    }

    #[test]
    fn a_link_is_no_litter() {
        let to_itself = |path: &Path| std::os::unix::fs::symlink("/etc", path).unwrap();
        assert!(!said(".Trashes", to_itself) && !said("._x", to_itself));
    }

    #[test]
    fn an_apple_double_longer_than_any_resource_fork_is_none() {
        let grown = |path: &Path| {
            fs_err::write(path, apple_double()).unwrap();
            let file = fs_err::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(FILE_MOST + 1).unwrap();
        };
        assert!(!said("._big.mp4", grown));
    }
}
