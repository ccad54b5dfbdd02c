//! Posters on this disk, so that each is fetched once: private, named by their videos, bounded together.
//!
//! They are one account's: the folder is named by whose they are, and goes with the login.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use fs_err as fs;
use heimdex_api::VideoId;

use crate::{atomic_file, whose};

/// Bytes of all accounts' posters together.
const MOST: u64 = 64 << 20;

/// Where the posters of one account at one server are kept. Clones count together.
#[derive(Debug, Clone)]
pub struct PosterCache {
    /// Of all accounts.
    all: PathBuf,
    own: PathBuf,
    most: u64,
    /// Bytes that may come before all of them are looked through again; `None` where they never were.
    left: Arc<Mutex<Option<u64>>>,
}

impl PosterCache {
    /// The cache of whoever these words name: server, configuration, profile, token.
    #[must_use]
    pub fn new(cache_dir: &Path, whose: &[&str]) -> Self {
        let all = cache_dir.join("posters");
        let own = all.join(whose::name(whose));
        Self {
            all,
            own,
            most: MOST,
            left: Arc::default(),
        }
    }

    fn path(&self, video: VideoId) -> PathBuf {
        self.own.join(format!("{video}.webp"))
    }

    /// The poster of a video, where it is here.
    #[must_use]
    pub fn load(&self, video: VideoId) -> Option<Vec<u8>> {
        fs::read(self.path(video)).ok()
    }

    /// Keeps a poster; the oldest ones make room for it.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn store(&self, video: VideoId, poster: &[u8]) -> io::Result<()> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        atomic_file::replace(&self.path(video), poster)?;
        *left = match left.and_then(|left| left.checked_sub(poster.len() as u64)) {
            Some(left) => Some(left),
            None => Some(self.make_room()?),
        };
        Ok(())
    }

    /// Throws one away that is of no use.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn remove(&self, video: VideoId) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.path(video)))
    }

    /// Forgets all of this account.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn forget(&self) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(&self.own))
    }

    /// Looks through all of them, and makes room where they are too many; how many bytes may come before the next look:
    /// other processes add some, too.
    fn make_room(&self) -> io::Result<u64> {
        let mut files = Vec::new();
        for account in fs::read_dir(&self.all)? {
            // Another process may throw things away meanwhile.
            let Ok(own) = fs::read_dir(account?.path()) else {
                continue;
            };
            for file in own.filter_map(Result::ok) {
                if let Ok(metadata) = file.metadata() {
                    let at = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.push((at, metadata.len(), file.path()));
                }
            }
        }
        let mut all: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let share = self.most / 8;
        if all > self.most {
            files.sort();
            // Some more than needed: not every new one is to look through all of them and throw one away.
            for (_, bytes, path) in files {
                if all <= self.most - share {
                    break;
                }
                absent_is_fine(fs::remove_file(path))?;
                all -= bytes;
            }
        }
        Ok(self.most.saturating_sub(all).min(share))
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    fn video(number: u128) -> VideoId {
        VideoId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_poster_is_private_and_comes_back_to_whose_it_is_alone() {
        let directory = tempfile::tempdir().unwrap();
        let cache = PosterCache::new(directory.path(), &["https://a", "default"]);
        assert_eq!(cache.load(video(1)), None);
        cache.store(video(1), b"poster").unwrap();
        assert_eq!(cache.load(video(1)).as_deref(), Some(&b"poster"[..]));
        let other = PosterCache::new(directory.path(), &["https://a", "other"]);
        assert_eq!(other.load(video(1)), None);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&cache.path(video(1))), 0o600);
        assert_eq!(mode(&cache.own), 0o700);
        cache.forget().unwrap();
        cache.forget().unwrap();
        assert_eq!(cache.load(video(1)), None);
    }

    #[test]
    fn all_are_looked_through_once_for_many_that_come() {
        let directory = tempfile::tempdir().unwrap();
        let mut cache = PosterCache::new(directory.path(), &["https://a", "default"]);
        cache.most = 800;
        cache.store(video(1), &[0; 100]).unwrap();
        // Another process adds one that is too large for all of them together.
        let other = PosterCache::new(directory.path(), &["https://a", "default"]);
        other.store(video(2), &[0; 1000]).unwrap();
        cache.store(video(3), &[0; 60]).unwrap();
        assert!(cache.load(video(2)).is_some(), "nobody looked");
        cache.clone().store(video(4), &[0; 60]).unwrap();
        assert_eq!(cache.load(video(2)), None);
        assert!(cache.load(video(4)).is_some());
    }

    #[test]
    fn the_oldest_ones_make_room() {
        let directory = tempfile::tempdir().unwrap();
        let mut cache = PosterCache::new(directory.path(), &["https://a", "default"]);
        let mut other = PosterCache::new(directory.path(), &["https://b", "default"]);
        (cache.most, other.most) = (800, 800);
        let old = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
        for number in 0..8 {
            let cache = if number < 2 { &other } else { &cache };
            cache.store(video(number), &[0; 100]).unwrap();
            let file = fs::File::options()
                .write(true)
                .open(cache.path(video(number)))
                .unwrap();
            let at = old + Duration::from_secs(u64::try_from(number).unwrap());
            file.set_modified(at).unwrap();
        }
        cache.store(video(8), &[0; 100]).unwrap();
        let here = |cache: &PosterCache| {
            let numbers = (0..9).filter(|number| cache.load(video(*number)).is_some());
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(here(&other), []);
        assert_eq!(here(&cache), [2, 3, 4, 5, 6, 7, 8]);
    }
}
