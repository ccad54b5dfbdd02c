//! Windows. Written from the documentation: it has been neither built nor run there.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, FileType, Metadata};
use std::io;
use std::os::windows::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Facts;

/// The bytes of a name: UTF-8 wherever the name is text.
#[must_use]
pub fn bytes_of(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

/// The name that has these bytes.
#[must_use]
pub fn name_from_bytes(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// The name that has these bytes.
#[must_use]
pub fn as_name(bytes: &[u8]) -> Cow<'_, OsStr> {
    Cow::Owned(name_from_bytes(bytes))
}

/// What the system says of a file: its numbers are not to be had without unsafe code, its times are.
#[must_use]
pub fn facts(metadata: &Metadata) -> Facts {
    let micros = |time: io::Result<SystemTime>| {
        let since = time.ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    };
    Facts {
        device: 0,
        inode: 0,
        mtime: micros(metadata.modified()).unwrap_or_default(),
        ctime: micros(metadata.created()).unwrap_or_default(),
        has_name: true,
    }
}

/// The number of the device that the file stands for: none does here.
#[must_use]
pub fn device_number(_metadata: &Metadata) -> Option<u64> {
    None
}

/// What it is, where it is neither a file nor a directory nor a link: there is nothing of the kind in a directory.
#[must_use]
pub fn special(_kind: FileType) -> Option<&'static str> {
    None
}

/// Opening waits for nobody here.
pub fn never_block(_options: &mut fs_err::OpenOptions) {}

/// A directory below the person's profile is theirs already.
pub fn owner_only(_builder: &mut DirBuilder) {}

/// Whether the open file is still what lies at the path: as far as the time when it was made tells.
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs_err::metadata(path) {
        Ok(there) => Ok(there.created()? == held.created()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The machine's own name: only the environment tells it, which is not read here.
#[must_use]
pub fn host_name() -> Option<String> {
    None
}

/// The number of the person whom this process works for: people have none here.
#[must_use]
pub fn user_number() -> u32 {
    0
}

/// Whether a directory is this person's alone: what lies below their profile is.
#[must_use]
pub fn is_private(directory: &Path) -> bool {
    directory.is_dir()
}

/// Where a session's sockets lie: there is no such place here.
#[must_use]
pub fn session_directory() -> Option<PathBuf> {
    None
}

pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek_read(bytes, at)
}

pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    file.seek_write(bytes, at)
}

pub(super) fn sync_directory(_directory: &Path) -> io::Result<()> {
    // NTFS journals names by itself; a directory cannot be synced.
    Ok(())
}
