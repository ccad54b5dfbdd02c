//! What is taken, what is left out, and where it belongs.

use std::os::unix::fs::symlink;

use super::super::listed::Separator;
use super::*;
use heimdex_client::ingest::filename;

/// As macOS begins what it puts beside a file.
const APPLE_DOUBLE: [u8; 8] = [0, 5, 0x16, 7, 0, 2, 0, 0];

fn named(paths: &[PathBuf]) -> Named {
    Named {
        paths: paths.to_vec(),
        listed: Listed::default(),
    }
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join("card").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let is_double = file.rsplit('/').next().unwrap().starts_with("._");
        let bytes = if is_double {
            &APPLE_DOUBLE
        } else {
            file.as_bytes()
        };
        fs::write(path, bytes).unwrap();
    }
    directory
}

fn found(directory: &tempfile::TempDir, exclude: &[&str], hidden: bool) -> Found {
    let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
    let rules = Rules::new(&exclude, hidden, None).unwrap();
    collect(&named(&[directory.path().join("card")]), &rules)
}

fn names(found: &Found) -> Vec<String> {
    found
        .items
        .iter()
        .map(|item| path::escaped(&item.relative))
        .collect()
}

fn reasons(found: &Found) -> Vec<(String, Reason)> {
    let name = |left: &LeftOut| {
        left.path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    found
        .left_out
        .iter()
        .map(|left| (name(left), left.reason))
        .collect()
}

#[test]
fn litter_hidden_and_excluded_are_left_out_by_name() {
    let directory = tree(&[
        "CLIP/A.mp4",
        "CLIP/._A.mp4",
        ".DS_Store",
        ".hidden/x",
        "B.LRV",
        "proxies/a/b.mp4",
        ".Trash-1000/c",
    ]);
    let found = found(&directory, &["*.LRV", "proxies/**"], false);
    assert_eq!(names(&found), ["CLIP/A.mp4"]);
    let mut left = reasons(&found);
    left.sort();
    assert_eq!(
        left,
        [
            (".DS_Store".into(), Reason::Litter),
            (".Trash-1000".into(), Reason::Litter),
            ("._A.mp4".into(), Reason::Litter),
            (".hidden".into(), Reason::Hidden),
            ("B.LRV".into(), Reason::Excluded),
            ("a".into(), Reason::Excluded),
        ]
    );
}

#[test]
fn what_only_has_the_name_of_litter_is_taken() {
    let directory = tree(&[
        "Thumbs.db/A.mp4",
        "lost+found/B.mp4",
        "._clips/C.mp4",
        ".Trashes",
    ]);
    let card = directory.path().join("card");
    fs::write(card.join("._big.mp4"), "a film").unwrap();
    let found_visible = found(&directory, &[], false);
    assert_eq!(
        names(&found_visible),
        ["Thumbs.db/A.mp4", "lost+found/B.mp4"]
    );
    let left = reasons(&found_visible);
    assert!(
        left.iter().all(|(_, reason)| *reason == Reason::Hidden),
        "{left:?}"
    );
    let all = [
        ".Trashes",
        "._big.mp4",
        "._clips/C.mp4",
        "Thumbs.db/A.mp4",
        "lost+found/B.mp4",
    ];
    assert_eq!(names(&found(&directory, &[], true)), all);
}

#[test]
fn hidden_files_are_taken_where_wanted_and_litter_never() {
    let directory = tree(&[".hidden/x", ".DS_Store", "a"]);
    assert_eq!(names(&found(&directory, &[], true)), [".hidden/x", "a"]);
}

#[test]
fn links_are_left_out_in_a_folder_and_followed_where_named() {
    let directory = tree(&["a"]);
    let card = directory.path().join("card");
    symlink("a", card.join("link")).unwrap();
    symlink(".", card.join("loop")).unwrap();
    let found = found(&directory, &[], false);
    assert_eq!(names(&found), ["a"]);
    assert_eq!(found.left_out.len(), 2);
    let rules = Rules::new(&[], false, None).unwrap();
    let one = collect(&named(&[card.join("link")]), &rules);
    assert_eq!(names(&one), ["link"]);
}

#[test]
fn what_is_named_twice_is_taken_once() {
    let directory = tree(&["CLIP/a", "b"]);
    let card = directory.path().join("card");
    let rules = Rules::new(&[], false, None).unwrap();
    let found = collect(
        &named(&[card.join("b"), card.clone(), card.join("CLIP/a"), card]),
        &rules,
    );
    assert_eq!(found.items.len(), 2);
}

#[test]
fn files_named_one_by_one_belong_to_their_folder() {
    let directory = tree(&["a", "b"]);
    let card = directory.path().join("card");
    let rules = Rules::new(&[], false, None).unwrap();
    let found = collect(
        &named(&[card.join("a"), card.join("b"), card.join("none")]),
        &rules,
    );
    assert_eq!(found.roots.len(), 1);
    assert_eq!(
        (found.roots[0].source.as_str(), found.roots[0].is_whole),
        ("card", false)
    );
    assert_eq!(found.unusable.len(), 1);
    assert_eq!(found.unusable[0].error, "there is no such file or folder");
}

#[test]
fn names_that_are_not_utf8_keep_their_bytes() {
    let directory = tree(&["a"]);
    let name = OsStr::from_bytes(b"clip\xff.mp4");
    fs::write(directory.path().join("card").join(name), b"x").unwrap();
    let found = found(&directory, &[], false);
    let odd = found
        .items
        .iter()
        .find(|item| item.relative.contains(&0xff))
        .unwrap();
    assert_eq!(odd.relative, b"clip\xff.mp4");
    assert_eq!(filename(&odd.relative), "clip\\xff.mp4");
}

#[test]
fn a_pattern_that_is_none_is_named() {
    let error = Rules::new(&["a[".into()], false, None).unwrap_err();
    assert!(
        error.to_string().starts_with("`a[` is not a pattern"),
        "{error}"
    );
}

#[test]
fn a_list_keeps_files_in_their_folders_and_names_what_is_missing() {
    let directory = tree(&["CLIP/a.mp4", "SUB/a.mp4", "SUB/a.LRV", "whole/b"]);
    let card = directory.path().join("card");
    let list = directory.path().join("list");
    let lines: Vec<String> = [
        "CLIP/a.mp4",
        "SUB/a.mp4",
        "SUB/a.LRV",
        "CLIP/gone.mp4",
        "CLIP/a.mp4",
    ]
    .iter()
    .map(|line| card.join(line).display().to_string())
    .collect();
    let lines = lines.join("\n");
    fs::write(&list, lines).unwrap();
    let rules = Rules::new(&["*.LRV".into()], false, None).unwrap();
    let named = Named {
        paths: vec![card.join("whole")],
        listed: Listed::read(&list, Separator::Newline).unwrap(),
    };
    let found = collect(&named, &rules);
    assert_eq!(names(&found), ["b", "CLIP/a.mp4", "SUB/a.mp4"]);
    let roots: Vec<_> = found
        .roots
        .iter()
        .map(|root| (root.source.as_str(), root.is_whole))
        .collect();
    assert_eq!(roots, [("whole", true), ("card", false)]);
    assert_eq!(reasons(&found), [("a.LRV".into(), Reason::Excluded)]);
    assert!(found.unusable[0].path.ends_with("CLIP/gone.mp4"));
    assert_eq!(found.unusable.len(), 1);
}

#[test]
fn a_list_that_is_not_there_is_named() {
    let error = Listed::read(Path::new("/nowhere/list"), Separator::Nul).unwrap_err();
    assert!(error.to_string().contains("/nowhere/list"), "{error}");
}
