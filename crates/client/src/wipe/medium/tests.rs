//! Real files on a real disk: what a reading says of them.

use std::sync::atomic::AtomicU64;

use rustix::fs::AtFlags;

use super::*;

fn seen(root: &OwnedFd, name: &str) -> Seen {
    Seen::of(&rustix::fs::statat(root, name, AtFlags::SYMLINK_NOFOLLOW).unwrap())
}

fn read_with(
    root: &OwnedFd,
    name: &str,
    seen: &Seen,
    passed: &(dyn Fn(u64) + Sync),
) -> Option<ReadBack> {
    let wanted = Wanted {
        path: name.as_bytes(),
        seen,
        kinds: &[Kind::Md5, Kind::Xxh128],
    };
    let is_over = &AtomicBool::new(false);
    read_back(root, wanted, Waiting { passed, is_over })
}

fn read_all(root: &OwnedFd, name: &str, seen: &Seen) -> (Option<ReadBack>, u64) {
    let bytes = AtomicU64::new(0);
    let passed = |more| {
        bytes.fetch_add(more, Ordering::Relaxed);
    };
    let read = read_with(root, name, seen, &passed);
    (read, bytes.into_inner())
}

#[test]
fn files_of_any_length_have_their_hash() {
    let directory = tempfile::tempdir().unwrap();
    let root = beneath::root(directory.path()).unwrap();
    for size in [
        0,
        1,
        4095,
        4096,
        4097,
        CHUNK,
        CHUNK + 1,
        3 * CHUNK - 1,
        3 * CHUNK,
    ] {
        let bytes: Vec<u8> = (0..size)
            .map(|at| (at ^ (at >> 9)).to_le_bytes()[0])
            .collect();
        fs_err::write(directory.path().join("a"), &bytes).unwrap();
        let (read, passed) = read_all(&root, "a", &seen(&root, "a"));
        let Some(ReadBack::Whole {
            blake3, digests, ..
        }) = read
        else {
            panic!("{size}: {read:?}");
        };
        assert_eq!(blake3, blake3::hash(&bytes).into(), "{size}");
        let mut hashers = Hashers::new([Kind::Md5, Kind::Xxh128]);
        hashers.update(&bytes);
        assert_eq!(digests, hashers.finish(), "{size}");
        assert_eq!(passed, size as u64);
    }
}

#[test]
fn what_is_not_what_was_seen_is_no_reading_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let root = beneath::root(directory.path()).unwrap();
    let path = directory.path().join("a");
    let big = vec![1; 2 * CHUNK];
    fs_err::write(&path, &big).unwrap();
    let before = seen(&root, "a");
    fs_err::write(&path, &big[1..]).unwrap();
    assert_eq!(read_all(&root, "a", &before).0, Some(ReadBack::Changed));
    fs_err::remove_file(&path).unwrap();
    assert_eq!(read_all(&root, "a", &before).0, Some(ReadBack::Vanished));
    std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
    assert_eq!(read_all(&root, "a", &before).0, Some(ReadBack::Changed));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let root = beneath::root(directory.path()).unwrap();
    let path = directory.path().join("a");
    fs_err::write(&path, vec![1; 3 * CHUNK]).unwrap();
    let before = seen(&root, "a");
    let passed = |_| {
        let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        file.file().write_all_at(b"other", 7).unwrap();
    };
    let read = read_with(&root, "a", &before, &passed);
    assert_eq!(read, Some(ReadBack::Changed));
    fs_err::write(&path, vec![1; 3 * CHUNK]).unwrap();
    let before = seen(&root, "a");
    let passed = |_| {
        let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(5).unwrap();
    };
    let read = read_with(&root, "a", &before, &passed);
    assert_eq!(read, Some(ReadBack::Changed));
}

#[test]
fn nobody_waits_for_a_reading_that_is_over() {
    let directory = tempfile::tempdir().unwrap();
    let root = beneath::root(directory.path()).unwrap();
    fs_err::write(directory.path().join("a"), vec![1; 3 * CHUNK]).unwrap();
    let seen = seen(&root, "a");
    let wanted = Wanted {
        path: b"a",
        seen: &seen,
        kinds: &[],
    };
    let waiting = Waiting {
        passed: &|_| {},
        is_over: &AtomicBool::new(true),
    };
    let read = read_back(&root, wanted, waiting);
    assert_eq!(read, None);
}
