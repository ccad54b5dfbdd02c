//! Playlists, for as long as the program runs: whoever reads one of them can play its videos for hours. Those of a program
//! that was killed are removed by the next one that starts.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fs_err as fs;
use heimdex_client::platform;
use tempfile::NamedTempFile;

const BEGIN: &str = "heimdex-";
const END: &str = ".m3u";

/// The playlists of this program. Each is locked while it lives, which ends with the program however that ends.
#[derive(Debug)]
pub(super) struct Playlists {
    /// A directory that nobody else writes to; without one they lie where all temporary files do.
    directory: Option<PathBuf>,
    held: Mutex<Vec<NamedTempFile>>,
}

impl Playlists {
    /// Those that are to lie in a directory below this one.
    pub(super) fn below(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(|directory| directory.join("playing")),
            held: Mutex::default(),
        }
    }

    /// Keeps a text in a file that only its owner can read.
    ///
    /// # Errors
    /// The file system refuses.
    pub(super) fn keep(&self, text: &str) -> io::Result<PathBuf> {
        let mut file = loop {
            let file = self.create()?;
            file.as_file().lock()?;
            // Another program that starts just now may have taken it for a dead one's before it was locked.
            if platform::is_at(file.as_file(), file.path())? {
                break file;
            }
        };
        file.write_all(text.as_bytes())?;
        file.flush()?;
        let path = file.path().to_owned();
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(file);
        Ok(path)
    }

    fn create(&self) -> io::Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(BEGIN).suffix(END);
        let Some(directory) = &self.directory else {
            return builder.tempfile();
        };
        if !directory.is_dir() {
            let mut making = std::fs::DirBuilder::new();
            making.recursive(true);
            platform::owner_only(&mut making);
            making.create(directory)?;
        }
        builder.tempfile_in(directory)
    }

    /// Removes all of this program.
    pub(super) fn clear(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clear();
    }

    /// Removes those of programs that live no more. Where it cannot, the next one tries again.
    pub(super) fn sweep(&self) {
        let directory = self.directory.as_deref();
        let Some(directory) = directory.filter(|directory| platform::is_private(directory)) else {
            return;
        };
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_named = name
                .to_str()
                .is_some_and(|name| name.starts_with(BEGIN) && name.ends_with(END));
            if is_named && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                remove_dead(&entry.path());
            }
        }
    }
}

fn remove_dead(path: &Path) {
    let Ok(file) = fs::File::open(path) else {
        return;
    };
    if file.try_lock().is_ok() {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_program_left_is_removed_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let (alive, dead) = (
            Playlists::below(Some(home.path())),
            Playlists::below(Some(home.path())),
        );
        let kept = alive.keep("a link").unwrap();
        let left = dead.keep("a link").unwrap();
        // As a program that is killed: the lock ends, the file stays.
        for file in dead.held.into_inner().unwrap() {
            file.keep().unwrap();
        }
        let others = ["heimdex-notes.txt", "mine.m3u"].map(|name| kept.with_file_name(name));
        for other in &others {
            fs::write(other, "").unwrap();
        }
        let next = Playlists::below(Some(home.path()));
        next.sweep();
        assert!(!left.exists());
        assert!(kept.exists() && others.iter().all(|other| other.exists()));
        assert_eq!(fs::read_to_string(&kept).unwrap(), "a link");
        alive.clear();
        assert!(!kept.exists());
    }
}
