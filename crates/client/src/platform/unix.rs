//! Linux, macOS and their kin.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, FileType, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt as _;

use super::Facts;
use crate::journal::FileStamp;

/// The bytes of a name, as the system has them.
#[must_use]
pub fn bytes_of(name: &OsStr) -> &[u8] {
    name.as_bytes()
}

/// The name that has these bytes.
#[must_use]
pub fn name_from_bytes(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

/// The name that has these bytes, borrowed where the system lets.
#[must_use]
pub fn as_name(bytes: &[u8]) -> Cow<'_, OsStr> {
    Cow::Borrowed(OsStr::from_bytes(bytes))
}

/// What the system says of a file.
#[must_use]
pub fn facts(metadata: &Metadata) -> Facts {
    let micros = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000) + nanos / 1000;
    Facts {
        device: metadata.dev(),
        inode: metadata.ino(),
        mtime: micros(metadata.mtime(), metadata.mtime_nsec()),
        ctime: micros(metadata.ctime(), metadata.ctime_nsec()),
        has_name: metadata.nlink() > 0,
    }
}

/// What tells that a file was not touched since.
#[must_use]
pub fn stamp(stat: &rustix::fs::Stat) -> FileStamp {
    // Systems have signed and unsigned nanoseconds.
    fn micros(seconds: i64, nanos: impl TryInto<i64>) -> i64 {
        seconds.saturating_mul(1_000_000) + nanos.try_into().unwrap_or(0) / 1000
    }
    FileStamp {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mtime: micros(stat.st_mtime, stat.st_mtime_nsec),
        ctime: micros(stat.st_ctime, stat.st_ctime_nsec),
        inode: stat.st_ino,
    }
}

/// The number of the device that the file stands for, where it stands for one.
#[must_use]
pub fn device_number(metadata: &Metadata) -> Option<u64> {
    Some(metadata.rdev()).filter(|number| *number != 0)
}

/// What it is, where it is neither a file nor a directory nor a link.
#[must_use]
pub fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("a device")
    } else {
        None
    }
}

/// Opening never waits for somebody at the other end.
pub fn never_block(options: &mut fs_err::OpenOptions) {
    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
}

/// A directory that only its owner looks into.
pub fn owner_only(builder: &mut DirBuilder) {
    builder.mode(0o700);
}

/// Whether the open file is still what lies at the path.
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs_err::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The machine's own name.
#[must_use]
pub fn host_name() -> Option<String> {
    let names = rustix::system::uname();
    let name = names.nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// The number of the person whom this process works for.
#[must_use]
pub fn user_number() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether a directory is this person's and nobody else looks into it; a link to one is not.
#[must_use]
pub fn is_private(directory: &Path) -> bool {
    fs_err::symlink_metadata(directory).is_ok_and(|found| {
        found.is_dir() && found.uid() == user_number() && found.mode() & 0o777 == 0o700
    })
}

/// Where a session's sockets lie though the environment does not say so, as under cron: `/run/user/UID`, if it is ours.
#[must_use]
pub fn session_directory() -> Option<PathBuf> {
    let directory = PathBuf::from(format!("/run/user/{}", user_number()));
    is_private(&directory).then_some(directory)
}

pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    file.read_at(bytes, at)
}

pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    file.write_at(bytes, at)
}

pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    fs_err::File::open(directory)?.sync_all()
}
