//! What operating systems leave on cards: a short list, the same for every card, never a rule of ours.

use std::ffi::OsStr;

/// Whole names.
const NAMES: [&str; 12] = [
    ".DS_Store",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    ".TemporaryItems",
    ".DocumentRevisions-V100",
    ".apdisk",
    "Thumbs.db",
    "desktop.ini",
    "System Volume Information",
    "$RECYCLE.BIN",
    "lost+found",
];
/// Beginnings of names.
const BEGINNINGS: [&str; 2] = ["._", ".Trash-"];

/// Whether a file or folder of this name is litter.
#[must_use]
pub fn is_litter(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    NAMES.iter().any(|litter| litter.as_bytes() == name)
        || BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footage_is_no_litter_whatever_it_is_called() {
        for name in [
            "A003C012.mp4",
            "DS_Store",
            "_.mp4",
            ".hidden.mp4",
            "Thumbs.db.mp4",
            ".Trash",
            "",
        ] {
            assert!(!is_litter(OsStr::new(name)), "{name}");
        }
        for name in [
            ".DS_Store",
            "._A003C012.mp4",
            ".Trash-1000",
            "System Volume Information",
        ] {
            assert!(is_litter(OsStr::new(name)), "{name}");
        }
    }
}
