//! What counts on a card, and what only has the name of litter.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use super::*;

/// As macOS begins what it puts beside a file.
const APPLE_DOUBLE: [u8; 8] = [0, 5, 0x16, 7, 0, 2, 0, 0];

fn look_at_tree(make: impl FnOnce(&std::path::Path)) -> Listing {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path());
    look(
        &beneath::root(directory.path()).unwrap(),
        &CardRules::default(),
    )
}

fn paths<'a>(paths: impl Iterator<Item = &'a Vec<u8>>) -> Vec<String> {
    let mut paths: Vec<_> = paths.map(|path| heimdex_api::path::escaped(path)).collect();
    paths.sort();
    paths
}

#[test]
fn hidden_files_count_and_litter_is_weighed() {
    let listing = look_at_tree(|card| {
        fs_err::create_dir_all(card.join("CLIP")).unwrap();
        fs_err::create_dir_all(card.join(".Trashes/501")).unwrap();
        fs_err::write(card.join("CLIP/A.mp4"), "abc").unwrap();
        fs_err::write(card.join("CLIP/._A.mp4"), APPLE_DOUBLE).unwrap();
        fs_err::write(card.join(".Trashes/501/old.mp4"), "1234567").unwrap();
        fs_err::write(card.join(".hidden"), "").unwrap();
        fs_err::write(card.join(OsStr::from_bytes(b"clip\xff.mp4")), "").unwrap();
    });
    assert_eq!(
        paths(listing.files.keys()),
        [".hidden", "CLIP/A.mp4", "clip\\xff.mp4"]
    );
    assert!(listing.obstacles.is_empty(), "{:?}", listing.obstacles);
    let litter: Vec<_> = listing.litter.iter().map(|l| (l.files, l.bytes)).collect();
    assert_eq!(
        paths(listing.litter.iter().map(|l| &l.path)),
        [".Trashes", "CLIP/._A.mp4"]
    );
    assert_eq!(litter.iter().max(), Some(&(1, 8)));
}

#[test]
fn what_only_has_the_name_of_litter_counts() {
    let listing = look_at_tree(|card| {
        for folder in ["._clips", "Thumbs.db", "lost+found", ".TemporaryItems"] {
            fs_err::create_dir(card.join(folder)).unwrap();
            fs_err::write(card.join(folder).join("A.mp4"), "clip").unwrap();
        }
        fs_err::write(card.join("._big.mp4"), vec![7; 300_000]).unwrap();
        fs_err::write(card.join(".Trashes"), "a file").unwrap();
        symlink("/etc", card.join(".fseventsd")).unwrap();
    });
    assert!(listing.litter.is_empty(), "{:?}", listing.litter);
    assert_eq!(
        paths(listing.files.keys()),
        [
            ".TemporaryItems/A.mp4",
            ".Trashes",
            "._big.mp4",
            "._clips/A.mp4",
            "Thumbs.db/A.mp4",
            "lost+found/A.mp4"
        ]
    );
    assert_eq!(
        paths(listing.obstacles.iter().map(|o| &o.path)),
        [".fseventsd"]
    );
}

#[test]
fn what_is_no_file_stands_in_the_way_below_litter_too() {
    let listing = look_at_tree(|card| {
        fs_err::create_dir_all(card.join(".Trashes/501/deep")).unwrap();
        fs_err::write(card.join(".Trashes/501/deep/old.mp4"), "1234567").unwrap();
        symlink("/etc", card.join(".Trashes/501/link")).unwrap();
        let socket = card.join(".Trashes/501/deep/socket");
        std::os::unix::net::UnixListener::bind(socket).unwrap();
    });
    assert_eq!(
        paths(listing.obstacles.iter().map(|o| &o.path)),
        [".Trashes/501/deep/socket", ".Trashes/501/link"]
    );
    let weights: Vec<_> = listing.litter.iter().map(|l| (l.files, l.bytes)).collect();
    assert_eq!(weights, [(1, 7)]);
}

#[test]
fn what_is_no_file_stands_in_the_way() {
    let listing = look_at_tree(|card| {
        symlink("/etc", card.join("link")).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, card.join("pipe"), FileType::Fifo, mode, 0).unwrap();
        std::os::unix::net::UnixListener::bind(card.join("socket")).unwrap();
    });
    assert!(listing.files.is_empty());
    assert_eq!(
        paths(listing.obstacles.iter().map(|o| &o.path)),
        ["link", "pipe", "socket"]
    );
}

#[test]
fn another_mount_is_told_from_the_cards() {
    let root = beneath::root(std::path::Path::new("/")).unwrap();
    let home = Mount::of(&root, b"").unwrap();
    // Every Linux has it there.
    assert_ne!(Mount::of(&root, b"proc").unwrap(), home);
    let found = look_at(&root, b"proc", home).unwrap();
    assert!(matches!(found, Found::Obstacle(ObstacleKind::Mounted)));
}
