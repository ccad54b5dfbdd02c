//! The trash of the desktop, as freedesktop.org has it: where people look for what they want back.
//!
//! Only what is proven to be stored gets here, and it is moved within its file system, never copied: a full disk, or a
//! power cut, never leaves half a file.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use heimdex_api::Timestamp;
use jiff::tz::TimeZone;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::platform;
use crate::wipe::{Proven, Seen};

/// Names that are tried for one file.
const NAMES_MAX: u32 = 10_000;

/// Why a file was not put in the trash; it is where it was.
#[derive(Debug, thiserror::Error)]
pub enum TrashError {
    /// It is not what was proven any more.
    #[error("`{}` changed since it was proven to be stored", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// There is no trash on its file system, and none can be made.
    #[error("there is no trash for `{}`: {source}", path.display())]
    NoTrash {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be moved there.
    #[error("cannot move `{}` to the trash: {source}", path.display())]
    Move {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl TrashError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Changed { .. } => None,
            Self::NoTrash { .. } | Self::Move { .. } => Some(
                "check whether the folder may be written, or keep its files: `--after-verified keep`",
            ),
        }
    }
}

/// Where the trash of one file system lies, and from where paths in it count.
struct Trash {
    files: OwnedFd,
    info: OwnedFd,
    /// `None` for the home's own, whose paths are absolute.
    top: Option<PathBuf>,
}

/// Puts a proven file in the trash of its file system; where it lies now. Blocks.
///
/// `data_home` is where a person's own trash lies (`XDG_DATA_HOME`), if they have a home.
///
/// # Errors
/// Whatever kept it where it was.
pub fn put(
    proven: &Proven,
    path: &Path,
    data_home: Option<&Path>,
    now: Timestamp,
) -> Result<(), TrashError> {
    let named = || path.to_owned();
    let trash = find(proven.folder(), path, data_home).map_err(|source| TrashError::NoTrash {
        path: named(),
        source,
    })?;
    let fail = |source: io::Error| TrashError::Move {
        path: named(),
        source,
    };
    let (name, info) = trash.reserve(proven.name()).map_err(fail)?;
    let moved = trash
        .describe(info, path, now)
        .and_then(|()| trash.take(proven, &name));
    match moved {
        Ok(true) => Ok(()),
        Ok(false) => {
            trash.release(&name);
            Err(TrashError::Changed { path: named() })
        }
        Err(error) => {
            trash.release(&name);
            Err(fail(error))
        }
    }
}

/// Whether a file lies in a trash already, a person's own or that of a file system.
#[must_use]
pub fn holds(path: &Path, data_home: Option<&Path>) -> bool {
    let is_own = data_home.is_some_and(|home| path.starts_with(home.join("Trash")));
    is_own
        || path.components().any(|component| {
            let name = platform::bytes_of(component.as_os_str());
            let user = name.strip_prefix(b".Trash-");
            name == b".Trash" || user.is_some_and(|user| user.iter().all(u8::is_ascii_digit))
        })
}

impl Trash {
    fn open(directory: &Path, top: Option<PathBuf>) -> io::Result<Self> {
        let folder = |name: &str| {
            let path = directory.join(name);
            match rustix::fs::mkdirat(CWD, &path, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            rustix::fs::openat(CWD, &path, flags, Mode::empty())
        };
        let (files, info) = (folder("files")?, folder("info")?);
        Ok(Self { files, info, top })
    }

    /// A name that nothing in the trash has, taken by its description.
    fn reserve(&self, name: &[u8]) -> io::Result<(Vec<u8>, File)> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        for number in 1..=NAMES_MAX {
            let candidate = numbered(name, number);
            match rustix::fs::openat(&self.info, &described(&candidate)[..], flags, mode) {
                Ok(file) => return Ok((candidate, file.into())),
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Writes down where the file was: before it is moved, so that it is never in the trash without.
    fn describe(&self, mut info: File, path: &Path, now: Timestamp) -> io::Result<()> {
        let shown = match &self.top {
            Some(top) => path.strip_prefix(top).unwrap_or(path),
            None => path,
        };
        let path = percent(platform::bytes_of(shown.as_os_str()));
        let time = now.to_jiff().to_zoned_datetime(TimeZone::system());
        let time = time.strftime("%Y-%m-%dT%H:%M:%S");
        info.write_all(format!("[Trash Info]\nPath={path}\nDeletionDate={time}\n").as_bytes())?;
        info.sync_all()
    }

    /// Moves the file, if it still is what was proven. Nothing in the trash is ever replaced.
    fn take(&self, proven: &Proven, name: &[u8]) -> io::Result<bool> {
        if !proven.is_there() {
            return Ok(false);
        }
        heimdex_api::failpoint!("client.trash.described");
        let moved = rustix::fs::renameat_with(
            proven.folder(),
            proven.name(),
            self.files.as_fd(),
            name,
            RenameFlags::NOREPLACE,
        );
        match moved {
            Ok(()) => self.is_the_same(proven, name),
            // File systems that do not know the flag: the name was taken by its description.
            Err(Errno::INVAL) => {
                let there = rustix::fs::statat(&self.files, name, AtFlags::SYMLINK_NOFOLLOW);
                if !matches!(there, Err(Errno::NOENT)) {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                rustix::fs::renameat(proven.folder(), proven.name(), self.files.as_fd(), name)?;
                self.is_the_same(proven, name)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    /// Whether what was moved is what was proven: something else, that took its place in the last moment, goes back.
    fn is_the_same(&self, proven: &Proven, name: &[u8]) -> io::Result<bool> {
        let there = rustix::fs::statat(&self.files, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let (there, stamp) = (Seen::of(&there).stamp, proven.stamp());
        if (there.inode, there.size, there.mtime) == (stamp.inode, stamp.size, stamp.mtime) {
            return Ok(true);
        }
        rustix::fs::renameat_with(
            self.files.as_fd(),
            name,
            proven.folder(),
            proven.name(),
            RenameFlags::NOREPLACE,
        )?;
        Ok(false)
    }

    fn release(&self, name: &[u8]) {
        // A description without a file is what the specification lets anybody clean.
        let _ = rustix::fs::unlinkat(&self.info, &described(name)[..], AtFlags::empty());
    }
}

/// The person's own trash where it is on the file's file system, else the one at the top of that.
fn find(folder: &OwnedFd, path: &Path, data_home: Option<&Path>) -> io::Result<Trash> {
    let device = rustix::fs::fstat(folder)?.st_dev;
    let is_there = |path: &Path| rustix::fs::stat(path).is_ok_and(|stat| stat.st_dev == device);
    // A home that is new has no folder for data yet: it would lie where the next one above it does.
    let would_be_there = |path: &Path| {
        path.ancestors()
            .find(|above| above.exists())
            .is_some_and(is_there)
    };
    if let Some(data_home) = data_home.filter(|data_home| would_be_there(data_home)) {
        let own = data_home.join("Trash");
        fs_err::create_dir_all(&own)?;
        if is_there(&own) {
            return Trash::open(&own, None);
        }
    }
    // The uppermost folder on this file system is where it is mounted.
    let parent = path.parent().unwrap_or(Path::new("/"));
    let top = parent
        .ancestors()
        .take_while(|folder| is_there(folder))
        .last()
        .unwrap_or(parent);
    let user = rustix::process::getuid().as_raw();
    let directory = match shared(top)? {
        Some(shared) => shared.join(user.to_string()),
        None => top.join(format!(".Trash-{user}")),
    };
    match rustix::fs::mkdirat(CWD, &directory, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(errno.into()),
    }
    let found = rustix::fs::statat(CWD, &directory, AtFlags::SYMLINK_NOFOLLOW)?;
    // A link, or somebody else's folder, is no trash of this person.
    if found.st_uid != user || found.st_mode & 0o170_000 != 0o040_000 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Trash::open(&directory, Some(top.to_owned()))
}

/// The trash that an administrator made for everybody, if it is safe: a folder, no link, with the sticky bit.
fn shared(top: &Path) -> io::Result<Option<PathBuf>> {
    let shared = top.join(".Trash");
    match rustix::fs::statat(CWD, &shared, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => {
            let is_safe = found.st_mode & 0o170_000 == 0o040_000 && found.st_mode & 0o1000 != 0;
            Ok(is_safe.then_some(shared))
        }
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    if number == 1 {
        return name.to_vec();
    }
    let dot = name
        .iter()
        .rposition(|byte| *byte == b'.')
        .filter(|at| *at > 0);
    let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
    [stem, format!(".{number}").as_bytes(), ending].concat()
}

fn described(name: &[u8]) -> Vec<u8> {
    [name, b".trashinfo"].concat()
}

fn percent(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(*byte));
            }
            other => {
                // A string takes whatever is written to it.
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_trash_is_known() {
        let home = Path::new("/home/ana/.local/share");
        let holds = |path: &str| holds(Path::new(path), Some(home));
        assert!(holds("/home/ana/.local/share/Trash/files/a.mp4"));
        assert!(holds("/media/card/.Trash-1000/files/a.mp4"));
        assert!(holds("/media/card/.Trash/1000/info/a.mp4.trashinfo"));
        assert!(!holds("/home/ana/Trash/a.mp4") && !holds("/media/.Trash-bin/a.mp4"));
    }

    #[test]
    fn names_are_numbered_before_their_ending() {
        for (number, expected) in [(1, "C0001.MP4"), (2, "C0001.2.MP4"), (30, "C0001.30.MP4")] {
            assert_eq!(numbered(b"C0001.MP4", number), expected.as_bytes());
        }
        assert_eq!(numbered(b".hidden", 2), b".hidden.2");
        assert_eq!(numbered(b"a", 2), b"a.2");
    }

    #[test]
    fn paths_are_written_as_the_specification_wants_them() {
        assert_eq!(percent("/a b/ü.mp4".as_bytes()), "/a%20b/%C3%BC.mp4");
        assert_eq!(percent(b"/\xff%"), "/%FF%25");
    }
}
