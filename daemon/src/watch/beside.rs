//! Lock and temporary files beside a file, which say that somebody works on it.

use std::path::Path;

use rustix::fs::{AtFlags, CWD, statat};

use heimdex_client::platform;

/// What a downloader, a copier or an editor adds to the name of the file that it works on.
const ENDINGS: [&str; 14] = [
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".opdownload",
    ".filepart",
    ".aria2",
    ".!qB",
    ".!ut",
    ".ytdl",
    ".tmp",
    ".temp",
    ".lock",
    ".lck",
];
/// What an office puts before it, and after.
const AROUND: [(&str, &str); 2] = [(".~lock.", "#"), (".", ".lock")];

/// The name of a lock or temporary file beside this one, where there is one.
pub(super) fn beside(path: &Path) -> Option<Vec<u8>> {
    let (folder, name) = (path.parent()?, platform::bytes_of(path.file_name()?));
    names(name).find(|beside| {
        let path = folder.join(platform::as_name(beside));
        statat(CWD, &path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    })
}

fn names(name: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let after = ENDINGS
        .iter()
        .map(move |ending| [name, ending.as_bytes()].concat());
    let around = AROUND
        .iter()
        .map(move |(before, after)| [before.as_bytes(), name, after.as_bytes()].concat());
    after.chain(around)
}

/// The file that a lock or temporary file of this name is about, if that is what it is.
pub(super) fn about(name: &[u8]) -> Option<&[u8]> {
    let after = ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending.as_bytes()));
    let around = AROUND.iter().find_map(|(before, after)| {
        name.strip_prefix(before.as_bytes())?
            .strip_suffix(after.as_bytes())
    });
    around.or(after).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_found_and_leads_back_to_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("film.mp4");
        fs_err::write(&file, "x").unwrap();
        fs_err::write(directory.path().join("film.mp4.txt"), "x").unwrap();
        assert_eq!(beside(&file), None);
        for lock in names(b"film.mp4") {
            let path = directory.path().join(platform::as_name(&lock));
            fs_err::write(&path, "").unwrap();
            assert_eq!(beside(&file).as_deref(), Some(&lock[..]));
            assert_eq!(about(&lock), Some(&b"film.mp4"[..]));
            fs_err::remove_file(path).unwrap();
        }
        assert_eq!(about(b"film.mp4"), None);
        assert_eq!(about(b".part"), None);
    }
}
