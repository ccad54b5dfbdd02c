//! Replaces a small private file as a whole: after a crash there is the old one or the new one.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::platform;

/// Writes `bytes` to `path`, readable by its owner alone, through a synced temporary file beside it.
///
/// A symbolic link is followed, so that a file kept elsewhere by its owner stays there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_private_dir(directory)?;
    // `NamedTempFile` is made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".heimdex-")
        .tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    platform::sync_directory(directory)
}

/// The path in full, its directory without links: two spellings of one file are one.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (full.parent().map(fs::canonicalize), full.file_name()) {
        (Some(Ok(directory)), Some(name)) => directory.join(name),
        _ => full,
    }
}

/// Makes a directory, and what is missing above it, for its owner alone.
pub(crate) fn create_private_dir(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    platform::owner_only(&mut builder);
    builder.create(directory).map_err(|error| {
        let message = format!(
            "cannot make the directory `{}`: {error}",
            directory.display()
        );
        io::Error::new(error.kind(), message)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_file_is_private_and_a_link_to_it_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().join("kept/real.toml");
        replace(&real, b"one").unwrap();
        let link = directory.path().join("link.toml");
        symlink(&real, &link).unwrap();
        replace(&link, b"two").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&real), 0o600);
        assert_eq!(mode(real.parent().unwrap()), 0o700);
    }
}
