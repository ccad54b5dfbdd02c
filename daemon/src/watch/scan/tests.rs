//! Trees of real files: what is found, what is left out, and by what.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use heimdex_client::watch::Rules;

use super::*;

struct Seen {
    files: Vec<String>,
    left: Vec<(String, u64)>,
    outcome: Outcome,
}

fn scanned(root: &Path, others: &[&str], from: &str) -> Seen {
    let matcher = Matcher::new(&Rules::new()).unwrap();
    let others = others
        .iter()
        .map(|other| other.as_bytes().to_vec())
        .collect();
    let scan = Scan {
        root,
        matcher: &matcher,
        others: &others,
        waker: &Waker::new().unwrap(),
    };
    let (mut files, mut left) = (Vec::new(), Vec::new());
    let outcome = scan.walk(from.as_bytes(), None, &mut |found| match found {
        Found::File {
            relative,
            place,
            stamp,
            ground,
            folder,
        } => {
            let below = &relative[folder.len()..];
            let key = ground.path_of(below.strip_prefix(b"/").unwrap_or(below));
            assert_eq!(place, Place::of_path(&ground.key.fs_id, &key));
            files.push(format!("{} {}", path::escaped(relative), stamp.size));
        }
        Found::Left {
            left: why, bytes, ..
        } => left.push((format!("{why:?}"), bytes)),
        other => panic!("{other:?}"),
    });
    files.sort();
    left.sort();
    Seen {
        files,
        left,
        outcome,
    }
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.as_bytes()).unwrap();
    }
    directory
}

#[test]
fn files_are_found_and_what_is_left_out_is_said() {
    let directory = tree(&[
        "a.mp4",
        "b/c.mp4",
        "b/c.mp4.part",
        "@eaDir/x/y.jpg",
        "inner/z.mp4",
    ]);
    let odd = std::ffi::OsStr::from_bytes(b"b/clip\xff.mp4");
    fs::write(directory.path().join(odd), "12").unwrap();
    symlink("..", directory.path().join("b/loop")).unwrap();
    std::os::unix::net::UnixListener::bind(directory.path().join("socket")).unwrap();
    let seen = scanned(directory.path(), &["inner"], "");
    assert_eq!(seen.files, ["a.mp4 5", "b/c.mp4 7", "b/clip\\xff.mp4 2"]);
    let left: Vec<_> = seen
        .left
        .iter()
        .map(|(why, bytes)| (why.as_str(), *bytes))
        .collect();
    let expected = [
        ("Ignored(\"*.part\")", 12),
        ("Ignored(\"@eaDir/\")", 0),
        ("Link", 0),
        ("OtherWatch", 0),
        ("Special", 0),
    ];
    assert_eq!(left, expected);
    assert!(!seen.outcome.is_partial);
}

#[test]
fn rules_in_the_tree_hold_below_their_folder_also_for_a_look_at_a_part() {
    let directory = tree(&["day/a.mov", "day/raw/b.mov", "day/raw/keep.mov", "c.mov"]);
    fs::write(directory.path().join("day/.heimdexignore"), "*.mov\n").unwrap();
    fs::write(
        directory.path().join("day/raw/.heimdexignore"),
        "!keep.mov\n",
    )
    .unwrap();
    assert_eq!(
        scanned(directory.path(), &[], "").files,
        ["c.mov 5", "day/raw/keep.mov 16"]
    );
    assert_eq!(
        scanned(directory.path(), &[], "day/raw").files,
        ["day/raw/keep.mov 16"]
    );
}

#[test]
fn a_root_that_is_not_there_is_no_empty_one() {
    let directory = tempfile::tempdir().unwrap();
    let matcher = Matcher::new(&Rules::new()).unwrap();
    let scan = Scan {
        root: &directory.path().join("none"),
        matcher: &matcher,
        others: &BTreeSet::new(),
        waker: &Waker::new().unwrap(),
    };
    let mut told = 0;
    let outcome = scan.walk(b"", None, &mut |_| told += 1);
    assert!(outcome.is_partial && told == 1);
    let outcome = scan.walk(b"below", None, &mut |_| told += 1);
    assert!(!outcome.is_partial && told == 1);
}

#[test]
fn a_look_that_is_to_stop_says_that_it_saw_less_than_all() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::write(directory.path().join("a.mov"), "a").unwrap();
    let (matcher, waker) = (Matcher::new(&Rules::new()).unwrap(), Waker::new().unwrap());
    waker.stop();
    let scan = Scan {
        root: directory.path(),
        matcher: &matcher,
        others: &BTreeSet::new(),
        waker: &waker,
    };
    let mut told = 0;
    let outcome = scan.walk(b"", None, &mut |_| told += 1);
    assert!(outcome.is_partial && told == 0);
}
