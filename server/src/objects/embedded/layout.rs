//! Where things lie below `objects.dir`, and how a file becomes durable there.
//!
//! Every name in here is random or a number: keys from outside are values in manifests and the index, never
//! paths. Functions that touch the disk block and are called on the blocking pool.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use uuid::Uuid;

use crate::auth::keys::private_directory;

/// The first two hex digits of a name spread files over this many directories.
const SHELVES: u16 = 256;

/// A random name: 32 lower-case hex digits.
pub(super) fn random_name() -> String {
    Uuid::new_v4().simple().to_string()
}

/// The directories of one store.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Creates what is missing of the directories below `root`, durably. Footage is its owner's alone: one that is made
    /// here cannot be looked into by others, one that is there stays as it is.
    pub(super) fn create(root: PathBuf) -> io::Result<Self> {
        private_directory(&root)?;
        fs::create_dir_all(root.join("tmp"))?;
        for kind in ["data", "manifests"] {
            let parent = root.join(kind);
            fs::create_dir_all(&parent)?;
            // All shelves exist from the start, so that no write ever has to make one durable.
            for shelf in 0..SHELVES {
                fs::create_dir_all(parent.join(format!("{shelf:02x}")))?;
            }
            sync_dir(&parent)?;
        }
        sync_dir(&root)?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn identity_file(&self) -> PathBuf {
        self.root.join("store.json")
    }

    pub(super) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    pub(super) fn manifests(&self) -> PathBuf {
        self.root.join("manifests")
    }

    /// The directory of one object's or upload's files, relative to the root.
    pub(super) fn data_dir(data: &str) -> PathBuf {
        Path::new("data").join(shelf(data)).join(data)
    }

    /// The manifest's file, relative to the root.
    pub(super) fn manifest_file(manifest: &str) -> PathBuf {
        Path::new("manifests")
            .join(shelf(manifest))
            .join(format!("{manifest}.json"))
    }

    /// The file of one part, relative to the root.
    pub(super) fn part_file(data: &str, file: &str) -> PathBuf {
        Self::data_dir(data).join(file)
    }

    pub(super) fn absolute(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// Makes the directory for the files of a new object or upload; durable once it has been
    /// [`sync_data_dir`](Self::sync_data_dir)ed.
    pub(super) fn create_data_dir(&self, data: &str) -> io::Result<()> {
        fs::create_dir(self.absolute(&Self::data_dir(data)))
    }

    pub(super) fn sync_data_dir(&self, data: &str) -> io::Result<()> {
        sync_parent(&self.absolute(&Self::data_dir(data)))
    }
}

/// The name of a part's file. The random end keeps two attempts at one part apart.
pub(super) fn part_name(number: u16, random: &str) -> String {
    format!("{number:05}-{}", random.get(..16).unwrap_or(random))
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    match fs::File::open(dir)?.sync_all() {
        // Some network file systems cannot sync a directory; their server orders the operations itself.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Makes the name of a file or directory durable.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_dir)
}

fn shelf(name: &str) -> &str {
    name.get(..2).unwrap_or("00")
}

/// Removes a file or a whole directory; what is gone already is no error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_store_that_is_made_is_its_owners_alone_and_one_that_is_there_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let footage = directory.path().join("srv/footage");
        Layout::create(footage.clone()).unwrap();
        assert_eq!(mode(&footage), 0o700);
        let shared = directory.path().join("nas");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, PermissionsExt::from_mode(0o750)).unwrap();
        Layout::create(shared.clone()).unwrap();
        assert_eq!(mode(&shared), 0o750);
    }
}
