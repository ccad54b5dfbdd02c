//! Room that is kept free beside the index, so that on a full disk deleting still works: even a deletion writes a few
//! pages of the index before it frees anything.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;

/// Many times what one deletion writes.
const SIZE: usize = 1 << 20;

/// A file that only takes room.
#[derive(Debug, Clone)]
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn beside(index: &Path) -> Self {
        Self {
            path: index.with_extension("reserve"),
        }
    }

    /// Takes the room, if there is so much and it is not taken yet.
    pub(super) fn take(&self) -> io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= SIZE as u64) {
            return Ok(());
        }
        let taken = fs::File::create(&self.path).and_then(|mut file| {
            file.write_all(&vec![0; SIZE])
                .and_then(|()| file.sync_data())
        });
        if taken.is_err() {
            // Half a reserve would be mistaken for none the next time anyway; give its room back.
            self.give()?;
        }
        taken
    }

    /// Gives the room back.
    pub(super) fn give(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}
